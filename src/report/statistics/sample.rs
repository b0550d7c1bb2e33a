//! Values over repeats, and their summary.

use std::num::NonZeroU64;

/// What differs by less than this share of its size differs by rounding.
pub(super) const NEGLIGIBLE: f64 = 1e-12;

/// How many steps between neighbouring numbers the rounding of a computation may make, in a difference of two results.
const ROUNDING_STEPS: f64 = 16.0;

/// Subtracts finite numbers; what overflows is the largest number. Numbers that are apart by no more than the rounding of what
/// computed them are equal; whole numbers are exact.
pub fn subtract(a: f64, b: f64) -> f64 {
    let difference = (a - b).clamp(-f64::MAX, f64::MAX);
    let is_whole = a.fract() == 0.0 && b.fract() == 0.0;
    let rounding = ROUNDING_STEPS * f64::EPSILON * a.abs().max(b.abs());
    if !is_whole && difference.abs() <= rounding { 0.0 } else { difference }
}

/// The values of one measure over the repeats of one experiment, each present or missing.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    values: Vec<Option<f64>>,
    out_of: Option<NonZeroU64>,
    is_exact: bool,
}

impl Sample {
    /// Makes a sample of one value for each repeat, in the order of the repeats; a value that is not finite is
    /// missing.
    pub fn new(values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let values = values.into_iter().map(|value| value.filter(|value| value.is_finite())).collect();
        Self { values, out_of: None, is_exact: false }
    }

    /// Says that each value is the share, from 0 to 1, of so many cases; the same cases in each repeat.
    ///
    /// Where repeats have different numbers of cases, give the smallest.
    pub fn out_of(self, cases: NonZeroU64) -> Self {
        Self { out_of: Some(cases), ..self }
    }

    /// Says that the values are exact: they have no noise, as parameters and counts of a model's weights have none.
    pub fn exact(self) -> Self {
        Self { is_exact: true, ..self }
    }

    /// Returns the values in the order of the repeats.
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// Tells whether the values have no noise.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// Returns of how many cases each value is a share.
    pub fn cases(&self) -> Option<NonZeroU64> {
        self.out_of
    }

    /// Summarises the values that are present; `None` where there are none.
    pub fn summary(&self) -> Option<Summary> {
        let mut present: Vec<f64> = self.values.iter().flatten().copied().collect();
        Summary::of(&mut present, self.values.len())
    }
}

/// A sample in a few numbers, of the values that are present.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// How many values are present, at least one.
    pub n: usize,
    /// How many repeats have no value.
    pub missing: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Sample standard deviation, with n − 1; `None` of a single value.
    pub sd: Option<f64>,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// The value in the middle, or the mean of the two there.
    pub median: f64,
}

impl Summary {
    /// Summarises finite values, which it sorts; none of them makes no summary.
    pub(super) fn of(values: &mut [f64], repeats: usize) -> Option<Self> {
        // Sorted, so that no bit depends on the order of the repeats.
        values.sort_by(f64::total_cmp);
        let (min, max) = (*values.first()?, *values.last()?);
        let (n, middle) = (values.len(), values.len() / 2);
        let mean = mean(values).clamp(min, max);
        let median = if n % 2 == 1 { values[middle] } else { values[middle - 1].midpoint(values[middle]) };
        let sd = (n > 1).then(|| standard_deviation(values, mean));
        Some(Self { n, missing: repeats - n, mean, sd, min, max, median })
    }

    /// The largest absolute value.
    pub(super) fn magnitude(&self) -> f64 {
        self.min.abs().max(self.max.abs())
    }
}

fn mean(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let sum = stable_sum(values.iter().copied());
    // Huge values overflow the sum, not the mean.
    if sum.is_finite() { sum / n } else { values.iter().map(|value| value / n).sum() }
}

/// Computes the sample standard deviation of at least two values; at most `f64::MAX`.
fn standard_deviation(values: &[f64], mean: f64) -> f64 {
    let deviations = values.iter().map(|value| (value - mean).abs().min(f64::MAX));
    let largest = deviations.clone().fold(0.0, f64::max);
    if largest == 0.0 {
        return 0.0;
    }
    // Scaled, as the squares of huge or tiny deviations are no numbers; by a power of two, which rounds nothing.
    let scale = power_of_two(largest);
    let squares = stable_sum(deviations.map(|deviation| (deviation / scale) * (deviation / scale)));
    (scale * (squares / (values.len() - 1) as f64).sqrt()).min(f64::MAX)
}

/// Gives the largest power of two that is at most a positive number; of a subnormal one, the smallest normal number.
fn power_of_two(number: f64) -> f64 {
    const EXPONENT: u64 = f64::INFINITY.to_bits();
    f64::from_bits(number.max(f64::MIN_POSITIVE).to_bits() & EXPONENT)
}

/// Adds numbers, and what each addition rounds away.
///
/// # Source
/// A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen", ZAMM 54 (1974), 39–51.
fn stable_sum(numbers: impl Iterator<Item = f64>) -> f64 {
    let (sum, lost) = numbers.fold((0.0_f64, 0.0), |(sum, lost), number| {
        let next = sum + number;
        let rounded_away =
            if sum.abs() >= number.abs() { (sum - next) + number } else { (number - next) + sum };
        (next, lost + rounded_away)
    });
    sum + lost
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(values: &[f64]) -> Summary {
        Sample::new(values.iter().copied().map(Some)).summary().expect("there are values")
    }

    #[test]
    fn a_summary_is_of_the_values_that_are_present() {
        let sample = Sample::new([Some(4.0), None, Some(1.0), Some(f64::NAN), Some(7.0), Some(2.0)]);
        let expected =
            Summary { n: 4, missing: 2, mean: 3.5, sd: Some(7_f64.sqrt()), min: 1.0, max: 7.0, median: 3.0 };
        assert_eq!(sample.summary(), Some(expected));
        assert_eq!(sample.values(), [Some(4.0), None, Some(1.0), None, Some(7.0), Some(2.0)]);
    }

    #[test]
    fn without_a_value_there_is_no_summary() {
        assert_eq!(Sample::new([]).summary(), None);
        assert_eq!(Sample::new([None, Some(f64::INFINITY)]).summary(), None);
    }

    #[test]
    fn one_value_has_no_standard_deviation() {
        let expected = Summary { n: 1, missing: 0, mean: 0.3, sd: None, min: 0.3, max: 0.3, median: 0.3 };
        assert_eq!(summary(&[0.3]), expected);
    }

    #[test]
    fn equal_values_have_their_mean_and_no_deviation_to_the_bit() {
        for value in [0.1, 1.0 / 3.0, 0.942_187_5, 1e300, -7e-300] {
            for n in 2..20 {
                let summary = summary(&vec![value; n]);
                assert_eq!((summary.mean, summary.sd), (value, Some(0.0)), "{n} times {value}");
            }
        }
    }

    #[test]
    fn a_large_offset_does_not_hide_the_deviation() {
        // NIST StRD "NumAcc4": mean 10000000.2, standard deviation 0.1.
        let pairs = [10_000_000.1, 10_000_000.3].repeat(500);
        let summary = summary(&[&[10_000_000.2], &pairs[..]].concat());
        assert!((summary.mean - 10_000_000.2).abs() < 1e-8, "{}", summary.mean);
        assert!((summary.sd.expect("there are many") - 0.1).abs() < 1e-8, "{:?}", summary.sd);
        assert_eq!(stable_sum([1.0, 1e100, 1.0, -1e100].into_iter()), 2.0);
    }

    #[test]
    fn huge_and_tiny_values_stay_finite() {
        let huge = summary(&[f64::MAX, f64::MAX, -f64::MAX]);
        assert!((huge.mean / (f64::MAX / 3.0) - 1.0).abs() < 1e-15, "{huge:?}");
        assert!(huge.sd.is_some_and(f64::is_finite), "{huge:?}");
        assert_eq!(summary(&[f64::MAX, -f64::MAX]).sd, Some(f64::MAX));
        let tiny = summary(&[1e-200, 2e-200, 3e-200]);
        assert!((tiny.sd.expect("there are three") / 1e-200 - 1.0).abs() < 1e-15, "{tiny:?}");
    }

    #[test]
    fn results_that_differ_by_the_rounding_of_their_computation_are_equal() {
        assert_eq!(subtract(0.1 + 0.2, 0.3), 0.0);
        assert_eq!(subtract(0.3, 0.1 + 0.2), 0.0);
        assert_eq!(subtract(0.300_000_000_001, 0.3), 0.300_000_000_001 - 0.3);
        assert_eq!(subtract(9_007_199_254_740_991.0, 9_007_199_254_740_990.0), 1.0);
        assert_eq!(subtract(f64::MAX, -f64::MAX), f64::MAX);
    }
}
