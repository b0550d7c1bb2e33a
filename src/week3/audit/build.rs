//! References → the audit file's tables.

use std::collections::BTreeMap;

use crate::week3::citation::{Citation, Reference, reference_name};
use crate::week3::inputs::{ReportInputs, VariantResult};
use crate::week3::measure::{Measure, Source};
use recount_engine::digest::{Digest, Key};

use super::file::{
    AuditFile, FigureEntry, Origin, ReferenceEntry, ReportEntry, RunEntry, SettingEntry, SourceEntry,
    VERSION, VariantEntry,
};
use super::provenance::{Place, Provenance};

/// Builds the audit file of a finished report.
pub(crate) fn build(
    inputs: &ReportInputs,
    markdown: &str,
    citations: &[Citation],
    references: &[Reference],
) -> AuditFile {
    let provenance = &inputs.provenance;
    let mut sources = Sources { provenance, entries: Vec::new(), known: BTreeMap::new() };
    let mut entries: Vec<ReferenceEntry> = references
        .iter()
        .enumerate()
        .map(|(index, reference)| ReferenceEntry {
            name: reference_name(index),
            text: reference.text.clone(),
            format: reference.format,
            source: sources.enter(&reference.measure),
            places: Vec::new(),
        })
        .collect();
    for citation in citations {
        entries[citation.reference].places.push((citation.line, citation.column));
    }
    let figures = provenance.figures.iter().map(|figure| FigureEntry {
        file: figure.path.clone(),
        sha256: Digest::of(figure.svg.as_bytes()),
        references: Vec::new(),
        lines: Vec::new(),
    });
    AuditFile {
        recount_audit: VERSION,
        report: ReportEntry {
            file: provenance.report.clone(),
            sha256: Digest::of(markdown.as_bytes()),
            title: inputs.title.clone(),
            source: provenance.source_file.clone(),
        },
        variants: variants(inputs),
        runs: runs(provenance),
        sources: sources.entries,
        references: entries,
        figures: figures.collect(),
    }
}

/// Lists the stage's own parameters, then every variant.
fn variants(inputs: &ReportInputs) -> Vec<VariantEntry> {
    let places = &inputs.provenance.settings;
    let entry =
        |name: &str, variant: Option<&VariantResult>, settings: &BTreeMap<String, serde_json::Value>| {
            let place = |setting: &str| places.get(name).and_then(|places| places.get(setting)).cloned();
            let reason = |setting: &str| {
                let found = variant?.ineffective.iter().find(|it| it.parameter == setting)?;
                Some(found.reason.clone())
            };
            let settings = settings.iter().map(|(setting, value)| {
                let entry = SettingEntry {
                    value: value.clone(),
                    place: place(setting).unwrap_or(Place::Default),
                    without_effect: reason(setting),
                };
                (setting.clone(), entry)
            });
            VariantEntry {
                name: name.to_owned(),
                from: variant.and_then(|variant| variant.from.clone()),
                settings: settings.collect(),
            }
        };
    let own = entry("", None, &inputs.base);
    let variants = inputs.variants.iter().map(|it| entry(&it.name, Some(it), &it.declared));
    std::iter::once(own).chain(variants).collect()
}

/// Lists every run once, with the instances that share it, in the order of their first names.
fn runs(provenance: &Provenance) -> Vec<RunEntry> {
    let mut entries: Vec<RunEntry> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for (instance, run) in &provenance.runs {
        let next = entries.len();
        let index = *known.entry(run.key).or_insert(next);
        if index == next {
            entries.push(RunEntry {
                key: run.key,
                instances: Vec::new(),
                kind: run.kind.clone(),
                code: run.code,
                seed: run.seed,
                parameters: run.parameters.clone(),
                inputs: run.inputs.clone(),
                files: run.files.clone(),
                outputs: run.outputs.clone(),
            });
        }
        entries[index].instances.push(instance.clone());
    }
    entries
}

/// The table of numbers under construction; equal ones stand in it once.
struct Sources<'p> {
    provenance: &'p Provenance,
    entries: Vec<SourceEntry>,
    known: BTreeMap<Origin, usize>,
}

impl Sources<'_> {
    /// Enters a number, its parts before it, and gives its index.
    fn enter(&mut self, measure: &Measure) -> usize {
        let from = match &measure.source {
            Source::Output { output, pointer } => Origin::Output { of: output.clone(), at: pointer.clone() },
            Source::Index { output, pointer } => Origin::Index { of: output.clone(), at: pointer.clone() },
            Source::Seed { instance } => Origin::Seed { of: instance.clone() },
            Source::Parameter { variant, name, text } => {
                Origin::Parameter { variant: variant.clone(), name: name.clone(), spelled: text.clone() }
            }
            Source::Quoted { section, text } => Origin::Quoted {
                section: section.clone(),
                spelled: text.clone(),
                line: self.provenance.quoted_line(section, text).unwrap_or_default(),
            },
            Source::Constant(constant) => Origin::Constant(*constant),
            Source::Made { by, parts } => {
                Origin::Made { by: *by, parts: parts.iter().map(|part| self.enter(part)).collect() }
            }
        };
        let next = self.entries.len();
        let index = *self.known.entry(from.clone()).or_insert(next);
        if index == next {
            self.entries.push(SourceEntry { value: measure.number, from });
        }
        index
    }
}
