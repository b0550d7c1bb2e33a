//! Whether a measure moved by more than repeating it would move it.
//!
//! Invariants
//! - Says nothing where nothing can be said: a measure of one run has no spread.

use serde::Serialize;

/// Values of one measure, before and after, one for each seed.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) old: Vec<f64>,
    pub(super) new: Vec<f64>,
}

/// How a difference compares with the spread of the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Noise {
    /// The seeds alone would hardly make it.
    Beyond,
    /// The seeds alone may make it.
    Within,
    /// There are too few runs to tell.
    Unknown,
}

impl Noise {
    /// Says it in a few words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Beyond => "beyond noise",
            Self::Within => "within noise",
            Self::Unknown => "one run: noise unknown",
        }
    }
}

/// Critical values of Student's t, two-sided at 5 %, for 1, 2, 3 … degrees of freedom.
const CRITICAL: [f64; 30] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/// Gives the mean of values; not a number without any.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

/// Compares two samples by Welch's test at 5 %: it takes each sample to be drawn from a normal distribution
/// with a spread of its own. Fractions of degrees of freedom are rounded down.
///
/// # Source
/// B. L. Welch, "The generalization of 'Student's' problem …", Biometrika 34 (1947), 28–35.
pub(super) fn judge(sample: &Sample) -> Noise {
    let (old, new) = (Share::of(&sample.old), Share::of(&sample.new));
    let (Some(old), Some(new)) = (old, new) else { return Noise::Unknown };
    let difference = (mean(&sample.new) - mean(&sample.old)).abs();
    let variance = old.variance + new.variance;
    if variance == 0.0 {
        return if difference > 0.0 { Noise::Beyond } else { Noise::Within };
    }
    let freedom = variance * variance
        / (old.variance * old.variance / old.freedom + new.variance * new.variance / new.freedom);
    let place = (freedom as usize).clamp(1, CRITICAL.len()) - 1;
    if difference > CRITICAL[place] * variance.sqrt() { Noise::Beyond } else { Noise::Within }
}

/// What a sample gives to the variance of a difference of means.
struct Share {
    variance: f64,
    freedom: f64,
}

impl Share {
    fn of(values: &[f64]) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let (mean, freedom) = (mean(values), (values.len() - 1) as f64);
        let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
        Some(Self { variance: squares / freedom / values.len() as f64, freedom })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(old: &[f64], new: &[f64]) -> Noise {
        judge(&Sample { old: old.to_vec(), new: new.to_vec() })
    }

    #[test]
    fn a_difference_is_measured_by_the_spread_of_the_seeds() {
        assert_eq!(told(&[0.90, 0.92, 0.94], &[0.92, 0.93, 0.95]), Noise::Within);
        assert_eq!(told(&[0.90, 0.91, 0.92], &[0.97, 0.98, 0.99]), Noise::Beyond);
        assert_eq!(told(&[0.5, 0.5], &[0.6, 0.6]), Noise::Beyond);
        assert_eq!(told(&[0.5, 0.5], &[0.5, 0.5]), Noise::Within);
        assert_eq!(told(&[0.5], &[0.6, 0.7]), Noise::Unknown);
    }

    #[test]
    fn the_boundary_is_where_the_table_puts_it() {
        // Equal variances of 1 and three values each: four degrees of freedom, t = difference / sqrt(2/3).
        let boundary = 2.776 * (2.0_f64 / 3.0).sqrt();
        let shifted = |by: f64| [-1.0 + by, by, 1.0 + by];
        assert_eq!(told(&shifted(0.0), &shifted(boundary * 0.999)), Noise::Within);
        assert_eq!(told(&shifted(0.0), &shifted(boundary * 1.001)), Noise::Beyond);
    }
}
