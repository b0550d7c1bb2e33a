//! What of the pipeline decides a report: the stages that it rests on, which outputs it reads, and what it says of settings
//! and measures that is no bytes of an output.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use recount_engine::address::Address;
use recount_engine::digest::{Canonical, Digest};
use recount_engine::spec::{Axis, Origin, Parameters, Pipeline, Settings, Stage, StageId};

use crate::check::Uses;
use crate::claim::Claims;
use crate::plot::files_of;
use crate::reference::{Reference, What};

/// Gives the files that are read of each stage, by how their names end.
pub(super) fn reads(
    pipeline: &Pipeline,
    uses: &Uses,
    claims: Option<&Claims>,
) -> BTreeMap<StageId, BTreeSet<String>> {
    let mut reads: BTreeMap<StageId, BTreeSet<String>> = BTreeMap::new();
    let mut add = |stage: StageId, what: What| {
        let of = &pipeline.stages[stage.0];
        let reference = Reference { stage: of.name.clone(), coordinates: Vec::new(), what };
        reads.entry(stage).or_default().extend(files_of(&reference, &of.measures));
    };
    let stages = |named: &Option<String>| -> Vec<StageId> {
        match named {
            Some(name) => pipeline.stage(name).into_iter().collect(),
            None => uses.stages.iter().filter_map(|name| pipeline.stage(name)).collect(),
        }
    };
    for (stage, name) in &uses.measures {
        for id in stages(stage) {
            add(id, What::Measure(name.clone()));
        }
    }
    for (stage, address) in &uses.addresses {
        let Ok(Some(Address { file, .. })) = Address::parse(address) else { continue };
        for id in stages(stage) {
            add(id, What::Output { file: file.clone(), at: None });
        }
    }
    for named in claims.into_iter().flat_map(Claims::references) {
        if let Some((id, _)) = named.reference.stage_of(pipeline) {
            add(id, named.reference.what.clone());
        }
    }
    reads
}

/// Gives the stages that some rest on, at any distance, and these themselves, in the pipeline's order.
pub(super) fn upstream(pipeline: &Pipeline, of: &[StageId]) -> BTreeSet<StageId> {
    let mut found = BTreeSet::new();
    let mut waiting = of.to_vec();
    while let Some(id) = waiting.pop() {
        if found.insert(id) {
            waiting.extend(&pipeline.stages[id.0].needs);
        }
    }
    found
}

/// Digests what is said of a stage besides its runs: its coordinates, measures, and where each setting is written.
pub(super) fn digest_stage(pipeline: &Pipeline, id: StageId) -> Digest {
    let stage = &pipeline.stages[id.0];
    let mut canonical = Canonical::default();
    let mut field = |text: &str| {
        canonical.field(text.as_bytes());
    };
    for axis in &stage.each {
        field(axis.name());
        pipeline.values(id, axis).iter().for_each(|value| field(value));
    }
    stage.repeats().into_iter().chain(stage.paired.iter().map(String::as_str)).for_each(&mut field);
    for measure in &stage.measures {
        field(&format!("{measure:?}"));
    }
    field("settings");
    for (name, settings) in settings_of(pipeline, id) {
        field(&name);
        for (name, value) in settings.parameters() {
            field(&format!("{name} {value} {:?}", settings.origin(&name).map(place)));
        }
    }
    canonical.finish()
}

/// Gives the settings of a stage's runs: at each of its variants, or without one.
fn settings_of(pipeline: &Pipeline, id: StageId) -> Vec<(String, Cow<'_, Settings>)> {
    let stage: &Stage = &pipeline.stages[id.0];
    match stage.each.contains(&Axis::Variant) {
        true => pipeline
            .variants_of(id)
            .iter()
            .map(|variant| (variant.name.clone(), pipeline.settings_of_runs(id, Some(&variant.name))))
            .collect(),
        false => vec![(String::new(), pipeline.settings_of_runs(id, None))],
    }
}

/// Gives where a setting is written, as a person would: `stages/fit.yaml:12`; nothing of a default.
pub(super) fn place(origin: &Origin) -> Option<String> {
    match origin {
        Origin::Default => None,
        Origin::Override(argument) => Some(format!("--set {argument}")),
        Origin::File { path, line, .. } => Some(format!("{path}:{line}")),
    }
}

/// Gives the digests of stages by name, as parameters: another one renders again.
pub(super) fn digests(pipeline: &Pipeline, stages: &BTreeSet<StageId>) -> Parameters {
    let digest = |id: &StageId| {
        let hex = digest_stage(pipeline, *id).short();
        (pipeline.stages[id.0].name.clone(), hex.as_str().into())
    };
    stages.iter().map(digest).collect()
}
