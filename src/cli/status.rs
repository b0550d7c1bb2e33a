//! `recount status`: what is fresh and what is stale, with the first reason; runs nothing.

use std::collections::BTreeMap;

use crate::engine::{self, Options, Outcome};
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
    let waiting: usize = waiting.values().map(|(count, _)| count).sum();
    say::result(&format!("fresh {} · stale {stale} · waiting for these {waiting}", summary.fresh()));
    Ok(())
}
