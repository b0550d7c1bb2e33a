//! Predictions against labels: accuracy, its interval, confusion, macro-F1.

use super::Score;

/// The quantile of the standard normal distribution that leaves 2.5 % above it: of intervals that hold the accuracy that they
/// estimate in 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Gives the place of the highest logit, the first of them on a tie; `None` if any is NaN.
pub(super) fn predict(logits: &[f32]) -> Option<u32> {
    let mut best = 0;
    for (place, logit) in logits.iter().enumerate() {
        if logit.is_nan() {
            return None;
        }
        if *logit > logits[best] {
            best = place;
        }
    }
    u32::try_from(best).ok().filter(|_| !logits.is_empty())
}

/// Scores `correct` of `examples`; there is at least one example.
pub(super) fn score(correct: u32, examples: u32) -> Score {
    Score { examples, correct, accuracy: f64::from(correct) / f64::from(examples) }
}

/// Gives the 95 % Wilson interval of an accuracy, as fractions.
///
/// # Source
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
/// Statistical Association 22 (1927), 209–212.
pub(super) fn wilson(score: &Score) -> [f64; 2] {
    let examples = f64::from(score.examples);
    let (accuracy, weight) = (score.accuracy, Z * Z / examples);
    let centre = accuracy + weight / 2.0;
    let reach = Z * (accuracy * (1.0 - accuracy) / examples + weight / (4.0 * examples)).sqrt();
    // Rounding alone may leave the unit interval, at an accuracy of 0 or 1.
    [centre - reach, centre + reach].map(|end| (end / (1.0 + weight)).clamp(0.0, 1.0))
}

/// Counts predictions by true label and predicted label: `[true][predicted]`, each below `labels`.
pub(super) fn confusion(labels: usize, truth: &[u32], predicted: &[Option<u32>]) -> Vec<Vec<u32>> {
    let mut counts = vec![vec![0; labels]; labels];
    for (&label, prediction) in truth.iter().zip(predicted) {
        if let Some(prediction) = prediction {
            counts[label as usize][*prediction as usize] += 1;
        }
    }
    counts
}

/// Gives the unweighted mean of the labels' F1 = 2 TP / (2 TP + FP + FN).
///
/// Labels that are neither true nor predicted anywhere have no F1 and stay out of the mean; a label with no true
/// positive has 0.
///
/// # Source
/// C. J. van Rijsbergen, "Information Retrieval", 2nd edition (1979), chapter 7; the choice of labels is that of
/// scikit-learn's `f1_score(average="macro")`.
pub(super) fn macro_f1(labels: usize, truth: &[u32], predicted: &[Option<u32>]) -> f64 {
    let (mut right, mut occurrences) = (vec![0_u32; labels], vec![0_u32; labels]);
    for (&label, prediction) in truth.iter().zip(predicted) {
        occurrences[label as usize] += 1;
        if let Some(prediction) = prediction {
            occurrences[*prediction as usize] += 1;
            right[label as usize] += u32::from(*prediction == label);
        }
    }
    // True labels and predictions together count each true positive twice: exactly F1's denominator.
    let (sum, present) = right.iter().zip(&occurrences).filter(|(_, occurrences)| **occurrences > 0).fold(
        (0.0, 0_u32),
        |(sum, present), (right, occurrences)| {
            (sum + 2.0 * f64::from(*right) / f64::from(*occurrences), present + 1)
        },
    );
    sum / f64::from(present)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::number::exp;

    #[test]
    fn the_highest_logit_is_the_prediction_and_nan_is_none() {
        assert_eq!(predict(&[0.5, 2.0, 2.0]), Some(1));
        assert_eq!(predict(&[f32::NEG_INFINITY, -1.0]), Some(1));
        assert_eq!(predict(&[3.0, f32::NAN]), None);
        assert_eq!(predict(&[]), None);
    }

    #[test]
    fn the_wilson_interval_agrees_with_published_examples() {
        // R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17
        // (1998), table I, method 3: 81/263, 15/148, 0/20, 1/29.
        for (correct, examples, expected) in [
            (81, 263, [0.2553, 0.3662]),
            (15, 148, [0.0624, 0.1605]),
            (0, 20, [0.0000, 0.1611]),
            (1, 29, [0.0061, 0.1718]),
        ] {
            let found = wilson(&score(correct, examples));
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 5e-5, "{correct}/{examples}: {found}, not {expected}");
            }
        }
        assert_eq!(wilson(&score(20, 20))[1], 1.0);
        assert_eq!(wilson(&score(0, 20))[0], 0.0);
    }

    #[test]
    fn the_quantile_is_that_of_the_confidence() {
        // Simpson's rule on the density, from minus to plus the quantile.
        let steps = 1000;
        let width = 2.0 * Z / f64::from(steps);
        let density = |at: f64| exp(-at * at / 2.0) / (2.0 * std::f64::consts::PI).sqrt();
        let weighted = (0..=steps).map(|step| {
            let weight = if step == 0 || step == steps { 1.0 } else { f64::from(2 + 2 * (step % 2)) };
            weight * density(f64::from(step) * width - Z)
        });
        let inside = weighted.sum::<f64>() * width / 3.0;
        assert!((inside - 0.95).abs() < 1e-10, "{inside}");
    }

    #[test]
    fn macro_f1_agrees_with_the_documented_example() {
        // The example in the documentation of scikit-learn's `f1_score`: 0.26….
        let truth = [0, 1, 2, 0, 1, 2];
        let predicted = [0, 2, 1, 0, 0, 1].map(Some);
        // F1 of label 0 is 2·2 / (2·2 + 1 + 0) = 0.8, the others' is 0.
        assert!((macro_f1(3, &truth, &predicted) - 0.8 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_label_that_never_occurs_does_not_lower_macro_f1() {
        assert_eq!(macro_f1(5, &[0, 1], &[Some(0), Some(1)]), 1.0);
        assert_eq!(macro_f1(5, &[0, 1], &[Some(0), Some(4)]), 1.0 / 3.0);
    }

    #[test]
    fn no_prediction_is_a_miss() {
        assert_eq!(macro_f1(2, &[0, 0], &[Some(0), None]), 2.0 / 3.0);
        assert_eq!(confusion(2, &[0, 0], &[Some(0), None]), [[1, 0], [0, 0]]);
    }

    #[test]
    fn confusion_has_truth_in_rows() {
        let counts = confusion(3, &[0, 1, 2, 0], &[1, 1, 0, 1].map(Some));
        assert_eq!(counts, [[0, 2, 0], [0, 1, 0], [1, 0, 0]]);
    }
}
