//! `recount audit`: where a number of a report is from, and whether all of them still are.
//!
//! | file | its duty |
//! |---|---|
//! | `reports` | the reports of a pipeline, and what their numbers are from |
//! | `check` | files, audits, records and lock, held against each other |
//! | `expected` | figures and reports, made again |
//! | `differences` | where the bytes of a file are others |
//! | `run_closure` | the runs that a number rests on, for `recount verify` |

mod check;
mod differences;
mod expected;
mod reports;
mod run_closure;

use recount_engine::digest::{Digest, Key};
use recount_engine::store::Observed;
use recount_report::audit::{Unreported, answer_as_json, format_answer, unreported};
use serde_json::{Value, json};

use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::Project;
use super::time::{duration, to_the_minute};
use super::{CliError, json, print};
use check::{Check, check};
pub use reports::Reports;
pub use run_closure::{RunClosure, points_into_a_report};

/// Carries `recount audit` out.
///
/// # Errors
/// A [`CliError`]: bad input, nothing of that name, or a check that found something.
pub fn audit(args: &AuditArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    if args.check {
        return check_all(args, &project, environment);
    }
    if args.unreported {
        return print_unreported(args, &project);
    }
    let Some(query) = &args.query else {
        return Err(CliError::input(
            "what is to be audited?\n\
             help: name a number (0.984), a reference (k3f9ac), a line (report.md:57), an address or a variant, or say --check",
        ));
    };
    let reports = Reports::read(&project, args.report.as_deref())?;
    let found = reports.find(query)?;
    reports.print_notes(&found);
    if args.settings.project.json {
        let seen = |key: &str| serde_json::to_value(observed(&project, key)?).ok();
        json::result::<Value>("audit", &answer_as_json(&found, &seen));
    } else {
        let seen = |key: &str| describe_run(&project, key);
        print::result(format_answer(&found, &seen).trim_end());
    }
    Ok(())
}

fn check_all(args: &AuditArguments, project: &Project, environment: &Environment) -> Result<(), CliError> {
    let options = project.options(&args.settings, environment);
    let is_trial = !args.settings.set.is_empty();
    let Check { findings, unchecked, numbers, files, reports } =
        check(project, &options, args.report.as_deref(), is_trial)?;
    if args.settings.project.json {
        let body = json!({
            "reports": reports, "numbers": numbers, "files": files, "findings": findings, "unchecked": unchecked,
        });
        json::result("audit", &body);
    } else {
        findings.iter().for_each(|finding| print::result(&finding.to_string()));
        unchecked.iter().for_each(|what| print::note(&format!("note    {what}")));
    }
    match findings.len() {
        0 if args.settings.project.json => Ok(()),
        0 => {
            let all = if unchecked.is_empty() { "all agrees" } else { "all agrees that could be checked" };
            let counted =
                [(reports, "report"), (numbers, "number"), (files, "file made again, byte by byte")];
            let counted = counted.map(|(count, what)| match what.split_once(' ') {
                _ if count == 1 => format!("{count} {what}"),
                Some((what, rest)) => format!("{count} {what}s {rest}"),
                None => format!("{count} {what}s"),
            });
            print::result(&format!("{all} · {}", counted.join(" · ")));
            Ok(())
        }
        1 => Err(CliError::failed("one thing does not agree")),
        count => Err(CliError::failed(format!("{count} things do not agree"))),
    }
}

fn print_unreported(args: &AuditArguments, project: &Project) -> Result<(), CliError> {
    let reports = Reports::read(project, args.report.as_deref())?;
    let found = unreported(&project.pipeline, reports.audited.iter().map(|report| &report.audit));
    if args.settings.project.json {
        json::result("audit", &json!({ "unreported": found }));
        return Ok(());
    }
    if found.is_empty() {
        print::result("every declared measure is in a report");
    }
    for Unreported { stage, measure, address, figures } in found {
        let drawn = match figures.is_empty() {
            true => String::new(),
            false => format!(" · only drawn: {}", figures.join(", ")),
        };
        print::result(&format!("{stage}.{measure} · {address}{drawn}"));
    }
    Ok(())
}

/// Gives what was observed of the run with a key.
fn observed(project: &Project, key: &str) -> Option<Observed> {
    let key = Key(Digest::from_hex(key)?);
    // What is damaged is the matter of `--check`.
    project.store.record(key).ok()?.map(|record| record.observed)
}

/// Says when, where and for how long the run with a key ran; `None` where the store has no record of it.
pub fn describe_run(project: &Project, key: &str) -> Option<String> {
    let observed = observed(project, key)?;
    let when = to_the_minute(observed.started);
    let machine = observed.facts.get("machine").map(|it| format!(" on {it}")).unwrap_or_default();
    Some(format!("ran {when} in {}{machine}", duration(observed.seconds)))
}
