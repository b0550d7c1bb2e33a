//! `recount status`: what is fresh and what is stale, with the first reason; runs nothing.

use std::collections::BTreeMap;

use crate::engine::{self, Options, Outcome};
use crate::kinds::{self, Described};
use crate::spec::StageId;

use super::archive::Network;
use super::arguments::SettingArguments;
use super::environment::Environment;
use super::project::{self, Project};
use super::{Refusal, say};

/// Carries `recount status` out.
///
/// # Errors
/// A [`Refusal`] for bad input.
pub fn status(words: &SettingArguments, environment: &Environment) -> Result<(), Refusal> {
    let project = Project::open(words, environment, Network::Untouched)?;
    show(&project, &project::options(environment))
}

/// Shows the verdict on every instance that is not fresh, and the counts.
///
/// # Errors
/// A [`Refusal`] for a target that names nothing, or a store that can't be read.
pub fn show(project: &Project, options: &Options<'_>) -> Result<(), Refusal> {
    let summary = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, options)?;
    if let Some(why) = &project.generated_because {
        say::note(&format!("note    on generated data, not on the gestures: {why}"));
    }
    let mut stale = 0;
    // What waits is told once a stage: by the thousand its lines would hide what matters.
    let mut waiting: BTreeMap<StageId, (usize, &str)> = BTreeMap::new();
    for report in &summary.reports {
        let name = &report.name;
        match &report.outcome {
            Outcome::Stale { reasons } => {
                stale += 1;
                let why = reasons.first().map(|reason| format!(" · {reason}")).unwrap_or_default();
                say::result(&format!("stale   {name}{why}"));
            }
            Outcome::Depends { on } => {
                waiting.entry(report.stage).or_insert((0, on.as_str())).0 += 1;
            }
            Outcome::Shared { with } => {
                say::result(&format!("same    {name} · the same experiment as {with}"))
            }
            Outcome::Failed(failure) => say::result(&format!("failed  {name} · {failure}")),
            Outcome::Skipped { because } => say::result(&format!("skipped {name} · `{because}` failed")),
            Outcome::Fresh | Outcome::Ran { .. } | Outcome::Stopped => {}
        }
    }
    for (stage, (count, on)) in &waiting {
        say::result(&format!(
            "waits   {} · {count} of its instances, for {on}",
            project.pipeline.stages[stage.0].name
        ));
    }
    for line in same_experiments(project)? {
        say::result(&line);
    }
    let waiting: usize = waiting.values().map(|(count, _)| count).sum();
    say::result(&format!("fresh {} · stale {stale} · waiting for these {waiting}", summary.fresh()));
    Ok(())
}

/// Tells which variants are one experiment under several names, one line each, and why they are.
fn same_experiments(project: &Project) -> Result<Vec<String>, Refusal> {
    let stages = project.pipeline.stages.iter().enumerate().filter(|(_, stage)| stage.kind == "train");
    let mut lines = Vec::new();
    for (index, stage) in stages {
        let described = kinds::describe(&project.pipeline, StageId(index))
            .map_err(|failure| Refusal::input(format!("{}: {failure}", stage.name)))?;
        let firsts = described.iter().filter(|it| it.first.is_none() && !it.same_as.is_empty());
        for first in firsts {
            let names = std::iter::once(first.variant.name.as_str()).chain(first.same_as.iter().copied());
            let names = names.collect::<Vec<_>>().join(", ");
            lines.push(format!(
                "same    {}[{names}] · one experiment: {}",
                stage.name,
                reason(first, &described)
            ));
        }
    }
    Ok(lines)
}

/// Says why `first` and those that are the same as it are one experiment.
fn reason(first: &Described<'_>, all: &[Described<'_>]) -> String {
    let is_twin = |it: &&Described<'_>| first.same_as.contains(&it.variant.name.as_str());
    let declared = |it: &Described<'_>, name: &str| it.variant.settings.parameters.get(name).cloned();
    let differs =
        |name: &str| all.iter().filter(is_twin).any(|it| declared(it, name) != declared(first, name));
    let idle = first.without_effect.iter().filter(|(name, _)| differs(name));
    let reasons: Vec<String> = idle.map(|(name, why)| format!("{why}, `{name}` has no effect")).collect();
    if reasons.is_empty() { "their settings are equal".to_owned() } else { reasons.join("; ") }
}
