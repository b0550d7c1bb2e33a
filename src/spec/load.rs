//! A project's files → its [`Pipeline`], or every mistake in them.
//!
//! `pipeline.yaml` ─outline─▶ drafts ─settings_file─▶ told ─overrides─▶ … ─graph─▶ order
//! ─inherit─▶ settings ─outputs─▶ [`Pipeline`]
//!
//! Invariant: a mistake in one place is told once; what only follows from it is not told.

use std::fs;
use std::path::Path;

use super::outline::{self, Draft};
use super::pipeline::{Pipeline, Settings, Stage, StageId};
use super::schema::Schema;
use super::{graph, inherit, outputs, overrides, settings_file, suggestion};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

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
    let mut outline = outline::read(root, schemas, diagnostics)?;
    let drafts = &mut outline.stages;
    for draft in drafts.iter_mut() {
        if let Some(schema) = draft.schema.filter(|schema| !schema.inline) {
            draft.told = settings_file::read(root, &draft.name, &draft.place, schema, diagnostics);
        }
    }
    // A stage whose name can't be read may be the one that others name.
    if !outline.nameless {
        refuse_strays(root, drafts, diagnostics);
    }
    overrides::apply(overrides, drafts, outline.nameless, diagnostics);
    let needs = graph::needs(drafts, outline.nameless, diagnostics);
    let order = graph::order(drafts, &needs, diagnostics);
    graph::check_axes(drafts, &needs, &order, diagnostics);
    outputs::check(root, drafts, &needs, outline.nameless, diagnostics);
    let mut place = vec![StageId(0); drafts.len()];
    for (at, index) in order.iter().enumerate() {
        place[*index] = StageId(at);
    }
    let stages: Vec<Stage> = order
        .iter()
        .filter_map(|&index| {
            let needs = needs[index].iter().map(|need| place[*need]).collect();
            stage(&mut drafts[index], needs, diagnostics)
        })
        .collect();
    Some(Pipeline { title: outline.title, stages })
}

fn stage(draft: &mut Draft<'_>, needs: Vec<StageId>, diagnostics: &mut Diagnostics) -> Option<Stage> {
    let schema = draft.schema?;
    let base: Settings = inherit::base(schema, &draft.told.params);
    let path = settings_file::path(&draft.name);
    let variants = inherit::variants(&base, &draft.told, &path, diagnostics);
    Some(Stage {
        name: std::mem::take(&mut draft.name),
        kind: schema.kind.to_owned(),
        each: draft.each.drain(..).map(|(axis, _)| axis).collect(),
        needs,
        base,
        variants,
        seeds: draft.told.seeds.take().unwrap_or_default(),
    })
}

/// Tells files in `stages/` that no stage reads: most often one of the two names is misspelt.
fn refuse_strays(root: &Path, drafts: &[Draft<'_>], diagnostics: &mut Diagnostics) {
    let Ok(folder) = fs::read_dir(root.join("stages")) else { return };
    for entry in folder.flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let Some((stage, suffix)) = file.rsplit_once('.') else { continue };
        if !["yaml", "yml"].contains(&suffix) || stage.is_empty() {
            continue;
        }
        let place = Place::whole(&Source::file(format!("stages/{file}"), ""));
        let names = || drafts.iter().map(|draft| draft.name.as_str());
        let known = drafts.iter().find(|draft| draft.name == stage);
        let mistake = match (known, suffix) {
            (Some(Draft { schema: Some(schema), .. }), _) if schema.inline => {
                Diagnostic::error(format!("a stage of kind `{}` has no file of its own", schema.kind))
                    .help(format!("say it in `{}` and delete this file", outline::PATH))
            }
            (Some(_), "yaml") => continue,
            (Some(_), _) => Diagnostic::error(format!("`stages/{file}` is not read"))
                .help(format!("rename it to `{}`", settings_file::path(stage))),
            (None, _) => {
                let help = suggestion::help(stage, names(), "a stage named", "the stages are");
                Diagnostic::error(format!("no stage is named `{stage}`"))
                    .help(help.unwrap_or_else(|| format!("add it to `{}`", outline::PATH)))
            }
        };
        diagnostics.add(mistake.at(&place));
    }
}
