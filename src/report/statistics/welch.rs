//! The p value of a difference: Welch's test, with the sample's share of the variance.
//!
//! A measure differs from what holds in general for two reasons: another repeat would have given another value, and
//! other cases another share. The first is estimated from the repeats, with as few degrees of freedom as they leave.
//! The second is known from the number of cases, and does not become less with more repeats, since all of them are
//! scored on the same cases.
//!
//! ```text
//! t = (x̄ − ȳ) / √(S + v)     S = s²ₓ/n + s²ᵧ/m     ν = S² / ((s²ₓ/n)²/(n−1) + (s²ᵧ/m)²/(m−1))
//! p = (S · P(|Tᵥ| ≥ |t|) + v · P(|Tᵤ| ≥ |t|)) / (S + v)
//! ```
//!
//! `s²` is the sample variance over `n` or `m` repeats, `v` the variance `p(1−p)/c` from the `c` cases of each side, and
//! `u` the fewer cases less one. The tails are weighted as Cochran weights critical values: to count `v` in `ν` would
//! err too often, as repeats that agree by chance would pass for many. Without cases it is Welch's test.
//!
//! Assumptions
//! - The repeats are independent and their values about normal.
//! - The cases are a random sample of those that the measure is to speak of.
//! - Both sides have cases of their own. Where they share them, what they have in common cancels; and where repeats are
//!   wrong about different cases, that noise is in `s²`, too. The test then finds less than it could, and errs less often.
//!
//! # Source
//! B. L. Welch, "The generalization of 'Student's' problem when several different population variances are involved",
//! Biometrika 34 (1947), 28–35; W. G. Cochran, "Approximate significance levels of the Behrens–Fisher test",
//! Biometrics 20 (1964), 191–195. How often it errs is simulated in `simulation`.

use std::num::NonZeroU64;

use super::tail::student_two_sided;

/// A standard error, and how many degrees of freedom it is estimated with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StandardError {
    pub(super) size: f64,
    pub(super) degrees_of_freedom: f64,
}

/// Gives the two-sided p value of a difference with these standard errors: of the repeats of each side, and of the
/// cases of both sides together. At least one of them is not zero.
pub(super) fn p_two_sided(difference: f64, of_repeats: &[StandardError], of_cases: StandardError) -> f64 {
    let largest = of_repeats.iter().map(|error| error.size).fold(of_cases.size, f64::max);
    // In units of the largest, as the squares of huge or tiny errors are no numbers.
    let variance = |error: &StandardError| (error.size / largest) * (error.size / largest);
    let repeat_variance: f64 = of_repeats.iter().map(variance).sum();
    let case_variance = variance(&of_cases);
    let total = repeat_variance + case_variance;
    let t = difference / largest / total.sqrt();
    let case_tail = case_variance * student_two_sided(t, of_cases.degrees_of_freedom);
    if repeat_variance == 0.0 {
        return case_tail / total;
    }
    let inverse_degrees = |error: &StandardError| {
        let share = variance(error) / repeat_variance;
        share * share / error.degrees_of_freedom
    };
    let degrees = 1.0 / of_repeats.iter().map(inverse_degrees).sum::<f64>();
    (repeat_variance * student_two_sided(t, degrees) + case_tail) / total
}

/// Gives the variance of a share that comes from its number of cases: `p(1−p)/n`. A share nearer to 0 or 1 than one
/// case is taken to be one case away, as finding none of something does not show that there is none.
pub(super) fn case_variance(share: f64, cases: NonZeroU64) -> f64 {
    let cases = cases.get() as f64;
    // Of one case, 1 − 1/n is the smaller one.
    let share = share.min(1.0 - 1.0 / cases).max(1.0 / cases);
    (share * (1.0 - share) / cases).max(0.0)
}

/// Gives the p value of two groups of equal values that differ: how likely it is that so many repeats fall apart so if
/// they are dealt out to the sides by lot.
///
/// # Source
/// R. A. Fisher, "The Design of Experiments" (1935), section 21 (the permutation test), for ties within the groups.
pub(super) fn p_of_two_constants(n: usize, m: usize) -> f64 {
    let (few, many) = (n.min(m), n.max(m));
    // 2 / C(n + m, n); it falls by half at least with each step, so that few steps reach zero.
    let steps = (1..=few).take(1100);
    steps.fold(2.0, |p, step| p * step as f64 / (many + step) as f64).min(1.0)
}

/// Gives the p value of equal values that are all on one side of a number: how likely that is if each may as well be
/// on the other (the sign test).
pub(super) fn p_of_one_constant(n: usize) -> f64 {
    (1..n.min(1100)).fold(1.0, |p, _| p * 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_CASES: StandardError = StandardError { size: 0.0, degrees_of_freedom: f64::INFINITY };

    fn errors(sizes: [f64; 2], degrees: [f64; 2]) -> [StandardError; 2] {
        [0, 1].map(|side| StandardError { size: sizes[side], degrees_of_freedom: degrees[side] })
    }

    #[test]
    fn without_cases_it_is_welch_s_test() {
        // S = 5, t = 6/√5, ν = 25 / (1/2 + 16/4).
        let p = p_two_sided(6.0, &errors([1.0, 2.0], [2.0, 4.0]), NO_CASES);
        let by_hand = student_two_sided(6.0 / 5_f64.sqrt(), 25.0 / 4.5);
        assert!((p - by_hand).abs() < 1e-15, "{p}, not {by_hand}");
    }

    #[test]
    fn without_variance_over_repeats_it_is_a_test_of_two_shares() {
        let cases = NonZeroU64::new(640).expect("not zero");
        let size = (case_variance(0.9, cases) + case_variance(0.92, cases)).sqrt();
        let of_cases = StandardError { size, degrees_of_freedom: 639.0 };
        let p = p_two_sided(0.02, &errors([0.0; 2], [2.0; 2]), of_cases);
        // √(0.9·0.1/640 + 0.92·0.08/640) is about 0.016.
        assert!((0.2..0.23).contains(&p), "{p}");
    }

    #[test]
    fn the_noise_of_repeats_and_of_cases_is_weighted_by_variance() {
        let of_cases = StandardError { size: 2.0, degrees_of_freedom: 99.0 };
        let p = p_two_sided(6.0, &errors([1.0, 2.0], [2.0, 2.0]), of_cases);
        // S = 5, v = 4, t = 2, ν = 25 / (1/2 + 16/2).
        let by_hand = (5.0 * student_two_sided(2.0, 25.0 / 8.5) + 4.0 * student_two_sided(2.0, 99.0)) / 9.0;
        assert!((p - by_hand).abs() < 1e-15, "{p}, not {by_hand}");
    }

    #[test]
    fn a_share_of_zero_or_one_is_taken_to_be_one_case_away() {
        let variance = |share, cases| case_variance(share, NonZeroU64::new(cases).expect("not zero"));
        for (share, expected) in [(0.0, 9.9e-5), (1.0, 9.9e-5), (0.3, 2.1e-3)] {
            let found = variance(share, 100);
            assert!((found / expected - 1.0).abs() < 1e-12, "{share}: {found}, not {expected}");
        }
        assert_eq!([variance(0.0, 1), variance(1.0, 2)], [0.0, 0.125]);
    }

    #[test]
    fn the_scale_does_not_matter() {
        let p =
            |scale: f64| p_two_sided(2.0 * scale, &errors([0.5 * scale, 0.75 * scale], [2.0, 4.0]), NO_CASES);
        for scale in [1e-300, 1e300] {
            assert!((p(scale) / p(1.0) - 1.0).abs() < 1e-12, "{scale}: {}", p(scale));
        }
    }

    #[test]
    fn constants_are_judged_by_lot() {
        for ((n, m), p) in [((1, 1), 1.0), ((3, 3), 0.1), ((1, 39), 0.05), ((5, 5), 2.0 / 252.0)] {
            assert!(
                (p_of_two_constants(n, m) / p - 1.0).abs() < 1e-15,
                "{n}, {m}: {}",
                p_of_two_constants(n, m)
            );
            assert_eq!(p_of_two_constants(n, m), p_of_two_constants(m, n));
        }
        assert_eq!(
            (p_of_one_constant(1), p_of_one_constant(5), p_of_one_constant(6)),
            (1.0, 0.0625, 0.03125)
        );
        assert_eq!((p_of_two_constants(usize::MAX / 2, 10_000), p_of_one_constant(usize::MAX)), (0.0, 0.0));
    }
}
