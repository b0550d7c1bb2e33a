//! A value as a number: finite, and with its own digits where a float can't hold them.

use crate::diagnostic::{Diagnostic, Place};
use crate::yaml::{Content, Node, Scalar};

/// Whole numbers up to here, and down to its opposite, are floats of their own: 2^53.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// A number in a file.
#[derive(Clone, Debug)]
pub struct Number {
    /// The float that is nearest to it; it is finite.
    pub value: f64,
    /// All its decimal digits, where it is a whole number from ±2^53 on: `value` may be rounded there.
    pub digits: Option<String>,
    /// Where it is written.
    pub place: Place,
}

impl Number {
    /// Says whether two numbers are the same, to the last digit.
    pub fn is_same(&self, other: &Self) -> bool {
        self.value == other.value && self.digits == other.digits
    }
}

/// Gives the number that a value is.
///
/// # Errors
/// A [`Diagnostic`] for what is no number, or not a finite one.
pub fn number(node: &Node) -> Result<Number, Diagnostic> {
    let place = node.place.clone();
    match &node.content {
        Content::Scalar(Scalar::Integer(whole)) => {
            let value = *whole as f64;
            Ok(Number { value, digits: (value.abs() >= MAX_EXACT).then(|| whole.to_string()), place })
        }
        Content::Scalar(Scalar::Float(value)) if value.is_finite() => {
            Ok(Number { value: *value, digits: exact_digits(*value, place.text()), place })
        }
        Content::Scalar(Scalar::Float(_)) => Err(not_finite(&place)),
        _ => {
            let message = format!("expected a number, found {}", node.described());
            Err(Diagnostic::error(message).at(&place))
        }
    }
}

/// Gives the digits of a number that is written so, where it is a whole one that its `value` may not hold.
pub(super) fn exact_digits(value: f64, written: &str) -> Option<String> {
    if value.abs() >= MAX_EXACT { whole_digits(written) } else { None }
}

/// Says of a number that it is not finite.
pub(super) fn not_finite(place: &Place) -> Diagnostic {
    Diagnostic::error(format!("expected a finite number, found `{}`", place.text())).at(place)
}

/// Gives the decimal digits of a whole number, with its sign, as YAML, TOML, JSON and tables write it; `None` for
/// anything else.
pub(super) fn whole_digits(written: &str) -> Option<String> {
    let written = written.trim().replace('_', "");
    let (sign, unsigned) = match written.strip_prefix('-') {
        Some(unsigned) => ("-", unsigned),
        None => ("", written.strip_prefix('+').unwrap_or(&written)),
    };
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    let other = radix.into_iter().find_map(|(prefix, radix)| Some((unsigned.strip_prefix(prefix)?, radix)));
    let digits = match other {
        Some((digits, radix)) => u128::from_str_radix(digits, radix).ok()?.to_string(),
        None if !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit()) => {
            let significant = unsigned.trim_start_matches('0');
            if significant.is_empty() { "0".to_owned() } else { significant.to_owned() }
        }
        None => return None,
    };
    Some(format!("{sign}{digits}"))
}
