//! Decimal numbers as axes and reports need them: exact, and spelled the same on every platform.
//!
//! Invariants
//! - A tick's value is the float nearest to what its label says.

use crate::measure::FRACTION;

/// `digits · 10^power`, exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decimal {
    /// The significant digits, with the sign.
    pub(crate) digits: i64,
    /// The power of ten.
    pub(crate) power: i32,
}

impl Decimal {
    /// Rounds a finite number to `significant` digits, at least 1.
    pub(crate) fn rounded(value: f64, significant: usize) -> Self {
        let places = significant.saturating_sub(1);
        let spelled = format!("{value:.places$e}");
        let (mantissa, power) = spelled.split_once('e').expect("this format has an exponent");
        let digits = mantissa.replace('.', "").parse().expect("a few digits are an integer");
        let power: i32 = power.parse().expect("an exponent is an integer");
        Self { digits, power: power - places as i32 }.normalised()
    }

    /// The nearest float.
    pub(crate) fn value(self) -> f64 {
        format!("{}e{}", self.digits, self.power).parse().expect("an integer with an exponent is a number")
    }

    /// The same number without zeros at the end of its digits.
    pub(crate) fn normalised(self) -> Self {
        let Self { mut digits, mut power } = self;
        while digits != 0 && digits % 10 == 0 {
            digits /= 10;
            power += 1;
        }
        if digits == 0 { Self { digits, power: 0 } } else { Self { digits, power } }
    }

    /// Spells it: plainly, or as `1.2·10⁷` where it is very large or small; a fraction as a percentage where `percent`.
    pub(crate) fn label(self, percent: bool) -> String {
        self.plain(percent).unwrap_or_else(|| self.scientific(percent))
    }

    /// Spells it without a power of ten; none where it is very large or small.
    fn plain(self, percent: bool) -> Option<String> {
        /// The powers of ten of the first digit that are spelled plainly.
        const PLAIN: std::ops::RangeInclusive<i32> = -5..=5;
        let power = self.power + if percent { 2 } else { 0 };
        let digits = self.digits.unsigned_abs().to_string();
        if self.digits == 0 {
            return Some(signed(0, "0", percent));
        }
        if !PLAIN.contains(&(power + digits.len() as i32 - 1)) {
            return None;
        }
        let zeros = usize::try_from(power).unwrap_or(0);
        let places = usize::try_from(-power).unwrap_or(0);
        let padded = format!("{digits:0>width$}{}", "0".repeat(zeros), width = places + 1);
        let (whole, part) = padded.split_at(padded.len() - places);
        let point = if part.is_empty() { "" } else { "." };
        Some(signed(self.digits, &format!("{whole}{point}{part}"), percent))
    }

    /// Spells it with a power of ten.
    fn scientific(self, percent: bool) -> String {
        let Self { digits, power } = self.normalised();
        let spelled = digits.unsigned_abs().to_string();
        let power = power + if percent { 2 } else { 0 } + spelled.len() as i32 - 1;
        let is_plain = digits == 0 || power == 0;
        let power = if is_plain { String::new() } else { format!("·10{}", superscript(power)) };
        let number = match spelled.split_at(1) {
            ("1", "") if !is_plain => power.trim_start_matches('·').to_owned(),
            (first, "") => format!("{first}{power}"),
            (first, rest) => format!("{first}.{rest}{power}"),
        };
        signed(digits, &number, percent)
    }
}

/// Spells the numbers of one axis: all plainly, or all with a power of ten.
pub(crate) fn labels(values: &[Decimal], percent: bool) -> Vec<String> {
    let plain: Option<Vec<String>> = values.iter().map(|value| value.plain(percent)).collect();
    plain.unwrap_or_else(|| values.iter().map(|value| value.scientific(percent)).collect())
}

fn signed(digits: i64, number: &str, percent: bool) -> String {
    format!("{}{number}{}", if digits < 0 { "−" } else { "" }, if percent { " %" } else { "" })
}

/// Spells a value in `unit`, to four digits; `fraction` as a percentage.
pub(crate) fn format_value(value: f64, unit: &str) -> String {
    Decimal::rounded(value, 4).label(unit == FRACTION)
}

fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let digits = number.unsigned_abs().to_string();
    let sign = if number < 0 { "⁻" } else { "" };
    sign.chars().chain(digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_large_and_small_numbers_are_spelled_with_a_power_of_ten() {
        let spelled = [0.0, 1.0, -0.25, 45.219, 999_999.0, 1e6, 1.25e12, 1e-12, -3.0e-7, 12345.6]
            .map(|value| Decimal::rounded(value, 4).label(false));
        assert_eq!(
            spelled,
            ["0", "1", "−0.25", "45.22", "10⁶", "10⁶", "1.25·10¹²", "10⁻¹²", "−3·10⁻⁷", "12350"]
        );
    }

    #[test]
    fn fractions_are_spelled_as_exact_percentages() {
        let spelled = [0.29, 0.995, 1.0, 0.0, 2.5e-7].map(|value| format_value(value, "fraction"));
        assert_eq!(spelled, ["29 %", "99.5 %", "100 %", "0 %", "0.000025 %"]);
    }

    #[test]
    fn a_tick_keeps_the_zeros_that_its_neighbours_need() {
        let ticks = [0, 5, 10].map(|digits| Decimal { digits, power: -1 }.label(false));
        assert_eq!(ticks, ["0", "0.5", "1.0"]);
        assert_eq!(Decimal { digits: 1, power: 300 }.value(), 1e300);
    }
}
