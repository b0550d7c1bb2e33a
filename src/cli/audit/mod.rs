//! `recount audit`: where a number is from, and whether all of them still are.
//!
//! | file | its duty |
//! |---|---|
//! | `rendered_report` | the report that was rendered last: its audit file, and what lies on the disk |
//! | `query`, `file_place` | what a person points at → references; files and lines that he names |
//! | `chain`, `format_chain` | from a reference to the data; the same as text |
//! | `run_closure` | the runs that a number rests on, for `recount verify` |
//! | `expected_state` | what there should be, from records and objects |
//! | `check`, `differences` | the files on the disk against the state, byte by byte |
//! | `agreement` | an audit file against the report and the figures beside it |
//! | `numbers` | every number of an audit file against what it is derived as |
//! | `evidence`, `finding` | what numbers are derived from; what does not agree |

mod agreement;
mod chain;
mod check;
mod differences;
mod evidence;
mod expected_state;
mod file_place;
mod finding;
mod format_chain;
mod numbers;
mod query;
mod rendered_report;
mod run_closure;

use serde_json::json;

use recount_engine::Subject;

use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::Project;
use super::{CliError, json, print};

pub use check::check;
pub use expected_state::ExpectedState;
pub use finding::Finding;
pub(super) use query::points_into_a_report;
use rendered_report::RenderedReport;
pub(super) use run_closure::RunClosure;

/// Carries `recount audit` out.
///
/// # Errors
/// A [`CliError`]: bad input, nothing of that name, or a check that found something.
pub(super) fn audit(args: &AuditArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    if args.check {
        return check_all(args, &project, environment);
    }
    let Some(what) = &args.what else {
        return Err(CliError::input(
            "what is to be audited?\nhelp: name a number (0.984), a reference (n42), a place \
             (report/week-3.md:57) or a variant (2.4.2), or say --check",
        ));
    };
    let printed = RenderedReport::read(&project.root, &project.pipeline)?;
    let selection = printed.find(&project.root, what)?;
    let RenderedReport { report, audit, .. } = printed;
    let chain = chain::follow(&audit, &project.store, &report, &selection);
    if args.settings.project.json {
        json::result("audit", &chain);
    } else {
        print::result(format_chain::format_chain(&chain).trim_end());
    }
    Ok(())
}

fn check_all(args: &AuditArguments, project: &Project, environment: &Environment) -> Result<(), CliError> {
    let subject = Subject {
        root: &project.root,
        pipeline: &project.pipeline,
        registry: &project.kinds,
        store: &project.store,
    };
    print::stand_in(project.stand_in.as_ref(), environment.colour);
    if project.stand_in.is_some() {
        print::note(
            "help    to check the report on the gestures: name the archive's folder in RECOUNT_MIRRORS",
        );
    }
    let state = ExpectedState::of(&subject, &project.options(&args.settings, environment))?;
    let is_locked = args.settings.set.is_empty() && project.stand_in.is_none();
    let findings = check(&project.root, &state, is_locked);
    if args.settings.project.json {
        let files: Vec<&String> = state.expected.keys().collect();
        json::result("audit", &json!({ "files": files, "findings": findings }));
    } else {
        for finding in &findings {
            print::result(&finding.to_string());
        }
    }
    match findings.len() {
        0 if args.settings.project.json => Ok(()),
        0 => {
            print::result(&format!(
                "all agree · {} files, {} instances",
                state.expected.len(),
                state.instances.len()
            ));
            Ok(())
        }
        1 => Err(CliError::failed("one thing does not agree")),
        count => Err(CliError::failed(format!("{count} things do not agree"))),
    }
}
