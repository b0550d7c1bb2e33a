//! The notebook protocol: epochs of steps, validation, early stopping, scheduler.
//!
//! `Batches` ──▶ [`fit`] ──▶ [`History`] and a model; [`train`] is `fit` for the report's own
//! classifier, [`score()`] runs its weights over the whole validation set.
//!
//! Invariants
//! - Every random number comes from a stream of the seed and a purpose: initialisation, the order of the
//!   training batches, that of the validation batches, dropout. None disturbs another.
//! - Losses and accuracies are summed in `f64`, in the order of the batches.
//! - Reads no clock and prints nothing: a [`Watch`] is told.

mod batches;
mod plateau;
mod score;
mod stopping;

pub use score::{ScoreError, score};

use super::data::Dataset;
use super::history::{Divergence, Epoch, History};
use super::nn::{Adam, Batch, Classifier, Classify, Simd, Values, cross_entropy, parameter_count};
use super::random::Random;
use super::settings::Settings;
use batches::Batches;
use plateau::Plateau;
use stopping::EarlyStopping;

/// Who watches a training, and may stop it.
pub trait Watch {
    /// Is told how far the current epoch is (`step` of `steps` done, in epoch `epoch` from 1).
    fn step(&mut self, epoch: u32, step: u32, steps: u32);
    /// Is told each finished epoch.
    fn epoch(&mut self, epoch: &Epoch);
    /// Says whether the training should stop now, without a result.
    fn cancelled(&self) -> bool;
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
    let model = Classifier::new(settings, dataset.channels, dataset.labels, seed);
    let (model, mut history) = fit(model, dataset, settings, seed, simd, watch)?;
    history.parameters = parameter_count(settings, dataset.channels, dataset.labels);
    Ok(Trained { history, weights: model.to_safetensors() })
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
    let mut train = Batches::new("training", &dataset.train, settings.batch, seed)?;
    let mut valid = Batches::new("validation", &dataset.valid, settings.batch, seed)?;
    let mut dropout = Random::new(seed, "dropout");
    let mut adam = Adam::new(settings.weight_decay, simd);
    let mut plateau = Plateau::new(settings);
    let mut stopping = EarlyStopping::new(settings.stop_patience);
    let parameters = model.num_params() as u64;
    let mut history = History { epochs: Vec::new(), stopped_early: false, diverged: None, parameters };
    let mut gradient_norm = None;
    // The notebook looks at one batch before it trains.
    train.next_indices();
    for epoch in 1..=settings.epochs {
        let learning_rate = plateau.learning_rate();
        let diverged = |step, gradient_norm| Some(Divergence { epoch, step, learning_rate, gradient_norm });
        let mut train_loss = 0.0;
        for step in 1..=train.steps() {
            if watch.cancelled() {
                return Err(TrainError::Cancelled);
            }
            let batch = Batch::of(dataset, train.next_indices());
            let loss = cross_entropy(model.logits(&batch, Some(&mut dropout), simd), &batch.labels, simd);
            let value = f64::from(Values::of_tensor(loss.clone())[0]);
            if !value.is_finite() {
                history.diverged = diverged(step, gradient_norm);
                return Ok((model, history));
            }
            let norm;
            (model, norm) = adam.step(model, loss.backward(), learning_rate);
            if !norm.is_finite() {
                history.diverged = diverged(step, gradient_norm);
                return Ok((model, history));
            }
            gradient_norm = Some(norm);
            train_loss += value;
            watch.step(epoch, step, train.steps());
        }
        let (valid_loss, accuracy) = validate(&model, dataset, &mut valid, simd, watch)?;
        if !valid_loss.is_finite() {
            history.diverged = diverged(train.steps(), gradient_norm);
            return Ok((model, history));
        }
        let train_loss = train_loss / f64::from(train.steps());
        let finished = Epoch { epoch, train_loss, valid_loss, accuracy, learning_rate };
        watch.epoch(&finished);
        history.epochs.push(finished);
        if stopping.should_stop(valid_loss) {
            history.stopped_early = epoch < settings.epochs;
            break;
        }
        plateau.see(valid_loss);
    }
    Ok((model, history))
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
