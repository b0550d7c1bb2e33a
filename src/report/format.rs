//! The filters through which a template prints a measure.
//!
//! | filter | prints | for |
//! |---|---|---|
//! | `fixed(3)` | `0.984` | shares as fractions, losses |
//! | `percent(1)` | `98.4 %` | shares |
//! | `whole` | `14,548` | counts |
//! | `significant(3)` | `0.0025`, `12.3`, `4.05e18` | numbers of any size |
//! | `seconds` | `4.2 s`, `41 s` | times |
//! | `parameter` | the value as it is spelled | settings |
//! | `quoted` | the figure as the source document prints it | figures of the source |
//! | `paragraph` | its lines without empty ones between them | text, not numbers |
//!
//! Invariants
//! - Rounding is decimal and exact (half to even on the float's exact value), the same everywhere.
//! - A bare number never reaches the text: the formatter refuses it and names the filters.

use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

use super::citation::Ledger;
use super::measure::{Measure, Number, Source};

const FORMATS: &str =
    "format the number: `| fixed(3)`, `| percent(1)`, `| whole`, `| significant(3)`, `| seconds`";

/// Gives `environment` the filters, and the formatter that refuses bare numbers.
pub(super) fn install(environment: &mut Environment<'_>, ledger: &Arc<Ledger>) {
    environment.set_formatter(print);
    let book = Arc::clone(ledger);
    environment.add_filter("fixed", move |value: &Value, digits: u8| {
        let measure = measure(value)?;
        Ok::<_, Error>(book.enter(fixed(finite(measure)?, digits), measure))
    });
    let book = Arc::clone(ledger);
    environment.add_filter("percent", move |value: &Value, digits: u8| {
        let measure = measure(value)?;
        Ok::<_, Error>(book.enter(fixed(finite(measure)? * 100.0, digits), measure) + " %")
    });
    let book = Arc::clone(ledger);
    environment.add_filter("whole", move |value: &Value| {
        let measure = measure(value)?;
        match measure.number {
            Number::Whole(number) => Ok(book.enter(grouped(number), measure)),
            Number::Real(_) => Err(refuse("`whole` prints counts; this number has a fraction: use `fixed`")),
        }
    });
    let book = Arc::clone(ledger);
    environment.add_filter("significant", move |value: &Value, digits: u8| {
        let measure = measure(value)?;
        Ok::<_, Error>(book.enter(significant(finite(measure)?, digits), measure))
    });
    let book = Arc::clone(ledger);
    environment.add_filter("seconds", move |value: &Value| {
        let measure = measure(value)?;
        let seconds = finite(measure)?;
        let digits = if seconds < 10.0 { 1 } else { 0 };
        let text =
            if seconds < GROUPED_SECONDS { fixed(seconds, digits) } else { grouped(seconds.round() as u64) };
        Ok::<_, Error>(book.enter(text, measure) + " s")
    });
    let book = Arc::clone(ledger);
    environment.add_filter("parameter", move |value: &Value| {
        if let Some(text) = value.as_str() {
            return Ok(format!("`{text}`"));
        }
        let measure = measure(value)?;
        match &measure.source {
            Source::Parameter { text, .. } => Ok(book.enter(text.clone(), measure)),
            _ => Err(refuse("`parameter` prints settings; this number is measured")),
        }
    });
    environment.add_filter("paragraph", paragraph);
    let book = Arc::clone(ledger);
    environment.add_filter("quoted", move |value: &Value| {
        let measure = measure(value)?;
        match &measure.source {
            Source::Quoted { text, .. } => Ok(book.enter(text.clone(), measure)),
            _ => Err(refuse("`quoted` prints figures of the source document; this number is our own")),
        }
    });
}

/// From this many seconds on, digits are grouped.
const GROUPED_SECONDS: f64 = 999.5;

fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.downcast_object_ref::<Measure>().is_some() {
        return Err(refuse(FORMATS));
    }
    match value.kind() {
        ValueKind::Number => Err(refuse("a number that no run answers for: print measures alone")),
        ValueKind::None => Err(refuse("there is no value to print: ask `is none` first")),
        ValueKind::Map | ValueKind::Seq | ValueKind::Iterable | ValueKind::Plain => {
            Err(refuse("this is not a text: print one of its parts"))
        }
        _ => minijinja::escape_formatter(out, state, value),
    }
}

fn measure(value: &Value) -> Result<&Measure, Error> {
    value.downcast_object_ref::<Measure>().ok_or_else(|| match value.kind() {
        ValueKind::Undefined => Error::from(ErrorKind::UndefinedError),
        ValueKind::None => refuse("there is no number here: ask `is none` first"),
        ValueKind::Number => refuse("a number that no run answers for can't be formatted"),
        _ => refuse("this is not a number"),
    })
}

fn finite(measure: &Measure) -> Result<f64, Error> {
    let value = measure.value();
    if value.is_finite() { Ok(value) } else { Err(refuse("the number is not finite")) }
}

fn refuse(message: &'static str) -> Error {
    Error::new(ErrorKind::InvalidOperation, message)
}

/// Joins the sentences that conditions and macros leave on lines of their own.
fn paragraph(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        joined.push_str(line);
        joined.push('\n');
    }
    joined
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
    fn a_paragraph_has_no_empty_lines() {
        assert_eq!(paragraph("\nOne.\n\n  Two. \n"), "One.\nTwo.\n");
    }

    #[test]
    fn digits_are_grouped_in_threes() {
        let texts: Vec<_> = [0, 999, 14_548, 1_000_000].map(grouped).to_vec();
        assert_eq!(texts, ["0", "999", "14,548", "1,000,000"]);
    }
}
