//! The flag that stops what takes long: a run, hashing, a clean-up.
//!
//! Invariants
//! - Once set it stays set: whoever looks later sees it too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that asks a run to stop; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    cancelled: AtomicBool,
    killed: AtomicBool,
}

impl Cancel {
    /// Asks the run to stop: nothing more is started, and programs that run are asked to end.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::SeqCst);
    }

    /// Asks the run to stop at once: programs that run are killed.
    pub fn kill(&self) {
        self.0.killed.store(true, Ordering::SeqCst);
        self.cancel();
    }

    /// Says whether the run was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::SeqCst)
    }

    /// Says whether it was asked to stop at once.
    pub fn is_killed(&self) -> bool {
        self.0.killed.load(Ordering::SeqCst)
    }
}
