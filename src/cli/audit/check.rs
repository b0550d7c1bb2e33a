//! `recount audit --check`: the files on the disk, held against what there should be.
//!
//! [`ExpectedState`] + files ──▶ [`Finding`]s: bytes that differ, with their place; numbers that do not follow
//!
//! Invariants
//! - Every byte of the report, its audit and its figures is compared; so no change is outside the check.
//! - Numbers are derived a second time from the audit file on the disk and the outputs alone, without templates.
//! - What needs no run is checked without any: the files beside an audit file against it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::week3::audit::AuditFile;
use recount_engine::folder::Folder;
use recount_engine::{LOCK_FILE, Lock, read_lock_text};

use super::agreement::agreement;
use super::differences::differences;
use super::expected_state::ExpectedState;
use super::finding::Finding;
use super::numbers::numbers;

/// Finds everything in the project in `root` that does not agree with `state`; the lock only where the last
/// run would have kept it, which one with `--set` or on generated data in place of the archive does not.
pub fn check(root: &Path, state: &ExpectedState, is_locked: bool) -> Vec<Finding> {
    let mut findings = state.findings.clone();
    if is_locked {
        lock(root, state, &mut findings);
    }
    if state.expected.is_empty() && findings.is_empty() {
        findings.push(Finding::new("pipeline.yaml", "no stage renders a report that could be checked"));
    }
    for (place, expected) in &state.expected {
        match fs::read(root.join(place)) {
            Ok(bytes) if bytes == *expected => {}
            Ok(bytes) => differences(place, &bytes, expected, &mut findings),
            Err(error) => findings.push(Finding::new(place, format!("it can't be read: {error}"))),
        }
    }
    let is_expected = |place: &str| state.expected.contains_key(place);
    for place in state.audits.iter().filter(|place| root.join(place).exists()) {
        let text = fs::read_to_string(root.join(place)).map_err(|error| format!("it can't be read: {error}"));
        match text.and_then(|text| AuditFile::read(&text)) {
            Ok(audit) => {
                agreement(root, place, &audit, is_expected, &mut findings);
                // What no run vouches for any more can't be derived from the runs that there are.
                if is_expected(place) {
                    numbers(&audit, &state.found, &mut findings);
                }
            }
            Err(what) => findings.push(Finding::new(place, what)),
        }
    }
    findings
}

/// Holds the lock against the keys and outputs that the store has.
fn lock(root: &Path, state: &ExpectedState, findings: &mut Vec<Finding>) {
    let text = match Folder::open(root).and_then(|project| read_lock_text(&project)) {
        Ok(Some(text)) => text,
        Ok(None) => return findings.push(Finding::new(LOCK_FILE, "there is none")),
        Err(error) => return findings.push(Finding::new(LOCK_FILE, format!("it can't be read: {error}"))),
    };
    let Some(lock) = Lock::parse(&text) else {
        return findings.push(Finding::new(LOCK_FILE, "it is damaged or in conflict"));
    };
    if lock.to_text() != text {
        findings.push(Finding::new(LOCK_FILE, "it is not as a run writes it"));
    }
    if !state.has_runs {
        return;
    }
    let names: BTreeSet<&String> = lock.lines.keys().chain(state.instances.keys()).collect();
    for name in names {
        let what = match (lock.lines.get(name), state.instances.get(name)) {
            (Some(line), Some(there)) if line == there => continue,
            (Some(line), Some(there)) if line.key != there.key => {
                format!("it has key {}, and its key is {} now", line.key, there.key)
            }
            (Some(_), Some(there)) if there.outputs.is_empty() => {
                "the store has no outputs of what it names".to_owned()
            }
            (Some(_), Some(_)) => "it has other outputs than the store".to_owned(),
            (Some(_), None) => "no key is known of what it names".to_owned(),
            (None, _) => "it does not name what the store has".to_owned(),
        };
        findings.push(Finding::new(format!("{LOCK_FILE} {name}"), what));
    }
}
