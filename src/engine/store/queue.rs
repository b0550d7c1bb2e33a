//! The records of a session that wait for their sync.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::error::StoreError;
use super::record::RecordedOutput;
use crate::digest::Key;

/// The records that wait for their sync.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<QueueState>,
    pub(super) changed: Condvar,
}

#[derive(Default)]
pub(super) struct QueueState {
    /// Keys, and the names that their records have until then.
    pub(super) waiting: Vec<(Key, String)>,
    /// Batches that are being synced and named.
    pub(super) under_way: usize,
    /// What those records say was made, until they have their names.
    pub(super) made: BTreeMap<Key, Vec<RecordedOutput>>,
    pub(super) failed: Option<StoreError>,
    pub(super) closed: bool,
}

impl Queue {
    pub(super) fn state(&self) -> MutexGuard<'_, QueueState> {
        // Each change is one step, so a panic elsewhere leaves whole states only.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
