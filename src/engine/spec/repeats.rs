//! `each`: what a stage is repeated over.

use std::collections::BTreeMap;

use super::document::{Content, Entry, Node};
use super::entries::{entries, is_name, items, refuse_name, text};
use super::pipeline::Axis;
use super::scalar::Scalar;
use super::schema::Schema;
use super::suggestion;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Instances of one stage, at most.
const MOST: usize = 100_000;

/// Letters that separate coordinates in an instance's name.
const SEPARATORS: [char; 4] = ['[', ']', ',', '='];

/// Reads an `each` for a kind.
pub(super) fn read(entry: &Entry, schema: &Schema, diagnostics: &mut Diagnostics) -> Vec<(Axis, Place)> {
    if !schema.repeats {
        let mistake = Diagnostic::error(format!("a stage of kind `{}` isn't repeated", schema.kind));
        diagnostics.add(mistake.at(&entry.key_place).help("take `each` away"));
        return Vec::new();
    }
    let axes = if schema.inline {
        coordinates(&entry.value, diagnostics)
    } else {
        items(&entry.value, "`each`", diagnostics)
            .unwrap_or_default()
            .iter()
            .filter_map(|node| Some((variant_or_seed(node, diagnostics)?, node.place.clone())))
            .collect()
    };
    let mut unique: Vec<(Axis, Place)> = Vec::new();
    for (axis, place) in axes {
        if unique.iter().any(|(known, _)| *known == axis) {
            let mistake = Diagnostic::error(format!("`{}` stands in `each` twice", place.text()));
            diagnostics.add(mistake.at(&place).help("keep one of the two"));
        } else {
            unique.push((axis, place));
        }
    }
    let count = unique.iter().map(|(axis, _)| match axis {
        Axis::Listed { values, .. } => values.len(),
        _ => 1,
    });
    if count.fold(1, usize::saturating_mul) > MOST {
        let mistake = Diagnostic::error(format!("these are more than {MOST} instances"));
        diagnostics.add(mistake.at(&entry.key_place).help("list fewer values, or split the stage"));
        return Vec::new();
    }
    unique
}

fn variant_or_seed(node: &Node, diagnostics: &mut Diagnostics) -> Option<Axis> {
    match text(node, "each of `each`", diagnostics)? {
        "variant" => Some(Axis::Variant),
        "seed" => Some(Axis::Seed),
        other => {
            let mistake = Diagnostic::error(format!("a stage can't be repeated over `{other}`"));
            let known = ["variant", "seed"];
            let help = suggestion::nearest(other, known)
                .map_or("write `[variant, seed]`, or one of the two".to_owned(), |word| {
                    format!("did you mean `{word}`?")
                });
            diagnostics.add(mistake.at(&node.place).help(help));
            None
        }
    }
}

/// Reads a map from coordinates to their values.
fn coordinates(node: &Node, diagnostics: &mut Diagnostics) -> Vec<(Axis, Place)> {
    if let Content::List(_) = node.content {
        let mistake = Diagnostic::error("`each` must be a map of names and values here, not a list");
        diagnostics.add(mistake.at(&node.place).help("name the values: `{ word: [alpha, beta] }`"));
        return Vec::new();
    }
    let mut axes = Vec::new();
    for entry in entries(node, "`each`", diagnostics).unwrap_or_default() {
        let name = &entry.key;
        if !is_name(name, "") {
            refuse_name("a coordinate", name, "", &entry.key_place, diagnostics);
        } else if ["variant", "seed"].contains(&name.as_str()) {
            let mistake = Diagnostic::error(format!("`{name}` can't name a listed coordinate"));
            diagnostics.add(mistake.at(&entry.key_place).help("give it another name"));
        } else if let Some(values) = values(entry, diagnostics) {
            axes.push((Axis::Listed { name: name.clone(), values }, entry.key_place.clone()));
        }
    }
    axes
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

fn value(node: &Node, name: &str, diagnostics: &mut Diagnostics) -> Option<String> {
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
    if value.contains(SEPARATORS) || value.contains(char::is_control) {
        let message = format!("`{value}` can't be a coordinate");
        let help = "brackets, commas, `=` and line breaks separate coordinates in an instance's name";
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
        return None;
    }
    Some(value.to_owned())
}
