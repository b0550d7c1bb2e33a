//! How a number is printed: its rounding, its unit, and the same again from the format's name.
//!
//! | format | prints | for |
//! |---|---|---|
//! | `fixed(3)` | `0.984` | shares as fractions, losses |
//! | `percent(1)` | `98.4 %` | shares |
//! | `whole` | `14,548` | counts |
//! | `spelled` | `three` | small counts in prose |
//! | `significant(3)` | `0.0025`, `12.3`, `4.05e18` | numbers of any size |
//! | `seconds` | `4.2 s`, `41 s` | times |
//! | `parameter` | the value as it is spelled | settings |
//! | `quoted` | the figure as the source document prints it | figures of the source |
//!
//! Invariants
//! - Rounding is decimal and exact (half to even on the float's exact value), the same everywhere.
//! - A format has one name, and the name gives the format back.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::measure::{Measure, Source};
use super::number::Number;

/// How a number is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// So many decimals.
    Fixed(u8),
    /// Hundredfold, with so many decimals.
    Percent(u8),
    /// A count, digits in groups.
    Whole,
    /// A count as a word up to twelve.
    Spelled,
    /// So many digits from the first that is not zero.
    Significant(u8),
    /// A time.
    Seconds,
    /// A setting, as it is spelled.
    Parameter,
    /// A figure of the source document, as it is spelled there.
    Quoted,
}

/// From this many seconds on, digits are grouped.
const GROUPED_SECONDS: f64 = 999.5;

/// The counts that prose prefers as words.
const WORDS: [&str; 13] = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
];

impl Format {
    /// Prints a measure, without its unit.
    ///
    /// # Errors
    /// What is wrong, for who wrote the template.
    pub fn print(self, measure: &Measure) -> Result<String, &'static str> {
        self.print_from(measure.number, &measure.source)
    }

    /// Prints a number of which only its origin is asked besides, and that only where it is printed as it is
    /// spelled there.
    ///
    /// # Errors
    /// What is wrong, for who wrote the template.
    pub fn print_from(self, number: Number, source: &Source) -> Result<String, &'static str> {
        let value = || match number.value() {
            value if value.is_finite() => Ok(value),
            _ => Err("the number is not finite"),
        };
        let count = |other: &'static str| match number {
            Number::Whole(number) => Ok(number),
            Number::Real(_) => Err(other),
        };
        match self {
            Self::Fixed(digits) => Ok(fixed(value()?, digits)),
            Self::Percent(digits) => Ok(fixed(value()? * 100.0, digits)),
            Self::Whole => {
                count("`whole` prints counts; this number has a fraction: use `fixed`").map(grouped)
            }
            Self::Spelled => {
                let number = count("`spelled` prints counts; this number has a fraction: use `fixed`")?;
                let word = usize::try_from(number).ok().and_then(|number| WORDS.get(number));
                Ok(word.map_or_else(|| grouped(number), |word| (*word).to_owned()))
            }
            Self::Significant(digits) => Ok(significant(value()?, digits)),
            Self::Seconds => {
                let seconds = value()?;
                let digits = if seconds < 10.0 { 1 } else { 0 };
                let long = seconds >= GROUPED_SECONDS;
                Ok(if long { grouped(seconds.round() as u64) } else { fixed(seconds, digits) })
            }
            Self::Parameter => match source {
                Source::Parameter { text, .. } => Ok(text.clone()),
                _ => Err("`parameter` prints settings; this number is measured"),
            },
            Self::Quoted => match source {
                Source::Quoted { text, .. } => Ok(text.clone()),
                _ => Err("`quoted` prints figures of the source document; this number is our own"),
            },
        }
    }

    /// Says whether `text` is the number itself, and not a rounded one.
    pub fn is_exact(self, text: &str, number: Number) -> bool {
        let scale = if matches!(self, Self::Percent(_)) { 100.0 } else { 1.0 };
        let printed: Option<f64> = text.replace('−', "-").parse().ok();
        printed.is_some_and(|printed| (printed - number.value() * scale).abs() < 1e-9)
    }

    /// Gives what stands behind the number.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Percent(_) => " %",
            Self::Seconds => " s",
            _ => "",
        }
    }

    /// Reads a format's name; `None` for anything else.
    pub fn named(name: &str) -> Option<Self> {
        let digits = |format: &str| {
            let digits = name.strip_prefix(format)?.strip_prefix('(')?.strip_suffix(')')?;
            digits.parse::<u8>().ok().filter(|number| number.to_string() == digits)
        };
        Some(match name {
            "whole" => Self::Whole,
            "spelled" => Self::Spelled,
            "seconds" => Self::Seconds,
            "parameter" => Self::Parameter,
            "quoted" => Self::Quoted,
            _ => digits("fixed")
                .map(Self::Fixed)
                .or_else(|| digits("percent").map(Self::Percent))
                .or_else(|| digits("significant").map(Self::Significant))?,
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(digits) => write!(out, "fixed({digits})"),
            Self::Percent(digits) => write!(out, "percent({digits})"),
            Self::Whole => out.write_str("whole"),
            Self::Spelled => out.write_str("spelled"),
            Self::Significant(digits) => write!(out, "significant({digits})"),
            Self::Seconds => out.write_str("seconds"),
            Self::Parameter => out.write_str("parameter"),
            Self::Quoted => out.write_str("quoted"),
        }
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| serde::de::Error::custom(format!("`{name}` is no format")))
    }
}

fn fixed(value: f64, digits: u8) -> String {
    let text = format!("{:.*}", usize::from(digits), value.abs());
    let rounds_to_zero = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
    if value < 0.0 && !rounds_to_zero { format!("−{text}") } else { text }
}

/// Prints `digits` digits from the first that is not zero, without zeros at the end; an exponent stands for
/// more zeros than one likes to count.
fn significant(value: f64, digits: u8) -> String {
    let scientific = format!("{value:.*e}", usize::from(digits.max(1)) - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("this format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent is a whole number");
    let without_zeros = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').replace('-', "−"),
        false => text.replace('-', "−"),
    };
    if !(-4..6).contains(&exponent) {
        return format!("{}e{}", without_zeros(mantissa), exponent.to_string().replace('-', "−"));
    }
    let decimals = usize::try_from(i32::from(digits) - 1 - exponent).unwrap_or(0);
    without_zeros(&format!("{value:.decimals$}"))
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_to_their_digits_and_zero_has_no_sign() {
        assert_eq!(fixed(0.9836, 3), "0.984");
        assert_eq!(fixed(-0.0004, 3), "0.000");
        assert_eq!(fixed(-0.0126, 3), "−0.013");
        assert_eq!(fixed(98.46, 0), "98");
    }

    #[test]
    fn numbers_of_any_size_have_few_digits() {
        let texts =
            [0.0, 1.0, 0.0025, 12.345, -0.000_5, 99_999.0, 4.049e18, 1e-9].map(|it| significant(it, 3));
        assert_eq!(texts, ["0", "1", "0.0025", "12.3", "−0.0005", "99999", "4.05e18", "1e−9"]);
    }

    #[test]
    fn a_format_is_known_by_its_name() {
        let formats = [Format::Fixed(3), Format::Percent(1), Format::Whole, Format::Spelled, Format::Quoted];
        for format in formats.into_iter().chain([Format::Significant(3), Format::Seconds, Format::Parameter])
        {
            assert_eq!(Format::named(&format.to_string()), Some(format));
        }
        assert_eq!(Format::named("fixed"), None);
        assert_eq!(Format::named("fixed(03)"), None);
    }

    #[test]
    fn small_counts_are_words() {
        let spelled = |number: u32| Format::Spelled.print(&Measure::whole("card.json", "/rows", number));
        assert_eq!([1, 12, 1300].map(|it| spelled(it).expect("it is a count")), ["one", "twelve", "1,300"]);
    }

    #[test]
    fn digits_are_grouped_in_threes() {
        let texts: Vec<_> = [0, 999, 14_548, 1_000_000].map(grouped).to_vec();
        assert_eq!(texts, ["0", "999", "14,548", "1,000,000"]);
    }
}
