//! What values are called in messages.

use minijinja::Value;
use minijinja::value::ValueKind;

use super::placeholders::Placeholders;

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
