//! Keeps `pipeline.lock` true to what the runs made.
//!
//! the file as it was + what this run made + the store ──update──▶ the file, if it now says something else
//!
//! Invariants
//! - It is written once everything that it names is recorded.
//! - A run changes the lines of the instances that it brought up to date. One of the whole pipeline also
//!   takes out those that the pipeline no longer has; what failed keeps the line of its last success.
//! - A file that is damaged, or in conflict after a merge, is made anew from what the store has.

use std::collections::{HashMap, HashSet};
use std::io;

use crate::digest::Key;
use crate::folder::Folder;
use crate::lockfile::lock::{Lock, Locked, VERSION};
use crate::plan::graph::{InstanceId, Plan};
use crate::project_path::ProjectPath;
use crate::spec::Pipeline;
use crate::store::{RecordedOutput, Session, StoreError};

/// The lock's place in a project.
pub const LOCK_FILE: &str = "pipeline.lock";

/// Gives the lock's place.
pub(crate) fn path() -> ProjectPath {
    ProjectPath::parse(LOCK_FILE).expect("a plain name is a path of a project")
}

/// The largest lock that is read, in bytes.
const MAX_LOCK_BYTES: u64 = 1 << 30;

/// What became of the lock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LockChange {
    /// Whether the file was no lock, and is made anew from the store.
    pub rebuilt: bool,
    /// The instances whose lines are gone, as the pipeline no longer has them.
    pub left: Vec<String>,
}

/// Reads a project's lock; `None` where there is none, or no whole one.
pub fn read_lock(project: &Folder) -> Option<Lock> {
    Lock::parse(&read_lock_text(project).ok()??)
}

/// Reads the text of a project's lock; `None` where there is none.
///
/// # Errors
/// What the system says, and for whatever is no regular file.
pub fn read_lock_text(project: &Folder) -> io::Result<Option<String>> {
    match project.read(LOCK_FILE, MAX_LOCK_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => Ok(Some(match String::from_utf8(other?) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        })),
    }
}

/// Refuses a project whose lock a newer version has written, which this one would write over.
pub(crate) fn refuse_newer(project: &Folder) -> Result<(), StoreError> {
    let text = read_lock_text(project).ok().flatten().unwrap_or_default();
    if Lock::version(&text).is_none_or(|version| version <= VERSION) {
        return Ok(());
    }
    let source = io::Error::other("a newer version of recount has written it, so use that one");
    Err(StoreError { path: project.path_of(LOCK_FILE), action: "read", source })
}

/// Brings the lock up to date; `whole` is a run of the whole pipeline.
pub(crate) fn update<'d>(
    session: &Session<'_>,
    (pipeline, plan): (&Pipeline, &Plan),
    whole: bool,
    last: &HashMap<&str, Key>,
    done: impl Iterator<Item = (InstanceId, Key, &'d [RecordedOutput])>,
) -> Result<LockChange, StoreError> {
    let path = session.project().path_of(LOCK_FILE);
    let text =
        read_lock_text(session.project()).map_err(|source| StoreError { path, action: "read", source })?;
    let read = text.as_deref().map_or_else(|| Some(Lock::default()), Lock::parse);
    let rebuilt = read.is_none();
    let mut lock = match read {
        Some(lock) => lock,
        None => from_store(session, pipeline, plan, last)?,
    };
    let mut left = Vec::new();
    if whole {
        let named: HashSet<&str> = plan.instances.iter().map(|instance| instance.name.as_str()).collect();
        left.extend(
            lock.lines.extract_if(.., |name, _| !named.contains(name.as_str())).map(|(name, _)| name),
        );
    }
    for (id, key, outputs) in done {
        let instance = plan.instance(id);
        let stage = &pipeline.stages[instance.stage.0];
        match lock.lines.get_mut(&instance.name) {
            Some(line) if line.is_of(key, outputs, stage, session) => {}
            Some(line) => *line = Locked::of(key, outputs, stage, session),
            None => drop(lock.lines.insert(instance.name.clone(), Locked::of(key, outputs, stage, session))),
        }
    }
    let new = lock.to_text();
    let says_nothing = text.is_none() && lock.lines.is_empty();
    if !says_nothing && text.as_ref() != Some(&new) {
        session.files().unconfirm(LOCK_FILE);
        session.write_project_file(LOCK_FILE, &new)?;
    }
    Ok(LockChange { rebuilt, left })
}

/// Gives a line to each instance whose last run is recorded.
fn from_store(
    session: &Session<'_>,
    pipeline: &Pipeline,
    plan: &Plan,
    last: &HashMap<&str, Key>,
) -> Result<Lock, StoreError> {
    let mut lock = Lock::default();
    for instance in &plan.instances {
        let Some(key) = last.get(instance.name.as_str()) else { continue };
        if let Some(record) = session.record(*key)? {
            let locked = Locked::of(*key, &record.outputs, &pipeline.stages[instance.stage.0], session);
            lock.lines.insert(instance.name.clone(), locked);
        }
    }
    Ok(lock)
}
