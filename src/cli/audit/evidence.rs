//! What the records, the objects and the pipeline say, for numbers to be derived from.
//!
//! Invariants
//! - An object's bytes are read and digested here; what the stat index believes of them is not asked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::week3::audit::Evidence;
use recount_engine::digest::{Digest, ObjectId};
use recount_engine::spec::{Pipeline, Value};
use recount_engine::store::{RecordedOutput, Store, StoreError};
use recount_engine::{Recipe, Report, Summary};

use super::finding::Finding;

/// The outputs and settings that numbers are derived from.
#[derive(Default)]
pub struct ReportEvidence {
    outputs: BTreeMap<String, Arc<Json>>,
    seeds: BTreeMap<String, u64>,
    settings: BTreeMap<String, BTreeMap<String, Json>>,
    source: Option<String>,
}

impl Evidence for ReportEvidence {
    fn output(&self, name: &str) -> Option<&Json> {
        self.outputs.get(name).map(Arc::as_ref)
    }

    fn seed(&self, instance: &str) -> Option<u64> {
        self.seeds.get(instance).copied()
    }

    fn setting(&self, variant: &str, name: &str) -> Option<Json> {
        self.settings.get(variant)?.get(name).cloned()
    }

    fn source_text(&self) -> Option<&str> {
        self.source.as_deref()
    }
}

impl ReportEvidence {
    /// Gathers what `status` says is fresh; what of it is not as recorded is a finding.
    ///
    /// # Errors
    /// [`StoreError`] when a record can't be read.
    pub fn gather(
        root: &Path,
        pipeline: &Pipeline,
        store: &Store,
        status: &Summary,
        findings: &mut Vec<Finding>,
    ) -> Result<Self, StoreError> {
        let mut found =
            Self { settings: settings(pipeline), source: source(root, pipeline), ..Self::default() };
        let mut read: BTreeMap<ObjectId, Option<Arc<Json>>> = BTreeMap::new();
        for report in &status.reports {
            if let Some(seed) = report.point.seed {
                found.seeds.insert(report.name.clone(), seed);
            }
            let Some(key) = report.key.filter(|_| !report.outputs.is_empty()) else { continue };
            let Some(record) = store.record(key)? else {
                findings.push(Finding::new(&report.name, "its record is damaged"));
                continue;
            };
            let recipe = Recipe::from_json(&record.recipe);
            if recipe.is_none_or(|recipe| recipe.key() != record.key) {
                findings.push(Finding::new(&report.name, "its record's recipe does not give its key"));
            }
            for output in &record.outputs {
                let json = read
                    .entry(output.object)
                    .or_insert_with(|| read_object(store, report, output, findings).map(Arc::new));
                if let Some(json) = json {
                    found.outputs.insert(format!("{}/{}", report.name, output.name), Arc::clone(json));
                }
            }
        }
        Ok(found)
    }
}

/// Reads an object, which has to hold what it is named by; gives it where it is JSON.
fn read_object(
    store: &Store,
    report: &Report,
    output: &RecordedOutput,
    findings: &mut Vec<Finding>,
) -> Option<Json> {
    let place = format!("{}/{}", report.name, output.name);
    match fs::read(store.object_path(output.object)) {
        Ok(bytes) if Digest::of(&bytes) == output.object.0 => {
            output.name.ends_with(".json").then(|| serde_json::from_slice(&bytes).ok()).flatten()
        }
        Ok(_) => {
            findings.push(Finding::new(place, "its object holds other bytes than it is named by"));
            None
        }
        Err(error) => {
            findings.push(Finding::new(place, format!("its object can't be read: {error}")));
            None
        }
    }
}

/// The settings of what trains, by variant; the stage's own have the empty name.
fn settings(pipeline: &Pipeline) -> BTreeMap<String, BTreeMap<String, Json>> {
    let json = |value: &Value| serde_json::to_value(value).expect("a parameter is finite");
    let mut all: BTreeMap<String, BTreeMap<String, Json>> = BTreeMap::new();
    for stage in pipeline.stages.iter().filter(|stage| stage.kind == "train") {
        let variants = stage.variants.iter().map(|variant| (variant.name.as_str(), &variant.settings));
        for (name, settings) in std::iter::once(("", &stage.base)).chain(variants) {
            let settings = settings.parameters().into_iter().map(|(name, value)| (name, json(&value)));
            all.insert(name.to_owned(), settings.collect());
        }
    }
    all
}

/// The text of the file that holds the source document's figures.
fn source(root: &Path, pipeline: &Pipeline) -> Option<String> {
    let render = pipeline.stages.iter().find(|stage| stage.kind == "render")?;
    let path = render.base.get("claims").and_then(Value::as_text)?;
    fs::read_to_string(root.join(path)).ok()
}
