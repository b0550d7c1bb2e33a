//! How a training stands: told to the engine's watch, and kept for the next start after a kill.
//!
//! Invariants
//! - When the state is kept is for the clock to say, and so is how long a training took; neither reaches a result.
//! - A state that can't be kept is said once and stops nothing.

use std::time::{Duration, Instant};

use crate::lab::history::Epoch;
use crate::lab::trainer;
use recount_engine::{Job, Watch};

use super::checkpoint::CheckpointFile;

/// How much work a kill may cost, about.
const INTERVAL: Duration = Duration::from_secs(1);

/// Watches one training for the engine.
pub struct Progress<'a> {
    watch: &'a dyn Watch,
    epochs: u32,
    last: Option<Epoch>,
    file: CheckpointFile,
    began: Instant,
    /// When the state was last kept, or that it can't be kept.
    kept: Option<Duration>,
    /// Time of the starts before this one, in seconds: as the file says, and as far as this one goes on from them.
    offered: f64,
    before: f64,
}

impl<'a> Progress<'a> {
    /// Begins to watch the training of `job`, which has `epochs` epochs at most.
    pub fn of(job: &Job<'a>, epochs: u32) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a training's own time is observed, never a result")]
        let began = Instant::now();
        Self {
            watch: job.watch,
            epochs,
            last: None,
            file: CheckpointFile::in_folder(job.checkpoints),
            began,
            kept: Some(Duration::ZERO),
            offered: 0.0,
            before: 0.0,
        }
    }

    /// Gives how long the training has taken, over all its starts.
    pub fn seconds(&self) -> f64 {
        self.before + self.began.elapsed().as_secs_f64()
    }
}

impl trainer::Watch for Progress<'_> {
    fn step(&mut self, epoch: u32, step: u32, steps: u32) {
        let fraction = (f64::from(epoch - 1) + f64::from(step) / f64::from(steps)) / f64::from(self.epochs);
        let standing = match &self.last {
            Some(last) => format!(
                "epoch {epoch}/{} · loss {:.3} · accuracy {:.3}",
                self.epochs, last.valid_loss, last.accuracy
            ),
            None => format!("epoch {epoch}/{}", self.epochs),
        };
        self.watch.progress(fraction, &standing);
    }

    fn epoch(&mut self, epoch: &Epoch) {
        self.last = Some(epoch.clone());
    }

    fn cancelled(&self) -> bool {
        self.watch.cancelled()
    }

    fn kept(&mut self) -> Option<Vec<u8>> {
        let checkpoint = self.file.read()?;
        self.offered = checkpoint.seconds;
        Some(checkpoint.state)
    }

    fn resumed(&mut self, epoch: u32) {
        self.before = self.offered;
        self.watch.notice(&format!("resumed at epoch {epoch}"));
    }

    fn wants_state(&mut self) -> bool {
        // A training that is stopped keeps all that it has done.
        self.kept.is_some_and(|kept| self.began.elapsed() - kept >= INTERVAL || self.watch.cancelled())
    }

    fn keep(&mut self, state: &[u8]) {
        self.kept = match self.file.write(self.seconds(), state) {
            Ok(()) => Some(self.began.elapsed()),
            Err(error) => {
                self.watch.notice(&format!("its state can't be kept, a kill would cost all of it: {error}"));
                None
            }
        };
    }
}
