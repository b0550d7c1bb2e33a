//! `scratch/`: a place for each run, which is the next one's as soon as it is free.
//!
//! Invariants
//! - No two runs of a session have one place at a time.
//! - What a session leaves there are blank notes: `NUMBER.running`, beginning with an empty line. Files that come and go
//!   with each run cost a file system dearly.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use rustix::process::geteuid;

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
        // What can't be removed now is swept at the end, or by the next session.
        if is_free || fs::remove_dir_all(&scratch).is_ok() {
            self.free.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        }
    }

    /// Removes everything below `scratch/` but blank notes.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be removed.
    pub fn sweep(&self) -> Result<(), StoreError> {
        self.empty("scratch", &is_blank)
    }
}

/// Says whether a file is a note of ours that says nothing, and may be written to again.
fn is_blank(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".running"));
    let is_note = name.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    // Opening a pipe would block, and a second link is somebody's.
    let is_ours = |metadata: fs::Metadata| {
        metadata.is_file() && metadata.nlink() == 1 && metadata.uid() == geteuid().as_raw()
    };
    if !is_note || !fs::symlink_metadata(path).is_ok_and(is_ours) {
        return false;
    }
    let mut first = [0];
    File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == *b"\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(&folder.path().join("artifacts")).expect("the store opens");
        (folder, store)
    }

    fn left(store: &Store) -> Vec<String> {
        let entries = fs::read_dir(store.scratch_root()).expect("it is there").flatten();
        let mut names: Vec<String> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn only_blank_notes_stay() {
        let (folder, store) = store();
        let scratch = store.scratch_root();
        fs::create_dir_all(scratch.join("1/half")).expect("it can be made");
        let files = [
            ("0.running", "\n  "),
            ("1.running", "x\n"),
            ("0.log", ""),
            ("2.log", "\nhello"),
            ("3", ""),
            ("a.running", "\n"),
        ];
        for (name, text) in files {
            fs::write(scratch.join(name), text).expect("there is room");
        }
        fs::write(folder.path().join("mine"), "\n").expect("there is room");
        fs::hard_link(folder.path().join("mine"), scratch.join("4.running")).expect("it can be linked");
        assert!(!store.is_swept());
        let session = store.lock(|| false).expect("it can be locked").expect("nobody has it");
        session.sweep().expect("it can be swept");
        assert_eq!(left(&store), ["0.running"]);
        assert!(store.is_swept());
    }

    #[test]
    fn a_link_in_its_place_goes_and_what_it_leads_to_stays() {
        let (folder, store) = store();
        fs::create_dir_all(store.folder()).expect("it can be made");
        fs::create_dir(folder.path().join("mine")).expect("it can be made");
        fs::write(folder.path().join("mine/thesis"), "mine").expect("there is room");
        for name in ["scratch", "temporary"] {
            std::os::unix::fs::symlink(folder.path().join("mine"), store.folder().join(name))
                .expect("it can be linked");
        }
        let session = store.lock(|| false).expect("it can be locked").expect("nobody has it");
        session.sweep().expect("it can be swept");
        assert_eq!(fs::read_to_string(folder.path().join("mine/thesis")).ok().as_deref(), Some("mine"));
        assert_eq!(left(&store), [""; 0]);
    }

    #[test]
    fn a_place_is_the_next_runs_whatever_was_left_in_it() {
        let (_folder, store) = store();
        let session = store.lock(|| false).expect("it can be locked").expect("nobody has it");
        let first = session.scratch(true).expect("it can be made");
        assert_ne!(session.scratch(false).expect("it can be made"), first);
        fs::write(first.join("half"), "x").expect("there is room");
        session.give_back(first.clone());
        assert_eq!(session.scratch(true).ok(), Some(first.clone()));
        assert_eq!(fs::read_dir(first).expect("it is there").count(), 0);
    }
}
