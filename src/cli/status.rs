//! `recount status`: what is fresh and what is stale, with the first reason; runs nothing.
//!
//! verdicts ──▶ [`StatusReport`] ──▶ one line for a stage's instances in the same state, places, and the counts

use std::collections::BTreeMap;

use serde_json::json;

use recount_engine::store::Store;
use recount_engine::{self as engine, Options, Outcome, Report, Summary, same_experiments};

use super::alike::{StateLine, grouped};
use super::arguments::StatusArguments;
use super::environment::Environment;
use super::kinds::Network;
use super::project::Project;
use super::reasons::report_as_json;
use super::start::Start;
use super::{CliError, json, locked, placed, print};

/// How many of the last runs are asked what failed.
const MAX_RUNS_READ: usize = 50;

/// Carries `recount status` out.
///
/// # Errors
/// A [`CliError`] for bad input, and with `--check` where not all is up to date.
pub fn status(args: &StatusArguments, environment: &Environment) -> Result<(), CliError> {
    let settings = &args.settings;
    let start = Start::of(&settings.project)?;
    if args.targets.is_empty()
        && !settings.project.json
        && let Some(answer) = start.answer(&settings.set, environment, Network::Untouched)?
    {
        print::stand_in(answer.stand_in.as_ref(), environment.colour);
        print_end(&answer.same, environment, [answer.fresh, 0, 0, 0]);
        return Ok(());
    }
    let project = Project::from_start(start, settings, environment)?;
    let options = Options {
        targets: args.targets.clone(),
        by_lock: args.check,
        trial: !settings.set.is_empty(),
        ..project.options(settings, environment)
    };
    let status_report = StatusReport::of(&project, &options)?;
    status_report.print(environment, settings.project.json);
    if !args.check || status_report.is_up_to_date() {
        return Ok(());
    }
    Err(CliError::failed(
        "not all is up to date\nhelp: `recount run` brings it up to date, and writes pipeline.lock",
    ))
}

/// The verdict on every instance that was asked for.
pub struct StatusReport<'p> {
    project: &'p Project,
    summary: Summary,
    /// What a run would change in the lock of what is fresh; `None` where the lock is not asked.
    differs: Option<Vec<StateLine>>,
}

impl<'p> StatusReport<'p> {
    /// Looks at what the options name; compares it with the lock where they go by that.
    ///
    /// # Errors
    /// A [`CliError`] for a target that names nothing, or a store that can't be read.
    pub fn of(project: &'p Project, options: &Options<'_>) -> Result<Self, CliError> {
        print_unfinished(&project.store);
        let Project { root, pipeline, kinds, store, .. } = project;
        let summary = engine::status(root, pipeline, kinds, store, options)?;
        let whole = options.targets.is_empty();
        let differs = options.by_lock.then(|| locked::lines(project, &summary, whole));
        Ok(Self { project, summary, differs })
    }

    /// Says whether a run would run nothing, and change nothing in the lock.
    pub fn needs_no_run(&self) -> bool {
        self.summary.is_complete() && self.differs.as_ref().is_none_or(Vec::is_empty)
    }

    /// Says whether a run would do nothing at all.
    fn is_up_to_date(&self) -> bool {
        self.needs_no_run() && self.summary.is_idle()
    }

    fn count(&self, of: fn(&Outcome) -> bool) -> usize {
        self.summary.reports.iter().filter(|report| of(&report.outcome)).count()
    }

    /// Prints the verdict on every instance that is not fresh, and the counts.
    pub fn print(&self, environment: &Environment, as_json: bool) {
        let Self { project, summary, .. } = self;
        let failures = last_failures(project);
        let stale = self.count(|outcome| matches!(outcome, Outcome::Stale { .. }));
        let waits = self.count(|outcome| matches!(outcome, Outcome::Depends { .. }));
        if as_json {
            let failed = summary.reports.iter().filter_map(|report| {
                let failure = failures.get(&report.name).filter(|_| is_pending(report))?;
                Some((report.name.as_str(), failure.as_str()))
            });
            let mut body = json!({
                "fresh": summary.fresh(),
                "stale": stale,
                "waits": waits,
                "failed": summary.failed(),
            });
            if self.differs.is_some() {
                body["up_to_date"] = self.is_up_to_date().into();
            }
            body["instances"] = summary.reports.iter().map(report_as_json).collect();
            body["failed_last_time"] = failed.collect::<BTreeMap<_, _>>().into_iter().collect();
            json::result("status", &body);
            return;
        }
        print::stand_in(project.stand_in.as_ref(), environment.colour);
        let state_lines = summary
            .reports
            .iter()
            .map(|report| (report.stage, report.name.as_str(), state_line(report, &failures)));
        let lines = grouped(&project.pipeline, state_lines);
        let differs = self.differs.iter().flatten().cloned();
        for (word, rest) in lines.into_iter().chain(placed::lines(project, summary)).chain(differs) {
            print::result_verb(word, &rest, environment.colour_results);
        }
        let same = same_experiments(&project.pipeline, &summary.reports);
        let same: Vec<String> = same.iter().map(ToString::to_string).collect();
        print_end(&same, environment, [summary.fresh(), stale, waits, summary.failed()]);
    }
}

/// Says where a run has not come to its end: only the next one sees all that it has finished.
pub fn print_unfinished(store: &Store) {
    if store.writer().is_some() || store.was_killed() {
        print::note(
            "note    a run is under way, or was killed: what it has finished last may be called stale here, and is \
             kept by the next run",
        );
    }
}

fn print_end(same: &[String], environment: &Environment, [fresh, stale, waits, failed]: [usize; 4]) {
    for line in same {
        print::result_verb("same", line, environment.colour_results);
    }
    let failed = if failed == 0 { String::new() } else { format!(" · can't run {failed}") };
    print::result(&format!("fresh {fresh} · stale {stale} · waiting for these {waits}{failed}"));
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

/// Gives the state of an instance, in a word and what follows its name; `None` where there is nothing to say.
fn state_line(report: &Report, failures: &BTreeMap<String, String>) -> Option<StateLine> {
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
