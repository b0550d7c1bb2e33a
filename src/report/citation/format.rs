//! How a number is printed: `fixed(3)`, `percent(1)`, `whole`, `significant(2)`, `seconds`.
//!
//! float ──its decimal digits──▶ rounded half away from zero ──▶ text
//!
//! Invariants
//! - Rounding is that of the decimal number that was written, not of the float near it: 0.175 is 0.18 and 18 %.
//! - What is not zero never prints as zero, nor a share that is not one as one: it gets as many more digits as that takes.
//! - The same text on every platform.

use std::fmt;

use super::number::{Rounded, grouped};
use crate::quantity::{FRACTION, POINTS};

/// Decimals at most that are asked for.
pub const MAX_DECIMALS: u8 = 12;

/// How a number is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// With so many decimals.
    Fixed(u8),
    /// A share as a percentage with so many decimals; a difference of shares as points.
    Percent(u8),
    /// As a whole number, with commas between thousands.
    Whole,
    /// With so many significant digits, at least one.
    Significant(u8),
    /// A duration in seconds as hours, minutes and seconds.
    Seconds,
    /// As it is spelled where it is written.
    Spelled,
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(decimals) => write!(out, "fixed({decimals})"),
            Self::Percent(decimals) => write!(out, "percent({decimals})"),
            Self::Whole => out.write_str("whole"),
            Self::Significant(digits) => write!(out, "significant({digits})"),
            Self::Seconds => out.write_str("seconds"),
            Self::Spelled => out.write_str("spelled"),
        }
    }
}

impl Format {
    /// Reads what [`Format`] displays; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, digits) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
            Some((name, digits)) => (name, digits.parse().ok().filter(|digits| *digits <= MAX_DECIMALS)?),
            None => (text, 0),
        };
        let format = match name {
            "fixed" => Self::Fixed(digits),
            "percent" => Self::Percent(digits),
            "whole" => Self::Whole,
            "significant" => Self::Significant(digits),
            "seconds" => Self::Seconds,
            "spelled" => Self::Spelled,
            _ => return None,
        };
        (format.to_string() == text).then_some(format)
    }

    /// Formats a finite number in a unit.
    pub fn number(self, value: f64, unit: Option<&str>) -> String {
        let is_share = unit == Some(FRACTION);
        match self {
            Self::Fixed(decimals) => Rounded::to_decimals(value, decimals.into(), is_share).plain(),
            Self::Percent(decimals) => {
                let percentage = Rounded::to_decimals(value, usize::from(decimals) + 2, true).times_hundred();
                format!("{percentage} {}", if unit == Some(POINTS) { "points" } else { "%" })
            }
            Self::Whole => grouped(&Rounded::to_decimals(value, 0, is_share).plain()),
            Self::Significant(digits) => {
                grouped(&Rounded::to_significant(value, usize::from(digits).max(1)).label())
            }
            Self::Seconds => duration(value),
            Self::Spelled => value.to_string().replacen('-', "−", 1),
        }
    }

    /// Splits what it prints into the number and what comes after it, such as ` %`.
    pub(super) fn suffix(self, text: &str) -> &str {
        match self {
            Self::Percent(_) => text.find(' ').map_or("", |at| &text[at..]),
            _ => "",
        }
    }
}

/// Formats seconds: `0.42 s`, `12.3 s`, `3 min 20 s`, `2 h 5 min`.
fn duration(seconds: f64) -> String {
    let sign = if seconds < 0.0 { "−" } else { "" };
    let whole =
        |seconds: f64| Rounded::to_decimals(seconds, 0, false).plain().parse::<u64>().unwrap_or(u64::MAX);
    let seconds = seconds.abs();
    // What rounds to a minute is one.
    if seconds < 59.95 {
        return format!("{sign}{} s", Rounded::to_significant(seconds, 3).label());
    }
    let (minutes, rest) = (whole(seconds) / 60, whole(seconds) % 60);
    match (minutes, whole(seconds / 60.0)) {
        (..60, ..60) if rest == 0 => format!("{sign}{minutes} min"),
        (..60, ..60) => format!("{sign}{minutes} min {rest} s"),
        (_, minutes) if minutes % 60 == 0 => format!("{sign}{} h", minutes / 60),
        (_, minutes) => format!("{sign}{} h {} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: Format, values: &[f64]) -> Vec<String> {
        values.iter().map(|value| format.number(*value, Some(FRACTION))).collect()
    }

    #[test]
    fn a_decimal_number_is_rounded_as_it_is_written() {
        assert_eq!(
            printed(Format::Fixed(2), &[7.0 / 40.0, 1.005, 0.285, -0.175]),
            ["0.18", "1.01", "0.29", "−0.18"]
        );
        assert_eq!(printed(Format::Percent(0), &[7.0 / 40.0, 0.285, 0.115]), ["18 %", "29 %", "12 %"]);
        let sum = 0.1 + 0.2 + 0.225;
        assert_eq!(printed(Format::Fixed(2), &[sum / 3.0]), ["0.18"]);
        assert_eq!(printed(Format::Fixed(3), &[0.9995, 0.0]), ["0.9995", "0.000"]);
    }

    #[test]
    fn what_is_neither_zero_nor_all_never_prints_so() {
        assert_eq!(
            printed(Format::Fixed(2), &[0.999_6, 0.000_4, 1.0, 0.0]),
            ["0.9996", "0.0004", "1.00", "0.00"]
        );
        assert_eq!(
            printed(Format::Percent(1), &[0.999_96, 0.000_012, 1.0]),
            ["99.996 %", "0.001 %", "100.0 %"]
        );
        assert_eq!(Format::Fixed(1).number(0.999_6, None), "1.0");
        assert_eq!(Format::Fixed(1).number(0.000_4, None), "0.0004");
        assert_eq!(Format::Fixed(0).number(1e-200, None), "10⁻²⁰⁰");
    }

    #[test]
    fn large_numbers_have_commas_or_a_power_of_ten() {
        assert_eq!(Format::Whole.number(2410.0, None), "2410");
        assert_eq!(Format::Whole.number(9_007_199_254_740_991.0, None), "9,007,199,254,740,991");
        assert_eq!(Format::Whole.number(-12_345.5, None), "−12,346");
        assert_eq!(Format::Significant(2).number(12_345.0, None), "12,000");
        assert_eq!(Format::Significant(3).number(0.979, None), "0.979");
        assert_eq!(Format::Significant(3).number(0.9, None), "0.900");
        assert_eq!(Format::Significant(2).number(12_345_678.0, None), "1.2·10⁷");
    }

    #[test]
    fn a_difference_of_shares_is_a_number_of_points() {
        assert_eq!(Format::Percent(1).number(0.2046, Some(POINTS)), "20.5 points");
        assert_eq!(Format::Fixed(3).number(-0.2046, Some(POINTS)), "−0.205");
    }

    #[test]
    fn seconds_are_printed_in_hours_minutes_and_seconds() {
        let printed = [0.42, 12.34, 59.96, 60.0, 200.4, 3599.7, 7500.0, 7200.0]
            .map(|it| Format::Seconds.number(it, None));
        assert_eq!(printed, ["0.420 s", "12.3 s", "1 min", "1 min", "3 min 20 s", "1 h", "2 h 5 min", "2 h"]);
    }

    #[test]
    fn a_format_reads_back() {
        for format in [
            Format::Fixed(3),
            Format::Percent(0),
            Format::Whole,
            Format::Significant(2),
            Format::Seconds,
            Format::Spelled,
        ] {
            assert_eq!(Format::parse(&format.to_string()), Some(format));
        }
        assert_eq!(["fixed", "whole(1)", "fixed(99)", "other(1)"].map(Format::parse), [None; 4]);
    }
}
