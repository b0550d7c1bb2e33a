//! `each`: what a stage is repeated over.

use std::collections::BTreeMap;

use super::names::{MAX_NAME_BYTES, is_name, refuse_name};
use super::pipeline::Axis;
use super::schema::Schema;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;
use crate::yaml::{Content, Entry, Node, Scalar, entries, items, text};

/// Letters that separate coordinates in an instance's name.
const SEPARATORS: [char; 4] = ['[', ']', ',', '='];

/// One thing that a stage is repeated over, as it is written.
pub(super) struct EachEntry {
    pub axis: Axis,
    /// The stage whose variants or seeds are meant, if it is named.
    pub of: Option<String>,
    pub place: Place,
}

/// Reads an `each` for a kind: a list of `variant`, `seed` and maps of names and values, or one such map.
pub(super) fn read(entry: &Entry, schema: &Schema, diagnostics: &mut Diagnostics) -> Vec<EachEntry> {
    if !schema.repeats {
        let mistake = Diagnostic::error(format!("a stage of kind `{}` isn't repeated", schema.kind));
        diagnostics.add(mistake.at(&entry.key_place).help("take `each` away"));
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Content::Map(_) = entry.value.content {
        coordinates(&entry.value, &mut found, diagnostics);
    } else {
        for node in items(&entry.value, "`each`", diagnostics).unwrap_or_default() {
            match node.content {
                Content::Map(_) => coordinates(node, &mut found, diagnostics),
                _ => found.extend(variant_or_seed(node, diagnostics)),
            }
        }
    }
    let mut unique: Vec<EachEntry> = Vec::new();
    for entry in found {
        if unique.iter().any(|known| known.axis.name() == entry.axis.name()) {
            let mistake = Diagnostic::error(format!("`{}` is in `each` twice", entry.axis.name()));
            diagnostics.add(mistake.at(&entry.place).help("keep one of the two"));
        } else {
            unique.push(entry);
        }
    }
    unique
}

/// Reads `variant` or `seed`, or with the stage that has them `fit.variant`.
fn variant_or_seed(node: &Node, diagnostics: &mut Diagnostics) -> Option<EachEntry> {
    let written = text(node, "each of `each`", diagnostics)?;
    let (of, word) = match written.rsplit_once('.') {
        Some((of, word)) => (Some(of.to_owned()), word),
        None => (None, written),
    };
    let axis = match word {
        "variant" => Axis::Variant,
        "seed" => Axis::Seed,
        _ => {
            let mistake = Diagnostic::error(format!("a stage can't be repeated over `{written}`"));
            let help = suggestion::nearest(word, ["variant", "seed"])
                .map_or(format!("write `variant`, `seed`, or values: `{{ {word}: [1, 2] }}`"), |word| {
                    format!("did you mean `{word}`?")
                });
            diagnostics.add(mistake.at(&node.place).help(help));
            return None;
        }
    };
    Some(EachEntry { axis, of, place: node.place.clone() })
}

/// Reads a map from coordinates to their values.
fn coordinates(map: &Node, axes: &mut Vec<EachEntry>, diagnostics: &mut Diagnostics) {
    for entry in entries(map, "`each`", diagnostics).unwrap_or_default() {
        let name = &entry.key;
        if !is_name(name, "") {
            refuse_name("a coordinate", name, "", &entry.key_place, diagnostics);
        } else if ["variant", "seed", "params", "out"].contains(&name.as_str()) {
            let help = match name.as_str() {
                "variant" | "seed" => format!("list them under `{name}s`, and write `each: [{name}]`"),
                _ => "give it another name: in braces it means something else".to_owned(),
            };
            let mistake = Diagnostic::error(format!("`{name}` can't name a listed coordinate"));
            diagnostics.add(mistake.at(&entry.key_place).help(help));
        } else if let Some(values) = values(entry, diagnostics) {
            let axis = Axis::Listed { name: name.clone(), values };
            axes.push(EachEntry { axis, of: None, place: entry.key_place.clone() });
        }
    }
}

/// Gives a coordinate's values as they are written; `None`, and mistakes, where one is none.
fn values(entry: &Entry, diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let name = &entry.key;
    let nodes = items(&entry.value, &format!("`{name}`"), diagnostics)?;
    if nodes.is_empty() {
        let mistake = Diagnostic::error(format!("`{name}` has no values")).at(&entry.value.place);
        diagnostics.add(mistake.help(format!("list at least one, or take `{name}` away")));
        return None;
    }
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut values = Vec::new();
    for node in nodes {
        let value = value(node, name, diagnostics);
        if let Some(line) = value.as_ref().and_then(|value| known.get(value)) {
            let message = format!("`{name}` lists `{}` twice", node.place.text());
            let help = format!("line {line} has it already; keep one of the two");
            diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
            continue;
        }
        known.extend(value.clone().map(|value| (value, node.place.line())));
        values.push(value);
    }
    values.into_iter().collect()
}

pub(super) fn value(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    let value = match &node.content {
        Content::Scalar(Scalar::Text(text)) if !text.trim().is_empty() => text.as_str(),
        Content::Scalar(Scalar::Bool(_) | Scalar::Integer(_) | Scalar::Float(_)) => node.place.text(),
        _ => {
            let message = format!("each of `{name}` must be a text or a number, not {}", node.described());
            let help = "list the values themselves: `[alpha, beta]`";
            diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
            return None;
        }
    };
    if value.len() > MAX_NAME_BYTES {
        let message = format!("a value of `{name}` is longer than {MAX_NAME_BYTES} bytes");
        diagnostics.add(Diagnostic::error(message).at(&node.place).help("give it a shorter one"));
        return None;
    }
    if value.contains(SEPARATORS) || value.contains(char::is_control) {
        let message = format!("`{value}` can't be a coordinate");
        let help = "brackets, commas, `=` and line breaks separate coordinates in an instance's name";
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
        return None;
    }
    Some(value.to_owned())
}
