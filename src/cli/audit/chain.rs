//! From a reference to all that it rests on: aggregate, evaluation, training, settings, data, code.
//!
//! [`AuditFile`] + records ──▶ [`Chain`], which prints as text or as JSON
//!
//! Invariants
//! - A run is found by the bytes that another one read, so the chain follows what was really read.
//! - What was only observed comes from the store's records; without a store the rest of the chain is still given.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::week3::Aggregate;
use crate::week3::Number;
use crate::week3::audit::{AuditFile, Origin, ReferenceEntry, RunEntry, SettingEntry, VariantEntry};
use recount_engine::digest::ObjectId;
use recount_engine::instance_name::{InstanceName, split};
use recount_engine::store::{Observed, Store};

use super::super::duplicate_variants::{self, AliasVariant};
use super::file_place::beside;
use super::query::Selection;

/// All that was found.
#[derive(Debug, Default, Serialize)]
pub struct Chain {
    /// The numbers as printed.
    pub references: Vec<Cited>,
    /// The variants that they are of.
    pub variants: Vec<Variant>,
    /// The runs that they rest on, later ones first.
    pub runs: Vec<Run>,
    /// The data that those began with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<Data>,
}

/// One number as printed.
#[derive(Debug, Serialize)]
pub struct Cited {
    /// The reference's name.
    pub name: String,
    /// The number with its unit.
    pub printed: String,
    /// How it is rounded.
    pub format: String,
    /// Where it is printed, as `FILE:LINE:COLUMN`; in a figure as `FILE:LINE`.
    pub places: Vec<String>,
    /// The number before rounding, and what it is made of.
    pub number: Step,
}

/// A number on the way to the runs.
#[derive(Debug, Serialize)]
pub struct Step {
    /// The number.
    pub value: Number,
    /// Where it is from, in words.
    pub from: String,
    /// The run that left it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Step>,
    /// Whether it is their sum, to which a part that is 0 adds nothing.
    #[serde(skip)]
    pub sums: bool,
}

/// A variant and its settings.
#[derive(Debug, Serialize)]
pub struct Variant {
    /// Its name; empty for the stage's own parameters.
    pub name: String,
    /// The variant that it is derived from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Variants that are the same experiment: their runs have the same keys; and why they have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub same_as: Vec<AliasVariant>,
    /// Its settings, with the place and the variant that each is from.
    pub settings: BTreeMap<String, SettingEntry>,
}

/// A run.
#[derive(Debug, Serialize)]
pub struct Run {
    /// The instance it was asked for as.
    pub instance: String,
    /// What determined it and what it left.
    #[serde(flatten)]
    pub entry: RunEntry,
    /// Which run left each input.
    pub from: BTreeMap<String, String>,
    /// What was seen of it, where the store has its record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Observed>,
}

/// The data card's answers.
#[derive(Debug, Serialize)]
pub struct Data {
    /// `smartwatch` or `synthetic`.
    pub source: String,
    /// SHA-256 of the archive.
    pub archive: Option<String>,
    /// Where it is from.
    pub origin: String,
}

/// Follows what is selected in a report to all that it rests on; `report` is the report's path.
pub fn follow(audit: &AuditFile, store: &Store, report: &str, selection: &Selection) -> Chain {
    let mut walk = Walk { audit, instances: Vec::new(), variants: BTreeSet::new() };
    let references: Vec<Cited> =
        selection.references.iter().map(|&index| walk.cited(&audit.references[index], report)).collect();
    if let Some(name) = &selection.variant {
        walk.variants.insert(name.clone());
        let own = audit
            .runs
            .iter()
            .flat_map(|run| &run.instances)
            .filter(|it| InstanceName::of(it).variant() == Some(name.as_str()));
        walk.instances.extend(own.cloned());
    }
    let runs = runs(audit, store, walk.instances);
    walk.variants
        .extend(runs.iter().filter_map(|run| InstanceName::of(&run.instance).variant()).map(str::to_owned));
    let variants = audit.variants.iter().filter(|entry| walk.variants.contains(&entry.name));
    let variants = variants.map(|entry| Variant {
        name: entry.name.clone(),
        from: entry.from.clone(),
        same_as: same_as(audit, entry),
        settings: entry.settings.clone(),
    });
    Chain { references, variants: variants.collect(), data: data(store, &runs), runs }
}

struct Walk<'a> {
    audit: &'a AuditFile,
    instances: Vec<String>,
    variants: BTreeSet<String>,
}

impl Walk<'_> {
    fn cited(&mut self, reference: &ReferenceEntry, report: &str) -> Cited {
        let places = reference.places.iter().map(|(line, column)| format!("{report}:{line}:{column}"));
        let shown = self.audit.figures.iter().flat_map(|figure| {
            let place = beside(report, &figure.file);
            figure.lines_of(&reference.name).map(move |line| format!("{place}:{line}"))
        });
        Cited {
            name: reference.name.clone(),
            printed: format!("{}{}", reference.text, reference.format.unit()),
            format: reference.format.to_string(),
            places: places.chain(shown).collect(),
            number: self.step(reference.source),
        }
    }

    fn step(&mut self, index: usize) -> Step {
        let source = &self.audit.sources[index];
        let (mut instance, mut parts) = (None, Vec::new());
        let from = match &source.from {
            Origin::Output { of, at } => {
                instance = Some(split(of).0.to_owned());
                format!("{of}#{at}")
            }
            Origin::Index { of, at } => {
                instance = Some(split(of).0.to_owned());
                format!("the index of {of}#{at}")
            }
            Origin::Seed { of } => {
                instance = Some(of.clone());
                format!("the seed of {of}")
            }
            Origin::Parameter { variant, name, .. } => {
                self.variants.insert(variant.clone());
                let of = if variant.is_empty() { "the stage's own params" } else { variant };
                format!("`{name}` of {of}")
            }
            Origin::Quoted { section, line, .. } => {
                format!("quoted from section {section} of the source, {}:{line}", self.audit.report.source)
            }
            Origin::Constant(constant) => constant.to_string(),
            Origin::Made { by, parts: of } => {
                parts = of.iter().map(|part| self.step(*part)).collect();
                format!("{} of {}", by.name(), of.len())
            }
        };
        if let Some(instance) = &instance
            && !self.instances.contains(instance)
        {
            self.instances.push(instance.clone());
        }
        let sums = matches!(&source.from, Origin::Made { by: Aggregate::Sum, .. });
        Step { value: source.value, from, instance, parts, sums }
    }
}

/// The other variants whose trainings are the same runs, and what they have in common.
fn same_as(audit: &AuditFile, own: &VariantEntry) -> Vec<AliasVariant> {
    let is_own = |it: &String| InstanceName::of(it).variant() == Some(own.name.as_str());
    let trainings = audit.runs.iter().filter(|run| run.kind == "train" && run.instances.iter().any(is_own));
    let shared: BTreeSet<&str> =
        trainings.flat_map(|run| &run.instances).filter_map(|it| InstanceName::of(it).variant()).collect();
    let aliases = audit.variants.iter().filter(|it| it.name != own.name && shared.contains(it.name.as_str()));
    let alias = |alias: &VariantEntry| {
        let value = |of: &VariantEntry, name: &String| of.settings.get(name).map(|entry| entry.value.clone());
        let differs = own.settings.iter().filter(|(name, _)| value(own, name) != value(alias, name));
        let unused =
            differs.filter_map(|(name, entry)| Some((name.as_str(), entry.without_effect.as_deref()?)));
        AliasVariant { name: alias.name.clone(), why: duplicate_variants::why(unused) }
    };
    aliases.map(alias).collect()
}

/// Lists the runs behind `instances`, each once, and those that they read from.
fn runs(audit: &AuditFile, store: &Store, instances: Vec<String>) -> Vec<Run> {
    let mut makers: BTreeMap<(&str, ObjectId), &RunEntry> = BTreeMap::new();
    for run in &audit.runs {
        for (name, object) in &run.outputs {
            makers.entry((name, *object)).or_insert(run);
        }
    }
    let mut waiting: Vec<(String, Option<&RunEntry>)> =
        instances.into_iter().rev().map(|instance| (instance, None)).collect();
    let mut runs: Vec<Run> = Vec::new();
    while let Some((instance, entry)) = waiting.pop() {
        let found = entry.or_else(|| audit.run_of(&instance).map(|(_, run)| run));
        let Some(entry) = found.filter(|entry| runs.iter().all(|run| run.entry.key != entry.key)) else {
            continue;
        };
        let mut from = BTreeMap::new();
        for (input, object) in &entry.inputs {
            let (stage, output) = split(input);
            let Some(maker) = makers.get(&(output, *object)) else { continue };
            // Of the names that share a run, the one with the same variant and seed is the one that was read.
            let point = instance.find('[').map_or("", |at| &instance[at..]);
            let wanted = format!("{}{point}", InstanceName::of(stage).stage);
            let name = maker.instances.iter().find(|it| **it == wanted).or(maker.instances.first());
            let name = name.cloned().unwrap_or_default();
            from.insert(input.clone(), name.clone());
            // What the report shows of data, a figure of hundreds of runs does not explain.
            if entry.kind == "evaluate" || entry.kind == "train" {
                waiting.insert(0, (name, Some(maker)));
            }
        }
        let observed = store.record(entry.key).ok().flatten().map(|record| record.observed);
        runs.push(Run { instance, entry: entry.clone(), from, observed });
    }
    // What every run started from comes once, at the end.
    runs.sort_by_key(|run| run.entry.inputs.is_empty());
    runs
}

/// Reads the data card that the runs began with.
fn data(store: &Store, runs: &[Run]) -> Option<Data> {
    let card = runs.iter().find_map(|run| run.entry.outputs.get("data-card.json"))?;
    let card: Json = serde_json::from_slice(&std::fs::read(store.object_path(*card)).ok()?).ok()?;
    let text = |name: &str| card.get(name).and_then(Json::as_str).map(str::to_owned);
    Some(Data { source: text("source")?, archive: text("archive"), origin: text("origin")? })
}
