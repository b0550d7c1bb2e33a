//! `scratch/`: a place for each run, which is the next one's as soon as it is free.
//!
//! Invariants
//! - No two runs have one place at a time.
//! - What a session leaves there says nothing: files that are empty or begin with an empty line. Files that come and go
//!   with each run cost a file system dearly.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use super::error::{Doing, StoreError};
use super::{Session, Store};

impl Store {
    /// Gives the folder below which runs have their scratch folders.
    pub fn scratch_root(&self) -> PathBuf {
        self.folder().join("scratch")
    }

    /// Says whether nothing is left there of a run that did not come to its end.
    pub(super) fn is_swept(&self) -> bool {
        fs::read_dir(self.scratch_root())
            .map_or(true, |mut entries| entries.all(|entry| entry.is_ok_and(|entry| is_blank(&entry.path()))))
    }
}

impl Session<'_> {
    /// Gives one run a path for a folder of its own, and for files beside it; `folder` says whether the folder is to be
    /// there.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be made.
    pub fn scratch(&self, folder: bool) -> Result<PathBuf, StoreError> {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let path = match free {
            Some(path) if !folder => return Ok(path),
            Some(path) => path,
            None => self.scratch_root().join(self.places.fetch_add(1, Ordering::Relaxed).to_string()),
        };
        let made = if folder { path.clone() } else { self.scratch_root() };
        fs::create_dir_all(&made).doing("made", &made)?;
        Ok(path)
    }

    /// Takes back what [`Session::scratch`] gave. A folder that was left empty is given to the next run.
    pub fn give_back(&self, scratch: PathBuf) {
        let is_free = match fs::read_dir(&scratch) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        };
        if is_free {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        } else {
            // What can't be removed now is swept at the end, or by the next session.
            drop(fs::remove_dir_all(&scratch));
        }
    }

    /// Removes everything below `scratch/` that says something.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be removed.
    pub fn sweep(&self) -> Result<(), StoreError> {
        self.empty("scratch", &is_blank)
    }
}

fn is_blank(path: &Path) -> bool {
    // Opening a pipe would block.
    if !fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let mut first = [0];
    let read = File::open(path).and_then(|mut file| file.read(&mut first));
    read.is_ok_and(|length| length == 0 || first == *b"\n")
}
