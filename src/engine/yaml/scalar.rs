//! What a plain YAML scalar is: nothing, a truth value, a number, or a text.
//!
//! The rules are yaml_serde's (the core schema of YAML 1.2 with `0b`), so that `yes` is a text, `1e-3` a number and
//! `007` a text; the tests compare the two.

/// A value without parts.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// Any other number: with a fraction, too large for an integer, or not finite.
    Float(f64),
    /// Anything else.
    Text(String),
}

impl Scalar {
    /// Reads a scalar that is written without quotes.
    pub(super) fn of_plain(text: &str) -> Self {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Self::Null,
            "true" | "True" | "TRUE" => return Self::Bool(true),
            "false" | "False" | "FALSE" => return Self::Bool(false),
            _ => {}
        }
        // A number begins with a digit, a sign or a point.
        let may_be_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
        let number = if may_be_number { number(text) } else { None };
        number.unwrap_or_else(|| Self::Text(text.to_owned()))
    }
}

fn number(text: &str) -> Option<Scalar> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if unsigned.starts_with(['+', '-']) {
        return None;
    }
    let radix = [("0x", 16), ("0o", 8), ("0b", 2)];
    let radix = radix.into_iter().find_map(|(prefix, radix)| Some((unsigned.strip_prefix(prefix)?, radix)));
    if let Some((digits, radix)) = radix {
        // A second sign is one that `from_str_radix` would take.
        return if digits.starts_with(['+', '-']) { None } else { integer(text, digits, radix) };
    }
    let digits_only = unsigned.bytes().all(|byte| byte.is_ascii_digit());
    if digits_only && unsigned.len() > 1 && unsigned.starts_with('0') {
        return None;
    }
    if digits_only && let Some(whole) = integer(text, unsigned, 10) {
        return Some(whole);
    }
    match (text, unsigned) {
        (_, ".inf" | ".Inf" | ".INF") => {
            Some(if text.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY })
        }
        (".nan" | ".NaN" | ".NAN", _) => Some(f64::NAN),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()),
    }
    .map(Scalar::Float)
}

/// Reads digits with the sign of `text`; what no `i64` holds becomes a float, within 128 bits.
fn integer(text: &str, digits: &str, radix: u32) -> Option<Scalar> {
    let negative = text.starts_with('-');
    let magnitude = u128::from_str_radix(digits, radix).ok()?;
    let signed = i128::try_from(magnitude).ok().map(|whole| if negative { -whole } else { whole });
    match signed {
        Some(whole) => Some(i64::try_from(whole).map_or(Scalar::Float(whole as f64), Scalar::Integer)),
        None if negative => (magnitude == 1 << 127).then_some(Scalar::Float(i128::MIN as f64)),
        None => Some(Scalar::Float(magnitude as f64)),
    }
}
