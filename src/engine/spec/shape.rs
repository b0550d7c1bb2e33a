//! A node of a document against what a kind lets a parameter be.
//!
//! [`Node`] + [`Field`] ──▶ [`ParsedValue`], or mistakes that name the range, the words or the type.

use std::sync::Arc;

use super::schema::{Field, Shape};
use super::settings::Origin;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::pattern;
use crate::suggestion::nearest;
use crate::value::{Parameters, Value};
use crate::yaml::{Content, Entry, Node, Scalar, entry, is_missing, refuse_unknown};

/// Reports fields without a default that are not among the entries; `besides` are other names that are
/// known there.
pub(super) fn refuse_missing(
    entries: &[Entry],
    fields: &[Field],
    besides: &[&str],
    place: &Place,
    help: &str,
    diagnostics: &mut Diagnostics,
) {
    let known: Vec<&str> = fields.iter().map(|field| field.name).chain(besides.iter().copied()).collect();
    for field in fields.iter().filter(|field| field.default.is_none()) {
        if !is_missing(entries, field.name, &known) {
            continue;
        }
        let mistake = Diagnostic::error(format!("`{}` is missing: {}", field.name, field.about));
        diagnostics.add(mistake.at(place).help(help));
    }
}

/// A parameter as somebody set it.
#[derive(Clone, Debug)]
pub(super) struct ParsedValue {
    pub value: Value,
    /// Where each text of the value is written.
    places: Vec<Place>,
    pub origin: Origin,
}

impl ParsedValue {
    /// Gives the texts of the value with their places: the value's own if it is one text, else its items'.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &Place)> {
        let values = match &self.value {
            Value::List(values) => values.as_slice(),
            value => std::slice::from_ref(value),
        };
        values.iter().map(|value| value.as_text().unwrap_or_default()).zip(&self.places)
    }
}

/// Parameters as somebody set them, by name, each name once.
pub(super) type ParsedValues = Vec<(&'static str, ParsedValue)>;

/// Finds a parameter by name.
pub(super) fn get<'s>(values: &'s ParsedValues, name: &str) -> Option<&'s ParsedValue> {
    values.iter().find(|(known, _)| *known == name).map(|(_, parsed)| parsed)
}

/// Checks the parameters in a file, of a variant or of the stage's `params`.
pub(super) fn parse_in_file(
    entries: &[Entry],
    fields: &[Field],
    variant: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> ParsedValues {
    let parsed = fields.iter().filter_map(|field| {
        let node = &entry(entries, field.name)?.value;
        let (line, column) = node.place.line_and_column();
        let path = Arc::clone(node.place.source().shared_name());
        let origin = Origin::File { path, line, column, variant: variant.map(Arc::from) };
        Some((field.name, parse_value(field, node, origin, diagnostics)?))
    });
    parsed.collect()
}

/// Checks the value of a parameter, wherever it comes from.
pub(super) fn parse_value(
    field: &Field,
    node: &Node,
    origin: Origin,
    diagnostics: &mut Diagnostics,
) -> Option<ParsedValue> {
    let value = value(field, &field.shape, false, node, diagnostics)?;
    let places = match (&value, &node.content) {
        (Value::Text(_), _) => vec![node.place.clone()],
        (Value::List(_), Content::List(nodes)) => nodes.iter().map(|node| node.place.clone()).collect(),
        _ => Vec::new(),
    };
    Some(ParsedValue { value, places, origin })
}

/// `item` says whether the node is one of a list's items.
fn value(
    field: &Field,
    shape: &Shape,
    item: bool,
    node: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    if matches!(shape, Shape::Tree) {
        return tree(node, diagnostics);
    }
    if let (Shape::Map(fields), Content::Map(entries)) = (shape, &node.content) {
        return map(field, fields, entries, node, diagnostics);
    }
    let value = match (items_of(shape), &node.content) {
        (Some(inner), Content::List(nodes)) => {
            let mut values = Vec::with_capacity(nodes.len());
            values.extend(nodes.iter().filter_map(|node| value(field, inner, true, node, diagnostics)));
            return (values.len() == nodes.len()).then_some(Value::List(values));
        }
        (_, Content::Scalar(written)) => scalar(shape, written),
        _ => None,
    };
    if value.is_none() {
        diagnostics.add_with(|| {
            let each = if item { "each of " } else { "" };
            let message = if node.is_null() {
                format!("{each}`{}` has no value", field.name)
            } else {
                format!("{each}`{}` must be {}, not {}", field.name, phrase(shape), node.described())
            };
            Diagnostic::error(message).at(&node.place).help(advice(field, shape, node))
        });
    }
    value
}

/// Takes whatever is written; only nothing, and a number that is not finite, are no values.
fn tree(node: &Node, diagnostics: &mut Diagnostics) -> Option<Value> {
    match &node.content {
        Content::List(items) => {
            let items: Vec<Option<Value>> = items.iter().map(|item| tree(item, diagnostics)).collect();
            items.into_iter().collect::<Option<_>>().map(Value::List)
        }
        Content::Map(entries) => {
            let value = |entry: &Entry| Some((entry.key.clone(), tree(&entry.value, diagnostics)?));
            let entries: Vec<Option<(String, Value)>> = entries.iter().map(value).collect();
            entries.into_iter().collect::<Option<_>>().map(Value::Map)
        }
        Content::Scalar(Scalar::Text(text)) => Some(Value::Text(text.clone())),
        Content::Scalar(Scalar::Bool(value)) => Some(Value::Bool(*value)),
        Content::Scalar(Scalar::Integer(whole)) => Some(Value::Integer(*whole)),
        Content::Scalar(Scalar::Float(number)) if number.is_finite() => Some(Value::Float(*number)),
        Content::Scalar(Scalar::Null | Scalar::Float(_)) => {
            let message = format!("expected a value, found {}", node.described());
            diagnostics.add(Diagnostic::error(message).at(&node.place));
            None
        }
    }
}

/// Reads a map whose names are known.
fn map(
    field: &Field,
    fields: &[Field],
    entries: &[Entry],
    node: &Node,
    diagnostics: &mut Diagnostics,
) -> Option<Value> {
    let mistakes = diagnostics.len();
    let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
    refuse_unknown(entries, &known, format!("`{}`", field.name), |_| None, diagnostics);
    refuse_missing(entries, fields, &[], &node.place, &about(field), diagnostics);
    let values: Parameters = fields
        .iter()
        .filter_map(|inner| {
            let value = match entry(entries, inner.name) {
                Some(entry) => value(inner, &inner.shape, false, &entry.value, diagnostics),
                None => inner.default.clone(),
            };
            Some((inner.name.to_owned(), value?))
        })
        .collect();
    (diagnostics.len() == mistakes).then_some(Value::Map(values))
}

/// Gives what the items of a list have to be, where a list may be written.
fn items_of(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::List(inner) => Some(inner),
        Shape::Either(first, second) => items_of(first).or_else(|| items_of(second)),
        _ => None,
    }
}

fn scalar(shape: &Shape, written: &Scalar) -> Option<Value> {
    match (shape, written) {
        (Shape::Either(first, second), _) => scalar(first, written).or_else(|| scalar(second, written)),
        (Shape::Integer { least, most }, Scalar::Integer(whole)) => {
            (least..=most).contains(&whole).then_some(Value::Integer(*whole))
        }
        (Shape::Number { .. }, Scalar::Integer(whole)) => within(shape, *whole as f64),
        (Shape::Number { .. }, Scalar::Float(number)) => within(shape, *number),
        (Shape::Choice(words), Scalar::Text(text)) => {
            words.contains(&text.as_str()).then(|| text.as_str().into())
        }
        (Shape::Bool, Scalar::Bool(value)) => Some(Value::Bool(*value)),
        (Shape::Form { accepts, .. }, Scalar::Text(text)) => accepts(text).then(|| text.as_str().into()),
        (Shape::Pattern, Scalar::Text(text)) => pattern::matcher(text).is_ok().then(|| text.as_str().into()),
        (shape, Scalar::Text(text)) if is_textual(shape) => {
            (!text.trim().is_empty()).then(|| text.as_str().into())
        }
        _ => None,
    }
}

/// Takes a number that is finite and within a `Number`'s bounds; zero has one sign.
fn within(shape: &Shape, number: f64) -> Option<Value> {
    let Shape::Number { least, most, above_least, below_most } = shape else { return None };
    let low = if *above_least { number > *least } else { number >= *least };
    let high = if *below_most { number < *most } else { number <= *most };
    (number.is_finite() && low && high).then_some(Value::Float(number + 0.0))
}

/// Says what to write instead.
fn advice(field: &Field, shape: &Shape, node: &Node) -> String {
    let written = node.place.text();
    match (shape, &node.content) {
        (Shape::Integer { .. }, Content::Scalar(Scalar::Float(number)))
            if number.fract() == 0.0 && number.abs() < 1e15 =>
        {
            format!("write `{number}`, without a fraction")
        }
        (Shape::Integer { .. } | Shape::Number { .. }, Content::Scalar(Scalar::Text(text)))
            if text.parse::<f64>().is_ok_and(f64::is_finite) && text != written =>
        {
            format!("take the quotes away: `{text}`")
        }
        (Shape::Bool, Content::Scalar(Scalar::Text(text))) if ["yes", "on", "y"].contains(&text.as_str()) => {
            "write `true`".to_owned()
        }
        (Shape::Bool, Content::Scalar(Scalar::Text(text))) if ["no", "off", "n"].contains(&text.as_str()) => {
            "write `false`".to_owned()
        }
        (Shape::Choice(words), Content::Scalar(Scalar::Text(text))) => {
            match nearest(text, words.iter().copied()) {
                Some(word) => format!("did you mean `{word}`?"),
                None => about(field),
            }
        }
        (shape, Content::Map(_)) if is_textual(shape) && !written.contains('\n') => {
            format!("put it in quotes, since a brace begins a map: `\"{written}\"`")
        }
        (Shape::List(inner), Content::Scalar(Scalar::Text(_))) if is_textual(inner) => {
            format!("put it in brackets: `[{written}]`")
        }
        (shape, Content::Scalar(Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Float(_)))
            if is_textual(shape) =>
        {
            format!("put it in quotes: `\"{written}\"`")
        }
        _ => about(field),
    }
}

fn about(field: &Field) -> String {
    match &field.default {
        Some(Value::List(values)) if values.is_empty() => format!("`{}`: {}", field.name, field.about),
        Some(default) => format!("`{}`: {}; the default is `{default}`", field.name, field.about),
        None => format!("`{}`: {}", field.name, field.about),
    }
}

fn is_textual(shape: &Shape) -> bool {
    match shape {
        Shape::Text | Shape::Form { .. } | Shape::Template | Shape::Pattern => true,
        Shape::ExistingPath | Shape::Input | Shape::OutputPath => true,
        Shape::Either(first, second) => is_textual(first) || is_textual(second),
        _ => false,
    }
}

/// Names what a shape allows, for a sentence.
fn phrase(shape: &Shape) -> String {
    match shape {
        Shape::Integer { least, most: i64::MAX } => format!("a whole number, {least} or more"),
        Shape::Integer { least, most } => format!("a whole number from {least} to {most}"),
        Shape::Number { least, most, above_least, below_most } => {
            let low = if *above_least { "above" } else { "of at least" };
            let high = if *below_most { "below" } else { "at most" };
            format!("a number {low} {least} and {high} {most}")
        }
        Shape::Choice(words) => {
            let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            match quoted.split_last() {
                Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => quoted.concat(),
            }
        }
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Text | Shape::Template => "a text".to_owned(),
        Shape::Tree => "a value".to_owned(),
        Shape::Form { what, .. } => (*what).to_owned(),
        Shape::Pattern => "a pattern of paths, such as `*.tmp`".to_owned(),
        Shape::ExistingPath | Shape::Input => "the path of a file or folder".to_owned(),
        Shape::OutputPath => "the path of a file".to_owned(),
        Shape::List(inner) => format!("a list of which each is {}", phrase(inner)),
        Shape::Map(fields) => {
            let names: Vec<&str> = fields.iter().map(|field| field.name).collect();
            format!("a map: `{{ {}: … }}`", names.join(": …, "))
        }
        Shape::Either(first, second) => format!("{}, or {}", phrase(first), phrase(second)),
    }
}
