//! References on the audit page: how each number is rounded, what it is made of, and the runs that left its parts.
//!
//! Invariants
//! - A part that is a reference itself is linked, and so is a list of parts that an earlier entry has.
//! - Parts of a sum that are zero are counted, not listed; of parts that are only counted no value is told.

use std::collections::BTreeMap;

use crate::week3::audit::file::{AuditFile, Origin, ReferenceEntry};
use crate::week3::measure::Aggregate;
use crate::week3::number::Number;
use recount_engine::instance_name::{InstanceName, split};

use super::link;

/// The references of a file, and what the entries so far have told.
pub(super) struct Numbers<'f> {
    file: &'f AuditFile,
    /// References by their source.
    names: BTreeMap<usize, &'f str>,
    /// The references whose entries list these parts.
    told: BTreeMap<&'f [usize], &'f str>,
}

/// A part that a run left: its instance, its place there, and its value.
struct Leaf<'f> {
    instance: &'f str,
    place: String,
    value: String,
    is_zero: bool,
}

impl<'f> Numbers<'f> {
    /// Begins with nothing told.
    pub(super) fn of(file: &'f AuditFile) -> Self {
        let names = file.references.iter().rev().map(|it| (it.source, it.name.as_str())).collect();
        Self { file, names, told: BTreeMap::new() }
    }

    /// Writes a reference's entry.
    pub(super) fn entry(&mut self, reference: &'f ReferenceEntry) -> String {
        let ReferenceEntry { name, text, format, source, places } = reference;
        let unit = format.unit();
        let value = number(self.file.sources[*source].value);
        let value = if text.replace(',', "") == value { String::new() } else { format!(" of {value}") };
        let lines: Vec<String> = places.iter().map(|(line, _)| line.to_string()).collect();
        let lines = match lines.len() {
            0 => String::new(),
            1 => format!(" · line {}", lines[0]),
            _ => format!(" · lines {}", lines.join(", ")),
        };
        let from = self.from(*source, name);
        format!("- <a id=\"{name}\"></a>**{name}** {text}{unit} · `{format}`{value}: {from}{lines}")
    }

    /// Tells where the number of a source is from, in the entry called `within`.
    fn from(&mut self, source: usize, within: &'f str) -> String {
        match &self.file.sources[source].from {
            Origin::Output { of, at } => self.run_link(split(of).0, &format!("`{of}#{at}`")),
            Origin::Index { of, at } => {
                format!("the index of {}", self.run_link(split(of).0, &format!("`{of}#{at}`")))
            }
            Origin::Seed { of } => format!("the seed of {}", self.run_link(of, &format!("`{of}`"))),
            Origin::Parameter { variant, name, .. } => {
                let entry = self.file.variants.iter().find(|it| it.name == *variant);
                let place = entry.and_then(|entry| entry.settings.get(name)).map(|it| it.place.to_string());
                let of =
                    if variant.is_empty() { "the base settings".to_owned() } else { format!("`{variant}`") };
                format!("`{name}` of {of} from `{}`", place.unwrap_or_default())
            }
            Origin::Quoted { section, line, .. } => {
                format!("section {section} of the source, `{}:{line}`", self.file.report.source)
            }
            Origin::Constant(constant) => constant.to_string(),
            Origin::Made { by, parts } => self.made(*by, parts, within),
        }
    }

    fn made(&mut self, by: Aggregate, parts: &'f [usize], within: &'f str) -> String {
        let name = by.name();
        if parts.is_empty() {
            return format!("the {name} of nothing");
        }
        if let Some(other) = self.told.get(parts) {
            return format!("the {name} of the parts of {}", link(other));
        }
        self.told.insert(parts, within);
        let leaves: Option<Vec<Leaf<'f>>> = parts.iter().map(|&part| self.leaf(part)).collect();
        match leaves {
            Some(leaves) => format!("the {name} of {}", self.leaves(by, leaves)),
            None => {
                let parts: Vec<String> = parts.iter().map(|&part| self.part(part, within)).collect();
                format!("the {name} of {}", parts.join("; "))
            }
        }
    }

    /// Tells a part: by its own reference if it has one.
    fn part(&mut self, source: usize, within: &'f str) -> String {
        let value = number(self.file.sources[source].value);
        match self.names.get(&source) {
            Some(name) => format!("{} {value}", link(name)),
            None => format!("{value}, {}", self.from(source, within)),
        }
    }

    fn leaf(&self, source: usize) -> Option<Leaf<'f>> {
        let entry = &self.file.sources[source];
        let (instance, place) = match &entry.from {
            Origin::Output { of, at } | Origin::Index { of, at } => {
                let (instance, output) = split(of);
                (instance, format!("{output}#{at}"))
            }
            Origin::Seed { of } => (of.as_str(), "the seed".to_owned()),
            Origin::Parameter { .. } | Origin::Quoted { .. } | Origin::Constant(_) | Origin::Made { .. } => {
                return None;
            }
        };
        let is_zero = entry.value.value() == 0.0;
        Some(Leaf { instance, place, value: number(entry.value), is_zero })
    }

    /// Tells parts that runs left, run by run; a place that all have, and a variant, are told once.
    fn leaves(&self, by: Aggregate, mut leaves: Vec<Leaf<'f>>) -> String {
        let all = leaves.len();
        if by == Aggregate::Sum {
            leaves.retain(|leaf| !leaf.is_zero);
        }
        let zeros = match all - leaves.len() {
            0 => String::new(),
            zeros if leaves.is_empty() => return format!("{zeros} parts that are 0"),
            zeros => format!(", and {zeros} parts that are 0"),
        };
        let shared = Some(leaves[0].place.clone()).filter(|it| leaves.iter().all(|leaf| leaf.place == *it));
        let runs: Vec<&[Leaf<'f>]> = leaves.chunk_by(|one, other| one.instance == other.instance).collect();
        let instances: Vec<&str> = runs.iter().map(|run| run[0].instance).collect();
        let (of, names) = seeds(&instances);
        let told = runs.iter().zip(names).map(|(run, name)| {
            let link = self.run_link(run[0].instance, &name);
            let values = run.iter().map(|leaf| match (&shared, by) {
                (Some(_), Aggregate::Count) => String::new(),
                (Some(_), _) => format!(" {}", leaf.value),
                (None, Aggregate::Count) => format!(" `{}`", leaf.place),
                (None, _) => format!(" `{}` {}", leaf.place, leaf.value),
            });
            format!("{link}{}", values.collect::<Vec<_>>().join(","))
        });
        let place = match &shared {
            Some(place) if place.contains('#') => format!("`{place}` of "),
            Some(_) if by == Aggregate::Count => String::new(),
            Some(place) => format!("{place} of "),
            None => String::new(),
        };
        let separator = if shared.is_none() { "; " } else { ", " };
        format!("{place}{of}{}{zeros}", told.collect::<Vec<_>>().join(separator))
    }

    fn run_link(&self, instance: &str, text: &str) -> String {
        match self.file.run_of(instance) {
            Some((index, _)) => format!("[{text}](#r{})", index + 1),
            None => text.to_owned(),
        }
    }
}

/// Names instances by their seeds alone, if that is all in which they differ.
fn seeds<'i>(instances: &[&'i str]) -> (String, Vec<String>) {
    let apart = |instance: &&'i str| {
        let name = InstanceName::of(instance);
        Some((name.without_seed(), name.seed()?))
    };
    let parts: Option<Vec<(String, &str)>> = instances.iter().map(apart).collect();
    match parts {
        Some(parts) if parts.iter().all(|(point, _)| *point == parts[0].0) => {
            let names = parts.iter().map(|(_, seed)| format!("seed {seed}")).collect();
            (format!("`{}`, ", parts[0].0), names)
        }
        _ => (String::new(), instances.iter().map(|instance| format!("`{instance}`")).collect()),
    }
}

/// Writes a number as the audit file does.
fn number(number: Number) -> String {
    serde_json::to_string(&number).expect("a measure that was printed is finite")
}
