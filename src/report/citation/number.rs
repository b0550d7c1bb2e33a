//! A number rounded in decimal digits, and its spellings.

use crate::figure::decimal::Decimal;

/// Significant decimal digits that a float always keeps.
const EXACT_DIGITS: usize = 15;

/// Digits beyond the point at most: beyond, a number is spelled with a power of ten.
const MAX_PLACES: usize = 18;

/// A number rounded to some decimals.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounded {
    /// Its digits as an integer, without the sign.
    digits: u64,
    /// How many of them are after the point.
    places: usize,
    is_negative: bool,
    /// The number that was rounded, for those that are spelled with a power of ten.
    value: f64,
    /// Whether it is spelled with a power of ten.
    is_scientific: bool,
}

impl Rounded {
    /// Rounds a finite number to decimals, half away from zero; what is not zero gets as many as it takes not to be printed
    /// as zero, and a share as many as it takes not to be printed as one.
    pub(super) fn to_decimals(value: f64, decimals: usize, is_share: bool) -> Self {
        let decimal = exact(value);
        let wrong = |rounded: &Self| {
            let is_one = rounded.digits == 10_u64.pow(u32::try_from(rounded.places).unwrap_or(0));
            rounded.digits == 0 && value != 0.0 || is_share && is_one && value.abs() != 1.0
        };
        (decimals..=MAX_PLACES)
            .filter_map(|places| Self::of(decimal, places, value))
            .find(|rounded| !wrong(rounded))
            .unwrap_or(Self { digits: 0, places: 0, is_negative: value < 0.0, value, is_scientific: true })
    }

    /// Rounds a finite number to decimals, half away from zero, also to zero; `None` where it has too many digits to be
    /// spelled with a point.
    pub(crate) fn to_places(value: f64, places: usize) -> Option<Self> {
        Self::of(exact(value), places, value)
    }

    /// Rounds a finite number to significant digits, half away from zero.
    pub(super) fn to_significant(value: f64, digits: usize) -> Self {
        /// The powers of ten of the first digit that are spelled plainly.
        const PLAIN: std::ops::RangeInclusive<i32> = -5..=5;
        let rounded = Decimal::rounded(round_digits(value, digits), digits);
        let first =
            rounded.power + i32::try_from(rounded.digits.unsigned_abs().to_string().len()).unwrap_or(0) - 1;
        let places = i32::try_from(digits).unwrap_or(1) - 1 - first;
        let plain = match (rounded.digits, usize::try_from(places)) {
            (0, _) => Self::of(rounded, digits - 1, value),
            (_, Ok(places)) if PLAIN.contains(&first) => Self::of(rounded, places, value),
            _ if PLAIN.contains(&first) => Self::of(rounded, 0, value),
            _ => None,
        };
        let value = rounded.value();
        plain.unwrap_or(Self { digits: 0, places: 0, is_negative: value < 0.0, value, is_scientific: true })
    }

    fn of(decimal: Decimal, places: usize, value: f64) -> Option<Self> {
        let shift = decimal.power + i32::try_from(places).ok()?;
        let digits = decimal.digits.unsigned_abs();
        let digits = match u32::try_from(shift) {
            Ok(shift) => digits.checked_mul(10_u64.checked_pow(shift)?)?,
            Err(_) => match 10_u64.checked_pow(shift.unsigned_abs()) {
                Some(unit) => digits / unit + u64::from(digits % unit >= unit.div_ceil(2)),
                None => 0,
            },
        };
        Some(Self { digits, places, is_negative: value < 0.0 && digits > 0, value, is_scientific: false })
    }

    /// Spells it with a point.
    pub(crate) fn plain(self) -> String {
        if self.is_scientific {
            return Decimal::rounded(self.value, 3).label(false);
        }
        let sign = if self.is_negative { "−" } else { "" };
        let width = self.places + 1;
        let digits = format!("{:0>width$}", self.digits);
        let (whole, part) = digits.split_at(digits.len() - self.places);
        format!("{sign}{whole}{}{part}", if part.is_empty() { "" } else { "." })
    }

    /// Spells a hundred times the number, with two decimals less.
    pub(super) fn times_hundred(self) -> String {
        if self.is_scientific {
            return Decimal::rounded(self.value * 100.0, 3).label(false);
        }
        Self { places: self.places.saturating_sub(2), ..self }.plain()
    }

    /// Spells it with a point, or with a power of ten.
    pub(super) fn label(self) -> String {
        if self.is_scientific {
            Decimal::rounded(self.value, EXACT_DIGITS).label(false)
        } else {
            self.plain()
        }
    }
}

/// Gives the decimal number that a float stands for: a whole one with all its digits, others with as many as a float keeps.
fn exact(value: f64) -> Decimal {
    let digits = if value.fract() == 0.0 && value.abs() < 1e18 { 18 } else { EXACT_DIGITS };
    Decimal::rounded(value, digits)
}

/// Rounds to significant digits, half away from zero.
fn round_digits(value: f64, digits: usize) -> f64 {
    let decimal = exact(value);
    let spelled = decimal.digits.unsigned_abs().to_string();
    let Some(cut) = spelled.len().checked_sub(digits).filter(|cut| *cut > 0) else { return decimal.value() };
    let unit = 10_i64.pow(u32::try_from(cut).unwrap_or(0));
    let kept = decimal.digits.abs() / unit + i64::from(decimal.digits.abs() % unit >= unit / 2);
    let rounded = Decimal { digits: kept * decimal.digits.signum(), power: decimal.power + cut as i32 };
    rounded.value()
}

/// The longest whole number that has no commas, in digits.
const UNGROUPED_DIGITS: usize = 4;

/// Puts commas between the thousands of a whole number of five digits or more: shorter ones, such as a year, have none.
pub(super) fn grouped(number: &str) -> String {
    let (sign, number) = match number.strip_prefix('−') {
        Some(number) => ("−", number),
        None => ("", number),
    };
    if number.len() <= UNGROUPED_DIGITS || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return format!("{sign}{number}");
    }
    let mut grouped = String::from(sign);
    for (at, digit) in number.chars().enumerate() {
        if at > 0 && (number.len() - at) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
