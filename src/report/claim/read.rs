//! The text of a claims file → [`Claim`]s, or mistakes with their places.
//!
//! text ──YAML──▶ a list of maps ──each in any order of its keys──▶ [`Claim`]
//!
//! Knows no pipeline: whether what a claim names exists is `check`'s.

use std::sync::Arc;

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::suggestion;
use recount_engine::yaml::{self, Content, Entry, Node, Scalar, entry, items, text};

use super::figure::ReportedValue;
use super::mistakes::listed;
use super::numbers::{check_ends, number, repeats, runs, several};
use super::operands;
use super::written::{Claim, KEYS, ReadClaim, Reading, Relation, Takes, Words};

/// What a template chooses a reading by, so that no key of a claim can be called so.
pub(super) const READING: &str = "reading";

/// Reads every claim.
pub(super) fn read(source: &Arc<Source>, diagnostics: &mut Diagnostics) -> Vec<ReadClaim> {
    let Some(root) = yaml::read(source, 0..source.text().len(), diagnostics) else { return Vec::new() };
    let Some(list) = items(&root, "a file of claims", diagnostics) else { return Vec::new() };
    list.iter().map(|item| claim(item, diagnostics)).collect()
}

fn claim(node: &Node, diagnostics: &mut Diagnostics) -> ReadClaim {
    let Content::Map(fields) = &node.content else {
        let message = format!("a claim must be a map, not {}", node.described());
        let help = "write `- { of: \"fit[svm].accuracy\", is: above, than: \"fit[forest].accuracy\" }`";
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
        return ReadClaim { claim: None, names: Vec::new() };
    };
    let before = diagnostics.len();
    let keys = own_keys(fields, diagnostics);
    let relation = relation(node, fields, diagnostics);
    if let Some(relation) = relation {
        check_fields(node, fields, relation, diagnostics);
    }
    let readings = operands::readings(&node.place, fields, relation, diagnostics);
    let field = |name: &str| entry(fields, name).map(|field| &field.value);
    let values: Vec<ReportedValue> =
        field("values").map_or_else(Vec::new, |node| several(node, "`values`", diagnostics));
    let runs = runs(fields, relation, &values, diagnostics);
    if let Some(entry) = entry(fields, "values").filter(|_| relation == Some(Relation::Between)) {
        check_ends(&entry.value.place, &values, "`between` takes two numbers", diagnostics);
    }
    let within = field("within").and_then(|node| number(node, "`within`", diagnostics));
    if let Some(within) = within.as_ref().filter(|within| within.value < 0.0) {
        let message = format!("`within` must be 0 or more, not `{}`", within.text);
        diagnostics.add(Diagnostic::error(message).at(&within.place));
    }
    let repeats = field("repeats").and_then(|node| repeats(node, diagnostics));
    let says = field("says").and_then(|node| {
        Some(Words { text: text(node, "`says`", diagnostics)?.to_owned(), place: node.place.clone() })
    });
    let Some(relation) = relation.filter(|_| diagnostics.len() == before) else {
        let names = readings.iter().flat_map(Reading::references).cloned().collect();
        return ReadClaim { claim: None, names };
    };
    let place = node.place.clone();
    let claim = Claim { place, relation, readings, values, runs, within, repeats, says, keys };
    ReadClaim { claim: Some(claim), names: Vec::new() }
}

/// Reads the project's own keys; one that looks like a misspelt key of claims is a mistake.
fn own_keys(fields: &[Entry], diagnostics: &mut Diagnostics) -> Vec<(String, Vec<String>)> {
    let mut own = Vec::new();
    for Entry { key, key_place, value } in fields.iter().filter(|field| !KEYS.contains(&field.key.as_str())) {
        if let Some(meant) = misspelt(key) {
            let message = format!("`{key}` looks like a misspelling of `{meant}`");
            let help = "give a key of your own a name that is less like it";
            diagnostics.add(Diagnostic::error(message).at(key_place).help(help));
        } else if key == READING {
            let message = format!("a key of your own can't be called `{READING}`");
            let help = "templates choose a reading of a claim by that name";
            diagnostics.add(Diagnostic::error(message).at(key_place).help(help));
        } else {
            let nodes = match &value.content {
                Content::List(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            let values = nodes.iter().filter_map(|node| own_value(key, node, diagnostics));
            own.push((key.clone(), values.collect()));
        }
    }
    own
}

/// Gives the key of claims that another key is a misspelling of. `id` is none of `is`, nor `tags` of `says`: keys of
/// one's own are refused only where they are hardly meant.
fn misspelt(key: &str) -> Option<&'static str> {
    let edits = match key.chars().count() {
        ..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let lower = key.to_lowercase();
    KEYS.into_iter().find(|known| strsim::osa_distance(&lower, known) <= edits)
}

/// Reads a value of a key of the project's own: a text, or a number or truth value as it is spelled.
fn own_value(key: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<String> {
    match &node.content {
        Content::Scalar(Scalar::Integer(_) | Scalar::Float(_) | Scalar::Bool(_)) => {
            Some(node.place.text().to_owned())
        }
        Content::Scalar(_) => text(node, &format!("`{key}`"), diagnostics).map(str::to_owned),
        Content::List(_) | Content::Map(_) => {
            let message = format!("`{key}` must be a text or a list of texts, not {}", node.described());
            diagnostics.add(Diagnostic::error(message).at(&node.place));
            None
        }
    }
}

fn relation(node: &Node, fields: &[Entry], diagnostics: &mut Diagnostics) -> Option<Relation> {
    let all = || Relation::SPELLINGS.iter().copied();
    let Some(field) = entry(fields, "is") else {
        let help = format!("write `is:` with one of {}", listed(all()));
        let mistake = Diagnostic::error("a claim doesn't say what it claims: it has no `is`");
        diagnostics.add(mistake.at(&start_of(node)).help(help));
        return None;
    };
    let written = text(&field.value, "`is`", diagnostics)?;
    let relation = Relation::parse(written);
    if relation.is_none() {
        let message = format!("no claim is `{written}`");
        let mistake = Diagnostic::error(message).at(&field.value.place);
        let help = match suggestion::nearest(written, all()) {
            Some(near) => format!("`{near}` exists"),
            None => format!("write one of {}", listed(all())),
        };
        diagnostics.add(mistake.help(help));
    }
    relation
}

/// Reports what a relation lacks, and what says nothing beside it.
fn check_fields(node: &Node, fields: &[Entry], relation: Relation, diagnostics: &mut Diagnostics) {
    let is = relation.name();
    for key in ["than", "values", "runs", "within"] {
        match (relation.takes(key), entry(fields, key)) {
            (Takes::Required, None) => {
                let help = match key {
                    "than" => "say what it is compared with: `than: \"fit[forest].accuracy\"`",
                    "values" => "give the numbers: `values: [0.90, 0.95]`",
                    _ => "say how near: `within: 0.05`",
                };
                let mistake = Diagnostic::error(format!("`is: {is}` needs `{key}`"));
                diagnostics.add(mistake.at(&start_of(node)).help(help));
            }
            (Takes::Nothing, Some(entry)) => {
                let mistake = Diagnostic::error(format!("`{key}` says nothing beside `is: {is}`"));
                let with = Relation::SPELLINGS.iter().filter(|is| {
                    Relation::parse(is).is_some_and(|relation| relation.takes(key) != Takes::Nothing)
                });
                let help = format!("it goes with {}", listed(with.copied()));
                diagnostics.add(mistake.at(&entry.key_place).help(help));
            }
            _ => {}
        }
    }
}

/// Gives where a map begins: its first key, as a map over several lines has no one place.
fn start_of(node: &Node) -> Place {
    match &node.content {
        Content::Map(entries) => entries.first().map_or(&node.place, |entry| &entry.key_place).clone(),
        _ => node.place.clone(),
    }
}
