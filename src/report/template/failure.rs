//! A failure while a template is rendered → a diagnostic at the expression.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;

use minijinja::{Error, ErrorKind};
use recount_engine::diagnostic::{Diagnostic, Place, Source};

/// Stands between what is wrong and what to do about it.
const HELP: char = '\u{1f}';

/// Makes a failure with what to do about it.
pub(super) fn failure(message: impl AsRef<str>, help: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{}{HELP}{help}", message.as_ref()))
}

/// Makes a failure of a message.
pub(super) fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, message.into())
}

/// Gives the diagnostic of a failure, at the innermost place that is known.
pub(super) fn diagnostic(error: &Error, templates: &BTreeMap<String, Arc<Source>>) -> Diagnostic {
    let mut innermost = error;
    while let Some(inner) = innermost.source().and_then(|inner| inner.downcast_ref::<Error>()) {
        innermost = inner;
    }
    let source = innermost.name().and_then(|name| templates.get(name));
    let place = source.map(|source| place(innermost, source));
    let written = place.as_ref().filter(|place| !place.is_whole()).map(|place| place.text());
    let (message, help) = words(innermost, written);
    let diagnostic = Diagnostic::error(message).maybe_help(help);
    place.iter().fold(diagnostic, Diagnostic::at)
}

fn place(error: &Error, source: &Arc<Source>) -> Place {
    let text = source.text();
    let is_boundary = |range: &std::ops::Range<usize>| {
        text.is_char_boundary(range.start) && text.is_char_boundary(range.end) && range.start < range.end
    };
    if let Some(range) = error.range().filter(is_boundary) {
        return Place::new(source, whole_expression(text, range));
    }
    let line =
        error.line().and_then(|line| text.split_inclusive('\n').nth(line - 1).map(|found| (line, found)));
    let Some((line, found)) = line else { return Place::whole(source) };
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    Place::new(source, start..start + found.trim_end().len())
}

/// Widens a range that begins with a dot or a bracket to what is before it.
fn whole_expression(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let (before, own) = (&text[..range.start], &text[range.clone()]);
    let is_part = |letter: char| letter.is_alphanumeric() || "_.\"'[]()".contains(letter);
    let start =
        if own.starts_with(['.', '[', '(']) { before.trim_end_matches(is_part).len() } else { range.start };
    start..range.end
}

fn words(error: &Error, written: Option<&str>) -> (String, Option<String>) {
    let detail = error.detail().unwrap_or_default();
    match error.kind() {
        ErrorKind::UndefinedError => {
            let message = match written {
                Some(written) => format!("`{written}` has no value"),
                None => "this has no value".to_owned(),
            };
            let help = "where it may be missing, say what is printed instead: `| default(\"–\")`, or ask `is defined`";
            (message, Some(help.to_owned()))
        }
        ErrorKind::OutOfFuel => {
            let message = "the templates take more work than a report may";
            (message.to_owned(), Some("look for a loop that goes on and on, here or around it".to_owned()))
        }
        ErrorKind::InvalidOperation if detail.contains(HELP) => {
            let (message, help) = detail.split_once(HELP).unwrap_or((detail, ""));
            (message.to_owned(), Some(help.to_owned()))
        }
        _ if detail.is_empty() => (error.kind().to_string(), None),
        _ => (detail.to_owned(), None),
    }
}
