//! What a training leaves behind besides weights: `history.json`, and `observed.json` with the times.

use serde::{Deserialize, Serialize};

/// The course of one training, as `history.json` holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct History {
    /// One entry for each finished epoch, from epoch 1.
    pub epochs: Vec<Epoch>,
    /// Whether early stopping ended it before its last epoch.
    pub stopped_early: bool,
    /// Where the loss stopped being a number, if it did.
    pub diverged: Option<Divergence>,
    /// Trainable numbers of the model.
    pub parameters: u64,
}

/// One epoch under the notebook protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Its number, from 1.
    pub epoch: u32,
    /// Mean over the training batches of their cross-entropy, in nats, dropout active.
    pub train_loss: f64,
    /// Mean over the validation batches of their cross-entropy, in nats.
    pub valid_loss: f64,
    /// Mean over the validation batches of their accuracy, a fraction.
    pub accuracy: f64,
    /// The learning rate that this epoch's steps used.
    pub learning_rate: f64,
}

/// Where a training met a loss that is not finite.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// The epoch, from 1.
    pub epoch: u32,
    /// The step within the epoch, from 1.
    pub step: u32,
    /// The learning rate of that step.
    pub learning_rate: f64,
    /// Norm of the last finite gradient before it; absent at the first step.
    pub gradient_norm: Option<f64>,
}

/// What was only observed of a training, as `observed.json` holds it; never enters a result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Wall time of the training, in seconds.
    pub seconds: f64,
    /// The instruction set the kernels ran on: `avx512`, `avx2` or `portable`.
    pub simd: String,
}

impl History {
    /// The epoch with the highest accuracy, the earliest of them on a tie.
    pub fn best(&self) -> Option<&Epoch> {
        self.epochs.iter().reduce(|best, epoch| if epoch.accuracy > best.accuracy { epoch } else { best })
    }

    /// The last finished epoch.
    pub fn last(&self) -> Option<&Epoch> {
        self.epochs.last()
    }
}
