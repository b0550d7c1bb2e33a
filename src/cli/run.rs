//! `recount run`: brings the pipeline up to date, and says what that took.

use std::collections::BTreeMap;

use crate::engine::{self, Failure, Options, Outcome, Summary};
use crate::spec::StageId;

use super::archive::Network;
use super::arguments::RunArguments;
use super::environment::Environment;
use super::estimate::duration;
use super::progress::Progress;
use super::project::{self, Project};
use super::{Refusal, say, status};

/// Carries `recount run` out.
///
/// # Errors
/// A [`Refusal`]: bad input, a failed stage, or Ctrl-C.
pub fn run(words: &RunArguments, environment: &Environment) -> Result<(), Refusal> {
    let network = if words.dry_run { Network::Untouched } else { Network::Allowed };
    let project = Project::open(&words.settings, environment, network)?;
    let options = Options {
        jobs: words.jobs.map_or(environment.cores, usize::from),
        targets: words.targets.clone(),
        force: words.force.clone(),
        keep_going: words.keep_going,
        // A trial, or another machine's lack of the data, is not what the files say.
        lock: words.settings.set.is_empty() && project.generated_because.is_none(),
        asked: environment.words.clone(),
        ..project::options(environment)
    };
    if words.dry_run {
        return status::show(&project, &options);
    }
    let progress = Progress::new(environment.terminal);
    if let Some(why) = &project.generated_because {
        progress.line(&format!("note    the report will be on generated data, not on the gestures: {why}"));
    }
    let summary = engine::run(
        &project.root,
        &project.pipeline,
        &project.kinds,
        &project.store,
        &options,
        &progress,
        &project.cancel,
    )?;
    if summary.lock.as_ref().is_some_and(|lock| lock.rebuilt) {
        say::note("note    pipeline.lock was damaged or in conflict; it is made anew from the store");
    }
    tell(&project, &summary);
    let failures: Vec<(&str, &Failure)> = summary.failures().collect();
    if !failures.is_empty() {
        return Err(Refusal::failed(failed(&failures)));
    }
    if summary.cancelled { Err(Refusal::stopped()) } else { Ok(()) }
}

/// Says what became of the run, on standard output.
fn tell(project: &Project, summary: &Summary) {
    let counts = [
        ("ran", summary.ran()),
        ("same experiment", summary.shared()),
        ("fresh", summary.fresh()),
        ("failed", summary.failed()),
        ("skipped", summary.skipped()),
        ("not begun", summary.stopped()),
    ];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = counts.map(|(word, count)| format!("{word} {count}")).collect();
    if summary.is_complete() && summary.ran() == 0 {
        parts.insert(0, "nothing to do".to_owned());
    }
    parts.push(duration(summary.seconds));
    let mut skipped: BTreeMap<(StageId, &str), usize> = BTreeMap::new();
    for report in &summary.reports {
        if let Outcome::Skipped { because } = &report.outcome {
            *skipped.entry((report.stage, because)).or_default() += 1;
        }
    }
    for ((stage, because), count) in skipped {
        let stage = &project.pipeline.stages[stage.0].name;
        say::note(&format!("skipped {stage} · {count} of its instances, as `{because}` failed"));
    }
    say::result(&parts.join(" · "));
    for report in &summary.reports {
        for output in &report.outputs {
            // Figures go with the report that shows them.
            if let Some(place) = output.place.as_ref().filter(|place| !place.ends_with(".svg")) {
                say::result(place);
            }
        }
    }
}

/// Lists failures with what to do, each with the command that repeats it alone.
fn failed(failures: &[(&str, &Failure)]) -> String {
    let mut text = String::new();
    for (name, failure) in failures {
        text.push_str(&format!("error: {name}: {failure}\n"));
        if let Failure::Failed { help: Some(help), .. } = failure {
            text.push_str(&format!("help: {help}\n"));
        }
        text.push_str(&format!("help: to run it alone: recount run '{name}'\n"));
    }
    text
}
