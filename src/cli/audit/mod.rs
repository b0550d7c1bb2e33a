//! `recount audit`: where a number is from, and whether all of them still are.
//!
//! | file | its duty |
//! |---|---|
//! | `printed` | the report that was rendered last: its audit file, and what lies on the disk |
//! | `query` | what a person points at → references |
//! | `chain`, `tell` | from a reference to the data; the same as text |
//! | `behind` | the runs that a number rests on, for `recount verify` |
//! | `survey` | what there should be, from records and objects |
//! | `check`, `differences` | the files on the disk against the survey, byte by byte |
//! | `agreement` | an audit file against the report and the figures beside it |
//! | `numbers` | every number of an audit file against what it is derived as |
//! | `evidence`, `finding` | what numbers are derived from; what does not agree |

mod agreement;
mod behind;
mod chain;
mod check;
mod differences;
mod evidence;
mod finding;
mod numbers;
mod printed;
mod query;
mod survey;
mod tell;

use serde::Serialize;

use recount_engine::Subject;

use super::archive::Network;
use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::Project;
use super::{CliError, json, print};

pub(super) use behind::Behind;
pub use check::check;
pub use finding::Finding;
use printed::Printed;
pub(super) use query::points_into_a_report;
pub use survey::Survey;

/// Carries `recount audit` out.
///
/// # Errors
/// A [`CliError`]: bad input, nothing of that name, or a check that found something.
pub(super) fn audit(args: &AuditArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment, Network::Untouched)?;
    if args.check {
        return check_all(args, &project, environment);
    }
    let Some(what) = &args.what else {
        return Err(CliError::input(
            "what is to be audited?\nhelp: name a number (0.984), a reference (n42), a place \
             (report/week-3.md:57) or a variant (2.4.2), or say --check",
        ));
    };
    let printed = Printed::read(&project.root, &project.pipeline)?;
    let meant = printed.find(&project.root, what)?;
    let Printed { report, audit, .. } = printed;
    let chain = chain::follow(&audit, &project.store, &report, &meant.references, meant.variant.as_deref());
    if args.settings.project.json {
        json::result("audit", &chain);
    } else {
        print::result(tell::tell(&chain).trim_end());
    }
    Ok(())
}

#[derive(Serialize)]
struct Checked<'a> {
    files: Vec<&'a String>,
    findings: &'a [Finding],
}

fn check_all(args: &AuditArguments, project: &Project, environment: &Environment) -> Result<(), CliError> {
    let subject = Subject {
        root: &project.root,
        pipeline: &project.pipeline,
        registry: &project.kinds,
        store: &project.store,
    };
    if let Some(why) = &project.generated_because {
        print::stand_in(why, environment.colour);
        print::note(
            "help    to check the report on the gestures: name the archive's folder in RECOUNT_MIRRORS",
        );
    }
    let survey = Survey::of(&subject, &project.options(&args.settings, environment))?;
    let is_locked = args.settings.set.is_empty() && project.generated_because.is_none();
    let findings = check(&project.root, &survey, is_locked);
    if args.settings.project.json {
        json::result("audit", &Checked { files: survey.expected.keys().collect(), findings: &findings });
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
                survey.expected.len(),
                survey.instances.len()
            ));
            Ok(())
        }
        1 => Err(CliError::failed("one thing does not agree")),
        count => Err(CliError::failed(format!("{count} things do not agree"))),
    }
}
