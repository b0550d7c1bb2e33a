//! `recount audit --check`: the files on the disk, held against what there should be.
//!
//! [`Survey`] + files ──▶ [`Finding`]s: bytes that differ, with their place; numbers that do not follow
//!
//! Invariants
//! - Every byte of the report, its audit and its figures is compared; so no change is outside the check.
//! - Numbers are derived a second time from the audit file on the disk and the outputs alone, without templates.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::engine::{LOCK_FILE, Lock};
use crate::report::audit::{AuditFile, Evidence, derive};
use crate::report::{Number, reference_name};

use super::finding::Finding;
use super::survey::Survey;

/// How many differing lines of one file are told.
const TOLD: usize = 20;

/// Finds everything in the project in `root` that does not agree with `survey`; the lock only where the last
/// run would have kept it, which one with `--set` or on generated data in place of the archive does not.
pub fn check(root: &Path, survey: &Survey, is_locked: bool) -> Vec<Finding> {
    let mut findings = survey.findings.clone();
    if is_locked {
        lock(root, survey, &mut findings);
    }
    if survey.expected.is_empty() && findings.is_empty() {
        findings.push(Finding::new("pipeline.yaml", "no stage renders a report that could be checked"));
    }
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    for (place, expected) in &survey.expected {
        match fs::read(root.join(place)) {
            Ok(bytes) => {
                if bytes != *expected {
                    differences(place, &bytes, expected, &mut findings);
                }
                files.insert(place, String::from_utf8_lossy(&bytes).into_owned());
            }
            Err(error) => findings.push(Finding::new(place, format!("it can't be read: {error}"))),
        }
    }
    for (place, text) in files.iter().filter(|(place, _)| place.ends_with(".audit.json")) {
        match AuditFile::read(text) {
            Ok(audit) => {
                let folder = place.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
                let report = format!("{folder}{}", audit.report.file);
                numbers(&audit, &survey.found, (&report, files.get(report.as_str())), &mut findings);
            }
            Err(what) => findings.push(Finding::new(*place, what)),
        }
    }
    findings
}

/// Holds the lock against the keys and outputs that the store has.
fn lock(root: &Path, survey: &Survey, findings: &mut Vec<Finding>) {
    let text = match fs::read_to_string(root.join(LOCK_FILE)) {
        Ok(text) => text,
        Err(error) => return findings.push(Finding::new(LOCK_FILE, format!("it can't be read: {error}"))),
    };
    let Some(lock) = Lock::parse(&text) else {
        return findings.push(Finding::new(LOCK_FILE, "it is damaged or in conflict"));
    };
    if lock.to_text() != text {
        findings.push(Finding::new(LOCK_FILE, "it is not as a run writes it"));
    }
    let names: BTreeSet<&String> = lock.lines.keys().chain(survey.instances.keys()).collect();
    for name in names {
        let what = match (lock.lines.get(name), survey.instances.get(name)) {
            (Some(line), Some(there)) if line == there => continue,
            (Some(line), Some(there)) if line.key != there.key => {
                format!("it has key {}, the store {}", line.key, there.key)
            }
            (Some(_), Some(_)) => "it has other outputs than the store".to_owned(),
            (Some(_), None) => "the store has no outputs of what it names".to_owned(),
            (None, _) => "it does not name what the store has".to_owned(),
        };
        findings.push(Finding::new(format!("{LOCK_FILE} {name}"), what));
    }
}

/// Tells where two texts differ, line by line as far as they have the same lines.
fn differences(place: &str, bytes: &[u8], expected: &[u8], findings: &mut Vec<Finding>) {
    let (text, expected_text) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(expected));
    let mut told = 0;
    for (index, (line, expected)) in text.lines().zip(expected_text.lines()).enumerate() {
        if line == expected {
            continue;
        }
        told += 1;
        if told > TOLD {
            return findings.push(Finding::new(place, "and more lines"));
        }
        let same = line.chars().zip(expected.chars()).take_while(|(one, other)| one == other).count();
        let what = format!("`{}` where the runs give `{}`", around(line, same), around(expected, same));
        findings.push(Finding::new(format!("{place}:{}:{}", index + 1, same + 1), what));
    }
    let (lines, expected_lines) = (text.lines().count(), expected_text.lines().count());
    if lines != expected_lines {
        findings
            .push(Finding::new(place, format!("it has {lines} lines where the runs give {expected_lines}")));
    } else if told == 0 {
        findings.push(Finding::new(place, "its line ends, or bytes that are no text, differ"));
    }
}

/// Gives the words of a line around its character `at`.
fn around(line: &str, at: usize) -> String {
    const BEFORE: usize = 12;
    const LENGTH: usize = 48;
    let from = at.saturating_sub(BEFORE);
    let cut: String = line.chars().skip(from).take(LENGTH).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if line.chars().count() > from + LENGTH { "…" } else { "" };
    format!("{before}{}{after}", cut.replace('`', "'"))
}

/// Derives every number of the audit file and holds it against the file and the report's text.
fn numbers(
    audit: &AuditFile,
    evidence: &dyn Evidence,
    report: (&str, Option<&String>),
    findings: &mut Vec<Finding>,
) {
    let (place, text) = report;
    let lines: Vec<Vec<char>> =
        text.map(|text| text.lines().map(|line| line.chars().collect()).collect()).unwrap_or_default();
    let derived = derive(audit, evidence);
    let mut cited = 0;
    for (index, reference) in audit.references.iter().enumerate() {
        let name = &reference.name;
        if *name != reference_name(index) {
            findings.push(Finding::new(name, format!("it stands where {} should", reference_name(index))));
        }
        let source = &audit.sources[reference.source];
        match &derived[reference.source] {
            Ok(number) if !same(*number, source.value) => {
                let what =
                    format!("the audit file has {}, the runs give {}", source.value.value(), number.value());
                findings.push(Finding::new(name, what));
            }
            Ok(number) => match reference.print(*number, &source.from) {
                Ok(printed) if printed == reference.text => {}
                Ok(printed) => {
                    let what = format!("it is printed as {}, the runs give {printed}", reference.text);
                    findings.push(Finding::new(name, what));
                }
                Err(what) => findings.push(Finding::new(name, what)),
            },
            Err(what) => findings.push(Finding::new(name, what)),
        }
        let link: Vec<char> = format!("[{}][{name}]", reference.text).chars().collect();
        for (line, column) in &reference.places {
            cited += 1;
            let there = line.checked_sub(1).and_then(|line| lines.get(line));
            let there = there.zip(column.checked_sub(2)).and_then(|(line, column)| line.get(column..));
            if text.is_some() && !there.is_some_and(|there| there.starts_with(&link)) {
                let what = format!("there is no `{}` of {name}", reference.text);
                findings.push(Finding::new(format!("{place}:{line}:{column}"), what));
            }
        }
    }
    let links = text.map_or(cited, |text| text.matches("][n").count());
    if links != cited {
        findings.push(Finding::new(place, format!("it has {links} links, the audit file {cited}")));
    }
}

fn same(one: Number, other: Number) -> bool {
    match (one, other) {
        (Number::Whole(one), Number::Whole(other)) => one == other,
        (Number::Real(one), Number::Real(other)) => one.to_bits() == other.to_bits(),
        _ => false,
    }
}
