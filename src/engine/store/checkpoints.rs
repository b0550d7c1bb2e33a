//! Folders in which a run leaves what the next one with the same key may go on from.
//!
//! Invariants
//! - Named by key: nothing of other code, settings or inputs is ever gone on from.
//! - Losing one loses time, never a result; what is in it is the kind's to check.

use std::path::PathBuf;

use super::error::{Doing, StoreError};
use super::{Session, Store, VERSION};
use crate::digest::Key;

const CHECKPOINTS: &str = "checkpoints";

fn name(key: Key) -> String {
    format!("{CHECKPOINTS}/{key}")
}

impl Store {
    /// Gives the folder for the checkpoints of a key's run, which need not exist.
    pub fn checkpoints(&self, key: Key) -> PathBuf {
        self.path().join(VERSION).join(name(key))
    }
}

impl Session<'_> {
    /// Removes the checkpoints of a key's run, if there are any.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_checkpoints(&self, key: Key) -> Result<(), StoreError> {
        self.base.remove(&name(key)).doing("removed", &self.checkpoints(key))
    }

    /// Removes the checkpoints of every run.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be removed.
    pub fn drop_all_checkpoints(&self) -> Result<(), StoreError> {
        self.base.remove(CHECKPOINTS).doing("removed", &self.base.path_of(CHECKPOINTS))
    }
}
