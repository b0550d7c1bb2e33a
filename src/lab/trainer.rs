//! The notebook protocol: epochs of steps, validation, scheduler, early stopping.

use super::history::Epoch;

/// Who watches a training, and may stop it.
pub trait Watch {
    /// Is told how far the current epoch is (`step` of `steps` done, in epoch `epoch` from 1).
    fn step(&mut self, epoch: u32, step: u32, steps: u32);
    /// Is told each finished epoch.
    fn epoch(&mut self, epoch: &Epoch);
    /// Says whether the training should stop now, without a result.
    fn cancelled(&self) -> bool;
}
