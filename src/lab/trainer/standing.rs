//! Where a training stands between two steps, as bytes and back.
//!
//! length of the JSON (u64) · [`Standing`] as JSON · the model's and optimiser's [`Snapshot`]
//!
//! Invariants
//! - With the model and the optimiser it is all that the next step depends on: a training that goes on from
//!   it ends with the bits of one that never stopped.
//! - Bytes that do not fit are refused, not guessed at.

use burn::module::Module;
use serde::{Deserialize, Serialize};

use super::TrainError;
use super::batches::Batches;
use super::plateau::Plateau;
use super::stopping::EarlyStopping;
use crate::lab::data::Dataset;
use crate::lab::history::{Divergence, Epoch, History};
use crate::lab::nn::{Adam, Snapshot};
use crate::lab::random::Random;
use crate::lab::settings::Settings;

/// All of a training but its model and its optimiser.
#[derive(Debug, Serialize, Deserialize)]
pub struct Standing {
    /// The current epoch, from 1.
    pub epoch: u32,
    /// Steps of it that are done.
    pub step: u32,
    /// Sum of their losses.
    pub train_loss: f64,
    /// Norm of the last gradient; absent before the first step.
    pub gradient_norm: Option<f64>,
    /// The training batches to come.
    pub train: Batches,
    /// The validation batches to come.
    pub valid: Batches,
    /// The stream of dropout's masks.
    pub dropout: Random,
    /// The scheduler.
    pub plateau: Plateau,
    /// Early stopping.
    pub stopping: EarlyStopping,
    /// The finished epochs.
    pub history: History,
}

impl Standing {
    /// Stands before the first step; `parameters` is the model's number of them.
    pub fn at_the_start(
        dataset: &Dataset,
        settings: &Settings,
        seed: u64,
        parameters: u64,
    ) -> Result<Self, TrainError> {
        let mut train = Batches::new("training", &dataset.train, settings.batch, seed)?;
        // The notebook looks at one batch before it trains.
        train.next_indices();
        Ok(Self {
            epoch: 1,
            step: 0,
            train_loss: 0.0,
            gradient_norm: None,
            train,
            valid: Batches::new("validation", &dataset.valid, settings.batch, seed)?,
            dropout: Random::new(seed, "dropout"),
            plateau: Plateau::new(settings),
            stopping: EarlyStopping::new(settings.stop_patience),
            history: History { epochs: Vec::new(), stopped_early: false, diverged: None, parameters },
        })
    }

    /// Notes that the loss or the gradient of step `step` of the current epoch was no number.
    pub fn diverge(&mut self, step: u32) {
        let (learning_rate, gradient_norm) = (self.plateau.learning_rate(), self.gradient_norm);
        self.history.diverged = Some(Divergence { epoch: self.epoch, step, learning_rate, gradient_norm });
    }

    /// Ends the current epoch; says whether another one of at most `epochs` follows.
    pub fn finish_epoch(&mut self, valid_loss: f64, accuracy: f64, epochs: u32) -> bool {
        self.history.epochs.push(Epoch {
            epoch: self.epoch,
            train_loss: self.train_loss / f64::from(self.train.steps()),
            valid_loss,
            accuracy,
            learning_rate: self.plateau.learning_rate(),
        });
        let more = self.epoch < epochs;
        let stops = self.stopping.should_stop(valid_loss);
        self.history.stopped_early = stops && more;
        self.plateau.see(valid_loss);
        (self.epoch, self.step, self.train_loss) = (self.epoch + 1, 0, 0.0);
        more && !stops
    }

    /// Writes it and what it stands beside; there has been at least one step.
    pub fn to_bytes<M: Module>(&self, model: &M, adam: &Adam) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("its fields have names and numbers");
        let mut bytes = (json.len() as u64).to_le_bytes().to_vec();
        bytes.extend(json);
        Snapshot::write(model, adam, &mut bytes);
        bytes
    }

    /// Reads what [`Standing::to_bytes`] wrote of a training of `model`; `None` if it is something else.
    pub fn of_bytes<'b, M: Module>(bytes: &'b [u8], model: &M) -> Option<(Self, Snapshot<'b>)> {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (json, numbers) = rest.split_at_checked(length)?;
        let snapshot = Snapshot::of(numbers, model)?;
        Some((serde_json::from_slice(json).ok()?, snapshot))
    }
}
