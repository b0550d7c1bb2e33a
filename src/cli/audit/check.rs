//! `recount audit --check`: files, audits, records and lock, held against each other.
//!
//! ```text
//! records ──drawn and rendered again──▶ the bytes at each place ─┐
//! audit file ──computed and printed again──▶ report, page        ├──▶ [`Finding`]s, and what could not be checked
//! pipeline.lock ──▶ keys, digests of all that is at its place ───┘
//! ```
//!
//! Invariants
//! - What is not at hand, such as a store in a clone, is no finding: it is said how far the check went.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::digest::{Digest, Key, ObjectId};
use recount_engine::store::{Flaw, Lookup};
use recount_engine::{
    self as engine, LOCK_FILE, Lock, Locked, Options, Outcome, Reason, Report, Subject, Summary,
    read_lock_text,
};
use recount_report::audit::{AuditFile, Finding, ReadAgain, ReportTexts, agreement, read_again};
use recount_report::measure::Left;
use recount_report::render::ReportFiles;
use recount_report::{plot, render};

use super::differences::differences;
use super::expected::repeat;
use super::reports::{files, read_text};
use crate::CliError;
use crate::git::Git;
use crate::outputs::OutputFinder;
use crate::placed;
use crate::project::Project;

/// How many reasons of a stale run are texts.
const MAX_REASONS: usize = 3;

/// What a check found, and how far it went.
#[derive(Debug, Default)]
pub struct Check {
    /// What does not agree.
    pub findings: Vec<Finding>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
    /// Numbers of the reports.
    pub numbers: usize,
    /// Reports and figures that were made again, byte by byte.
    pub files: usize,
    pub reports: usize,
}

/// Checks the reports of a project; one alone, where its file is named.
///
/// # Errors
/// A [`CliError`] without a report, or where the store or git can't be read.
pub fn check(
    project: &Project,
    options: &Options<'_>,
    named: Option<&str>,
    is_trial: bool,
) -> Result<Check, CliError> {
    let text = read_lock_text(project.store.project())
        .map_err(|error| CliError::failed(format!("`{LOCK_FILE}` can't be read: {error}")))?;
    let files = files(project, named)?;
    let mut check = Check { reports: files.len(), ..Check::default() };
    let lock = text.as_deref().and_then(Lock::parse).filter(|_| !is_trial);
    match (&text, &lock) {
        (None, _) => check.unchecked.push(format!("there is no {LOCK_FILE}")),
        (Some(text), Some(lock)) if lock.to_text() != *text => {
            check.find(LOCK_FILE, "it is not as a run writes it");
        }
        (Some(_), None) if !is_trial => check.find(LOCK_FILE, "it is damaged or in conflict"),
        _ => {}
    }
    let Remade { expected, edited, trials } = match &project.stand_in {
        Some(_) => {
            let why = "what the runs were made from is not here, so that they are not compared with it";
            check.unchecked.push(why.to_owned());
            Remade::default()
        }
        None => check_runs(project, options, (text.as_deref(), lock.as_ref()), &mut check)?,
    };
    check.files = expected.len();
    for (place, expected) in &expected {
        match project.store.project().read(place, u64::MAX) {
            Ok(bytes) if bytes == *expected => {}
            Ok(bytes) => differences(place, &bytes, expected, &mut check.findings),
            Err(error) => check.find(place, format!("it can't be read: {error}")),
        }
    }
    for place in edited.iter().filter(|place| !expected.contains_key(*place)) {
        check.find(place, "it is not what its run left");
    }
    let git = Git::of(&project.root, &project.cancel)?;
    for (_, files) in &files {
        check_report(project, files, lock.as_ref(), git.as_ref(), &expected, &mut check)?;
    }
    if let Some(lock) = lock.as_ref().filter(|_| project.stand_in.is_none()) {
        check_places(project, options, lock, &trials, &mut check)?;
    }
    let mut known = BTreeSet::new();
    check.findings.retain(|finding| known.insert(finding.clone()));
    Ok(check)
}

impl Check {
    fn find(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.findings.push(Finding::new(place, what));
    }

    /// Says whether something was found in a file.
    fn has_found_in(&self, file: &str) -> bool {
        self.findings.iter().any(|finding| {
            finding.place.strip_prefix(file).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        })
    }
}

/// What was made again, and what is at the places of what was not.
#[derive(Default)]
struct Remade {
    /// The bytes that belong at each place of a figure or a report.
    expected: BTreeMap<String, Vec<u8>>,
    /// Places that hold something else than their run left.
    edited: Vec<String>,
    /// Places that hold what a trial of settings left.
    trials: Vec<String>,
}

/// Compares records with the lock, and draws and renders again.
fn check_runs(
    project: &Project,
    options: &Options<'_>,
    (text, lock): (Option<&str>, Option<&Lock>),
    check: &mut Check,
) -> Result<Remade, CliError> {
    let Project { root, pipeline, kinds, store, .. } = project;
    let options = Options { by_lock: true, ..options.clone() };
    let status = engine::status(root, pipeline, kinds, store, &options)?;
    let subject = Subject { root, pipeline, registry: kinds, store };
    let (mut expected, mut unrecorded) = (BTreeMap::new(), Vec::new());
    for report in &status.reports {
        let stage = &pipeline.stages[report.stage.0];
        let line = || lock_line(text, &report.name);
        if let Some((lock, key)) = lock.zip(report.key) {
            match lock.lines.get(&report.name) {
                Some(locked) if locked.key != key => {
                    let what = format!("`{}` has another key now{}", report.name, because(report));
                    check.find(line(), what);
                }
                Some(locked)
                    if is_recorded(project, report)
                        && *locked != Locked::of(key, &report.outputs, stage, store) =>
                {
                    check.find(line(), format!("`{}` has other outputs in its record", report.name));
                }
                Some(_) => {}
                None if is_recorded(project, report) => {
                    check.find(LOCK_FILE, format!("it does not name `{}`", report.name));
                }
                None => {}
            }
        }
        match &report.outcome {
            Outcome::Stale { reasons } if reasons.iter().any(is_damage) => {
                check.find(&report.name, listed(reasons));
            }
            // The snapshot has not looked at its record.
            Outcome::Fresh => {
                let looked_up = report.key.map(|key| store.check_record(key)).transpose()?;
                if let Some(Lookup::Broken(flaw)) = looked_up {
                    check.find(&report.name, flaw_in_words(&flaw));
                }
            }
            _ => {}
        }
        if let Outcome::Failed(failure) = &report.outcome {
            check.find(&report.name, failure.headline());
        }
        if ![plot::KIND, render::KIND].contains(&stage.kind.as_str()) {
            continue;
        }
        if !is_recorded(project, report) {
            unrecorded.push(format!("`{}`", report.name));
            continue;
        }
        match repeat(&subject, &options, &status, report, &mut check.findings) {
            Ok(made) => expected.extend(made),
            Err(failure) => {
                check.unchecked.push(format!("`{}` can't be run again: {}", report.name, failure.headline()));
            }
        }
    }
    if !unrecorded.is_empty() {
        check.unchecked.push(format!(
            "this store has no record of {} as the project is, so that they were not made again",
            unrecorded.join(", ")
        ));
    }
    if let Some(lock) = lock.filter(|_| !status.reports.is_empty()) {
        for name in lock.lines.keys().filter(|name| !names(&status, name)) {
            check.find(lock_line(text, name), format!("`{name}` is not in the pipeline"));
        }
    }
    let (mut edited, mut trials) = (Vec::new(), Vec::new());
    for (word, place) in placed::lines(project, &status) {
        let place = place.split(" · ").next().unwrap_or(&place).to_owned();
        match word {
            "edited" | "earlier" => edited.push(place),
            "trial" => trials.push(place),
            _ => {}
        }
    }
    Ok(Remade { expected, edited, trials })
}

fn names(status: &Summary, name: &str) -> bool {
    status.reports.iter().any(|report| report.name == name)
}

/// Says whether the store has the record of a fresh run.
fn is_recorded(project: &Project, report: &Report) -> bool {
    let record = report.key.and_then(|key| project.store.record(key).ok()?);
    matches!(report.outcome, Outcome::Fresh) && record.is_some()
}

fn is_damage(reason: &Reason) -> bool {
    matches!(reason, Reason::RecordCorrupt | Reason::ObjectCorrupt { .. } | Reason::ObjectMissing { .. })
}

fn flaw_in_words(flaw: &Flaw) -> String {
    match flaw {
        Flaw::RecordCorrupt => "its record in the store is damaged".to_owned(),
        Flaw::ObjectMissing { output, .. } => format!("output `{output}` is gone from the store"),
        Flaw::ObjectCorrupt { output, .. } => format!("output `{output}` is damaged in the store"),
    }
}

fn because(report: &Report) -> String {
    match &report.outcome {
        Outcome::Stale { reasons } => format!(": {}", listed(reasons)),
        _ => String::new(),
    }
}

fn listed(reasons: &[Reason]) -> String {
    let texts: Vec<String> = reasons.iter().take(MAX_REASONS).map(ToString::to_string).collect();
    match reasons.len() - texts.len() {
        0 => texts.join("; "),
        more => format!("{}; and {more} more", texts.join("; ")),
    }
}

/// Gives the line of the lock that names an instance.
fn lock_line(text: Option<&str>, instance: &str) -> String {
    let mut lines = text.unwrap_or_default().lines();
    match lines.position(|line| line.split('\t').next() == Some(instance)) {
        Some(line) => format!("{LOCK_FILE}:{}", line + 1),
        None => LOCK_FILE.to_owned(),
    }
}

/// Checks the files of one report, of which those in `expected` were compared byte by byte.
fn check_report(
    project: &Project,
    files: &ReportFiles,
    lock: Option<&Lock>,
    git: Option<&Git>,
    expected: &BTreeMap<String, Vec<u8>>,
    check: &mut Check,
) -> Result<(), CliError> {
    let folder = project.store.project();
    let Some(text) = read_text(folder, &files.audit) else {
        if !expected.contains_key(&files.audit) {
            check.unchecked.push(format!("`{}` is not there", files.audit));
        }
        return Ok(());
    };
    let audit = match AuditFile::parse(&text) {
        Ok(audit) => audit,
        Err(what) => {
            if !check.has_found_in(&files.audit) {
                check.find(&files.audit, format!("it can't be read: {what}"));
            }
            return Ok(());
        }
    };
    check.numbers += audit.numbers.len();
    let (report, page) = (read_text(folder, &files.report), read_text(folder, &files.page));
    let texts = ReportTexts {
        report: report.as_deref(),
        audit: (&files.audit, &text),
        page: (&files.page, page.as_deref()),
    };
    let mut found = Vec::new();
    agreement(&audit, texts, &mut found);
    // A byte that differs has its line already.
    found.retain(|finding| !expected.keys().any(|file| finding.place.starts_with(file.as_str())));
    check.findings.extend(found);
    if let Some(lock) = lock.filter(|_| !audit.stand_in) {
        check_audit_by_lock(&audit, &files.audit, lock, check);
        if !expected.contains_key(&files.report) {
            let read = read_values(project, &audit, lock, git, check)?;
            if read.not_read > 0 {
                check.unchecked.push(format!(
                    "{} of {} values of `{}` could not be read again, as their outputs are not here",
                    read.not_read,
                    read.read + read.not_read,
                    files.report
                ));
            }
        }
    }
    Ok(())
}

/// Compares the runs of an audit file with the lock.
fn check_audit_by_lock(audit: &AuditFile, path: &str, lock: &Lock, check: &mut Check) {
    for (instance, run) in &audit.runs {
        let Some(locked) = lock.lines.get(instance) else {
            check.find(path, format!("{LOCK_FILE} does not name `{instance}`"));
            continue;
        };
        if locked.key.0.to_hex() != run.key {
            let what = format!("it is of another run of `{instance}` than {LOCK_FILE}");
            check.find(path, what);
            continue;
        }
        let Some(result) = audit.results.get(&run.key) else {
            check.find(path, format!("it has no result of `{instance}`"));
            continue;
        };
        let lasting: BTreeMap<&str, String> = locked
            .outputs
            .iter()
            .map(|(name, object)| (name.strip_suffix(" (executable)").unwrap_or(name), object.0.to_hex()))
            .collect();
        let same = result.outputs.len() == lasting.len()
            && result.outputs.iter().all(|(name, digest)| lasting.get(name.as_str()) == Some(digest));
        if !same {
            check.find(path, format!("it has other outputs of `{instance}` than {LOCK_FILE}"));
        }
    }
}

/// Reads the values of an audit file again from outputs that are those of the lock.
fn read_values(
    project: &Project,
    audit: &AuditFile,
    lock: &Lock,
    git: Option<&Git>,
    check: &mut Check,
) -> Result<ReadAgain, CliError> {
    let mut finder = OutputFinder::of(&project.store);
    let known: Vec<&str> =
        audit.runs.keys().map(String::as_str).filter(|it| lock.lines.contains_key(*it)).collect();
    finder.fetch((&project.root, git), None, lock, &known, Some(&project.pipeline))?;
    let left = |instance: &str| {
        let locked = lock.lines.get(instance)?;
        let key = Key(Digest::from_hex(&audit.runs.get(instance)?.key)?);
        let outputs: Vec<(String, ObjectId)> = locked.outputs.clone();
        Some(Left { key, outputs })
    };
    Ok(read_again(audit, &left, &finder, &mut check.findings))
}

/// Compares what is at the places of all outputs with the lock.
fn check_places(
    project: &Project,
    options: &Options<'_>,
    lock: &Lock,
    trials: &[String],
    check: &mut Check,
) -> Result<(), CliError> {
    let Project { root, pipeline, kinds, store, .. } = project;
    for (instance, place) in engine::misplaced_by_lock(root, pipeline, kinds, store, lock, options)? {
        if !trials.contains(&place) && !check.has_found_in(&place) {
            check.find(place, format!("it is not what {LOCK_FILE} has of `{instance}`"));
        }
    }
    Ok(())
}
