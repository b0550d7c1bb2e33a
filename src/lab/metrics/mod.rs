//! What an evaluation measures, as `metrics.json` holds it.
//!
//! logits of the validation set + [`History`] ──measure──▶ [`Metrics`]
//!
//! | file | its duty |
//! |---|---|
//! | `measure` | puts all measures together |
//! | `score` | predictions, accuracy, its interval, confusion, macro-F1 |
//! | `loss` | cross-entropy |
//! | `held_out` | the same for users held out |
//!
//! Invariants
//! - Sums run in the order of the data, in double precision: the same bits everywhere.
//! - A row of logits with a NaN predicts nothing: it counts as wrong, and in no column of the confusion.
//!
//! [`History`]: super::history::History

mod held_out;
mod loss;
mod measure;
mod score;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::history::{Divergence, Epoch};

pub use held_out::{HeldOut, measure_held_out};
pub use measure::{MeasureError, measure};

/// All measures of one trained model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metrics {
    /// The epoch with the highest accuracy under the notebook protocol; absent if none finished.
    pub best: Option<Epoch>,
    /// The last epoch under the notebook protocol; absent if none finished.
    pub last: Option<Epoch>,
    /// Epochs that finished.
    pub epochs: u32,
    /// Whether early stopping ended the training.
    pub stopped_early: bool,
    /// Where the training diverged, if it did.
    pub diverged: Option<Divergence>,
    /// The final weights on the whole validation set.
    pub whole: Whole,
    /// `confusion[true label][predicted label]` counts over the whole validation set; rows whose
    /// logits hold a NaN have no prediction and are in no column.
    pub confusion: Vec<Vec<u32>>,
    /// The final weights on each user's validation sequences.
    pub users: BTreeMap<String, Score>,
    /// Trainable numbers of the model.
    pub parameters: u64,
    /// Multiply-adds of one forward pass over a sequence of `sequence_length` steps.
    pub multiply_adds: u64,
    /// The length that `multiply_adds` is counted at: the median of the validation set.
    pub sequence_length: u32,
    /// Validation loss minus training loss of the last epoch; absent if none finished or it is not finite.
    pub loss_gap: Option<f64>,
    /// The final weights on the users held out; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_out: Option<HeldOut>,
}

/// Predictions against labels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Sequences scored.
    pub examples: u32,
    /// Sequences whose highest logit is their label.
    pub correct: u32,
    /// `correct / examples`, a fraction.
    pub accuracy: f64,
}

/// The final weights on the whole validation set, no sequence left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    /// Counts and accuracy.
    #[serde(flatten)]
    pub score: Score,
    /// 95 % Wilson interval of the accuracy, as fractions.
    pub interval: [f64; 2],
    /// Unweighted mean of the labels' F1, a fraction, over the labels that occur as truth or as prediction.
    pub macro_f1: f64,
    /// Mean cross-entropy, in nats; absent where it is not finite.
    pub loss: Option<f64>,
    /// Standard deviation of the sequences' cross-entropies, in nats; absent where it is not finite.
    pub loss_deviation: Option<f64>,
}
