//! Group commit: a record counts once its objects are on the disk, and one sync serves many records.
//!
//! record ──queue──▶ batch ──texts under other names, one sync──▶ names in `records/`
//!
//! Invariants
//! - A record's name appears only after its objects and its own text are synced.
//! - The names themselves are not synced: what a power failure leaves under the other name is given its own by the
//!   next session (`recover`).
//! - A batch waits at most [`BATCH_WAIT`] for other records, so that a power failure costs no more than that much finished work.
//! - After a batch has failed, nothing more is recorded, and the next commit gives the error.

use std::io;
use std::sync::PoisonError;
use std::time::Duration;

use super::Session;
use super::error::{Doing, StoreError};
use super::queue::{Queue, QueueState};
use super::record::{Record, RecordedOutput, record_name, seal};
use crate::digest::Key;

/// How long a record waits for others to be synced with it.
const BATCH_WAIT: Duration = Duration::from_millis(100);

impl Session<'_> {
    /// Queues a record; it counts once [`Session::while_committing`] or [`Session::finish`] has synced it.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written, or an earlier one could not be kept.
    pub fn commit(&self, record: &Record) -> Result<(), StoreError> {
        if let Some(failed) = &self.queue.state().failed {
            return Err(again(failed));
        }
        let temporary = self.temporary();
        let written = self.base.write_new(&temporary, &seal(record), 0o644);
        written.doing("written", &self.base.path_of(&temporary))?;
        self.enqueue(record, temporary);
        Ok(())
    }

    /// Queues a record that is written already.
    pub(super) fn enqueue(&self, record: &Record, temporary: String) {
        let mut state = self.queue.state();
        let first = state.waiting.is_empty();
        state.waiting.push((record.key, temporary));
        state.made.insert(record.key, record.outputs.clone());
        drop(state);
        if first {
            // Whoever gathers a batch waits for its end, not for the next record of it.
            self.queue.changed.notify_all();
        }
    }

    /// Waits until every record that was queued can be read.
    ///
    /// # Errors
    /// [`StoreError`] when one could not be kept.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.commit_batch();
        let under_way = |state: &mut QueueState| state.under_way > 0;
        let state = self.queue.changed.wait_while(self.queue.state(), under_way);
        match &state.unwrap_or_else(PoisonError::into_inner).failed {
            Some(failed) => Err(again(failed)),
            None => Ok(()),
        }
    }

    /// Gives what a record says was made that has no name yet.
    pub(super) fn queued(&self, key: Key) -> Option<Vec<RecordedOutput>> {
        self.queue.state().made.get(&key).cloned()
    }

    /// Does `work`, while records that it queues are synced and named, batch by batch.
    pub fn while_committing<T>(&self, work: impl FnOnce() -> T) -> T {
        std::thread::scope(|scope| {
            // Where the system has no thread to give, all is committed at the end.
            let _committer = std::thread::Builder::new().spawn_scoped(scope, || self.keep_committing());
            let _close = CloseOnDrop(&self.queue);
            work()
        })
    }

    fn keep_committing(&self) {
        loop {
            let is_waiting = |state: &mut QueueState| state.waiting.is_empty() && !state.closed;
            let state = self.queue.changed.wait_while(self.queue.state(), is_waiting);
            let state = state.unwrap_or_else(PoisonError::into_inner);
            if state.waiting.is_empty() {
                return;
            }
            let open = |state: &mut QueueState| !state.closed;
            let gathered = self.queue.changed.wait_timeout_while(state, BATCH_WAIT, open);
            drop(gathered.unwrap_or_else(PoisonError::into_inner));
            self.commit_batch();
        }
    }

    /// Keeps what is still queued.
    ///
    /// # Errors
    /// [`StoreError`] when a record could not be kept.
    pub(super) fn commit_rest(&self) -> Result<(), StoreError> {
        self.commit_batch();
        self.queue.state().failed.take().map_or(Ok(()), Err)
    }

    fn commit_batch(&self) {
        let mut state = self.queue.state();
        let batch = std::mem::take(&mut state.waiting);
        if batch.is_empty() {
            return;
        }
        state.under_way += 1;
        drop(state);
        let result = self.name_records(&batch);
        let mut state = self.queue.state();
        for (key, _) in &batch {
            state.made.remove(key);
        }
        state.under_way -= 1;
        if let Err(error) = result {
            state.failed.get_or_insert(error);
        }
        drop(state);
        self.queue.changed.notify_all();
    }

    fn name_records(&self, batch: &[(Key, String)]) -> Result<(), StoreError> {
        self.base.sync_file_system().doing("synced", self.path())?;
        for (key, temporary) in batch {
            let _guard = self.rename_lock();
            let name = record_name(*key);
            self.base.move_to(temporary, self.base, &name).doing("written", &self.base.path_of(&name))?;
            self.drop_checkpoints(*key)?;
        }
        Ok(())
    }
}

/// Closes the queue at the end of the work, even by a panic.
struct CloseOnDrop<'q>(&'q Queue);

impl Drop for CloseOnDrop<'_> {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.changed.notify_all();
    }
}

/// Gives an error once more.
fn again(error: &StoreError) -> StoreError {
    let source = io::Error::new(error.source.kind(), error.source.to_string());
    StoreError { path: error.path.clone(), action: error.action, source }
}
