//! Folders in which a run leaves what the next one with the same key may go on from.
//!
//! Invariants
//! - Named by key: nothing of other code, settings or inputs is ever gone on from.
//! - Losing one loses time, never a result; what is in it is the kind's to check.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};
use super::{Session, Store};
use crate::digest::Key;

impl Store {
    /// Gives the folder for the checkpoints of a key's run, which need not exist.
    pub fn checkpoints(&self, key: Key) -> PathBuf {
        self.all_checkpoints().join(key.0.to_hex())
    }

    fn all_checkpoints(&self) -> PathBuf {
        self.folder().join("checkpoints")
    }
}

impl Session<'_> {
    /// Removes the checkpoints of a key's run, if there are any.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_checkpoints(&self, key: Key) -> Result<(), StoreError> {
        remove(&self.checkpoints(key))
    }

    /// Removes the checkpoints of every run.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_all_checkpoints(&self) -> Result<(), StoreError> {
        remove(&self.all_checkpoints())
    }
}

fn remove(folder: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("removed", folder),
        _ => Ok(()),
    }
}
