//! `recount page`: a report as one HTML file that needs no network, in which every number answers.
//!
//! ```text
//! audit file, report, figures, lock, records, git ──▶ [`PageInputs`] ──[`html_page`]──▶ NAME.html
//! ```
//!
//! Invariants
//! - Only a page is written over: what else has the name stays.
//! - What is not at hand, such as a store in a clone, is no failure: the page says what it lacks.

use std::collections::BTreeMap;
use std::io::Write as _;

use recount_engine::folder::Folder;
use recount_engine::project_path::ProjectPath;
use recount_engine::{self as engine, Lock, Options, Outcome, Report};
use recount_report::audit::{AuditFile, AuditedReport, ReportTexts, agreement, page as audit_page};
use recount_report::html_page::{MARKER, PageCommit, PageInputs, PageStage, PageTable, html_page};
use serde_json::json;

use super::arguments::{PageArguments, SettingArguments};
use super::audit::{Reports, describe_run};
use super::environment::Environment;
use super::git::Git;
use super::project::Project;
use super::results::page_tables;
use super::{CliError, json, print};

/// The largest picture that is taken into a page, in bytes.
const MAX_PICTURE_BYTES: u64 = 16 << 20;

/// Carries `recount page` out.
///
/// # Errors
/// A [`CliError`] for bad input, without a report, and where a file is in the way.
pub fn page(args: &PageArguments, environment: &Environment) -> Result<(), CliError> {
    let settings = SettingArguments { project: args.project.clone(), ..SettingArguments::default() };
    let project = Project::open(&settings, environment)?;
    let reports = Reports::read(&project, args.report.as_deref())?;
    if args.out.is_some() && reports.audited.len() > 1 {
        let names: Vec<String> =
            reports.audited.iter().map(|report| format!("`{}`", report.audit.report)).collect();
        return Err(CliError::input(format!(
            "`--out` names one file, and the reports are {}\nhelp: name the report: `recount page REPORT --out FILE`",
            names.join(", ")
        )));
    }
    let shared = Shared::of(&project, &project.options(&settings, environment))?;
    let mut written = Vec::new();
    for report in &reports.audited {
        written.push(shared.write_page(report, args.out.as_deref())?);
    }
    if args.project.json {
        let pages = written.iter().map(|page| {
            json!({ "report": page.report, "page": page.path, "numbers": page.numbers, "bytes": page.bytes, "missing": page.missing })
        });
        json::result("page", &json!({ "pages": pages.collect::<Vec<_>>() }));
        return Ok(());
    }
    for page in written {
        page.missing.iter().for_each(|what| print::note(&format!("note    {what}")));
        print::result_verb("wrote", &page.path, environment.colour_results);
    }
    Ok(())
}

/// What the pages of all reports share.
struct Shared<'p> {
    project: &'p Project,
    stages: Vec<PageStage>,
    tables: Vec<PageTable>,
    commit: Option<PageCommit>,
    missing: Vec<String>,
}

/// A page that was written.
struct WrittenPage {
    report: String,
    path: String,
    numbers: usize,
    bytes: usize,
    missing: Vec<String>,
}

/// Makes the page of each report, or of the one that is named: its path and the page.
///
/// # Errors
/// A [`CliError`] without a report, and for what can't be read.
pub fn pages(
    project: &Project,
    options: &Options<'_>,
    report: Option<&str>,
) -> Result<Vec<(String, String)>, CliError> {
    let reports = Reports::read(project, report)?;
    let shared = Shared::of(project, options)?;
    let page = |report: &AuditedReport| {
        let place = page_place(&report.audit);
        Ok((report.audit.report.clone(), shared.page(report, &place)?.0))
    };
    reports.audited.iter().map(page).collect()
}

/// Says where a report's page is written, unless that is said.
fn page_place(audit: &AuditFile) -> String {
    format!("{}.html", audit.report.strip_suffix(".md").unwrap_or(&audit.report))
}

impl<'p> Shared<'p> {
    fn of(project: &'p Project, options: &Options<'_>) -> Result<Self, CliError> {
        let git = Git::of(&project.root, &project.cancel)?;
        let lock = engine::read_lock(project.store.project());
        let tables = match &lock {
            Some(lock) => page_tables(project, git.as_ref(), lock)?,
            None => Vec::new(),
        };
        Ok(Self {
            stages: stages(project, options)?,
            commit: commit(git.as_ref()),
            missing: missing(git.as_ref(), lock.as_ref()),
            tables,
            project,
        })
    }

    /// Makes a report's page for a place in the project; gives what it lacks, too.
    fn page(&self, report: &AuditedReport, place: &str) -> Result<(String, Vec<String>), CliError> {
        let (project, audit) = (self.project, &report.audit);
        let text = report.text.as_deref().ok_or_else(|| {
            CliError::input(format!("`{}` is not there\nhelp: `recount run` writes it", audit.report))
        })?;
        let mut missing = self.missing.clone();
        let pictures = pictures(project, audit, &mut missing);
        let observed = observed(project, audit, &mut missing);
        disagreements(audit, text, &mut missing);
        let page = html_page(&PageInputs {
            audit,
            report: text,
            pictures: &pictures,
            tables: &self.tables,
            stages: &self.stages,
            observed: &|key| observed.get(key).cloned(),
            commit: self.commit.as_ref(),
            missing: &missing,
            way_to_report: &way(place, &audit.report),
        });
        Ok((page, missing))
    }

    fn write_page(&self, report: &AuditedReport, out: Option<&str>) -> Result<WrittenPage, CliError> {
        let (project, audit) = (self.project, &report.audit);
        let path = out.map_or_else(|| page_place(audit), str::to_owned);
        let path = ProjectPath::parse(&path).map_err(|fault| {
            CliError::input(format!("the path `{path}` {}\nhelp: {}", fault.what, fault.help))
        })?;
        refuse_foreign(project.store.project(), path.as_str())?;
        let (page, missing) = self.page(report, path.as_str())?;
        write(project.store.project(), path.as_str(), page.as_bytes())
            .map_err(|error| CliError::failed(format!("`{}` can't be written: {error}", path.as_str())))?;
        Ok(WrittenPage {
            report: audit.report.clone(),
            path: path.as_str().to_owned(),
            numbers: audit.numbers.len(),
            bytes: page.len(),
            missing,
        })
    }
}

/// Refuses to write over what is no page.
fn refuse_foreign(project: &Folder, path: &str) -> Result<(), CliError> {
    let failed = |error| CliError::failed(format!("`{path}` can't be written: {error}"));
    if project.entry(path).map_err(failed)?.is_none() {
        return Ok(());
    }
    let begins_as_page = project.read(path, u64::MAX).is_ok_and(|bytes| bytes.starts_with(MARKER.as_bytes()));
    if begins_as_page {
        return Ok(());
    }
    Err(CliError::input(format!(
        "`{path}` was not written by `recount page`, so it is not written over\nhelp: name another file: `--out FILE`"
    )))
}

fn write(project: &Folder, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    project.create_parent(path)?;
    let (beside, mut file) = project.create_beside(path, 0o644)?;
    let written = file.write_all(bytes).and_then(|()| project.rename(&beside, project, path));
    if written.is_err() {
        drop(project.remove_file(&beside));
    }
    written
}

/// Gives the way from a page's folder to a report's, with a slash at its end.
fn way(page: &str, report: &str) -> String {
    let folders = |path: &str| -> Vec<String> {
        let (folder, _) = path.rsplit_once('/').unwrap_or_default();
        folder.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (own, other) = (folders(page), folders(report));
    let shared = own.iter().zip(&other).take_while(|(one, other)| one == other).count();
    let up = own[shared..].iter().map(|_| "../".to_owned());
    up.chain(other[shared..].iter().map(|folder| format!("{folder}/"))).collect()
}

/// Reads the pictures that a report shows.
fn pictures(project: &Project, audit: &AuditFile, missing: &mut Vec<String>) -> BTreeMap<String, Vec<u8>> {
    let mut pictures = BTreeMap::new();
    for figure in &audit.figures {
        match project.store.project().read(&figure.path, MAX_PICTURE_BYTES) {
            Ok(bytes) => drop(pictures.insert(figure.path.clone(), bytes)),
            Err(error) => missing.push(format!("`{}` can't be read: {error}", figure.path)),
        }
    }
    pictures
}

/// Gives what was observed of each run, by key; says of how many the store has no record.
fn observed<'a>(
    project: &Project,
    audit: &'a AuditFile,
    missing: &mut Vec<String>,
) -> BTreeMap<&'a str, String> {
    let keys = audit.results.keys();
    let observed: BTreeMap<&str, String> =
        keys.filter_map(|key| Some((key.as_str(), describe_run(project, key)?))).collect();
    let (all, unknown) = (audit.results.len(), audit.results.len() - observed.len());
    if unknown > 0 {
        missing.push(format!(
            "this store has no record of {unknown} of {all} runs, so that no machine and no time of them is known"
        ));
    }
    observed
}

/// Says whether the report is as its audit file has it.
fn disagreements(audit: &AuditFile, report: &str, missing: &mut Vec<String>) {
    let (text, page) = (audit.to_text(), audit_page(audit));
    let texts = ReportTexts { report: Some(report), audit: ("", &text), page: ("", Some(&page)) };
    let mut findings = Vec::new();
    agreement(audit, texts, &mut findings);
    if let Some(first) = findings.first() {
        let more = findings.len() - 1;
        let more = if more > 0 { format!(", and {more} more things do not agree") } else { String::new() };
        missing.push(format!("the report is not as its audit file has it: {first}{more}"));
    }
}

/// Says what no page of the project can tell.
fn missing(git: Option<&Git>, lock: Option<&Lock>) -> Vec<String> {
    let mut missing = Vec::new();
    if git.is_none() {
        missing.push("the project is in no git repository, so that no commit is known".to_owned());
    }
    if lock.is_none() {
        missing
            .push(format!("there is no {} that can be read, so that no runs are listed", engine::LOCK_FILE));
    }
    missing
}

fn commit(git: Option<&Git>) -> Option<PageCommit> {
    let git = git?;
    let digest = git.commit("HEAD").ok()??;
    // A repository that git can't compare may be edited.
    Some(PageCommit { digest, is_edited: git.is_edited().unwrap_or(true) })
}

/// Lists the stages, with how many of their instances are in which state.
fn stages(project: &Project, options: &Options<'_>) -> Result<Vec<PageStage>, CliError> {
    let Project { root, pipeline, kinds, store, .. } = project;
    let options = Options { by_lock: true, ..options.clone() };
    let status = engine::status(root, pipeline, kinds, store, &options)?;
    let state = |report: &Report| match &report.outcome {
        Outcome::Fresh | Outcome::Ran { .. } | Outcome::Shared { .. } => "fresh",
        Outcome::Stale { .. } => "stale",
        Outcome::Depends { .. } | Outcome::Skipped { .. } | Outcome::Stopped => "waits",
        Outcome::Failed(_) => "can't run",
    };
    let mut states: Vec<BTreeMap<&str, usize>> = vec![BTreeMap::new(); pipeline.stages.len()];
    for report in &status.reports {
        *states[report.stage.0].entry(state(report)).or_default() += 1;
    }
    let stages = pipeline.stages.iter().zip(states).map(|(stage, states)| PageStage {
        name: stage.name.clone(),
        kind: stage.kind.clone(),
        needs: stage.needs.iter().map(|need| need.0).collect(),
        states: states.into_iter().map(|(state, count)| (state.to_owned(), count)).collect(),
    });
    Ok(stages.collect())
}
