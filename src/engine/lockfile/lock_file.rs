//! Keeps `pipeline.lock` true to what the runs gave.
//!
//! the file as it was + what this run gave + the store ──prepare──▶ [`Prepared`] ──put──▶ the file, if it now says
//! something else
//!
//! Invariants
//! - Its new text is written before the last records it tells of are synced, and stands at its place once all of them
//!   have their names.
//! - A run changes the lines of the instances that it brought up to date. One of the whole pipeline also
//!   takes out those that the pipeline no longer has; what failed keeps the line of its last success.
//! - A file that is damaged, or in conflict after a merge, is made anew from what the store has.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::string::FromUtf8Error;

use crate::digest::{Digest, Key};
use crate::lockfile::lock::{Lock, Locked};
use crate::plan::graph::Plan;
use crate::store::{Ahead, RecordedOutput, Session, StoreError};

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

/// A lock that is yet to be told.
pub(crate) struct Prepared {
    change: LockChange,
    text: Text,
}

enum Text {
    /// There is none, and nothing to say in one.
    Absent,
    /// What the file says already.
    Old(String),
    New(Ahead),
}

impl Prepared {
    /// Digests its text; until then nobody knows what it will be.
    pub(crate) fn digested(mut self) -> Self {
        self.change.digest = match &self.text {
            Text::Absent => None,
            Text::Old(text) => Some(Digest::of(text.as_bytes())),
            Text::New(text) => Some(Digest::of(text.text().as_bytes())),
        };
        self
    }

    /// Names the instances whose lines it leaves out, as the pipeline no longer has them.
    pub(crate) fn left(&self) -> &[String] {
        &self.change.left
    }

    /// Puts it at its place.
    pub(crate) fn put(self) -> Result<LockChange, StoreError> {
        if let Text::New(text) = self.text {
            text.put()?;
        }
        Ok(self.change)
    }
}

/// An instance that has its outputs: its name, its key, and those.
pub(crate) type Done<'d> = (&'d str, Key, &'d [RecordedOutput]);

/// Prepares a lock that is up to date; `whole` is a run of the whole pipeline. `news` are the only instances that can
/// have changed since the lock was written, where that is known.
pub(crate) fn prepare<'d>(
    root: &Path,
    session: &Session<'_>,
    plan: &Plan,
    whole: bool,
    news: Option<impl Iterator<Item = Done<'d>>>,
    done: impl Iterator<Item = Done<'d>>,
) -> Result<Prepared, StoreError> {
    let path = root.join(LOCK_FILE);
    let text = match fs::read(&path) {
        Ok(bytes) => {
            let lossy = |error: FromUtf8Error| String::from_utf8_lossy(error.as_bytes()).into_owned();
            Some(String::from_utf8(bytes).unwrap_or_else(lossy))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(StoreError { path, action: "read", source }),
    };
    if let Some((text, news)) = text.as_deref().zip(news) {
        let lines = news.map(|(name, key, outputs)| (name.to_owned(), Locked::of(key, outputs))).collect();
        if let Some(new) = Lock::patched(text, &lines) {
            return write(session, path, Some(text), new, LockChange::default());
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
    let change = LockChange { rebuilt, digest: None, left };
    if text.is_none() && lock.lines.is_empty() {
        return Ok(Prepared { change, text: Text::Absent });
    }
    write(session, path, text.as_deref(), lock.to_text(), change)
}

/// Writes a new text beside the old one, if it is another one.
fn write(
    session: &Session<'_>,
    path: PathBuf,
    old: Option<&str>,
    new: String,
    change: LockChange,
) -> Result<Prepared, StoreError> {
    let text = if old == Some(&new) { Text::Old(new) } else { Text::New(session.write_ahead(path, new)?) };
    Ok(Prepared { change, text })
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
