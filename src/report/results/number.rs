//! A mean and a standard deviation with as many digits as they deserve.
//!
//! Invariants
//! - Digits come from exact decimal formatting: no logarithm, no C library.
//! - A number is rounded as a report rounds it, half away from zero.

use crate::citation::Rounded;
use crate::statistics::Summary;

/// Digits of a number of which no deviation says how many it deserves.
const SIGNIFICANT: usize = 5;

/// The most decimals that are printed.
const MAX_DECIMALS: usize = 12;

/// From this size on, and below its inverse, numbers are printed with an exponent.
const LARGE: f64 = 1e9;

/// Formats a mean and its deviation: `0.9791 ± 0.0021`, two digits of the deviation; `12` where all values are equal.
pub fn format_mean(summary: &Summary) -> String {
    match summary.sd {
        Some(sd) if sd > 0.0 && is_plain(summary.mean) && is_plain(sd) => {
            let decimals = decimals(sd, 2);
            format!("{} ± {}", rounded(summary.mean, decimals), rounded(sd, decimals))
        }
        Some(sd) if sd > 0.0 => format!("{} ± {}", format_number(summary.mean), format_significant(sd, 2)),
        _ => format_number(summary.mean),
    }
}

/// Formats a number with at most five significant digits, a whole one with all of its digits.
pub fn format_number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < LARGE {
        format!("{number}")
    } else {
        format_significant(number, SIGNIFICANT)
    }
}

fn format_significant(number: f64, digits: usize) -> String {
    if !is_plain(number) {
        let written = format!("{number:.*e}", digits - 1);
        let (digits, exponent) = written.split_once('e').expect("it has an exponent");
        return format!("{}e{exponent}", trimmed(digits));
    }
    trimmed(&rounded(number, decimals(number, digits))).to_owned()
}

fn rounded(number: f64, decimals: usize) -> String {
    let rounded = Rounded::to_places(number, decimals);
    rounded.map_or_else(|| format!("{number:.decimals$}"), |rounded| rounded.plain().replace('−', "-"))
}

/// Takes zeros away that end a fraction.
fn trimmed(digits: &str) -> &str {
    if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits }
}

fn is_plain(number: f64) -> bool {
    number == 0.0 || (1.0 / LARGE..LARGE).contains(&number.abs())
}

/// Gives the decimals that show so many significant digits.
fn decimals(number: f64, digits: usize) -> usize {
    let written = format!("{:.*e}", digits - 1, number);
    let exponent: i32 = written.split_once('e').and_then(|(_, it)| it.parse().ok()).unwrap_or(0);
    usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0).min(MAX_DECIMALS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::Sample;

    fn formatted(values: &[f64]) -> String {
        let sample = Sample::new(values.iter().copied().map(Some));
        format_mean(&sample.summary().expect("there are values"))
    }

    #[test]
    fn the_deviation_has_two_digits_and_the_mean_as_many_decimals() {
        assert_eq!(formatted(&[0.977, 0.979, 0.981]), "0.9790 ± 0.0020");
        assert_eq!(formatted(&[1203.0, 1300.0]), "1252 ± 69");
        assert_eq!(formatted(&[1e-12, 3e-12]), "2e-12 ± 1.4e-12");
        assert_eq!(formatted(&[12.0, 12.0]), "12");
        assert_eq!(formatted(&[0.123_456_789]), "0.12346");
        assert_eq!(formatted(&[-3e20]), "-3e20");
    }

    #[test]
    fn a_half_is_rounded_away_from_zero_as_in_a_report() {
        assert_eq!(formatted(&[0.4205, 0.5605]), "0.491 ± 0.099");
        assert_eq!(formatted(&[-0.4205, -0.5605]), "-0.491 ± 0.099");
        assert_eq!(formatted(&[2.000_05]), "2.0001");
        assert_eq!(formatted(&[123_456_789.25, 123_456_789.75]), "123456789.50 ± 0.35");
    }
}
