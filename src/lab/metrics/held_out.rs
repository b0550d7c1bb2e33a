//! Measures a trained model on users it was not trained on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Score;
use super::measure::{MeasureError, score_where, scored, users_of};
use super::score::wilson;
use crate::lab::data::Dataset;

/// The final weights on every sequence of users that took part in neither training nor validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HeldOut {
    /// Counts and accuracy over all of them.
    #[serde(flatten)]
    pub score: Score,
    /// 95 % Wilson interval of the accuracy, as fractions: for more sequences of these users, not for other users.
    pub interval: [f64; 2],
    /// Each user's own.
    pub users: BTreeMap<String, Score>,
}

/// Scores the sequences in [`Dataset::valid`], which here are those of the users held out.
///
/// # Shapes
/// As for [`super::measure()`].
///
/// # Errors
/// As for [`super::measure()`].
pub fn measure_held_out(dataset: &Dataset, logits: &[f32]) -> Result<HeldOut, MeasureError> {
    let (sequences, truth, predicted) = scored(dataset, logits)?;
    let score = score_where(&truth, &predicted, |_| true).expect("there are examples");
    let users = users_of(dataset, &sequences, &truth, &predicted);
    Ok(HeldOut { interval: wilson(&score), score, users })
}
