//! `recount run`: brings the pipeline up to date, and says what that took.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::engine::{self, Failure, Options, Outcome, Summary};
use crate::spec::StageId;
use crate::store::Store;

use super::archive::Network;
use super::arguments::RunArguments;
use super::environment::Environment;
use super::estimate::duration;
use super::memory::{self, Answer};
use super::progress::Progress;
use super::project::{self, Project};
use super::{Refusal, say, seen, status};

/// Carries `recount run` out.
///
/// # Errors
/// A [`Refusal`]: bad input, a failed stage, or Ctrl-C.
pub fn run(words: &RunArguments, environment: &Environment) -> Result<(), Refusal> {
    let root = project::root(words.settings.project.folder.as_deref())?;
    let whole = words.targets.is_empty() && words.force.is_empty() && !words.dry_run;
    #[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
    let began = Instant::now();
    if whole && let Some(answer) = memory::recall(&root, &words.settings.set, environment)? {
        tell_idle(&answer, began.elapsed().as_secs_f64());
        return Ok(());
    }
    let read = memory::begin(&root, &Store::open(&root.join("artifacts"))?);
    let network = if words.dry_run { Network::Untouched } else { Network::Allowed };
    let project = Project::open(&words.settings, environment, network)?;
    let options = Options {
        jobs: words.jobs.map_or(environment.cores, usize::from),
        targets: words.targets.clone(),
        force: words.force.clone(),
        facts: seen::facts(&project.root, environment),
        ..project::options(environment)
    };
    if words.dry_run {
        return status::show(&project, &options);
    }
    let progress = Progress::new(environment.terminal);
    if let Some(why) = &project.generated_because {
        progress.line(&generated(why));
    }
    let mut summary = engine::run(
        &project.root,
        &project.pipeline,
        &project.kinds,
        &project.store,
        &options,
        &progress,
        &project.cancel,
    )?;
    let places = tell(&project, &summary);
    memory::keep(&project, &words.settings.set, environment, read, &mut summary, places);
    let failures: Vec<(&str, &Failure)> = summary.failures().collect();
    if !failures.is_empty() {
        return Err(Refusal::failed(failed(&failures)));
    }
    if summary.cancelled { Err(Refusal::stopped()) } else { Ok(()) }
}

/// Says that there was nothing to do, without having read the pipeline.
fn tell_idle(answer: &Answer, seconds: f64) {
    if let Some(why) = &answer.generated_because {
        say::note(&generated(why));
    }
    say::result(&format!("nothing to do · fresh {} · {}", answer.fresh, duration(seconds)));
    answer.places.iter().for_each(|place| say::result(place));
}

fn generated(why: &str) -> String {
    format!("note    the report will be on generated data, not on the gestures: {why}")
}

/// Says what became of the run, on standard output; gives the places that it names.
fn tell(project: &Project, summary: &Summary) -> Vec<String> {
    let counts = [
        ("ran", summary.ran()),
        ("same experiment", summary.shared()),
        ("fresh", summary.fresh()),
        ("failed", summary.failed()),
        ("skipped", summary.skipped()),
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
    let stages = &project.pipeline.stages;
    let needed: BTreeSet<StageId> = stages.iter().flat_map(|stage| stage.needs.iter().copied()).collect();
    // What others need is on its way, not an end; figures go with the report that shows them.
    let ends = summary.reports.iter().filter(|report| !needed.contains(&report.stage));
    let outputs = ends.flat_map(|report| &report.outputs);
    let places = outputs.filter_map(|output| output.place.clone()).filter(|place| !place.ends_with(".svg"));
    let places: Vec<String> = places.collect();
    places.iter().for_each(|place| say::result(place));
    places
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
