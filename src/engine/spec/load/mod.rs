//! A project's files → its [`Pipeline`], or every mistake in them.
//!
//! `pipeline.yaml` ─outline─▶ drafts ─settings_file─▶ raw settings ─overrides─▶ … ─graph─▶ order
//! ─inherit─▶ settings ─outputs─▶ [`Pipeline`]
//!
//! Invariant: a mistake in one place is reported once; what only follows from it is not.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::outline::{self, StageDraft};
use super::owners::Owner;
use super::pipeline::{Axis, Pipeline, Stage, StageId};
use super::project_texts::ProjectTexts;
use super::schema::{KnownStage, Schema};
use super::settings::Settings;
use super::{
    aggregated, axes, graph, inherit, open_params, outputs, overrides, points, settings_file, unmatched,
};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::suggestion;
use crate::value::Parameters;

/// Reads `pipeline.yaml` and `stages/*.yaml` below `root`, checks them against the kinds' `schemas`, and
/// puts the `--set` arguments in `overrides` over them.
///
/// # Errors
/// Every mistake that was found, sorted by place.
pub fn load(root: &Path, schemas: &[Schema], overrides: &[String]) -> Result<Pipeline, Diagnostics> {
    let mut diagnostics = Diagnostics::default();
    match checked(root, schemas, overrides, &mut diagnostics) {
        Some(pipeline) if diagnostics.is_empty() => Ok(pipeline),
        _ => Err(diagnostics),
    }
}

fn checked(
    root: &Path,
    schemas: &[Schema],
    overrides: &[String],
    diagnostics: &mut Diagnostics,
) -> Option<Pipeline> {
    let texts = ProjectTexts::of(root);
    let mut outline = outline::read(root, schemas, diagnostics)?;
    let drafts = &mut outline.stages;
    let files = names_in_stages(root);
    for draft in drafts.iter_mut() {
        let Some(schema) = draft.schema else { continue };
        let StageDraft { name, place, raw, .. } = draft;
        // Of thousands of stages hardly one has a file.
        if !schema.inline || !files.is_empty() && files.contains(&format!("{name}.yaml")) {
            settings_file::read(root, name, place, schema, raw, diagnostics);
        }
    }
    // A stage whose name can't be read may be the one that others name.
    if !outline.nameless {
        refuse_strays(&files, drafts, diagnostics);
    }
    overrides::apply(overrides, drafts, outline.nameless, diagnostics);
    add_references(drafts, &texts);
    let needs = graph::needs(drafts, outline.nameless, diagnostics);
    let order = graph::order(drafts, &needs, diagnostics);
    let [variants_of, seeds_of] =
        [Axis::Variant, Axis::Seed].map(|axis| axes::check(&axis, drafts, &needs, &order, diagnostics));
    drafts.iter().for_each(|draft| aggregated::check(draft, diagnostics));
    let owner_of = |owners: &[Owner]| owners.iter().map(|owner| owner.first()).collect::<Vec<_>>();
    points::set_values(drafts, &owner_of(&variants_of), &owner_of(&seeds_of), diagnostics);
    let defaults = schemas.iter().map(|schema| (schema.kind, Arc::new(schema.defaults()))).collect();
    drafts.iter_mut().for_each(|draft| set_base(draft, &defaults, diagnostics));
    inherit::resolve(drafts, outline.nameless, diagnostics);
    outputs::check(root, drafts, &needs, &order, outline.nameless, diagnostics);
    // On a circle nobody waits for anybody.
    let is_matched = order.len() < drafts.len()
        || !unmatched::check(drafts, &needs, &order, [&variants_of, &seeds_of], diagnostics);
    let mut place = vec![StageId(0); drafts.len()];
    for (at, index) in order.iter().enumerate() {
        place[*index] = StageId(at);
    }
    let count = drafts.len();
    let mut stages: Vec<Stage> = Vec::with_capacity(count);
    stages.extend(order.iter().filter_map(|&index| {
        let mut stage = stage(&mut drafts[index], &defaults)?;
        stage.needs = needs[index].iter().map(|need| place[*need]).collect();
        stage.variants_of = variants_of[index].first().map(|owner| place[owner]);
        stage.seeds_of = seeds_of[index].first().map(|owner| place[owner]);
        Some(stage)
    }));
    if stages.len() < count {
        // A stage without a kind, which is reported.
        return None;
    }
    let pipeline = Pipeline { title: outline.title, stages };
    // Without a plan there is no run that anything could name.
    for (at, index) in order.iter().enumerate().filter(|_| is_matched) {
        let draft = &drafts[*index];
        // Where the values of a coordinate can't be read, all that names one of them would be reported, too.
        let unreadable = |need: &StageId| {
            let each = &pipeline.stages[need.0].each;
            each.iter().any(|axis| pipeline.values(*need, axis).is_empty())
        };
        if let Some(references) = draft.schema.and_then(|schema| schema.references)
            && !pipeline.stages[at].needs.iter().any(unreadable)
        {
            (references.check)(&draft.fields, &texts, &pipeline, StageId(at), diagnostics);
        }
    }
    Some(pipeline)
}

/// Adds the stages to the needs that other fields of a stage name.
fn add_references(drafts: &mut [StageDraft<'_>], texts: &ProjectTexts<'_>) {
    let known =
        |draft: &'_ StageDraft<'_>| (draft.name.clone(), draft.schema.map_or("", |schema| schema.kind));
    let has_references =
        |draft: &StageDraft<'_>| draft.schema.is_some_and(|schema| schema.references.is_some());
    if !drafts.iter().any(has_references) {
        return;
    }
    let names: Vec<(String, &str)> = drafts.iter().map(known).collect();
    let known: Vec<KnownStage<'_>> = names.iter().map(|(name, kind)| KnownStage { name, kind }).collect();
    for draft in drafts {
        let Some(references) = draft.schema.and_then(|schema| schema.references) else { continue };
        for (stage, place) in (references.stages)(&draft.fields, texts, &known) {
            if !draft.needs.iter().any(|(known, _)| *known == stage) {
                draft.needs.push((stage, place));
            }
        }
    }
}

/// Resolves what a stage sets for all its variants.
fn set_base(
    draft: &mut StageDraft<'_>,
    defaults: &BTreeMap<&str, Arc<Parameters>>,
    diagnostics: &mut Diagnostics,
) {
    let Some(schema) = draft.schema else { return };
    draft.base = if schema.inline {
        let mut base = Settings::default();
        open_params::put(&mut base, &draft.raw.open, diagnostics);
        base
    } else {
        let params = draft.raw.params.iter().map(|(name, it)| (*name, it.value.clone(), it.origin.clone()));
        Settings::of(Arc::clone(&defaults[schema.kind]), params)
    };
}

fn stage(draft: &mut StageDraft<'_>, defaults: &BTreeMap<&str, Arc<Parameters>>) -> Option<Stage> {
    let schema = draft.schema?;
    let fields = if schema.inline {
        let fields = std::mem::take(&mut draft.raw.params).into_iter();
        let fields = fields.map(|(name, parsed)| (name, parsed.value, parsed.origin));
        Settings::of(Arc::clone(&defaults[schema.kind]), fields)
    } else {
        Settings::default()
    };
    Some(Stage {
        observed: std::mem::take(&mut draft.observed),
        resources: draft.resources,
        measures: std::mem::take(&mut draft.measures),
        name: std::mem::take(&mut draft.name),
        kind: schema.kind.to_owned(),
        each: draft.each.drain(..).map(|entry| entry.axis).collect(),
        exclude: draft.exclude.drain(..).map(|excluded| excluded.values).collect(),
        repeats: draft.repeats.take().map(|names| names.into_iter().map(|(name, _)| name).collect()),
        paired: draft.paired.drain(..).map(|(name, _)| name).collect(),
        needs: Vec::new(),
        fields,
        base: std::mem::take(&mut draft.base),
        variants: std::mem::take(&mut draft.variants),
        seeds: draft.raw.seeds.take().unwrap_or_default(),
        variants_of: None,
        seeds_of: None,
    })
}

/// Names what is in the folder of stages' files.
fn names_in_stages(root: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(root.join("stages")).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Reports files in `stages/` that no stage reads: most often one of the two names is misspelt.
fn refuse_strays(files: &BTreeSet<String>, drafts: &[StageDraft<'_>], diagnostics: &mut Diagnostics) {
    for file in files {
        let Some((stage, suffix)) = file.rsplit_once('.') else { continue };
        if !["yaml", "yml"].contains(&suffix) || stage.is_empty() || stage.starts_with('.') {
            continue;
        }
        let place = Place::whole(&Source::file(format!("stages/{file}"), ""));
        let mistake = match (drafts.iter().any(|draft| draft.name == stage), suffix) {
            (true, "yaml") => continue,
            (true, _) => Diagnostic::error(format!("`stages/{file}` is not read"))
                .help(format!("rename it to `{}`", settings_file::path(stage))),
            (false, _) => {
                let names = drafts.iter().map(|draft| draft.name.as_str());
                let help = suggestion::help(stage, names, "a stage named", "the stages are");
                Diagnostic::error(format!("no stage is named `{stage}`"))
                    .help(help.unwrap_or_else(|| format!("add it to `{}`", outline::PATH)))
            }
        };
        diagnostics.add(mistake.at(&place));
    }
}

#[cfg(test)]
mod tests;
