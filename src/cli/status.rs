//! `recount status`: what is fresh and what is stale, with the first reason; runs nothing.

use std::collections::BTreeMap;

use crate::engine::{self, Options, Outcome};
use crate::spec::StageId;

use super::Refusal;
use super::arguments::SettingArguments;
use super::environment::Environment;
use super::project::{self, Project};

/// Carries `recount status` out.
///
/// # Errors
/// A [`Refusal`] for bad input.
pub fn status(words: &SettingArguments, environment: &Environment) -> Result<(), Refusal> {
    let project = Project::open(words, environment)?;
    show(&project, &project::options(environment))
}

/// Shows the verdict on every instance that is not fresh, and the counts.
///
/// # Errors
/// A [`Refusal`] for a target that names nothing, or a store that can't be read.
#[expect(clippy::print_stdout, reason = "the verdicts are the command's result")]
pub fn show(project: &Project, options: &Options<'_>) -> Result<(), Refusal> {
    let summary = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, options)?;
    let mut stale = 0;
    // What waits is told once a stage: by the thousand its lines would hide what matters.
    let mut waiting: BTreeMap<StageId, (usize, &str)> = BTreeMap::new();
    for report in &summary.reports {
        let name = &report.name;
        match &report.outcome {
            Outcome::Stale { reasons } => {
                stale += 1;
                let why = reasons.first().map(|reason| format!(" · {reason}")).unwrap_or_default();
                println!("stale   {name}{why}");
            }
            Outcome::Depends { on } => {
                waiting.entry(report.stage).or_insert((0, on.as_str())).0 += 1;
            }
            Outcome::Shared { with } => println!("same    {name} · the same experiment as {with}"),
            Outcome::Failed(failure) => println!("failed  {name} · {failure}"),
            Outcome::Skipped { because } => println!("skipped {name} · `{because}` failed"),
            Outcome::Fresh | Outcome::Ran { .. } | Outcome::Stopped => {}
        }
    }
    for (stage, (count, on)) in &waiting {
        println!("waits   {} · {count} of its instances, for {on}", project.pipeline.stages[stage.0].name);
    }
    let waiting: usize = waiting.values().map(|(count, _)| count).sum();
    println!("fresh {} · stale {stale} · waiting for these {waiting}", summary.fresh());
    Ok(())
}
