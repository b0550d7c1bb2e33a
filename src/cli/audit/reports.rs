//! The reports of a pipeline, and what their numbers are from.
//!
//! render stages ──▶ `NAME.audit.json` at its place, else by `pipeline.lock` from the store ──▶ [`AuditedReport`]s
//!
//! Invariants
//! - No store is needed where the files are.

use recount_engine::folder::Folder;
use recount_engine::{Lock, read_lock};
use recount_report::audit::{AuditFile, AuditedReport, Found, NotFound, find};
use recount_report::render::{self, ReportFiles, report_files};

use crate::project::Project;
use crate::{CliError, print};

/// The largest file that is read, in bytes.
const MAX_BYTES: u64 = 256 << 20;

/// The reports of a pipeline.
pub struct Reports {
    /// Each report with what its numbers are from.
    pub audited: Vec<AuditedReport>,
}

impl Reports {
    /// Reads what is known of the reports of a project; of one alone, where its file is named.
    ///
    /// # Errors
    /// A [`CliError`] without a report, or where none has an audit file that can be read.
    pub fn read(project: &Project, named: Option<&str>) -> Result<Self, CliError> {
        let files = files(project, named)?;
        let lock = read_lock(project.store.project());
        let (mut audited, mut missing) = (Vec::new(), Vec::new());
        for (stage, files) in &files {
            match read_audit(project, lock.as_ref(), stage, files)? {
                Some(audit) => {
                    let text = read_text(project.store.project(), &audit.report);
                    audited.push(AuditedReport { audit, text });
                }
                None => missing.push(format!("`{}`", files.audit)),
            }
        }
        if audited.is_empty() {
            return Err(CliError::input(format!(
                "there is no audit file, which would be {}\nhelp: `recount run` writes the report and its audit",
                missing.join(" or ")
            )));
        }
        for missing in missing {
            print::note(&format!("note    {missing} is not there, so its report is not asked"));
        }
        Ok(Self { audited })
    }

    /// Finds what a person points at.
    ///
    /// # Errors
    /// A [`CliError`] with what is nearest.
    pub fn find(&self, query: &str) -> Result<Found<'_>, CliError> {
        find(&self.audited, query)
            .map_err(|NotFound { message, help }| CliError::input(format!("{message}\nhelp: {help}")))
    }

    /// Says what has to be known of an answer: that a report is made from stand-in data.
    pub fn print_notes(&self, found: &Found<'_>) {
        let is_asked = |report: &&AuditedReport| {
            let name = &report.audit.report;
            found.numbers.iter().any(|found| found.audit.report == *name)
                || found.runs.iter().any(|found| found.audit.report == *name)
        };
        for report in self.audited.iter().filter(is_asked) {
            let name = &report.audit.report;
            if report.audit.stand_in {
                print::note(&format!("note    `{name}` is made from stand-in data"));
            }
        }
    }
}

/// Names the files of each report of the pipeline, with its stage; of one alone, where its file is named.
///
/// # Errors
/// A [`CliError`] where there is no such report.
pub fn files(project: &Project, named: Option<&str>) -> Result<Vec<(String, ReportFiles)>, CliError> {
    let stages = project.pipeline.stages.iter().filter(|stage| stage.kind == render::KIND);
    let mut files = Vec::new();
    for stage in stages {
        let real = report_files(stage, false);
        let stand_in = report_files(stage, true);
        let is_there = |files: &ReportFiles| project.root.join(&files.audit).exists();
        let only_stand_in = !is_there(&real) && is_there(&stand_in);
        files.push((stage.name.clone(), if only_stand_in { stand_in } else { real }));
    }
    if files.is_empty() {
        return Err(CliError::input(
            "no stage writes a report, so there is none to ask\n\
             help: a report is a stage of kind `render` in pipeline.yaml",
        ));
    }
    let Some(named) = named else { return Ok(files) };
    let asked = named.trim_start_matches("./");
    let is_named = |(_, files): &(String, ReportFiles)| {
        files.report == asked || files.report.rsplit('/').next() == Some(asked)
    };
    let reports: Vec<String> = files.iter().map(|(_, files)| format!("`{}`", files.report)).collect();
    let found: Vec<(String, ReportFiles)> = files.into_iter().filter(is_named).collect();
    match found.is_empty() {
        true => Err(CliError::input(format!(
            "no stage writes a report `{named}`\nhelp: the reports are {}",
            reports.join(", ")
        ))),
        false => Ok(found),
    }
}

/// Reads an audit file at its place, else as the lock names it from the store; `None` where neither has it.
fn read_audit(
    project: &Project,
    lock: Option<&Lock>,
    stage: &str,
    files: &ReportFiles,
) -> Result<Option<AuditFile>, CliError> {
    let name = files.audit.rsplit('/').next().unwrap_or(&files.audit);
    let stored = || {
        let object = lock?.lines.get(stage)?.output(name)?;
        let bytes = project.store.read_object(object).ok()?;
        AuditFile::parse(&String::from_utf8(bytes).ok()?).ok()
    };
    let Some(text) = read_text(project.store.project(), &files.audit) else { return Ok(stored()) };
    match AuditFile::parse(&text) {
        Ok(audit) => Ok(Some(audit)),
        Err(what) => match stored() {
            Some(audit) => {
                print::note(&format!(
                    "note    `{}` is not as it was written ({what}): the store answers",
                    files.audit
                ));
                Ok(Some(audit))
            }
            None => Err(CliError::failed(format!(
                "`{}` can't be read: {what}\nhelp: `recount run` writes it again",
                files.audit
            ))),
        },
    }
}

/// Reads a text of the project; `None` where there is none.
pub fn read_text(project: &Folder, path: &str) -> Option<String> {
    String::from_utf8(project.read(path, MAX_BYTES).ok()?).ok()
}
