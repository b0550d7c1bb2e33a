//! The filters through which a template prints a measure, one for each format (see `format`), and `paragraph`
//! for text: its lines without empty ones between them.
//!
//! Invariants
//! - A bare number never reaches the text: the formatter refuses it and names the filters.

use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, ErrorKind, Output, State, Value};

use super::citation::Ledger;
use super::format::Format;
use super::measure::{Measure, Source};
use super::quantity::Sort;

const FORMATS: &str =
    "format the number: `| fixed(3)`, `| percent(1)`, `| whole`, `| significant(3)`, `| seconds`";

/// A format that takes a number of digits.
type WithDigits = fn(u8) -> Format;

/// Gives `environment` the filters, and the formatter that refuses bare numbers.
pub(super) fn install(environment: &mut Environment<'_>, ledger: &Arc<Ledger>) {
    environment.set_formatter(print);
    environment.add_filter("paragraph", paragraph);
    let plain = [
        ("whole", Format::Whole),
        ("spelled", Format::Spelled),
        ("seconds", Format::Seconds),
        ("quoted", Format::Quoted),
    ];
    for (name, format) in plain {
        let book = Arc::clone(ledger);
        environment.add_filter(name, move |value: &Value| enter(&book, value, format));
    }
    let with_digits: [(&str, WithDigits); 3] =
        [("fixed", Format::Fixed), ("percent", Format::Percent), ("significant", Format::Significant)];
    for (name, format) in with_digits {
        let book = Arc::clone(ledger);
        environment.add_filter(name, move |value: &Value, digits: u8| enter(&book, value, format(digits)));
    }
    let book = Arc::clone(ledger);
    environment.add_filter("parameter", move |value: &Value| match value.as_str() {
        Some(text) => Ok(format!("`{text}`")),
        None => enter(&book, value, Format::Parameter),
    });
}

fn enter(book: &Ledger, value: &Value, format: Format) -> Result<String, Error> {
    let measure = measure(value)?;
    Sort::of(measure).allows(format).map_err(refuse)?;
    let text = format.print(measure).map_err(refuse)?;
    if matches!(measure.source, Source::Constant(_)) && !format.is_exact(&text, measure.number) {
        return Err(refuse("so few digits print another number than the program decides by"));
    }
    Ok(book.enter(text, format, measure) + format.unit())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_has_no_empty_lines() {
        assert_eq!(paragraph("\nOne.\n\n  Two. \n"), "One.\nTwo.\n");
    }
}
