//! Values as texts.

use minijinja::Value;

use super::placeholders::Part;
use super::state::ReportState;

/// Writes a text that is no Markdown, but for the placeholders in it.
pub(super) fn escaped(state: &ReportState, text: &str) -> String {
    let parts = state.collected().placeholders.split(text);
    let part = |(_, part): (usize, Part<'_>)| match part {
        Part::Plain(plain) => state.text(plain),
        Part::Placeholder(_, placeholder) | Part::Broken(placeholder) => placeholder.to_owned(),
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
