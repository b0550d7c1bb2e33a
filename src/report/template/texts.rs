//! Values as texts.

use minijinja::Value;

use super::marks::Part;
use super::state::ReportState;

/// Writes a text that is no Markdown, but for the marks in it.
pub(super) fn escaped(state: &ReportState, text: &str) -> String {
    let parts = state.collected().marks.split(text);
    let part = |(_, part): (usize, Part<'_>)| match part {
        Part::Plain(plain) => state.text(plain),
        Part::Mark(_, mark) | Part::Broken(mark) => mark.to_owned(),
    };
    parts.into_iter().map(part).collect()
}

/// Gives a text for messages and labels: Markdown of a template, or any value as a text.
pub(super) fn markdown_of(state: &ReportState, value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => escaped(state, &value.to_string()),
    }
}
