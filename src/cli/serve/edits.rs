//! Edits of a project's files, as they come.
//!
//! Invariants
//! - The store and git's own folder are not watched: what a run keeps there is no edit.
//! - Many edits at once are one, which ends when nothing has come for a moment.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use recount_engine::Cancel;

use crate::time::now;

/// Folders of a project in which nothing is edited.
const UNWATCHED: [&str; 3] = ["artifacts", ".git", "target"];

/// How long nothing must have come for an edit to be over: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(20);

/// How long edits that do not cease are waited for.
const MAX_EDIT: Duration = Duration::from_millis(500);

/// How often it is looked whether to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(100);

/// Edits of a project.
pub struct Edits {
    root: PathBuf,
    edited: Receiver<()>,
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
}

/// Watches a project's folder.
///
/// # Errors
/// What the system says, such as that there are too many folders.
pub fn watch(root: &Path) -> notify::Result<Edits> {
    let (sender, edited) = channel();
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // What can't be told may be an edit.
        if event.map_or(true, |event| is_edit(&event.kind)) {
            sender.send(()).ok();
        }
    })?;
    let mut edits = Edits { root: root.to_owned(), edited, watcher, watched: BTreeSet::new() };
    edits.watch_new()?;
    Ok(edits)
}

impl Edits {
    /// Waits for the next edit, and until it is over; gives `false` when it is time to stop.
    pub fn wait(&mut self, cancel: &Cancel) -> bool {
        loop {
            if cancel.is_cancelled() {
                return false;
            }
            match self.edited.recv_timeout(STOP_INTERVAL) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        let began = now();
        while began.elapsed() < MAX_EDIT && self.edited.recv_timeout(QUIET).is_ok() {}
        // A folder that can't be watched, such as one that is gone again, is no reason to stop.
        drop(self.watch_new());
        true
    }

    /// Watches the project's own folder, and each folder in it with all that is below.
    fn watch_new(&mut self) -> notify::Result<()> {
        let Self { root, watcher, watched, .. } = self;
        watched.retain(|path| path.is_dir());
        if watched.insert(root.clone()) {
            watcher.watch(root, RecursiveMode::NonRecursive)?;
        }
        for entry in fs::read_dir(root)?.flatten() {
            let name = entry.file_name();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder
                && !UNWATCHED.iter().any(|unwatched| OsStr::new(unwatched) == name)
                && watched.insert(entry.path())
            {
                watcher.watch(&entry.path(), RecursiveMode::Recursive)?;
            }
        }
        Ok(())
    }
}

/// Says whether something was written, made, moved or taken away: to read a file changes nothing.
fn is_edit(kind: &EventKind) -> bool {
    !matches!(kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_)))
}
