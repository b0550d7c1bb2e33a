//! What `recount verify` is to run again: targets, the runs that numbers cite, everything, or a sample.
//!
//! Invariants
//! - A word that names a target is that target; only what names none is looked for in the report.
//! - A number is of the runs whose keys the audit file cites: others under the same names do not vouch for it.

use std::collections::BTreeSet;

use crate::arguments::VerifyArguments;
use crate::audit::{RunClosure, points_into_a_report};
use crate::environment::Environment;
use crate::project::Project;
use crate::time::seconds_since_1970;
use crate::{CliError, print};
use recount_engine::digest::Digest;
use recount_engine::{self as engine, EngineError, Options, Outcome};

/// How many references of one number are named.
const MAX_NAMED_INSTANCES: usize = 5;

/// What to run again.
pub(super) struct VerifySelection {
    /// As the engine takes them; empty for everything.
    pub(super) targets: Vec<String>,
    /// The numbers among the words, whose cited instances are in the targets.
    pub(super) numbers: Vec<RunClosure>,
}

impl VerifySelection {
    /// Finds what the words ask for, and says on standard error what numbers and samples stand for.
    ///
    /// # Errors
    /// A [`CliError`] for a word that names neither a target nor a number, or for a sample of nothing.
    pub(super) fn of(
        project: &Project,
        args: &VerifyArguments,
        environment: &Environment,
    ) -> Result<Self, CliError> {
        let mut asked = Self { targets: Vec::new(), numbers: Vec::new() };
        for word in &args.targets {
            let targets = vec![word.clone()];
            let options = Options { targets, ..project.options(&args.settings, environment) };
            match engine::check_targets(&project.root, &project.pipeline, &project.kinds, &options) {
                Ok(()) => asked.targets.push(word.clone()),
                Err(EngineError::UnknownTarget { .. }) if points_into_a_report(project, word) => {
                    let number = RunClosure::of(project, word)?;
                    print::note(&describe(&number));
                    asked.targets.extend(number.cited.iter().cloned());
                    asked.numbers.push(number);
                }
                Err(error) => return Err(error.into()),
            }
        }
        if args.targets.is_empty() && !args.all {
            asked.targets = sample(project, args, environment)?;
            print::note(&format!("sample  {}", asked.targets.join(" ")));
        }
        Ok(asked)
    }

    /// Refuses numbers whose runs are no more those that the pipeline names.
    ///
    /// # Errors
    /// A [`CliError`] that names the first such run; or a store that can't be read.
    pub(super) fn check_keys(&self, project: &Project, options: &Options<'_>) -> Result<(), CliError> {
        let Project { root, pipeline, kinds, store, .. } = project;
        for RunClosure { words, instances, .. } in &self.numbers {
            let options = Options {
                targets: instances.iter().map(|(instance, _)| instance.clone()).collect(),
                clock: options.clock,
                ..Options::default()
            };
            let status = match engine::status(root, pipeline, kinds, store, &options) {
                Err(EngineError::UnknownTarget { target, .. }) => {
                    return Err(other_runs(words, &format!("`{target}`, which the pipeline does not have")));
                }
                status => status?,
            };
            for report in status.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh)) {
                let cited = instances.iter().find(|(instance, _)| *instance == report.name);
                if let Some((cited, now)) = cited.map(|(_, key)| *key).zip(report.key)
                    && cited != now
                {
                    let [cited, now] = [cited, now].map(|key| key.0.short());
                    let run = format!("`{}` with key {cited}, and its key is {now} now", report.name);
                    return Err(other_runs(words, &run));
                }
            }
        }
        Ok(())
    }
}

fn other_runs(words: &str, run: &str) -> CliError {
    CliError::failed(format!(
        "the report's `{words}` is of other runs than the pipeline's: of {run}\n\
         help: `recount run` renders the report from the present ones"
    ))
}

/// Says which runs a number was made from.
fn describe(number: &RunClosure) -> String {
    let RunClosure { words, references, instances, .. } = number;
    let names = print::first_names(references, MAX_NAMED_INSTANCES);
    // A variant is of no reference, and a reference need not be named twice.
    let names = if names.is_empty() || names == *words { String::new() } else { format!(" · {names}") };
    let count = instances.iter().map(|(_, key)| key).collect::<BTreeSet<_>>().len();
    format!("number  {words}{names} · rests on {count} {}", if count == 1 { "run" } else { "runs" })
}

/// Draws from what is recorded.
fn sample(
    project: &Project,
    args: &VerifyArguments,
    environment: &Environment,
) -> Result<Vec<String>, CliError> {
    let options = project.options(&args.settings, environment);
    let status = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, &options)?;
    let recorded = status.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh));
    // An instance without coordinates needs all the others: that is what `--all` is for, unless there is no other sort.
    let (repeated, single): (Vec<_>, Vec<_>) =
        recorded.partition(|report| !report.point.coordinates().is_empty());
    let drawn_from = if repeated.is_empty() { single } else { repeated };
    let mut names: Vec<String> = drawn_from.into_iter().map(|report| report.name.clone()).collect();
    if names.is_empty() {
        return Err(CliError::input(
            "nothing is recorded that a sample could be taken of\nhelp: run the pipeline first: recount run",
        ));
    }
    // Every run of the command draws others.
    let draw = seconds_since_1970().to_bits();
    names.sort_by_cached_key(|name| Digest::of(format!("{draw} {name}").as_bytes()));
    names.truncate(args.sample.map_or(1, usize::from));
    Ok(names)
}
