//! The learning rate, reduced when the validation loss is on a plateau.

use serde::{Deserialize, Serialize};

use crate::lab::settings::Settings;

/// The part of the lowest loss by which a loss must be below it to count as lower.
pub const PLATEAU_THRESHOLD: f64 = 1e-4;

/// The least change of the learning rate that is made.
const LEAST_CHANGE: f64 = 1e-8;

/// `torch.optim.lr_scheduler.ReduceLROnPlateau` with its defaults: mode `min`, relative threshold 1e-4, no
/// cooldown, least rate 0, and changes below 1e-8 not made.
#[derive(Debug, Serialize, Deserialize)]
pub struct Plateau {
    learning_rate: f64,
    factor: f64,
    patience: u32,
    /// The lowest loss; absent before the first.
    best: Option<f64>,
    bad_epochs: u32,
}

impl Plateau {
    /// Starts at the settings' learning rate.
    pub fn new(settings: &Settings) -> Self {
        Self {
            learning_rate: settings.learning_rate,
            factor: settings.plateau_factor,
            patience: settings.plateau_patience,
            best: None,
            bad_epochs: 0,
        }
    }

    /// Gives the rate that the next step uses.
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Says whether it can ever change the rate of a step, whatever the losses are.
    ///
    /// The first loss is always the lowest, so that there are at most `epochs` − 2 bad epochs before the last one begins.
    pub fn has_effect(learning_rate: f64, factor: f64, patience: u32, epochs: u32) -> bool {
        u64::from(epochs) > u64::from(patience) + 2 && reduced(learning_rate, factor).is_some()
    }

    /// Takes an epoch's validation loss.
    pub fn see(&mut self, loss: f64) {
        if self.best.is_none_or(|best| loss < best * (1.0 - PLATEAU_THRESHOLD)) {
            self.best = Some(loss);
            self.bad_epochs = 0;
        } else {
            self.bad_epochs += 1;
        }
        if self.bad_epochs > self.patience {
            self.learning_rate = reduced(self.learning_rate, self.factor).unwrap_or(self.learning_rate);
            self.bad_epochs = 0;
        }
    }
}

/// Gives the next rate; `None` where it would hardly differ.
fn reduced(learning_rate: f64, factor: f64) -> Option<f64> {
    let reduced = learning_rate * factor;
    (learning_rate - reduced > LEAST_CHANGE).then_some(reduced)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::trainer::tests::settings;

    #[test]
    fn the_rate_is_halved_after_more_bad_epochs_than_the_patience() {
        let mut plateau = Plateau::new(&Settings { plateau_patience: 2, learning_rate: 0.1, ..settings() });
        let mut rates = Vec::new();
        // 0.99995 is lower than 1, but by less than the threshold: a bad epoch.
        for loss in [1.0, 0.99995, 1.0, 1.0, 1.0, 0.5, 0.6, 0.6, 0.6] {
            plateau.see(loss);
            rates.push(plateau.learning_rate());
        }
        assert_eq!(rates, [0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05, 0.025]);
    }

    #[test]
    fn a_change_too_small_to_matter_is_not_made() {
        let mut plateau =
            Plateau::new(&Settings { plateau_patience: 0, learning_rate: 1.5e-8, ..settings() });
        plateau.see(1.0);
        plateau.see(1.0);
        assert_eq!(plateau.learning_rate(), 1.5e-8);
    }
}
