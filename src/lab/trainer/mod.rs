//! The notebook protocol: epochs of steps, validation, early stopping, scheduler.
//!
//! `Batches` ──▶ [`fit`] ──▶ [`History`] and a model; [`train`] is `fit` for the report's own
//! classifier, [`score()`] runs its weights over the whole validation set.
//!
//! Invariants
//! - Every random number comes from a stream of the seed and a purpose: initialisation, the order of the
//!   training batches, that of the validation batches, dropout. None disturbs another.
//! - Losses and accuracies are summed in `f64`, in the order of the batches.
//! - Reads no clock, opens no file and prints nothing: a [`Watch`] is told, and keeps the state.
//! - A training that goes on from a kept state ends with the bits of one that never stopped.

mod batches;
mod plateau;
mod score;
mod standing;
mod stopping;

pub use plateau::{PLATEAU_THRESHOLD, Plateau};
pub use score::{ScoreError, score};
pub use stopping::EarlyStopping;

use super::data::Dataset;
use super::history::{Epoch, History};
use super::nn::{
    Adam, Batch, BatchSize, Classifier, Classify, PoolGuard, Simd, Values, cross_entropy, parameter_count,
    training_bytes,
};
use super::settings::Settings;
use batches::Batches;
use standing::Standing;

/// Who watches a training, and may stop it and keep its state for another start.
pub trait Watch {
    /// Is told how far the current epoch is (`step` of `steps` done, in epoch `epoch` from 1).
    fn step(&mut self, epoch: u32, step: u32, steps: u32);
    /// Is told each finished epoch.
    fn epoch(&mut self, epoch: &Epoch);
    /// Says whether the training should stop now, without a result.
    fn cancelled(&self) -> bool;
    /// Gives the state that an earlier start of the same training left, if any; asked once, before the first step.
    fn kept(&mut self) -> Option<Vec<u8>> {
        None
    }
    /// Is told that the training goes on from that state, in epoch `epoch`.
    fn resumed(&mut self, _epoch: u32) {}
    /// Says whether it would [`keep`](Self::keep) the state now; asked before each step but the first. The
    /// answer changes no result.
    fn wants_state(&mut self) -> bool {
        false
    }
    /// Takes the state, opaque and without a seal of its own: only whole bytes may be given back.
    fn keep(&mut self, _state: &[u8]) {}
}

/// What a training leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Trained {
    /// Its course.
    pub history: History,
    /// The parameters after the last step, as a safetensors file under PyTorch's names.
    pub weights: Vec<u8>,
}

/// Why a training has no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrainError {
    /// The watch said so.
    #[error("the training was cancelled")]
    Cancelled,
    /// A split does not fill one batch.
    #[error("a batch of {batch} does not fit the {split} split, which has {sequences} sequences")]
    TooFewSequences {
        /// `training` or `validation`.
        split: &'static str,
        /// How many sequences it has.
        sequences: usize,
        /// How many a batch takes.
        batch: usize,
    },
}

/// Trains the report's classifier; equal arguments give equal bytes, whatever `simd` is.
///
/// # Errors
/// [`TrainError`]; a loss that is no number is not an error but [`History::diverged`].
pub fn train(
    dataset: &Dataset,
    settings: &Settings,
    seed: u64,
    simd: Simd,
    watch: &mut dyn Watch,
) -> Result<Trained, TrainError> {
    // Declared first, so that it goes last: the model's memory goes back, too.
    let pool = PoolGuard::default();
    let model = Classifier::new(settings, dataset.channels, dataset.labels, seed);
    let (model, mut history) = fit(model, dataset, settings, seed, simd, watch)?;
    history.parameters = parameter_count(settings, dataset.channels, dataset.labels);
    // The file takes several times the parameters' memory while it is made.
    pool.release();
    Ok(Trained { history, weights: model.to_safetensors() })
}

/// Estimates the most memory that [`train`] has at once besides the dataset, in bytes, with what its watch keeps.
pub fn memory_bytes(dataset: &Dataset, settings: &Settings) -> u64 {
    let indices = dataset.train.iter().chain(&dataset.valid);
    let longest = indices.map(|&index| dataset.sequences[index as usize].length).max().unwrap_or_default();
    let size = BatchSize {
        // A batch that a split does not fill is refused.
        rows: settings.batch.min(dataset.train.len()).min(dataset.valid.len()).max(1),
        steps: longest as usize,
        channels: dataset.channels,
        labels: dataset.labels,
    };
    training_bytes(settings, size)
}

/// Trains any model under the protocol; [`Classify`] says what a model of burn's own layers gives up.
///
/// # Errors
/// As for [`train`].
pub fn fit<M: Classify>(
    mut model: M,
    dataset: &Dataset,
    settings: &Settings,
    seed: u64,
    simd: Simd,
    watch: &mut dyn Watch,
) -> Result<(M, History), TrainError> {
    let mut adam = Adam::new(settings.weight_decay, simd);
    let mut at = Standing::at_the_start(dataset, settings, seed, model.num_params() as u64)?;
    if let Some(state) = watch.kept()
        && let Some((standing, snapshot)) = Standing::of_bytes(&state, &model)
    {
        model = snapshot.restore(model, &mut adam);
        at = standing;
        watch.resumed(at.epoch);
    }
    let steps = at.train.steps();
    loop {
        while at.step < steps {
            if at.gradient_norm.is_some() && watch.wants_state() {
                watch.keep(&at.to_bytes(&model, &adam));
            }
            if watch.cancelled() {
                return Err(TrainError::Cancelled);
            }
            let batch = Batch::of(dataset, at.train.next_indices());
            let loss = cross_entropy(model.logits(&batch, Some(&mut at.dropout), simd), &batch.labels, simd);
            let value = f64::from(Values::of_tensor(loss.clone())[0]);
            let mut norm = f64::INFINITY;
            if value.is_finite() {
                (model, norm) = adam.step(model, loss.backward(), at.plateau.learning_rate());
            }
            if !norm.is_finite() {
                at.diverge(at.step + 1);
                return Ok((model, at.history));
            }
            at.gradient_norm = Some(norm);
            at.train_loss += value;
            at.step += 1;
            watch.step(at.epoch, at.step, steps);
        }
        let (valid_loss, accuracy) = validate(&model, dataset, &mut at.valid, simd, watch)?;
        if !valid_loss.is_finite() {
            at.diverge(steps);
            return Ok((model, at.history));
        }
        let more = at.finish_epoch(valid_loss, accuracy, settings.epochs);
        at.history.last().into_iter().for_each(|epoch| watch.epoch(epoch));
        if !more {
            return Ok((model, at.history));
        }
    }
}

/// Gives the means over one epoch's validation batches of cross-entropy and accuracy.
fn validate<M: Classify>(
    model: &M,
    dataset: &Dataset,
    batches: &mut Batches,
    simd: Simd,
    watch: &dyn Watch,
) -> Result<(f64, f64), TrainError> {
    let model = model.valid();
    let (mut loss, mut accuracy) = (0.0, 0.0);
    for _ in 0..batches.steps() {
        if watch.cancelled() {
            return Err(TrainError::Cancelled);
        }
        let batch = Batch::of(dataset, batches.next_indices());
        let logits = model.logits(&batch, None, simd);
        accuracy += share_correct(&Values::of_tensor(logits.clone()), &batch.labels);
        loss += f64::from(Values::of_tensor(cross_entropy(logits, &batch.labels, simd))[0]);
    }
    let steps = f64::from(batches.steps());
    Ok((loss / steps, accuracy / steps))
}

/// Gives the share of rows whose greatest logit (the first of them on a tie) is that of their label.
fn share_correct(logits: &[f32], labels: &[u32]) -> f64 {
    let width = logits.len() / labels.len();
    let greatest =
        |row: &[f32]| (1..width).fold(0, |best, label| if row[label] > row[best] { label } else { best });
    let rows = logits.chunks_exact(width).zip(labels);
    rows.filter(|(row, label)| greatest(row) == **label as usize).count() as f64 / labels.len() as f64
}

#[cfg(test)]
pub mod tests;
