//! `recount run`: brings the pipeline up to date, and says what that took.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::OnceLock;

use serde_json::{Value, json};

use recount_engine::project_path::ProjectPath;
use recount_engine::spec::StageId;
use recount_engine::{self as engine, Failure, Observer, Options, Outcome, Report, Summary};

use super::alike::grouped;
use super::arguments::RunArguments;
use super::environment::Environment;
use super::git::Git;
use super::kinds::Network;
use super::progress::Progress;
use super::project::Project;
use super::reasons::report_as_json;
use super::results::print_ran;
use super::run_facts::run_facts;
use super::start::{SnapshotAnswer, Start};
use super::status::StatusReport;
use super::stored;
use super::time::{duration, now};
use super::{CliError, json, print};

/// How many files are named at the end.
const MAX_LISTED_PLACES: usize = 10;

/// How many different failures are printed at the end.
const MAX_LISTED_FAILURES: usize = 10;

/// How many instances are named that failed alike.
const MAX_LISTED_NAMES: usize = 3;

/// Carries `recount run` out.
///
/// # Errors
/// A [`CliError`]: bad input, a failed stage, or Ctrl-C.
pub fn run(args: &RunArguments, environment: &Environment) -> Result<(), CliError> {
    let simple =
        args.targets.is_empty() && args.force.is_empty() && !args.dry_run && !args.settings.project.json;
    let began = now();
    let start = Start::of(&args.settings.project)?;
    if simple && let Some(answer) = start.answer(&args.settings.set, environment, Network::Allowed)? {
        print_idle(&answer, began.elapsed().as_secs_f64(), args.quiet, environment.colour);
        // It only saves time: a project that can't be written to is as up to date.
        drop(start.snapshot.iter().try_for_each(|snapshot| snapshot.refresh(&start.store)));
        return Ok(());
    }
    let mut project = Project::from_start(start, &args.settings, environment)?;
    if args.dry_run {
        let options = options(args, environment, &project);
        StatusReport::of(&project, &options)?.print(environment, args.settings.project.json);
        return Ok(());
    }
    stored::catch_stop(&project.cancel)?;
    if project.is_lacking() {
        // A word that names nothing should not wait for the network.
        let options = options(args, environment, &project);
        engine::check_targets(&project.root, &project.pipeline, &project.kinds, &options)?;
        project.fetch(environment)?;
    }
    if args.locked {
        refuse_stale(args, environment, &project)?;
    }
    let progress = Progress::new(environment, args.quiet);
    print::stand_in(project.stand_in.as_ref().filter(|_| !args.quiet), environment.colour);
    let summary = bring_up_to_date(&project, options(args, environment, &project), &progress)?;
    if summary.lock.as_ref().is_some_and(|lock| lock.rebuilt) {
        progress.line(
            "note",
            "pipeline.lock was of an older version, damaged or in conflict; it is made anew from the store",
        );
    }
    let outputs = outputs(&summary);
    if args.settings.project.json {
        json::result("run", &as_json(&summary));
    } else {
        if !args.quiet {
            print_ran(&project, &summary, args, environment)?;
        }
        print_end(&project, &summary, &progress);
        outputs.iter().filter(|_| !args.quiet).for_each(|line| print::result(line));
    }
    // The process is about to end: to give back a large pipeline piece by piece takes a tenth of a start.
    std::mem::forget(project);
    let failures: Vec<(&str, &Failure)> = summary.failures().collect();
    if !failures.is_empty() {
        Err(CliError::failed(failed(&failures, args)))
    } else if summary.cancelled {
        Err(CliError::stopped())
    } else {
        Ok(())
    }
}

/// Runs what is stale; what happens goes to the observer.
///
/// # Errors
/// A [`CliError`] for what keeps the run as a whole from being done; a stage that fails is part of the summary.
pub fn bring_up_to_date(
    project: &Project,
    options: Options<'_>,
    observer: &dyn Observer,
) -> Result<Summary, CliError> {
    let Project { root, pipeline, kinds, store, cancel, .. } = project;
    // Git is asked only where something is to be taken away; where it can't answer, that goes as elsewhere.
    let kept = OnceLock::new();
    let read = || Git::of(root, cancel).ok().flatten().and_then(|git| git.kept().ok()).unwrap_or_default();
    let is_tracked = |place: &ProjectPath| is_kept(kept.get_or_init(read), place.as_str());
    let options = Options { is_tracked: &is_tracked, ..options };
    let answer = |summary: &Summary| project.answer(outputs(summary), summary);
    Ok(engine::run(root, pipeline, kinds, store, &options, &answer, observer, cancel)?)
}

/// Says whether a file, or something in a folder, is among files.
fn is_kept(files: &BTreeSet<String>, place: &str) -> bool {
    let inside = format!("{place}/");
    let next = files.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).next();
    files.contains(place) || next.is_some_and(|next| next.starts_with(&inside))
}

/// Refuses a run that would run something, or change the lock.
fn refuse_stale(args: &RunArguments, environment: &Environment, project: &Project) -> Result<(), CliError> {
    let options = options(args, environment, project);
    let status_report = StatusReport::of(project, &options)?;
    if status_report.needs_no_run() {
        return Ok(());
    }
    status_report.print(environment, args.settings.project.json);
    Err(CliError::failed(
        "a run would change pipeline.lock, which `--locked` forbids, so nothing was run\n\
         help: `recount run` brings all up to date, and writes the lock",
    ))
}

fn options<'p>(args: &RunArguments, environment: &Environment, project: &'p Project) -> Options<'p> {
    Options {
        jobs: args.jobs.map_or(environment.cores, usize::from),
        memory: args.memory.unwrap_or(environment.memory),
        gpus: args.gpus.unwrap_or(environment.gpus),
        targets: args.targets.clone(),
        force: args.force.clone(),
        facts: run_facts(&project.root, environment, &project.cancel),
        keep_going: args.keep_going,
        trial: !args.settings.set.is_empty(),
        by_lock: args.locked,
        ..project.options(&args.settings, environment)
    }
}

/// Says that there was nothing to do, without having read the pipeline.
fn print_idle(answer: &SnapshotAnswer, seconds: f64, quiet: bool, coloured: bool) {
    print::stand_in(answer.stand_in.as_ref().filter(|_| !quiet), coloured);
    print::result(&format!("nothing to do · fresh {} · {}", answer.fresh, duration(seconds)));
    answer.files.iter().filter(|_| !quiet).for_each(|place| print::result(place));
}

/// Says what became of the run: what was written back, shared and skipped on the way, and the counts on standard output.
fn print_end(project: &Project, summary: &Summary, progress: &Progress) {
    let restored = restored(summary);
    for place in first_of(restored.clone()) {
        progress.line("wrote", &place);
    }
    // Of the instances of a stage each may share another one's run: they take one line all the same.
    let mut shared: BTreeMap<StageId, (usize, &str)> = BTreeMap::new();
    for report in &summary.reports {
        if let Outcome::Shared { with } = &report.outcome {
            shared.entry(report.stage).or_insert((0, with)).0 += 1;
        }
    }
    let state_line = |report: &Report| match &report.outcome {
        Outcome::Shared { .. } => Some(match shared[&report.stage] {
            (1, with) => ("same", format!(" · one experiment with {with}")),
            (_, with) => ("same", format!(" · one experiment with others, the first with {with}")),
        }),
        Outcome::Skipped { because } => Some(("skipped", format!(" · `{because}` failed"))),
        _ => None,
    };
    let state_lines =
        summary.reports.iter().map(|report| (report.stage, report.name.as_str(), state_line(report)));
    for (word, rest) in grouped(&project.pipeline, state_lines) {
        progress.line(word, &rest);
    }
    let counts = [
        ("ran", summary.ran()),
        ("wrote", restored.len()),
        ("same experiment", summary.shared()),
        ("fresh", summary.fresh()),
        ("failed", summary.failed()),
        ("skipped", summary.skipped()),
        ("not finished", summary.stopped()),
    ];
    let counts = counts.iter().filter(|(_, count)| *count > 0);
    let mut parts: Vec<String> = counts.map(|(word, count)| format!("{word} {count}")).collect();
    if summary.is_idle() {
        parts.insert(0, "nothing to do".to_owned());
    }
    parts.push(duration(summary.seconds));
    print::result(&parts.join(" · "));
}

/// Gives the same for programs.
fn as_json(summary: &Summary) -> Value {
    json!({
        "complete": summary.is_complete(),
        "ran": summary.ran(),
        "wrote": restored(summary).len(),
        "same_experiment": summary.shared(),
        "fresh": summary.fresh(),
        "failed": summary.failed(),
        "skipped": summary.skipped(),
        "not_begun": summary.stopped(),
        "stopped": summary.cancelled,
        "seconds": summary.seconds,
        "lock_rebuilt": summary.lock.as_ref().is_some_and(|lock| lock.rebuilt),
        "instances": summary.reports.iter().map(report_as_json).collect::<Vec<_>>(),
    })
}

/// Names the files that were missing or other ones, though nothing had to run for them.
fn restored(summary: &Summary) -> Vec<String> {
    let fresh = summary.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh));
    fresh.flat_map(|report| report.written.iter().cloned()).collect()
}

/// Names the files that the pipeline is there for: those of stages that no other stage needs.
fn outputs(summary: &Summary) -> Vec<String> {
    let files = summary.reports.iter().flat_map(|report| report.files.iter());
    // Figures go with the report that shows them.
    first_of(files.filter(|file| !file.ends_with(".svg")).cloned().collect())
}

/// Keeps as many places as are printed, and says how many more there are.
fn first_of(mut places: Vec<String>) -> Vec<String> {
    if let Some(more) = places.len().checked_sub(MAX_LISTED_PLACES).filter(|more| *more > 0) {
        places.truncate(MAX_LISTED_PLACES);
        places.push(format!("and {more} more files"));
    }
    places
}

/// Lists failures, alike ones together, with what to do; what a program printed was shown when it failed.
fn failed(failures: &[(&str, &Failure)], args: &RunArguments) -> String {
    let mut alike: Vec<(String, Option<&str>, Vec<&str>)> = Vec::new();
    for (name, failure) in failures {
        let help = match failure {
            Failure::Failed { help, .. } => help.as_deref(),
            Failure::Cancelled => None,
        };
        let headline = failure.headline();
        match alike.iter_mut().find(|(other, of, _)| *other == headline && *of == help) {
            Some((_, _, names)) => names.push(name),
            None => alike.push((headline, help, vec![name])),
        }
    }
    let mut text = String::new();
    for (headline, help, names) in alike.iter().take(MAX_LISTED_FAILURES) {
        let listed = names[..names.len().min(MAX_LISTED_NAMES)].join(", ");
        let (more, one) = match names.len() {
            1 => (String::new(), "it"),
            count if count <= MAX_LISTED_NAMES => (String::new(), "one"),
            count => (format!(" and {} more", count - MAX_LISTED_NAMES), "one"),
        };
        text.push_str(&format!("error: {listed}{more}: {headline}\n"));
        if let Some(help) = help {
            text.push_str(&format!("help: {help}\n"));
        }
        let command = format!("recount run{} {}", repeated(args), quoted(names[0]));
        text.push_str(&format!("help: to run {one} alone: {command}\n"));
    }
    if let Some(more) = alike.len().checked_sub(MAX_LISTED_FAILURES).filter(|more| *more > 0) {
        text.push_str(&format!("error: {more} others failed; `recount status` lists them\n"));
    }
    text
}

/// Gives the options that a run needs to be the same run again.
fn repeated(args: &RunArguments) -> String {
    let settings = &args.settings;
    let project = settings
        .project
        .folder
        .iter()
        .map(|folder| format!(" --project {}", quoted(&folder.to_string_lossy())));
    let set = settings.set.iter().map(|set| format!(" --set {}", quoted(set)));
    project.chain(set).collect()
}

/// Puts a word in quotes for a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}
