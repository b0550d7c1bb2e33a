//! What the repeats of one value say together: their mean, their range, and how many are missing.
//!
//! Invariants
//! - What is not finite, or too large to be drawn, counts as missing; what is missing is counted, never forgotten.

/// The values of some repeats.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Repeats {
    /// Those that have a value, in their order.
    pub(super) values: Vec<f64>,
    /// How many there should be.
    pub(super) expected: usize,
}

/// Lets a number through that can be drawn: sums and differences of such numbers are finite.
pub(super) fn drawable(value: f64) -> Option<f64> {
    const LARGEST: f64 = 1e290;
    (value.is_finite() && value.abs() <= LARGEST).then_some(value)
}

impl Repeats {
    /// Takes those that can be drawn.
    pub(super) fn of(values: &[Option<f64>]) -> Self {
        Self {
            values: values.iter().filter_map(|value| drawable((*value)?)).collect(),
            expected: values.len(),
        }
    }

    /// The mean of the values; none without any.
    pub(super) fn mean(&self) -> Option<f64> {
        let sum: f64 = self.values.iter().sum();
        (!self.values.is_empty()).then(|| sum / self.values.len() as f64)
    }

    /// The lowest and the highest value; none without any.
    pub(super) fn range(&self) -> Option<(f64, f64)> {
        let low = self.values.iter().copied().reduce(f64::min)?;
        Some((low, self.values.iter().copied().reduce(f64::max)?))
    }

    /// Whether a repeat lacks a value.
    pub(super) fn is_incomplete(&self) -> bool {
        self.values.len() < self.expected || self.expected == 0
    }

    /// Says how many have a value, where some lack one: `2 of 3`.
    pub(super) fn missing_note(&self) -> Option<String> {
        match (self.values.len(), self.expected) {
            (0, 0) => Some("no run".to_owned()),
            (0, expected) => Some(format!("none of {expected}")),
            (found, expected) => (found < expected).then(|| format!("{found} of {expected}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_drawn_is_counted_as_missing() {
        let repeats = Repeats::of(&[Some(1.0), None, Some(f64::NAN), Some(3.0), Some(f64::INFINITY)]);
        assert_eq!(repeats, Repeats { values: vec![1.0, 3.0], expected: 5 });
        assert_eq!((repeats.mean(), repeats.range()), (Some(2.0), Some((1.0, 3.0))));
        assert_eq!(repeats.missing_note().as_deref(), Some("2 of 5"));
        assert_eq!(Repeats::of(&[None]).missing_note().as_deref(), Some("none of 1"));
        assert_eq!(Repeats::of(&[]).missing_note().as_deref(), Some("no run"));
        assert_eq!(Repeats::of(&[Some(0.0)]).missing_note(), None);
    }
}
