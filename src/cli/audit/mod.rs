//! `recount audit`: where a number is from, and whether all of them still are.
//!
//! | file | its duty |
//! |---|---|
//! | `query` | what a person points at → references |
//! | `chain`, `tell` | from a reference to the data; the same as text |
//! | `behind` | the runs that a number rests on, for `recount verify` |
//! | `survey` | what there should be, from records and objects |
//! | `check` | the files on the disk against the survey |
//! | `evidence`, `finding` | what numbers are derived from; what does not agree |

mod behind;
mod chain;
mod check;
mod evidence;
mod finding;
mod query;
mod survey;
mod tell;

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::engine::Subject;
use crate::report::audit::AuditFile;
use crate::spec::{Pipeline, Value};
use crate::store::Store;

use super::archive::Network;
use super::arguments::AuditArguments;
use super::environment::Environment;
use super::project::{self, Project};
use super::{Refusal, json, say};

pub(super) use behind::Behind;
pub use check::check;
pub use finding::Finding;
pub(super) use query::points_into_a_report;
pub use survey::Survey;

/// Carries `recount audit` out.
///
/// # Errors
/// A [`Refusal`]: bad input, nothing of that name, or a check that found something.
pub(super) fn audit(words: &AuditArguments, environment: &Environment) -> Result<(), Refusal> {
    let project = Project::open(&words.settings, environment, Network::Untouched)?;
    if words.check {
        return check_all(words, &project, environment);
    }
    let Some(what) = &words.what else {
        return Err(Refusal::input(
            "what is to be audited?\nhelp: name a number (0.984), a reference (n42), a place \
             (report/week-3.md:57) or a variant (2.4.2), or say --check",
        ));
    };
    let (report, audit) = read(&project.root, &project.pipeline, &project.store)?;
    let meant = query::find(&audit, &project.root, &report, what);
    if meant.is_nothing() {
        return Err(no_such(what, &report, &audit));
    }
    let chain = chain::follow(&audit, &project.store, &report, &meant.references, meant.variant.as_deref());
    if words.settings.project.json {
        json::result("audit", &chain);
    } else {
        say::result(tell::tell(&chain).trim_end());
    }
    Ok(())
}

/// Refuses words that mean nothing in a report.
fn no_such(words: &str, report: &str, audit: &AuditFile) -> Refusal {
    Refusal::input(format!(
        "nothing in `{report}` is `{words}`\nhelp: a number is looked for as it is printed; a reference is n1 to n{}",
        audit.references.len()
    ))
}

#[derive(Serialize)]
struct Checked<'a> {
    files: Vec<&'a String>,
    findings: &'a [Finding],
}

fn check_all(words: &AuditArguments, project: &Project, environment: &Environment) -> Result<(), Refusal> {
    let subject = Subject {
        root: &project.root,
        pipeline: &project.pipeline,
        registry: &project.kinds,
        store: &project.store,
    };
    let survey = Survey::of(&subject, &project::options(environment))?;
    let is_locked = words.settings.set.is_empty() && project.generated_because.is_none();
    let findings = check(&project.root, &survey, is_locked);
    if words.settings.project.json {
        json::result("audit", &Checked { files: survey.expected.keys().collect(), findings: &findings });
    } else {
        for finding in &findings {
            say::result(&finding.to_string());
        }
    }
    match findings.len() {
        0 if words.settings.project.json => Ok(()),
        0 => {
            say::result(&format!(
                "all agree · {} files, {} instances",
                survey.expected.len(),
                survey.instances.len()
            ));
            Ok(())
        }
        1 => Err(Refusal::failed("one thing does not agree")),
        count => Err(Refusal::failed(format!("{count} things do not agree"))),
    }
}

/// Reads the audit file of the report that was rendered last, and gives the report's path.
fn read(root: &Path, pipeline: &Pipeline, store: &Store) -> Result<(String, AuditFile), Refusal> {
    let mut tried = Vec::new();
    for place in places(pipeline, store) {
        let Ok(text) = fs::read_to_string(root.join(&place)) else {
            tried.push(format!("`{place}`"));
            continue;
        };
        let audit = AuditFile::read(&text).map_err(|error| Refusal::failed(format!("{place}: {error}")))?;
        let folder = place.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        return Ok((format!("{folder}{}", audit.report.file), audit));
    }
    if tried.is_empty() {
        return Err(Refusal::input(
            "there is no audit file, as no stage renders a report\n\
             help: a report is a stage of kind `render` in pipeline.yaml",
        ));
    }
    Err(Refusal::input(format!(
        "there is no audit file: {} can't be read\nhelp: `recount run` renders the report and its audit",
        tried.join(" and ")
    )))
}

/// Where the audit file may be: where the last render put it, else where one would.
fn places(pipeline: &Pipeline, store: &Store) -> Vec<String> {
    let last = store.last_keys();
    let mut places = Vec::new();
    for stage in pipeline.stages.iter().filter(|stage| stage.kind == "render") {
        let record = last.get(&stage.name).and_then(|key| store.record(*key).ok().flatten());
        let outputs = record.into_iter().flat_map(|record| record.outputs);
        places
            .extend(outputs.filter_map(|output| output.place).filter(|place| place.ends_with(".audit.json")));
        if let Some(output) = stage.base.parameters.get("output").and_then(Value::as_text) {
            let stem = output.trim_end_matches(".md");
            places.extend([format!("{stem}.audit.json"), format!("{stem}.synthetic.audit.json")]);
        }
    }
    places
}
