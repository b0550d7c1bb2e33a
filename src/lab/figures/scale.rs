//! Linear axes: a range rounded to ticks that people count in (1, 2 or 5 of a power of ten).
//!
//! Invariants
//! - A tick is a whole number times its step, so labels carry no rounding error.

/// A mark on an axis.
pub(super) struct Tick {
    /// Where it stands, in pixels.
    pub(super) place: f64,
    /// What it says.
    pub(super) label: String,
}

/// An axis from one tick to another.
pub(super) struct Scale {
    first: i64,
    last: i64,
    step: Step,
}

/// `digit · 10^power`, with `digit` 1, 2 or 5.
#[derive(Clone, Copy)]
struct Step {
    digit: i64,
    power: i32,
}

/// The finest step's power of ten; keeps labels short however close the values lie.
const FINEST: i32 = -3;

impl Scale {
    /// Covers `low..=high`, both finite, with at most about `count` steps.
    pub(super) fn covering(low: f64, high: f64, count: u32) -> Self {
        let (low, high) = (low.min(high), low.max(high));
        let wanted = (high - low) / f64::from(count.max(1));
        let mut step = Step { digit: 1, power: FINEST };
        while step.of(1) < wanted {
            step = step.coarser();
        }
        let first = (low / step.of(1)).floor() as i64;
        let last = (high / step.of(1)).ceil() as i64;
        // A value a rounding error away from a tick does not need the next one.
        let first = if step.of(first + 1) <= low { first + 1 } else { first };
        let last = if step.of(last - 1) >= high { last - 1 } else { last };
        Self { first, last: last.max(first + 1), step }
    }

    /// The axis' low end.
    pub(super) fn low(&self) -> f64 {
        self.step.of(self.first)
    }

    /// The axis' high end.
    pub(super) fn high(&self) -> f64 {
        self.step.of(self.last)
    }

    /// The place of `value` between `from` (the low end) and `to`, in pixels; beyond an end, that end.
    pub(super) fn place(&self, value: f64, from: f64, to: f64) -> f64 {
        let share = (value - self.low()) / (self.high() - self.low());
        from + (to - from) * share.clamp(0.0, 1.0)
    }

    /// Every tick, with its place between `from` and `to`, in pixels.
    pub(super) fn ticks(&self, from: f64, to: f64) -> Vec<Tick> {
        let tick =
            |count| Tick { place: self.place(self.step.of(count), from, to), label: self.step.label(count) };
        (self.first..=self.last).map(tick).collect()
    }
}

impl Step {
    fn of(self, count: i64) -> f64 {
        let digits = (self.digit * count) as f64;
        let power = (0..self.power.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
        if self.power < 0 { digits / power } else { digits * power }
    }

    fn coarser(self) -> Self {
        match self.digit {
            1 => Self { digit: 2, ..self },
            2 => Self { digit: 5, ..self },
            _ => Self { digit: 1, power: self.power + 1 },
        }
    }

    fn label(self, count: i64) -> String {
        let places = usize::try_from(-self.power).unwrap_or(0);
        let size = format!("{:.places$}", self.of(count.abs()));
        if count < 0 { format!("−{size}") } else { size }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(low: f64, high: f64) -> Vec<String> {
        Scale::covering(low, high, 5).ticks(0.0, 100.0).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_cover_the_range() {
        assert_eq!(labels(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(-0.07, 0.31), ["−0.1", "0.0", "0.1", "0.2", "0.3", "0.4"]);
        assert_eq!(labels(1.0, 16.0), ["0", "5", "10", "15", "20"]);
    }

    #[test]
    fn equal_ends_still_make_an_axis() {
        assert_eq!(labels(0.5, 0.5), ["0.500", "0.501"]);
        let scale = Scale::covering(-1e9, 1e9, 5);
        assert_eq!(scale.place(1e9, 0.0, 100.0), 100.0);
        assert_eq!(scale.place(2e9, 0.0, 100.0), 100.0);
    }
}
