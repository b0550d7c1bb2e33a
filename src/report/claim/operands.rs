//! `of`, `than` and `applies` of a claim → its [`Reading`]s.
//!
//! ```text
//! of: A                  than: B                    one reading
//! of: { x: A, y: C }     than: B                    two, both compared with B
//! of: { x: A, y: C }     than: { x: B, y: D }       two, each with its own
//! ```
//!
//! A `than` without a stage is of the stage of `of`: `"[forest].loss"`. Coordinates alone, `"[forest]"`, are what `of`
//! is at these.
//!
//! Invariants
//! - Where `of` and `than` both have readings, they have the same ones; the order is `of`'s.

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};
use recount_engine::suggestion;
use recount_engine::yaml::{Content, Entry, Node, Scalar, entry, refuse_unknown, text};

use super::mistakes::add_once;
use super::numbers::number;
use super::written::{Named, Operand, Reading, Relation, Stated};
use crate::reference::Reference;

/// The keys of a stated number.
const STATED: [&str; 2] = ["stated", "by"];

/// Readings of one claim at most: what they share is kept for each.
const MAX_READINGS: usize = 20;

/// Reads the readings of a claim, at least one where there is no mistake.
pub(super) fn readings(
    claim: &Place,
    fields: &[Entry],
    relation: Option<Relation>,
    diagnostics: &mut Diagnostics,
) -> Vec<Reading> {
    let Some(of) = entry(fields, "of") else {
        let mistake = Diagnostic::error("a claim doesn't say what it is about: it has no `of`");
        let help = "name a measure of a stage: `of: \"fit[svm].accuracy\"`";
        diagnostics
            .add(mistake.at(&fields.first().map_or(claim, |field| &field.key_place).clone()).help(help));
        return Vec::new();
    };
    let is_list = relation == Some(Relation::Monotone);
    let of = parts(&of.value);
    let than = entry(fields, "than").map(|field| parts(&field.value));
    if let (Parts::Named(of), Some(Parts::Named(than))) = (&of, &than) {
        check_same_readings(of, than, diagnostics);
    }
    let names: Vec<Option<&str>> = match (&of, &than) {
        (Parts::Named(entries), _) | (_, Some(Parts::Named(entries))) => {
            entries.iter().map(|entry| Some(entry.key.as_str())).collect()
        }
        _ => vec![None],
    };
    if names.len() > MAX_READINGS {
        let message = format!("a claim has at most {MAX_READINGS} readings, and this one {}", names.len());
        diagnostics.add(Diagnostic::error(message).at(claim).help("write several claims"));
        return Vec::new();
    }
    if let (Parts::Named([]), _) | (_, Some(Parts::Named([]))) = (&of, &than) {
        diagnostics.add(Diagnostic::error("a map of readings without a reading").at(claim));
    }
    let applies = entry(fields, "applies").map(|field| applies(&field.value, &names, diagnostics));
    let mut read = Vec::with_capacity(names.len());
    for name in names {
        let mut mistakes = Diagnostics::default();
        let of = of.node(name).map_or_else(Vec::new, |node| measures(node, is_list, &mut mistakes));
        let is_among_all = than.is_none() && matches!(relation, Some(Relation::Highest | Relation::Lowest));
        let than = than.as_ref().and_then(|than| than.node(name));
        let than = than.map_or_else(Vec::new, |node| operands(node, of.first(), &mut mistakes));
        let applies = match (&applies, name) {
            (Some(applies), Some(name)) => applies.iter().any(|it| it == name),
            _ => true,
        };
        // What readings share is read for each of them.
        mistakes.iter().cloned().for_each(|mistake| add_once(mistake, diagnostics));
        read.push(Reading {
            name: name.map(str::to_owned),
            of,
            than,
            is_among_all,
            applies,
            is_observed: false,
        });
    }
    read
}

/// What is written under `of` or `than`.
enum Parts<'n> {
    /// The same for each reading.
    Shared(&'n Node),
    /// By the readings' names.
    Named(&'n [Entry]),
}

impl<'n> Parts<'n> {
    fn node(&self, reading: Option<&str>) -> Option<&'n Node> {
        match self {
            Self::Shared(node) => Some(node),
            Self::Named(entries) => entry(entries, reading?).map(|entry| &entry.value),
        }
    }
}

fn parts(node: &Node) -> Parts<'_> {
    match &node.content {
        Content::Map(entries) if !is_stated(entries) => Parts::Named(entries),
        _ => Parts::Shared(node),
    }
}

fn is_stated(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| STATED.contains(&entry.key.as_str()))
}

fn check_same_readings(of: &[Entry], than: &[Entry], diagnostics: &mut Diagnostics) {
    for (ones, others, side) in [(of, than, "than"), (than, of, "of")] {
        for one in ones.iter().filter(|one| entry(others, &one.key).is_none()) {
            let mistake = Diagnostic::error(format!("`{side}` has no reading `{}`", one.key));
            let known = others.iter().map(|entry| entry.key.as_str());
            let help = suggestion::help(&one.key, known, "a reading named", "its readings are");
            diagnostics.add(mistake.maybe_help(help).at(&one.key_place));
        }
    }
}

/// Reads the names of readings that a claim is about: a list, or one.
fn applies(node: &Node, names: &[Option<&str>], diagnostics: &mut Diagnostics) -> Vec<String> {
    let nodes = node.items_or_itself();
    let known = || names.iter().flatten().copied();
    if known().next().is_none() {
        let mistake = Diagnostic::error("`applies` chooses among readings, and this claim has one");
        let help = "give them names: `of: { as planned: A, as done: B }`";
        diagnostics.add(mistake.at(&node.place).help(help));
        return Vec::new();
    }
    let mut applies = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(name) = text(node, "`applies`", diagnostics) else { continue };
        if !known().any(|known| known == name) {
            let mistake = Diagnostic::error(format!("this claim has no reading `{name}`")).at(&node.place);
            let help =
                suggestion::help(name, known().collect::<Vec<_>>(), "a reading named", "its readings are");
            diagnostics.add(mistake.maybe_help(help));
        }
        applies.push(name.to_owned());
    }
    applies
}

/// Reads the measure of a reading, or the list of `monotone`.
fn measures(node: &Node, is_list: bool, diagnostics: &mut Diagnostics) -> Vec<Named> {
    let nodes = node.items_or_itself();
    if is_list && nodes.len() < 2 {
        let help =
            "list measures from the lowest to the highest: `of: [\"fit[small].loss\", \"fit[large].loss\"]`";
        let mistake = Diagnostic::error("`is: monotone` needs several measures in `of`");
        diagnostics.add(mistake.at(&node.place).help(help));
    } else if !is_list && matches!(node.content, Content::List(_)) {
        let help = "write a claim for each of them; only `is: monotone` takes a list";
        diagnostics.add(Diagnostic::error("`of` must be one measure, not a list").at(&node.place).help(help));
        return Vec::new();
    }
    nodes.iter().filter_map(|node| named(node, "`of`", diagnostics)).collect()
}

fn operands(node: &Node, of: Option<&Named>, diagnostics: &mut Diagnostics) -> Vec<Operand> {
    let nodes = node.items_or_itself();
    if nodes.is_empty() {
        diagnostics.add(Diagnostic::error("`than` names nothing to compare with").at(&node.place));
    }
    nodes.iter().filter_map(|node| operand(node, of, diagnostics)).collect()
}

fn operand(node: &Node, of: Option<&Named>, diagnostics: &mut Diagnostics) -> Option<Operand> {
    match &node.content {
        Content::Map(entries) => stated(node, entries, diagnostics).map(Operand::Stated),
        Content::Scalar(Scalar::Integer(0)) => Some(Operand::Zero),
        Content::Scalar(Scalar::Integer(_) | Scalar::Float(_)) => {
            let number = node.place.text();
            let mistake = Diagnostic::error(format!("nobody is named who states `{number}`"));
            let help = format!("say who does: `than: {{ stated: \"{number}\", by: \"the assignment\" }}`");
            diagnostics.add(mistake.at(&node.place).help(help));
            None
        }
        Content::Scalar(Scalar::Text(text)) if text.starts_with('[') => {
            // Without `of` there is a mistake already.
            let of = &of?.reference;
            let written = match text.ends_with(']') {
                true => format!("{}{text}{}", of.stage, of.what),
                false => format!("{}{text}", of.stage),
            };
            parsed(&written, node, diagnostics).map(Operand::Measured)
        }
        _ => named(node, "`than`", diagnostics).map(Operand::Measured),
    }
}

fn stated(node: &Node, entries: &[Entry], diagnostics: &mut Diagnostics) -> Option<Stated> {
    refuse_unknown(entries, &STATED, "a stated number", |_| None, diagnostics);
    let mut field = |name: &str| {
        let found = entry(entries, name);
        if found.is_none() {
            let message = format!("a stated number has no `{name}`");
            let help = "write `{ stated: \"90 %\", by: \"the assignment\" }`";
            diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
        }
        found
    };
    let (stated, by) = (field("stated"), field("by"));
    let value = stated.and_then(|field| number(&field.value, "`stated`", diagnostics));
    let by = by.and_then(|field| text(&field.value, "`by`", diagnostics));
    Some(Stated { value: value?, by: by?.to_owned() })
}

fn named(node: &Node, subject: &str, diagnostics: &mut Diagnostics) -> Option<Named> {
    parsed(text(node, subject, diagnostics)?, node, diagnostics)
}

fn parsed(written: &str, node: &Node, diagnostics: &mut Diagnostics) -> Option<Named> {
    match Reference::parse(written) {
        Ok(reference) => Some(Named { reference, place: node.place.clone() }),
        Err(message) => {
            diagnostics.add(Diagnostic::error(message).at(&node.place));
            None
        }
    }
}
