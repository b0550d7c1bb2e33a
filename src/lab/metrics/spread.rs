//! One measure over several seeds.

/// Mean and range of several values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The mean, summed in the order given.
    pub mean: f64,
    /// The least value.
    pub least: f64,
    /// The greatest value.
    pub most: f64,
}

impl Spread {
    /// Gives the spread of `values`; `None` without values, or where one is NaN.
    pub fn of(values: &[f64]) -> Option<Self> {
        if values.is_empty() || values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let sum = values.iter().fold(0.0, |sum, value| sum + value);
        Some(Self {
            mean: sum / values.len() as f64,
            least: values.iter().copied().fold(f64::INFINITY, f64::min),
            most: values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mean_and_range_are_of_all_values() {
        let spread = Spread::of(&[0.5, 0.25, 1.5]).expect("there are values");
        assert_eq!(spread, Spread { mean: 0.75, least: 0.25, most: 1.5 });
        assert_eq!(Spread::of(&[]), None);
        assert_eq!(Spread::of(&[1.0, f64::NAN]), None);
    }
}
