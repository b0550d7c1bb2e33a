//! TOML text → a tree in which every value knows its place.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::yaml::{Content, Entry, Node, Scalar};

/// Reads a source as one TOML document; `None`, with the mistakes in `diagnostics`, for what is none.
pub(super) fn read(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let (table, errors) = DeTable::parse_recoverable(source.text());
    if errors.is_empty() {
        let content = entries(source, table.get_ref());
        return Some(Node { content, place: Place::new(source, 0..source.text().len()) });
    }
    for error in errors {
        let place = error.span().map_or_else(|| Place::whole(source), |span| place(source, span));
        let message = format!("this is no TOML: {}", error.message().replace('\n', ", "));
        diagnostics.add(Diagnostic::error(message).at(&place));
    }
    None
}

fn entries(source: &Arc<Source>, table: &DeTable<'_>) -> Content {
    let entry = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| Entry {
        key: key.get_ref().clone().into_owned(),
        key_place: place(source, key.span()),
        value: node(source, value),
    };
    let mut entries: Vec<Entry> = table.iter().map(entry).collect();
    // toml sorts them by name.
    entries.sort_by_key(|entry| entry.key_place.span().start);
    Content::Map(entries)
}

fn node(source: &Arc<Source>, value: &Spanned<DeValue<'_>>) -> Node {
    let content = match value.get_ref() {
        DeValue::String(text) => Content::Scalar(Scalar::Text(text.clone().into_owned())),
        DeValue::Integer(whole) => Content::Scalar(integer(whole.as_str(), whole.radix())),
        DeValue::Float(number) => Content::Scalar(Scalar::Float(number.as_str().parse().unwrap_or(f64::NAN))),
        DeValue::Boolean(value) => Content::Scalar(Scalar::Bool(*value)),
        DeValue::Datetime(time) => Content::Scalar(Scalar::Text(time.to_string())),
        DeValue::Array(items) => Content::List(items.iter().map(|item| node(source, item)).collect()),
        DeValue::Table(table) => entries(source, table),
    };
    Node { content, place: place(source, value.span()) }
}

/// Reads digits; what no `i64` holds is a float.
fn integer(digits: &str, radix: u32) -> Scalar {
    match (i64::from_str_radix(digits, radix), i128::from_str_radix(digits, radix)) {
        (Ok(whole), _) => Scalar::Integer(whole),
        (_, Ok(whole)) => Scalar::Float(whole as f64),
        _ => Scalar::Float(if radix == 10 { digits.parse().unwrap_or(f64::NAN) } else { f64::INFINITY }),
    }
}

/// Points at a span, which is on character boundaries unless the text is broken there.
fn place(source: &Arc<Source>, span: Range<usize>) -> Place {
    if source.text().get(span.clone()).is_some() { Place::new(source, span) } else { Place::whole(source) }
}
