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
use crate::digest::{Digest, Key};
use crate::store::{RecordedOutput, Session, StoreError};

/// The lock's place in a project.
pub const LOCK_FILE: &str = "pipeline.lock";

/// What became of the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockChange {
    /// Whether the file was no lock, and is made anew from the store.
    pub rebuilt: bool,
    /// Digest of the file as it is now; `None` where there is none.
    pub digest: Option<Digest>,
    /// The instances whose lines are gone, as the pipeline no longer has them.
    pub left: Vec<String>,
}

/// An instance that has its outputs: its name, its key, and those.
pub(super) type Done<'d> = (&'d str, Key, &'d [RecordedOutput]);

/// Brings the lock up to date; `whole` is a run of the whole pipeline. `news` are the only instances that can
/// have changed since the lock was written, where that is known.
pub(super) fn update<'d>(
    root: &Path,
    session: &Session<'_>,
    plan: &Plan,
    whole: bool,
    news: Option<impl Iterator<Item = Done<'d>>>,
    done: impl Iterator<Item = Done<'d>>,
) -> Result<LockChange, StoreError> {
    let path = root.join(LOCK_FILE);
    let text = match fs::read(&path) {
        Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(StoreError { path, action: "read", source }),
    };
    if let Some((text, news)) = text.as_deref().zip(news) {
        let lines = news.map(|(name, key, outputs)| (name.to_owned(), Locked::of(key, outputs))).collect();
        if let Some(new) = Lock::patched(text, &lines) {
            let digest = write(session, &path, Some(text), &new)?;
            return Ok(LockChange { digest, ..LockChange::default() });
        }
    }
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
    if text.is_none() && lock.lines.is_empty() {
        return Ok(LockChange { rebuilt, digest: None, left });
    }
    let digest = write(session, &path, text.as_deref(), &lock.to_text())?;
    Ok(LockChange { rebuilt, digest, left })
}

/// Puts a new text in the old one's place, if it is another one, and gives its digest.
fn write(
    session: &Session<'_>,
    path: &Path,
    old: Option<&str>,
    new: &str,
) -> Result<Option<Digest>, StoreError> {
    if old != Some(new) {
        session.replace(path, new.as_bytes())?;
    }
    Ok(Some(Digest::of(new.as_bytes())))
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
