//! Lets a training begin when the memory that it needs is free.
//!
//! needed bytes ──[`MemoryGate::enter`]──▶ [`MemoryUse`], a wait for other trainings, or [`MemoryError`]
//!
//! Invariants
//! - Memory decides when a training runs and whether it can, never what comes out.
//! - Who waits holds nothing, so that the ones that run come to their end and let others in.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use recount_engine::Watch;

/// How long a waiting training sleeps between two looks at whether to stop.
const WAIT: Duration = Duration::from_millis(200);

/// What is known of the machine's memory, and what running trainings have been promised of it.
pub struct MemoryGate {
    /// Gives how many bytes are free now.
    free: fn() -> u64,
    promised: Mutex<u64>,
    returned: Condvar,
}

/// The memory of one training; it is given back when this is dropped.
pub struct MemoryUse<'g> {
    gate: &'g MemoryGate,
    needed: u64,
}

/// Why a training can't begin.
#[derive(Debug, PartialEq, Eq)]
pub enum MemoryError {
    /// It was asked to stop while it waited.
    Cancelled,
    /// There is not enough memory, though no other training runs.
    TooLittle {
        /// How many bytes are free.
        free: u64,
    },
}

impl MemoryGate {
    /// Makes a gate; `free` gives how many bytes are free when it is called.
    pub fn new(free: fn() -> u64) -> Self {
        Self { free, promised: Mutex::new(0), returned: Condvar::new() }
    }

    /// Takes `needed` bytes, once they are free beside what has been promised to others.
    ///
    /// What others have taken already counts twice, as promised and as no longer free: so a large one waits rather than
    /// begins too early.
    ///
    /// # Errors
    /// `MemoryError`.
    pub fn enter(&self, needed: u64, watch: &dyn Watch) -> Result<MemoryUse<'_>, MemoryError> {
        let mut promised = self.lock();
        loop {
            let free = (self.free)();
            if needed <= free.saturating_sub(*promised) {
                *promised += needed;
                return Ok(MemoryUse { gate: self, needed });
            }
            if *promised == 0 {
                return Err(MemoryError::TooLittle { free });
            }
            if watch.cancelled() {
                return Err(MemoryError::Cancelled);
            }
            watch.progress(0.0, &format!("waits for {} of memory", format_bytes(needed)));
            let waited = self.returned.wait_timeout(promised, WAIT);
            promised = waited.expect("nobody panics while holding this lock").0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, u64> {
        self.promised.lock().expect("nobody panics while holding this lock")
    }
}

impl Drop for MemoryUse<'_> {
    fn drop(&mut self) {
        *self.gate.lock() -= self.needed;
        self.gate.returned.notify_all();
    }
}

/// Formats a number of bytes for a person: `1.5 GiB`.
pub fn format_bytes(bytes: u64) -> String {
    let mebibytes = bytes as f64 / f64::from(1 << 20);
    if mebibytes < 1024.0 { format!("{mebibytes:.0} MiB") } else { format!("{:.1} GiB", mebibytes / 1024.0) }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use super::*;

    /// Stops who waits when it says so.
    #[derive(Default)]
    struct Stop {
        waits: AtomicBool,
        cancelled: AtomicBool,
    }

    impl Watch for Stop {
        fn progress(&self, _fraction: f64, message: &str) {
            assert_eq!(message, "waits for 60 MiB of memory");
            self.waits.store(true, Ordering::SeqCst);
        }
        fn notice(&self, _line: &str) {}
        fn cancelled(&self) -> bool {
            self.cancelled.load(Ordering::SeqCst)
        }
    }

    const MIB: u64 = 1 << 20;

    #[test]
    fn what_never_fits_is_refused_and_what_fits_begins() {
        let gate = MemoryGate::new(|| 100 * MIB);
        let refused = gate.enter(101 * MIB, &Stop::default()).err();
        assert_eq!(refused, Some(MemoryError::TooLittle { free: 100 * MIB }));
        assert!(gate.enter(100 * MIB, &Stop::default()).is_ok());
        assert!(gate.enter(100 * MIB, &Stop::default()).is_ok(), "the first has given its memory back");
    }

    #[test]
    fn what_does_not_fit_beside_another_one_waits_for_its_end() {
        let gate = MemoryGate::new(|| 100 * MIB);
        let stop = Stop::default();
        let first = gate.enter(60 * MIB, &stop).expect("nothing else runs");
        thread::scope(|scope| {
            let second = scope.spawn(|| gate.enter(60 * MIB, &stop).is_ok());
            while !stop.waits.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            drop(first);
            assert!(second.join().expect("it does not panic"));
        });
    }

    #[test]
    fn who_waits_can_be_stopped() {
        let gate = MemoryGate::new(|| 100 * MIB);
        let stop = Stop::default();
        let _first = gate.enter(60 * MIB, &stop).expect("nothing else runs");
        stop.cancelled.store(true, Ordering::SeqCst);
        assert_eq!(gate.enter(60 * MIB, &stop).err(), Some(MemoryError::Cancelled));
    }

    #[test]
    fn sizes_are_written_for_people() {
        assert_eq!([3 * MIB, 1536 * MIB, 300 << 30].map(format_bytes), ["3 MiB", "1.5 GiB", "300.0 GiB"]);
    }
}
