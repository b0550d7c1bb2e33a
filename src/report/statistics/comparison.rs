//! Two samples, or a sample and a stated number → higher, lower, same or unclear.
//!
//! ```text
//! samples ──both whole, several repeats, shares──▶ estimates ──difference and its p value──▶ comparison
//! ```
//!
//! Invariants
//! - `compare(b, a)` is `compare(a, b)` mirrored; where both sides lack something, the first one's is the reason.
//! - *Same* is said of the same run and of exact numbers alone: noisy values that agree may do so by chance.

use super::sample::{NEGLIGIBLE, Sample, Summary};
use super::verdict::{Comparison, FEWEST_CONSTANT_REPEATS, Reason};
use super::welch::{StandardError, case_variance, p_of_one_constant, p_of_two_constants, p_two_sided};

/// How the repeats of two samples belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// Not at all, as seeds: Welch's test.
    Independent,
    /// The values at one position are of one coordinate that both sides share and that has cases of its own, as
    /// folds: a test of the differences. These hold the noise of the cases already, so [`Sample::out_of`] adds none.
    Paired,
}

/// A number that a person states, to compare a sample with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatedNumber {
    value: f64,
    step: f64,
    is_one_run: bool,
}

impl StatedNumber {
    /// A bound, such as what an assignment asks for: an exact number. `None` where it is not finite.
    pub fn bound(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self { value, step: 0.0, is_one_run: false })
    }

    /// The result of one run elsewhere, such as a paper's, printed to the nearest multiple of `step` (0.01 for
    /// `0.91`, 0 if it is not rounded). It has the noise of one run, which is taken to vary as the sample does, and to
    /// be scored on as many cases of its own. `None` where the value is not finite, or `step` not from 0 to 1e150.
    pub fn one_run(value: f64, step: f64) -> Option<Self> {
        // The square of a larger step is no number.
        let is_sound = value.is_finite() && (0.0..=1e150).contains(&step);
        is_sound.then_some(Self { value, step, is_one_run: true })
    }
}

/// Compares two samples at 5 %, two-sided.
///
/// Exact samples compare as numbers, by their means; a sample and an exact one as a sample and a bound. Where both
/// sides are the same run, which the samples can't say, it is [`Comparison::of_same_run`].
pub fn compare(a: &Sample, b: &Sample, repeats: Repeats) -> Comparison {
    if repeats == Repeats::Paired && !(a.is_exact() || b.is_exact()) {
        return compare_pairs(a.values(), b.values());
    }
    let (own, other) = match (read_whole(a), read_whole(b)) {
        (Ok(own), Ok(other)) => (own, other),
        (Err(reason), _) | (_, Err(reason)) => return Comparison::unclear(reason, None),
    };
    let difference = subtract(own.mean, other.mean);
    if a.is_exact() && b.is_exact() {
        return compare_exact(a, b, difference);
    }
    let sides = [(a, own), (b, other)];
    let noisy = sides.iter().filter(|(sample, _)| !sample.is_exact());
    let estimates = match noisy.map(|(sample, summary)| Estimate::of(sample, summary)).collect() {
        Ok(estimates) => estimates,
        Err(reason) => return Comparison::unclear(reason, Some(difference)),
    };
    let p_of_constants = match (a.is_exact(), b.is_exact()) {
        (false, false) => p_of_two_constants(own.n, other.n),
        (true, _) => p_of_one_constant(other.n),
        (_, true) => p_of_one_constant(own.n),
    };
    test(difference, own.magnitude().max(other.magnitude()), estimates, p_of_constants)
}

/// Compares a sample with a number that a person states, at 5 %, two-sided: a one-sample test against a bound, a
/// prediction of one more run against one run. An exact sample compares as a number, to the last place printed.
pub fn compare_with_stated(sample: &Sample, stated: StatedNumber) -> Comparison {
    let own = match read_whole(sample) {
        Ok(own) => own,
        Err(reason) => return Comparison::unclear(reason, None),
    };
    let difference = subtract(own.mean, stated.value);
    if sample.is_exact() {
        return Comparison::of_numbers(difference, stated.step / 2.0);
    }
    let mut estimate = match Estimate::of(sample, &own) {
        Ok(estimate) => estimate,
        Err(reason) => return Comparison::unclear(reason, Some(difference)),
    };
    let magnitude = own.magnitude().max(stated.value.abs());
    if !stated.is_one_run {
        return test(difference, magnitude, vec![estimate], p_of_one_constant(own.n));
    }
    // One more run varies by s², besides the s²/n of the mean, and is scored on cases of its own.
    estimate.of_repeats.size = (estimate.of_repeats.size * ((own.n + 1) as f64).sqrt()).min(f64::MAX);
    estimate.case_variance = 2.0 * estimate.case_variance + stated.step * stated.step / 12.0;
    test(difference, magnitude, vec![estimate], p_of_two_constants(own.n, 1))
}

/// What is known of the mean of a side that has noise.
struct Estimate {
    n: usize,
    of_repeats: StandardError,
    /// Zero without cases.
    case_variance: f64,
    case_degrees: f64,
}

impl Estimate {
    fn of(sample: &Sample, summary: &Summary) -> Result<Self, Reason> {
        let without_cases = Self::of_repeats(summary, summary.magnitude())?;
        let Some(cases) = sample.cases() else { return Ok(without_cases) };
        if summary.min < -NEGLIGIBLE || summary.max > 1.0 + NEGLIGIBLE {
            return Err(Reason::NotShares);
        }
        let case_variance = case_variance(summary.mean.clamp(0.0, 1.0), cases);
        Ok(Self { case_variance, case_degrees: (cases.get() - 1) as f64, ..without_cases })
    }

    /// Estimates from several values; those that differ by no more than rounding does at this magnitude are equal.
    fn of_repeats(summary: &Summary, magnitude: f64) -> Result<Self, Reason> {
        let n = summary.n;
        let sd = summary.sd.ok_or(Reason::OneRepeat)?;
        let is_constant = summary.max - summary.min <= NEGLIGIBLE * magnitude;
        let size = if is_constant { 0.0 } else { sd / (n as f64).sqrt() };
        let of_repeats = StandardError { size, degrees_of_freedom: (n - 1) as f64 };
        Ok(Self { n, of_repeats, case_variance: 0.0, case_degrees: f64::INFINITY })
    }
}

/// Summarises a sample of which no repeat lacks its value.
fn read_whole(sample: &Sample) -> Result<Summary, Reason> {
    let repeats = sample.values().len();
    match sample.summary() {
        Some(summary) if summary.missing == 0 => Ok(summary),
        summary => Err(Reason::MissingValues { present: summary.map_or(0, |summary| summary.n), repeats }),
    }
}

/// Subtracts finite numbers; what overflows is the largest number.
fn subtract(a: f64, b: f64) -> f64 {
    (a - b).clamp(-f64::MAX, f64::MAX)
}

/// Tests a difference of means; values of this magnitude differ by rounding alone where they differ by less than
/// [`NEGLIGIBLE`] of it.
fn test(difference: f64, magnitude: f64, estimates: Vec<Estimate>, p_of_constants: f64) -> Comparison {
    let has_variance = estimates.iter().any(|estimate| estimate.of_repeats.size > 0.0);
    if !has_variance && estimates.iter().any(|estimate| estimate.n < FEWEST_CONSTANT_REPEATS) {
        return Comparison::unclear(Reason::NoVariance, Some(difference));
    }
    if difference.abs() <= NEGLIGIBLE * magnitude {
        return Comparison::of_test(difference, 1.0);
    }
    let of_repeats: Vec<StandardError> = estimates.iter().map(|estimate| estimate.of_repeats).collect();
    let of_cases = StandardError {
        size: estimates.iter().map(|estimate| estimate.case_variance).sum::<f64>().sqrt(),
        degrees_of_freedom: estimates
            .iter()
            .map(|estimate| estimate.case_degrees)
            .fold(f64::INFINITY, f64::min),
    };
    let p = match (has_variance, of_cases.size > 0.0) {
        (true, _) => p_two_sided(difference, &of_repeats, of_cases),
        (false, true) => p_two_sided(difference, &of_repeats, of_cases).max(p_of_constants),
        (false, false) => p_of_constants,
    };
    Comparison::of_test(difference, p)
}

/// Tests the differences of values at the same position.
fn compare_pairs(a: &[Option<f64>], b: &[Option<f64>]) -> Comparison {
    let pairs: Vec<(f64, f64)> = a.iter().zip(b).filter_map(|(a, b)| Some(((*a)?, (*b)?))).collect();
    let coordinates = a.len().max(b.len());
    if pairs.len() < coordinates {
        let reason = Reason::MissingPartners { paired: pairs.len(), coordinates };
        return Comparison::unclear(reason, None);
    }
    let mut differences: Vec<f64> = pairs.iter().map(|(a, b)| subtract(*a, *b)).collect();
    let Some(summary) = Summary::of(&mut differences, coordinates) else {
        return Comparison::unclear(Reason::MissingValues { present: 0, repeats: 0 }, None);
    };
    let magnitude = pairs.iter().map(|(a, b)| a.abs().max(b.abs())).fold(0.0, f64::max);
    match Estimate::of_repeats(&summary, magnitude) {
        Ok(estimate) => test(summary.mean, magnitude, vec![estimate], p_of_one_constant(summary.n)),
        Err(reason) => Comparison::unclear(reason, Some(summary.mean)),
    }
}

/// Compares exact samples as numbers: the same where all values are equal, else by their means.
fn compare_exact(a: &Sample, b: &Sample, difference: f64) -> Comparison {
    let distinct = |sample: &Sample| {
        let mut values: Vec<f64> = sample.values().iter().flatten().map(|value| value + 0.0).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        values
    };
    if difference == 0.0 && distinct(a) != distinct(b) {
        return Comparison::unclear(Reason::EqualMeans, Some(difference));
    }
    Comparison::of_numbers(difference, 0.0)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use snapbox::{assert_data_eq, str};

    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.iter().copied().map(Some))
    }

    fn share(values: &[f64], cases: u64) -> Sample {
        sample(values).out_of(NonZeroU64::new(cases).expect("there are cases"))
    }

    fn independent(a: &Sample, b: &Sample) -> Comparison {
        compare(a, b, Repeats::Independent)
    }

    /// Writes a comparison as one line: relation, difference, p and reason.
    fn line(comparison: Comparison) -> String {
        let number = |number: Option<f64>| number.map_or("none".into(), |number| format!("{number:.4}"));
        let reason = comparison.reason().map_or(String::new(), |reason| format!(" · {reason}"));
        let (difference, p) = (number(comparison.difference), number(comparison.p));
        format!("{} · difference {difference} · p {p}{reason}\n", comparison.relation)
    }

    /// The additional hours of sleep of ten patients with two drugs: Student, "The probable error of a mean" (1908).
    const SLEEP: [[f64; 10]; 2] = [
        [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
        [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
    ];

    #[test]
    fn the_sleep_data_are_judged_as_in_the_textbook() {
        let [a, b] = SLEEP.map(|values| sample(&values));
        // R: t.test(extra ~ group) has p = 0.07939.
        assert_data_eq!(
            line(independent(&a, &b)),
            str![[r#"
unclear · difference -1.5800 · p 0.0794 · not significant at 5 %

"#]]
        );
        // R: t.test(x, y, paired = TRUE) has p = 0.002833.
        assert_data_eq!(
            line(compare(&a, &b, Repeats::Paired)),
            str![[r#"
lower · difference -1.5800 · p 0.0028

"#]]
        );
        // R: t.test(y, mu = 0) has p = 0.005076.
        let zero = StatedNumber::bound(0.0).expect("finite");
        assert_data_eq!(
            line(compare_with_stated(&b, zero)),
            str![[r#"
higher · difference 2.3300 · p 0.0051

"#]]
        );
    }

    #[test]
    fn a_comparison_that_says_nothing_says_why() {
        let good = sample(&[0.9, 0.91, 0.92]);
        let cases = [
            (good.clone(), Sample::new([Some(0.1), None, Some(0.2)])),
            (Sample::new([None, Some(f64::NAN), Some(0.2)]), sample(&[0.1])),
            (good.clone(), Sample::new([None, None])),
            (Sample::new([]), good.clone()),
            (good.clone(), sample(&[0.1])),
            (sample(&[0.9; 4]), sample(&[0.1; 9])),
            (sample(&[0.9; 3]), sample(&[0.9; 3])),
            (share(&[0.9; 3], 640), share(&[0.1; 3], 640)),
            (good.clone(), sample(&[0.89, 0.92, 0.91])),
            (share(&[90.0, 91.0, 92.0], 640), share(&[0.9, 0.91, 0.92], 640)),
            (sample(&[1.0, 3.0]).exact(), sample(&[2.0, 2.0]).exact()),
        ];
        let lines: String = cases.iter().map(|(a, b)| line(independent(a, b))).collect();
        assert_data_eq!(
            lines,
            str![[r#"
unclear · difference none · p none · 2 of 3 repeats have a value
unclear · difference none · p none · 1 of 3 repeats has a value
unclear · difference none · p none · 0 of 2 repeats have a value
unclear · difference none · p none · no repeats on a side
unclear · difference 0.8100 · p none · one run on a side
unclear · difference 0.8000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.8000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0033 · p 0.7700 · not significant at 5 %
unclear · difference 90.0900 · p none · not all values are shares between 0 and 1
unclear · difference 0.0000 · p none · different values with equal means

"#]]
        );
    }

    #[test]
    fn equal_constants_are_never_the_same() {
        assert_data_eq!(
            line(independent(&sample(&[0.9; 8]), &sample(&[0.9; 8]))),
            str![[r#"
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %

"#]]
        );
    }

    #[test]
    fn the_same_run_is_the_same() {
        assert_data_eq!(
            line(Comparison::of_same_run()),
            str![[r#"
same · difference 0.0000 · p none

"#]]
        );
    }

    #[test]
    fn five_constant_repeats_a_side_are_enough() {
        assert_data_eq!(
            line(independent(&sample(&[0.9; 5]), &sample(&[0.8; 5]))),
            str![[r#"
higher · difference 0.1000 · p 0.0079

"#]]
        );
        // The cases' noise stays.
        let shares = |cases| line(independent(&share(&[0.9; 5], cases), &share(&[0.8; 5], cases)));
        assert_data_eq!(
            shares(50) + &shares(640),
            str![[r#"
unclear · difference 0.1000 · p 0.1636 · not significant at 5 %
higher · difference 0.1000 · p 0.0079

"#]]
        );
    }

    #[test]
    fn one_constant_side_is_enough_variance() {
        assert_data_eq!(
            line(independent(&sample(&[0.9, 0.91, 0.92]), &sample(&[0.5; 3]))),
            str![[r#"
higher · difference 0.4100 · p 0.0002

"#]]
        );
    }

    #[test]
    fn a_share_of_few_cases_has_the_noise_of_its_cases() {
        let values = [[0.9, 0.91, 0.92], [0.95, 0.96, 0.97]];
        let lines: String = [100, 10_000]
            .map(|cases| line(independent(&share(&values[0], cases), &share(&values[1], cases))))
            .concat();
        assert_data_eq!(
            line(independent(&sample(&values[0]), &sample(&values[1]))) + &lines,
            str![[r#"
lower · difference -0.0500 · p 0.0036
unclear · difference -0.0500 · p 0.1673 · not significant at 5 %
lower · difference -0.0500 · p 0.0041

"#]]
        );
    }

    #[test]
    fn exact_values_compare_as_numbers() {
        let exact = |values: &[f64]| sample(values).exact();
        let cases = [
            (exact(&[10.0]), exact(&[10.0, 10.0])),
            (exact(&[-0.0]), exact(&[0.0])),
            (exact(&[10.0, 10.0, 10.0]), exact(&[12.0, 12.0, 12.0])),
            (exact(&[0.1]), exact(&[0.1 - 1e-17])),
            (exact(&[1.0, 2.0]), exact(&[2.0, 1.0])),
            (exact(&[1.0, 2.0]), exact(&[1.0, 1.0])),
            (Sample::new([Some(1.0), None]).exact(), exact(&[1.0, 1.0])),
            // A bound for what is not exact.
            (sample(&[0.9, 0.91, 0.92]), exact(&[0.8])),
            (exact(&[0.8]), sample(&[0.9; 6])),
        ];
        let lines: String = cases.iter().map(|(a, b)| line(independent(a, b))).collect();
        assert_data_eq!(
            lines,
            str![[r#"
same · difference 0.0000 · p none
same · difference 0.0000 · p none
lower · difference -2.0000 · p none
higher · difference 0.0000 · p none
same · difference 0.0000 · p none
higher · difference 0.5000 · p none
unclear · difference none · p none · 1 of 2 repeats has a value
higher · difference 0.1100 · p 0.0027
lower · difference -0.1000 · p 0.0312

"#]]
        );
    }

    #[test]
    fn pairs_are_compared_by_their_differences() {
        let (a, b) = (sample(&[0.5, 0.7, 0.9, 0.6]), sample(&[0.51, 0.715, 0.91, 0.615]));
        let shifted = |by: f64, n: usize| {
            let values: Vec<f64> = (0..n).map(|fold| 0.5 + by + 0.03 * fold as f64).collect();
            sample(&values)
        };
        let cases = [
            (a.clone(), b.clone()),
            (a.clone(), sample(&[0.51, 0.715, 0.91])),
            (a.clone(), Sample::new([Some(0.51), None, Some(0.91), Some(0.615)])),
            (Sample::new([Some(1.0), None]), Sample::new([None, Some(1.0)])),
            (Sample::new([]), Sample::new([])),
            (sample(&[0.5]), sample(&[0.6])),
            (a.clone(), a.clone()),
            // Constant differences, but for rounding.
            (shifted(0.1, 4), shifted(0.0, 4)),
            (shifted(0.1, 5), shifted(0.0, 5)),
            (shifted(0.1, 6), shifted(0.0, 6)),
            (shifted(0.0, 6), shifted(0.0, 6)),
        ];
        let lines: String = cases.iter().map(|(a, b)| line(compare(a, b, Repeats::Paired))).collect();
        assert_data_eq!(
            lines,
            str![[r#"
lower · difference -0.0125 · p 0.0032
unclear · difference none · p none · 3 of 4 repeats have a value on both sides
unclear · difference none · p none · 3 of 4 repeats have a value on both sides
unclear · difference none · p none · 0 of 2 repeats have a value on both sides
unclear · difference none · p none · no repeats on a side
unclear · difference -0.1000 · p none · one run on a side
unclear · difference 0.0000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.1000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.1000 · p 0.0625 · not significant at 5 %
higher · difference 0.1000 · p 0.0312
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %

"#]]
        );
    }

    #[test]
    fn a_stated_number_is_a_bound_or_one_run() {
        let own = share(&[0.90, 0.92, 0.94], 640);
        let bound = |value| line(compare_with_stated(&own, StatedNumber::bound(value).expect("finite")));
        let run = |sample: &Sample, value, step| {
            line(compare_with_stated(sample, StatedNumber::one_run(value, step).expect("finite")))
        };
        assert_data_eq!(
            bound(0.85) + &bound(0.8) + &run(&own, 0.8, 0.01) + &run(&own, 0.5, 0.01),
            str![[r#"
higher · difference 0.0700 · p 0.0253
higher · difference 0.1200 · p 0.0090
higher · difference 0.1200 · p 0.0343
higher · difference 0.4200 · p 0.0030

"#]]
        );
        // An exact number is the same as what it is printed as.
        let exact = sample(&[0.914]).exact();
        assert_data_eq!(
            run(&exact, 0.91, 0.01) + &run(&exact, 0.92, 0.01) + &run(&exact, 0.914, 0.0),
            str![[r#"
same · difference 0.0040 · p none
lower · difference -0.0060 · p none
same · difference 0.0000 · p none

"#]]
        );
        let lines = run(&sample(&[0.9]), 0.5, 0.01) + &run(&sample(&[0.9; 3]), 0.5, 0.01);
        let constants = run(&sample(&[0.9; 30]), 0.5, 0.01) + &run(&sample(&[0.9; 40]), 0.5, 0.01);
        assert_data_eq!(
            lines + &constants,
            str![[r#"
unclear · difference 0.4000 · p none · one run on a side
unclear · difference 0.4000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.4000 · p 0.0645 · not significant at 5 %
higher · difference 0.4000 · p 0.0488

"#]]
        );
        assert_eq!((StatedNumber::bound(f64::NAN), StatedNumber::one_run(1.0, -0.1)), (None, None));
    }

    #[test]
    fn rounding_in_the_last_place_is_no_variance_and_no_difference() {
        let noisy = [0.3, 0.1 + 0.2, 0.3];
        let lines = [
            (sample(&noisy), sample(&[0.4; 3])),
            (sample(&[0.1 + 0.2; 5]), sample(&[0.3; 5])),
            (sample(&[1e7 + 0.3, 1e7 + 0.1 + 0.2, 1e7 + 0.3]), sample(&[5.0; 3])),
        ]
        .map(|(a, b)| line(independent(&a, &b)))
        .concat();
        assert_data_eq!(
            lines,
            str![[r#"
unclear · difference -0.1000 · p none · no variance over fewer than 5 repeats
unclear · difference 0.0000 · p 1.0000 · not significant at 5 %
unclear · difference 9999995.3000 · p none · no variance over fewer than 5 repeats

"#]]
        );
    }

    #[test]
    fn p_values_have_the_same_bits_on_every_platform() {
        let [a, b] = SLEEP.map(|values| sample(&values));
        let shares = [share(&[0.90, 0.92, 0.94], 640), share(&[0.8, 0.83, 0.81], 640)];
        let bits =
            [independent(&a, &b), compare(&a, &b, Repeats::Paired), independent(&shares[0], &shares[1])]
                .map(|comparison| format!("{:016x}\n", comparison.p.expect("there was a test").to_bits()));
        assert_data_eq!(
            bits.concat(),
            str![[r#"
3fb4532ca399472b
3f673500580792aa
3f73759ccb0cebe0

"#]]
        );
    }
}
