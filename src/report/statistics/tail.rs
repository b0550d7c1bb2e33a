//! The tails of Student's distribution.
//!
//! Invariants
//! - Both sides at once, so that a small p keeps its digits.
//! - From 0 to 1, for every `t` that is a number.

use special::Beta;

/// Degrees of freedom beyond which the tail is that of this many, which at 5 % is wider by 0.6 % of it than that of a
/// normal distribution. The series behind the tail needs more terms with more degrees of freedom.
const MOST_DEGREES: f64 = 1_000.0;

/// Gives the probability that Student's t is at least as far from zero as `t`; it has at least 1 degree of freedom, and
/// may have infinitely many.
///
/// # Source
/// M. Abramowitz and I. A. Stegun, "Handbook of Mathematical Functions" (1964), 26.5.27.
pub(super) fn student_two_sided(t: f64, degrees_of_freedom: f64) -> f64 {
    let degrees = degrees_of_freedom.clamp(1.0, MOST_DEGREES);
    let (p, q) = (degrees / 2.0, 0.5);
    // An infinite t² leaves 0; a t² that vanishes beside the degrees leaves 1.
    (degrees / (degrees + t * t)).inc_beta(p, q, p.ln_beta(q)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_the_tables_have_their_tails() {
        // Abramowitz and Stegun, table 26.10: two-sided 5 %, 1 % and 0.1 %.
        for (degrees, t, p) in [
            (1.0, 12.706, 0.05),
            (1.0, 63.657, 0.01),
            (2.0, 4.303, 0.05),
            (3.0, 3.182, 0.05),
            (4.0, 2.776, 0.05),
            (4.0, 8.610, 0.001),
            (5.0, 4.032, 0.01),
            (10.0, 2.228, 0.05),
            (11.0, 3.106, 0.01),
            (30.0, 2.042, 0.05),
            (120.0, 3.373, 0.001),
        ] {
            for t in [t, -t] {
                let tail = student_two_sided(t, degrees);
                // The tables have three decimals of t.
                assert!((tail / p - 1.0).abs() < 2e-3, "{degrees} degrees, t {t}: {tail}");
            }
        }
    }

    #[test]
    fn two_degrees_of_freedom_agree_with_the_closed_form() {
        for t in [0.01, 0.1, 1.0, 4.303, 30.0, 1e6] {
            let square: f64 = t * t;
            // 1 − t/√(2 + t²), without its cancellation.
            let root = (2.0 + square).sqrt();
            let exact = 2.0 / (root * (root + t));
            let tail = student_two_sided(t, 2.0);
            assert!((tail / exact - 1.0).abs() < 1e-10, "t {t}: {tail}, not {exact}");
        }
    }

    #[test]
    fn the_ends_are_zero_and_one() {
        for degrees in [1.0, 2.5, 1e9, f64::INFINITY] {
            assert_eq!(student_two_sided(0.0, degrees), 1.0);
            assert_eq!(student_two_sided(f64::INFINITY, degrees), 0.0);
            assert_eq!(student_two_sided(f64::NEG_INFINITY, degrees), 0.0);
        }
    }

    #[test]
    fn many_degrees_of_freedom_are_a_normal_distribution() {
        for (z, p) in [(1.959_964, 0.05), (2.575_829, 0.01)] {
            for degrees in [1e3, 1e7, f64::INFINITY] {
                let ratio = student_two_sided(z, degrees) / p;
                assert!((1.0..1.015).contains(&ratio), "{degrees} degrees, z {z}: {ratio}");
            }
        }
    }
}
