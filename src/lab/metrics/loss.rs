//! Cross-entropy of logits: its mean and its standard deviation.

use crate::lab::number::{exp, ln};

/// Gives the mean over the rows of `−ln softmax(logits)[label]`, in nats; `None` where it is not finite.
///
/// # Shapes
/// `logits` is `[examples, labels]`, unnormalised; `truth` is `[examples]`, each below `labels`.
pub(super) fn mean_cross_entropy(logits: &[f32], labels: usize, truth: &[u32]) -> Option<f64> {
    let sum = losses(logits, labels, truth).fold(0.0, |sum, loss| sum + loss);
    Some(sum / truth.len() as f64).filter(|mean| mean.is_finite())
}

/// Gives the standard deviation over the rows of what [`mean_cross_entropy`] averages, in nats; `None` for a single
/// row, or where it is not finite.
pub(super) fn deviation_of_cross_entropy(logits: &[f32], labels: usize, truth: &[u32]) -> Option<f64> {
    let mean = mean_cross_entropy(logits, labels, truth).filter(|_| truth.len() > 1)?;
    let squares = losses(logits, labels, truth).fold(0.0, |sum, loss| sum + (loss - mean) * (loss - mean));
    Some((squares / (truth.len() - 1) as f64).sqrt()).filter(|deviation| deviation.is_finite())
}

fn losses(logits: &[f32], labels: usize, truth: &[u32]) -> impl Iterator<Item = f64> {
    logits.chunks_exact(labels).zip(truth).map(|(row, &label)| cross_entropy(row, label as usize))
}

/// Computes `ln Σ exp(logit − highest) − (logits[label] − highest)`: no term overflows.
fn cross_entropy(logits: &[f32], label: usize) -> f64 {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let above = |logit: f32| f64::from(logit) - f64::from(highest);
    ln(logits.iter().fold(0.0, |sum, &logit| sum + exp(above(logit)))) - above(logits[label])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_logits_lose_the_logarithm_of_their_number() {
        let loss = mean_cross_entropy(&[0.5; 40], 20, &[3, 19]).expect("it is finite");
        assert!((loss - 2.995_732_273_553_991).abs() < 1e-15);
    }

    #[test]
    fn the_mean_agrees_with_sums_by_hand() {
        // −ln(e / (e + 1)) = 0.313 261 687…, −ln(1 / (e + 1)) = 1.313 261 687…
        let loss = mean_cross_entropy(&[1.0, 0.0, 1.0, 0.0], 2, &[0, 1]).expect("it is finite");
        assert!((loss - 0.813_261_687_518_222_8).abs() < 1e-15);
    }

    #[test]
    fn the_deviation_agrees_with_sums_by_hand() {
        // The losses above differ by 1: their deviation is 1/√2.
        let deviation = deviation_of_cross_entropy(&[1.0, 0.0, 1.0, 0.0], 2, &[0, 1]);
        assert!((deviation.expect("it is finite") - std::f64::consts::FRAC_1_SQRT_2).abs() < 1e-15);
        assert_eq!(deviation_of_cross_entropy(&[1.0, 0.0], 2, &[0]), None);
        assert_eq!(deviation_of_cross_entropy(&[f32::NAN, 0.0, 1.0, 0.0], 2, &[0, 1]), None);
    }

    #[test]
    fn huge_logits_do_not_overflow() {
        assert_eq!(mean_cross_entropy(&[3e38, -3e38], 2, &[0]), Some(0.0));
        let loss = mean_cross_entropy(&[1e30, -1e30], 2, &[1]).expect("it is finite");
        assert!((loss / 2e30 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_logit_that_is_no_number_leaves_no_loss() {
        assert_eq!(mean_cross_entropy(&[f32::NAN, 0.0], 2, &[1]), None);
        assert_eq!(mean_cross_entropy(&[f32::INFINITY, 0.0], 2, &[0]), None);
        assert_eq!(mean_cross_entropy(&[f32::NEG_INFINITY; 2], 2, &[0]), None);
    }
}
