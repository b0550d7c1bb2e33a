//! `recount status`: what is fresh and what is stale, with the first reason; runs nothing.
//!
//! verdicts ──▶ groups of a stage's instances in the same state ──▶ one line a group, and the counts
//!
//! Invariants
//! - A stage takes few lines, whether it has one instance or a hundred thousand.

use std::collections::BTreeMap;

use serde::Serialize;

use recount_engine::spec::StageId;
use recount_engine::store::Store;
use recount_engine::{self as engine, Options, Outcome, Report, Summary};

use super::archive::Network;
use super::arguments::SettingArguments;
use super::duplicate_variants::same_experiments;
use super::environment::Environment;
use super::project::{self, Project};
use super::reasons::InstanceEntry;
use super::start::Start;
use super::{CliError, json, print};

/// How many groups of a stage are printed one by one.
const MAX_LISTED_GROUPS: usize = 5;

/// How many of the last runs are asked what failed.
const MAX_RUNS_READ: usize = 50;

/// What `--json` prints.
#[derive(Serialize)]
struct StatusResult<'s> {
    fresh: usize,
    stale: usize,
    waits: usize,
    failed: usize,
    instances: Vec<InstanceEntry<'s>>,
    failed_last_time: BTreeMap<&'s str, &'s str>,
}

/// Carries `recount status` out.
///
/// # Errors
/// A [`CliError`] for bad input.
pub fn status(args: &SettingArguments, environment: &Environment) -> Result<(), CliError> {
    let root = project::root(args.project.folder.as_deref())?;
    let start = Start::of(&root)?;
    if !args.project.json
        && let Some(answer) = start.answer(&root, &args.set, environment)?
    {
        tell_note(answer.generated_because.as_deref());
        tell_end(&answer.same, [answer.fresh, 0, 0]);
        return Ok(());
    }
    let project = Project::at(root, args, start, environment, Network::Untouched)?;
    print_status(&project, &project.options(args, environment), args.project.json)
}

/// Shows the verdict on every instance that is not fresh, and the counts.
///
/// # Errors
/// A [`CliError`] for a target that names nothing, or a store that can't be read.
pub fn print_status(project: &Project, options: &Options<'_>, as_json: bool) -> Result<(), CliError> {
    tell_unfinished(&project.store);
    let summary = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, options)?;
    let failures = last_failures(project);
    let count =
        |of: fn(&Outcome) -> bool| summary.reports.iter().filter(|report| of(&report.outcome)).count();
    let stale = count(|outcome| matches!(outcome, Outcome::Stale { .. }));
    let waits = count(|outcome| matches!(outcome, Outcome::Depends { .. }));
    if as_json {
        let shown = summary.reports.iter().filter_map(|report| {
            Some((report.name.as_str(), failures.get(&report.name).filter(|_| is_pending(report))?.as_str()))
        });
        let body = StatusResult {
            fresh: summary.fresh(),
            stale,
            waits,
            failed: summary.failed(),
            failed_last_time: shown.collect(),
            instances: summary.reports.iter().map(InstanceEntry::of).collect(),
        };
        json::result("status", &body);
        return Ok(());
    }
    tell_note(project.generated_because.as_deref());
    tell_groups(project, &summary, &failures);
    tell_places(project, &summary);
    tell_end(&same_experiments(&project.pipeline)?, [summary.fresh(), stale, waits]);
    Ok(())
}

/// Says where a run has not come to its end: only the next one sees all that it has finished.
pub fn tell_unfinished(store: &Store) {
    if store.writer().is_some() || store.was_killed() {
        print::note(
            "note    a run is under way, or was killed: what it has finished last may be called stale here, and is \
             kept by the next run",
        );
    }
}

fn tell_note(generated_because: Option<&str>) {
    if let Some(why) = generated_because {
        print::note(&format!("note    on generated data, not on the gestures: {why}"));
    }
}

fn tell_end(same: &[String], [fresh, stale, waits]: [usize; 3]) {
    same.iter().for_each(|line| print::result(line));
    print::result(&format!("fresh {fresh} · stale {stale} · waiting for these {waits}"));
}

fn is_pending(report: &Report) -> bool {
    matches!(report.outcome, Outcome::Stale { .. } | Outcome::Depends { .. })
}

/// Gives the first line of why each instance failed that has not run since.
fn last_failures(project: &Project) -> BTreeMap<String, String> {
    let mut failures = BTreeMap::new();
    for run in project.store.last_runs(MAX_RUNS_READ).into_values() {
        for name in &run.ran {
            failures.remove(name);
        }
        let first = |why: String| why.lines().next().unwrap_or_default().to_owned();
        failures.extend(run.failed.into_iter().map(|(name, why)| (name, first(why))));
    }
    failures
}

/// Instances of a stage in the same state.
struct InstanceGroup<'s> {
    word: &'static str,
    why: String,
    first: &'s str,
    count: usize,
}

fn tell_groups(project: &Project, summary: &Summary, failures: &BTreeMap<String, String>) {
    let mut stages: Vec<(StageId, usize)> = Vec::new();
    let mut groups: BTreeMap<StageId, Vec<InstanceGroup<'_>>> = BTreeMap::new();
    let mut places: BTreeMap<(StageId, &str, String), usize> = BTreeMap::new();
    for report in &summary.reports {
        match stages.iter_mut().find(|(stage, _)| *stage == report.stage) {
            Some((_, count)) => *count += 1,
            None => stages.push((report.stage, 1)),
        }
        let Some((word, why)) = describe(report, failures) else { continue };
        let groups = groups.entry(report.stage).or_default();
        let place = *places.entry((report.stage, word, why.clone())).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(alike) => alike.count += 1,
            None => groups.push(InstanceGroup { word, why, first: &report.name, count: 1 }),
        }
    }
    for (stage, of) in stages {
        let name = &project.pipeline.stages[stage.0].name;
        let groups = groups.remove(&stage).unwrap_or_default();
        for alike in groups.iter().take(MAX_LISTED_GROUPS) {
            let who = if alike.count == 1 {
                alike.first.to_owned()
            } else {
                format!("{name} · {} of {of}", alike.count)
            };
            print::result(&format!("{:<7} {who}{}", alike.word, alike.why));
        }
        if let Some(rest) = groups.get(MAX_LISTED_GROUPS..).filter(|rest| !rest.is_empty()) {
            let count: usize = rest.iter().map(|alike| alike.count).sum();
            print::result(&format!("also    {name} · {count} more of {of}, such as {}", rest[0].first));
        }
    }
}

/// Gives an instance's state as a word and the text behind its name; `None` where there is nothing to say.
fn describe(report: &Report, failures: &BTreeMap<String, String>) -> Option<(&'static str, String)> {
    let failed = failures.get(&report.name).filter(|_| is_pending(report));
    let last = failed.map(|why| format!(" · failed last time: {why}")).unwrap_or_default();
    Some(match &report.outcome {
        Outcome::Stale { reasons } => {
            let why = reasons.first().map(|reason| format!(" · {reason}")).unwrap_or_default();
            ("stale", why + &last)
        }
        Outcome::Depends { on } => ("waits", format!(" · for {on}{last}")),
        Outcome::Failed(failure) => ("failed", format!(" · {failure}")),
        Outcome::Shared { .. }
        | Outcome::Skipped { .. }
        | Outcome::Fresh
        | Outcome::Ran { .. }
        | Outcome::Stopped => {
            return None;
        }
    })
}

/// Names the outputs of fresh instances that are not at their place.
fn tell_places(project: &Project, summary: &Summary) {
    for place in summary.reports.iter().flat_map(|report| &report.written) {
        let path = project.root.join(place);
        let (word, then) = if path.symlink_metadata().is_err() {
            ("deleted", "a run writes it again")
        } else if project.store.has_bytes_of(place) {
            ("earlier", "a result from before; a run puts the present one there")
        } else {
            ("edited", "a run keeps it in artifacts/edited/ and writes it again")
        };
        print::result(&format!("{word:<7} {place} · {then}"));
    }
}
