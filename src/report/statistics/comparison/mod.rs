//! Two samples, or a sample and a stated number → higher, lower, same or unclear.
//!
//! ```text
//! samples ──both whole, several repeats, shares──▶ estimates ──difference and its p value──▶ comparison
//! ```
//!
//! Invariants
//! - `compare(b, a)` is `compare(a, b)` mirrored; where both sides lack something, the first one's is the reason.
//! - *Same* is said of the same run and of exact numbers alone: noisy values that agree may do so by chance.

use super::sample::{NEGLIGIBLE, Sample, Summary, subtract};
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
    let (own, other) = (distinct(a), distinct(b));
    let are_equal = own.len() == other.len() && own.iter().zip(&other).all(|(a, b)| subtract(*a, *b) == 0.0);
    if difference == 0.0 && !are_equal {
        return Comparison::unclear(Reason::EqualMeans, Some(difference));
    }
    Comparison::of_numbers(difference, 0.0)
}

#[cfg(test)]
mod tests;
