//! Keeps `pipeline.lock` true to what the runs gave.
//!
//! the file as it was + what this run gave + the store ──▶ the file, if it now says something else
//!
//! Invariants
//! - A run changes the lines of the instances that it brought up to date. One of the whole pipeline also
//!   takes out those that the pipeline no longer has; what failed keeps the line of its last success.
//! - A file that is damaged, or in conflict after a merge, is made anew from what the store has.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::graph::Plan;
use super::lock::{Lock, Locked};
use crate::digest::Key;
use crate::store::{RecordedOutput, Session, StoreError};

/// The lock's place in a project.
pub const LOCK_FILE: &str = "pipeline.lock";

/// What became of the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockChange {
    /// Whether the file was no lock, and is made anew from the store.
    pub rebuilt: bool,
    /// The instances whose lines are gone, as the pipeline no longer has them.
    pub left: Vec<String>,
}

/// An instance that has its outputs: its name, its key, and those.
pub(super) type Done<'d> = (&'d str, Key, &'d [RecordedOutput]);

/// Brings the lock up to date; `whole` is a run of the whole pipeline.
pub(super) fn update<'d>(
    root: &Path,
    session: &Session<'_>,
    plan: &Plan,
    whole: bool,
    done: impl Iterator<Item = Done<'d>>,
) -> Result<LockChange, StoreError> {
    let path = root.join(LOCK_FILE);
    let text = match fs::read(&path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(StoreError { path, action: "read", source }),
    };
    let read = text.as_deref().map_or_else(|| Some(Lock::default()), Lock::parse);
    let rebuilt = read.is_none();
    let mut lock = match read {
        Some(lock) => lock,
        None => from_store(session, plan)?,
    };
    let mut left = Vec::new();
    if whole {
        let named: BTreeSet<&str> = plan.instances.iter().map(|instance| instance.name.as_str()).collect();
        lock.lines.retain(|name, _| {
            let stays = named.contains(name.as_str());
            if !stays {
                left.push(name.clone());
            }
            stays
        });
    }
    for (name, key, outputs) in done {
        lock.lines.insert(name.to_owned(), Locked::of(key, outputs));
    }
    if text.is_some() || !lock.lines.is_empty() {
        let new = lock.to_text();
        if text.as_deref() != Some(new.as_str()) {
            session.replace(&path, new.as_bytes())?;
        }
    }
    Ok(LockChange { rebuilt, left })
}

/// Gives a line to each instance whose last run is recorded.
fn from_store(session: &Session<'_>, plan: &Plan) -> Result<Lock, StoreError> {
    let mut lock = Lock::default();
    for instance in &plan.instances {
        let Some(key) = session.last(&instance.name) else { continue };
        if let Some(record) = session.record(key)? {
            lock.lines.insert(instance.name.clone(), Locked::of(key, &record.outputs));
        }
    }
    Ok(lock)
}
