//! Values as texts, and what they are called in messages.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::placeholders::{Part, Placeholders};
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

/// Names what a value is.
pub(super) fn described(value: &Value) -> String {
    // The types themselves describe values, too: they are known by name here.
    let object = value.as_object().map(|object| object.type_name());
    match object.and_then(|name| name.rsplit("::").next()) {
        Some("NumberValue") => return "a number".to_owned(),
        Some("RunsValue") => return "runs of a stage".to_owned(),
        Some("ComparisonValue") => return "a comparison".to_owned(),
        Some("RankingValue") => return "a ranking".to_owned(),
        _ => {}
    }
    if value.is_safe() {
        "a text that is formatted".to_owned()
    } else if let Some(text) = value.as_str() {
        format!("the text `{}`", Placeholders::without(text))
    } else {
        match value.kind() {
            ValueKind::Number => format!("the number {value}"),
            ValueKind::Undefined => "nothing".to_owned(),
            kind => format!("a {kind}"),
        }
    }
}
