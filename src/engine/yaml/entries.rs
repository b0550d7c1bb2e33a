//! A map with known names: reads its entries, and reports unknown names.

use std::collections::{BTreeMap, BTreeSet};
use std::{fmt, ptr};

use super::node::{Content, Entry, Node, shortened};
use super::scalar::Scalar;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;

/// Gives the entries of a map; anything else is a mistake, except nothing, which is an empty map.
pub fn entries<'a>(node: &'a Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<&'a [Entry]> {
    match &node.content {
        Content::Map(entries) => Some(entries),
        Content::Scalar(Scalar::Null) => Some(&[]),
        _ => {
            let message = format!("{subject} must be a map of names and values, not {}", node.described());
            diagnostics.add(Diagnostic::error(message).at(&node.place).help("write `name: value`"));
            None
        }
    }
}

/// Gives the items of a list; anything else is a mistake, except nothing, which is an empty list.
pub fn items<'a>(node: &'a Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<&'a [Node]> {
    match &node.content {
        Content::List(items) => Some(items),
        Content::Scalar(Scalar::Null) => Some(&[]),
        _ => {
            let message = format!("{subject} must be a list, not {}", node.described());
            let help = match &node.content {
                Content::Scalar(_) => format!("put it in brackets: `[{}]`", node.place.text()),
                _ => "write `- ` in front of each item".to_owned(),
            };
            diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
            None
        }
    }
}

/// Gives a text that is not empty; anything else is a mistake, with help for an unquoted number.
pub fn text<'a>(node: &'a Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<&'a str> {
    let mistake = match &node.content {
        Content::Scalar(Scalar::Text(text)) if !text.trim().is_empty() => return Some(text),
        Content::Scalar(Scalar::Null) => Diagnostic::error(format!("{subject} has no value")),
        _ => Diagnostic::error(format!("{subject} must be a text, not {}", node.described())),
    };
    let number =
        matches!(node.content, Content::Scalar(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Bool(_)));
    let help = format!("put it in quotes: `\"{}\"`", node.place.text());
    diagnostics.add(if number { mistake.help(help) } else { mistake }.at(&node.place));
    None
}

/// Finds an entry by name.
pub fn entry<'a>(entries: &'a [Entry], name: &str) -> Option<&'a Entry> {
    entries.iter().find(|entry| entry.key == name)
}

/// Takes out entries whose name an earlier one has, and reports them.
pub(crate) fn refuse_repeated(entries: &mut Vec<Entry>, diagnostics: &mut Diagnostics) {
    let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
    let mut repeated = BTreeSet::new();
    for (index, Entry { key, key_place, .. }) in entries.iter().enumerate() {
        let place = *first.entry(key).or_insert(key_place);
        if !ptr::eq(place, key_place) {
            let mistake = Diagnostic::error(format!("`{}` is written twice here", shortened(key)));
            let help = format!("line {} has it already; keep one of the two", place.line());
            diagnostics.add(mistake.at(key_place).help(help));
            repeated.insert(index);
        }
    }
    let mut index = 0..;
    entries.retain(|_| index.next().is_some_and(|index| !repeated.contains(&index)));
}

/// Reports entries whose name is not among `known`; `explain` may know better help.
pub fn refuse_unknown(
    entries: &[Entry],
    known: &[&str],
    whose: impl fmt::Display,
    explain: impl Fn(&str) -> Option<String>,
    diagnostics: &mut Diagnostics,
) {
    for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        diagnostics.add_with(|| {
            let message = format!("{whose} has no field `{}`", entry.key);
            let mistake = Diagnostic::error(message).at(&entry.key_place);
            let help = explain(&entry.key).or_else(|| {
                suggestion::help(&entry.key, known.iter().copied(), "a field named", "its fields are")
            });
            match help {
                Some(help) => mistake.help(help),
                None => mistake,
            }
        });
    }
}

/// Says whether a name is missing, and no unknown name looks like a misspelling of it.
pub fn is_missing(entries: &[Entry], name: &str, known: &[&str]) -> bool {
    let strange = entries.iter().map(|entry| entry.key.as_str()).filter(|key| !known.contains(key));
    entry(entries, name).is_none() && suggestion::nearest(name, strange).is_none()
}
