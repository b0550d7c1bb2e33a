//! `recount audit`: where a number of a report is from, and whether all of them still are.
//!
//! | file | its duty |
//! |---|---|
//! | `reports` | the reports of a pipeline, and what their numbers are from |
//! | `run_closure` | the runs that a number rests on, for `recount verify` |

mod reports;
mod run_closure;

use recount_engine::digest::{Digest, Key};
use recount_engine::store::Observed;
use recount_report::audit::{NotFound, answer_as_json, find, format_answer};
use serde_json::Value;

use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::Project;
use super::time::{duration, to_the_minute};
use super::{CliError, json, print};
use reports::Reports;
pub use run_closure::{RunClosure, points_into_a_report};

/// Carries `recount audit` out.
///
/// # Errors
/// A [`CliError`]: bad input, nothing of that name, or a check that found something.
pub fn audit(args: &AuditArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    let Some(query) = &args.query else {
        return Err(CliError::input(
            "what is to be audited?\n\
             help: name a number (0.984), a reference (k3f9ac), a line (report.md:57), an address or a variant, or say --check",
        ));
    };
    let reports = Reports::read(&project, args.report.as_deref())?;
    let found = find(&reports.audited, query).map_err(not_found)?;
    reports.print_notes(&found);
    if args.settings.project.json {
        let seen = |key: &str| serde_json::to_value(observed(&project, key)?).ok();
        json::result::<Value>("audit", &answer_as_json(&found, &seen));
    } else {
        let seen = |key: &str| observed(&project, key).map(|observed| describe(&observed));
        print::result(format_answer(&found, &seen).trim_end());
    }
    Ok(())
}

fn not_found(NotFound { message, help }: NotFound) -> CliError {
    CliError::input(format!("{message}\nhelp: {help}"))
}

/// Gives what was observed of the run with a key.
fn observed(project: &Project, key: &str) -> Option<Observed> {
    let key = Key(Digest::from_hex(key)?);
    // What is damaged is the matter of `--check`.
    project.store.record(key).ok()?.map(|record| record.observed)
}

fn describe(observed: &Observed) -> String {
    let when = to_the_minute(observed.started);
    let machine = observed.facts.get("machine").map(|it| format!(" on {it}")).unwrap_or_default();
    format!("ran {when} in {}{machine}", duration(observed.seconds))
}
