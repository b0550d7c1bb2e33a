//! Early stopping on the validation loss.

use serde::{Deserialize, Serialize};

/// Counts the epochs since the loss was last lower than ever before.
///
/// # Source
/// `mltrainer`'s `EarlyStopping` with delta 0: an equal loss is no improvement.
#[derive(Debug, Serialize, Deserialize)]
pub struct EarlyStopping {
    patience: u32,
    /// The lowest loss; absent before the first.
    best: Option<f64>,
    waited: u32,
}

impl EarlyStopping {
    /// Starts without a loss seen.
    pub fn new(patience: u32) -> Self {
        Self { patience, best: None, waited: 0 }
    }

    /// Says whether it can ever end a training before its last epoch, whatever the losses are.
    ///
    /// The first loss is always the lowest, so that at most `epochs` − 2 epochs have been waited before the last one begins.
    pub fn has_effect(patience: u32, epochs: u32) -> bool {
        u64::from(epochs) >= u64::from(patience) + 2
    }

    /// Takes an epoch's validation loss and says whether training ends with it.
    pub fn should_stop(&mut self, loss: f64) -> bool {
        if self.best.is_none_or(|best| loss < best) {
            self.best = Some(loss);
            self.waited = 0;
        } else {
            self.waited += 1;
        }
        self.waited >= self.patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_ends_when_the_loss_has_not_fallen_for_as_many_epochs_as_the_patience() {
        let mut stopping = EarlyStopping::new(2);
        let stops = [1.0, 0.9, 0.9, 0.8, 0.85, 0.8].map(|loss| stopping.should_stop(loss));
        assert_eq!(stops, [false, false, false, false, false, true]);
    }
}
