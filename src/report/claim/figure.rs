//! A number as a source prints it: `0.91`, `90 %`, `1e-3`.

use recount_engine::diagnostic::Place;

/// The longest number that is read, in bytes.
const MAX_BYTES: usize = 40;

/// The largest power of ten on either side, so that a unit of the last place is a number too.
const MAX_EXPONENT: i32 = 100;

/// A number that a source gives, with the accuracy of its print.
#[derive(Clone, Debug)]
pub struct ReportedValue {
    /// The number; of a percentage, the fraction.
    pub value: f64,
    /// One unit of its last place: 0.01 of `0.91` and of `90 %`.
    pub step: f64,
    /// As it is spelled.
    pub text: String,
    /// Where it is written.
    pub place: Place,
}

impl ReportedValue {
    /// Reads a decimal number, with a `%` behind it where it is a percentage. A minus sign may be `-` or `−`.
    ///
    /// `None` for anything else, and for a number with an exponent beyond ±100.
    pub fn parse(text: &str, place: &Place) -> Option<Self> {
        let spelled = text.trim();
        let (number, is_percentage) = match spelled.strip_suffix('%') {
            Some(number) => (number.trim_end(), true),
            None => (spelled, false),
        };
        let number = number.replacen('−', "-", 1);
        if spelled.len() > MAX_BYTES {
            return None;
        }
        let (mantissa, exponent) = match number.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
            None => (number.as_str(), 0_i32),
        };
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(part) {
            return None;
        }
        if !(-MAX_EXPONENT..=MAX_EXPONENT).contains(&exponent) {
            return None;
        }
        let exponent = if is_percentage { exponent - 2 } else { exponent };
        // From decimal digits, so that `29 %` is the float nearest to 0.29.
        let value = format!("{mantissa}e{exponent}").parse().ok()?;
        let places = i32::try_from(part.len()).ok()?;
        let step = format!("1e{}", exponent - places).parse().ok()?;
        Some(Self { value, step, text: spelled.to_owned(), place: place.clone() })
    }
}

#[cfg(test)]
mod tests {
    use recount_engine::diagnostic::Source;

    use super::*;

    fn parsed(text: &str) -> Option<(f64, f64)> {
        let place = Place::whole(&Source::file("claims.yaml", text));
        ReportedValue::parse(text, &place).map(|it| (it.value, it.step))
    }

    #[test]
    fn a_number_has_the_accuracy_of_its_print() {
        assert_eq!(parsed("0.910"), Some((0.91, 0.001)));
        assert_eq!(parsed("29 %"), Some((0.29, 0.01)));
        assert_eq!(parsed("99.5%"), Some((0.995, 0.001)));
        assert_eq!(parsed("−12"), Some((-12.0, 1.0)));
        assert_eq!(parsed("1.5e3"), Some((1500.0, 100.0)));
        assert_eq!(parsed("1.5e-3"), Some((0.0015, 0.0001)));
    }

    #[test]
    fn what_is_no_decimal_number_is_none() {
        let others =
            ["", "%", ".5", "--1", "nan", "inf", "0x1F", "1,203", "1e999", "1e", "1.2.3", "9\u{664}"];
        assert_eq!(others.map(parsed), others.map(|_| None));
        assert_eq!(parsed(&"1".repeat(41)), None);
    }
}
