//! Puts all measures of one trained model together.

use std::collections::BTreeMap;

use super::loss::{deviation_of_cross_entropy, mean_cross_entropy};
use super::score::{confusion, macro_f1, predict, score, wilson};
use super::{Metrics, Score, Whole};
use crate::lab::data::{Dataset, Sequence};
use crate::lab::history::History;

/// Why a model can't be measured.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum MeasureError {
    /// There is nothing to measure it on.
    #[error("the validation set is empty")]
    EmptyValidation,
    /// The logits are not one row of labels for each validation sequence.
    #[error("{found} logits instead of {labels} for each of {examples} validation sequences")]
    Shape {
        /// Logits there are.
        found: usize,
        /// Labels of the data.
        labels: usize,
        /// Sequences of the validation set.
        examples: usize,
    },
}

/// Measures a trained model on the whole validation set.
///
/// `history` is the training's; `multiply_adds` gives the multiply-adds of one forward pass over a sequence of
/// that many time steps.
///
/// # Shapes
/// `logits` is `[dataset.valid.len(), dataset.labels]`, unnormalised, in the order of [`Dataset::valid`].
///
/// # Errors
/// [`MeasureError`] without validation sequences, or when the logits don't match them.
pub fn measure(
    dataset: &Dataset,
    logits: &[f32],
    history: &History,
    multiply_adds: impl FnOnce(u32) -> u64,
) -> Result<Metrics, MeasureError> {
    let (sequences, truth, predicted) = scored(dataset, logits)?;
    let labels = dataset.labels;
    let score = score_where(&truth, &predicted, |_| true).expect("there are examples");
    let sequence_length = median(sequences.iter().map(|sequence| sequence.length).collect());
    Ok(Metrics {
        best: history.best().cloned(),
        last: history.last().cloned(),
        epochs: history.last().map_or(0, |epoch| epoch.epoch),
        stopped_early: history.stopped_early,
        diverged: history.diverged.clone(),
        whole: Whole {
            interval: wilson(&score),
            score,
            macro_f1: macro_f1(labels, &truth, &predicted),
            loss: mean_cross_entropy(logits, labels, &truth),
            loss_deviation: deviation_of_cross_entropy(logits, labels, &truth),
        },
        confusion: confusion(labels, &truth, &predicted),
        users: users_of(dataset, &sequences, &truth, &predicted),
        parameters: history.parameters,
        multiply_adds: multiply_adds(sequence_length),
        sequence_length,
        loss_gap: history
            .last()
            .map(|epoch| epoch.valid_loss - epoch.train_loss)
            .filter(|gap| gap.is_finite()),
        held_out: None,
    })
}

/// The validation sequences, their labels and their predictions.
pub(super) type Scored = (Vec<Sequence>, Vec<u32>, Vec<Option<u32>>);

/// Takes the predictions out of the logits of the validation set.
pub(super) fn scored(dataset: &Dataset, logits: &[f32]) -> Result<Scored, MeasureError> {
    let sequences: Vec<Sequence> =
        dataset.valid.iter().map(|&index| dataset.sequences[index as usize]).collect();
    let (labels, examples) = (dataset.labels, sequences.len());
    if examples == 0 {
        return Err(MeasureError::EmptyValidation);
    }
    if labels == 0 || logits.len() != labels * examples {
        return Err(MeasureError::Shape { found: logits.len(), labels, examples });
    }
    let truth: Vec<u32> = sequences.iter().map(|sequence| sequence.label).collect();
    let predicted: Vec<Option<u32>> = logits.chunks_exact(labels).map(predict).collect();
    Ok((sequences, truth, predicted))
}

/// Scores each user who has validation sequences.
pub(super) fn users_of(
    dataset: &Dataset,
    sequences: &[Sequence],
    truth: &[u32],
    predicted: &[Option<u32>],
) -> BTreeMap<String, Score> {
    dataset
        .users
        .iter()
        .enumerate()
        .filter_map(|(user, name)| {
            let theirs = |place: usize| sequences[place].user as usize == user;
            score_where(truth, predicted, theirs).map(|score| (name.clone(), score))
        })
        .collect()
}

/// Scores the examples at the chosen places; `None` if there are none.
pub(super) fn score_where(
    truth: &[u32],
    predicted: &[Option<u32>],
    chosen: impl Fn(usize) -> bool,
) -> Option<Score> {
    let (mut correct, mut examples) = (0, 0);
    for (place, (label, prediction)) in truth.iter().zip(predicted).enumerate() {
        if chosen(place) {
            examples += 1;
            correct += u32::from(*prediction == Some(*label));
        }
    }
    (examples > 0).then(|| score(correct, examples))
}

/// Gives the median of at least one length, the lower one of two middle lengths.
fn median(mut lengths: Vec<u32>) -> u32 {
    lengths.sort_unstable();
    lengths[(lengths.len() - 1) / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::history::Epoch;

    fn dataset() -> Dataset {
        let sequence = |first_row, length, label, user| Sequence { first_row, length, label, user };
        Dataset {
            channels: 1,
            labels: 2,
            users: ["U01", "U02", "U03"].map(str::to_owned).to_vec(),
            sequences: vec![
                sequence(0, 9, 0, 2),
                sequence(9, 3, 0, 0),
                sequence(12, 5, 1, 0),
                sequence(17, 1, 1, 1),
            ],
            samples: vec![0.0; 18],
            train: vec![0],
            valid: vec![3, 1, 2],
        }
    }

    fn history(losses: &[(f64, f64, f64)]) -> History {
        let epochs = (1..)
            .zip(losses)
            .map(|(epoch, &(train_loss, valid_loss, accuracy))| Epoch {
                epoch,
                train_loss,
                valid_loss,
                accuracy,
                learning_rate: 1e-3,
            })
            .collect();
        History { epochs, stopped_early: true, diverged: None, parameters: 7 }
    }

    #[test]
    fn every_measure_is_taken_in_the_order_of_the_validation_set() {
        // Predictions 1, 0, none for the labels 1, 0, 1.
        let logits = [0.0, 1.0, 1.0, 0.0, f32::NAN, 9.0];
        let history = history(&[(3.0, 2.0, 0.5), (1.0, 1.25, 0.4)]);
        let metrics = measure(&dataset(), &logits, &history, |length| u64::from(length) * 10)
            .expect("the logits match");
        assert_eq!(metrics.whole.score, Score { examples: 3, correct: 2, accuracy: 2.0 / 3.0 });
        assert_eq!(metrics.whole.loss, None);
        assert_eq!(metrics.confusion, [[1, 0], [0, 1]]);
        let users: Vec<(&str, u32, u32)> = metrics
            .users
            .iter()
            .map(|(name, score)| (name.as_str(), score.correct, score.examples))
            .collect();
        assert_eq!(users, [("U01", 1, 2), ("U02", 1, 1)]);
        assert_eq!((metrics.sequence_length, metrics.multiply_adds, metrics.parameters), (3, 30, 7));
        assert_eq!((metrics.epochs, metrics.stopped_early, metrics.loss_gap), (2, true, Some(0.25)));
        assert_eq!(metrics.best.map(|epoch| epoch.epoch), Some(1));
        assert_eq!(metrics.last.map(|epoch| epoch.epoch), Some(2));
    }

    #[test]
    fn metrics_read_back_from_json() {
        let logits = [0.1, 1.0, 1.0, -0.3, 0.7, 0.2];
        let metrics =
            measure(&dataset(), &logits, &history(&[(0.1, 0.3, 0.5)]), u64::from).expect("the logits match");
        let text = serde_json::to_string(&metrics).expect("metrics are JSON");
        assert_eq!(serde_json::from_str::<Metrics>(&text).expect("it was just written"), metrics);
    }

    #[test]
    fn a_training_without_epochs_is_measured_without_them() {
        let metrics = measure(&dataset(), &[0.0; 6], &history(&[]), u64::from).expect("the logits match");
        assert_eq!((metrics.best, metrics.last, metrics.epochs, metrics.loss_gap), (None, None, 0, None));
    }

    #[test]
    fn logits_of_another_shape_are_refused() {
        let error = measure(&dataset(), &[0.0; 5], &history(&[]), u64::from);
        assert_eq!(error, Err(MeasureError::Shape { found: 5, labels: 2, examples: 3 }));
        let nothing = Dataset { valid: Vec::new(), ..dataset() };
        assert_eq!(measure(&nothing, &[], &history(&[]), u64::from), Err(MeasureError::EmptyValidation));
    }
}
