//! Softmax cross-entropy.

use super::activation::{exponential, logarithm};
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// The mean cross-entropy of a batch, and its gradient.
///
/// # Shapes
/// `logits` and `gradient` are `[row][label]` numbers, `labels` one for each row.
///
/// # Output
/// The mean over the rows, in nats; not finite where a logit isn't.
pub struct CrossEntropy<'a> {
    /// The logits.
    pub logits: &'a [f32],
    /// The true labels.
    pub labels: &'a [u32],
    /// Gradient of the mean with respect to the logits, written.
    pub gradient: &'a mut [f32],
}

impl Kernel for CrossEntropy<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        let width = self.logits.len() / self.labels.len();
        let share = 1.0 / self.labels.len() as f32;
        let mut total = 0.0;
        let rows = self.logits.chunks_exact(width).zip(self.gradient.chunks_exact_mut(width));
        for ((logits, gradient), &label) in rows.zip(self.labels) {
            let most =
                logits.iter().fold(f32::NEG_INFINITY, |most, &logit| if logit > most { logit } else { most });
            let mut sum = 0.0;
            for (logits, gradient) in logits.chunks(16).zip(gradient.chunks_mut(16)) {
                let mut line: Line = [most; 16];
                line[..logits.len()].copy_from_slice(logits);
                let shifted = lanes.subtract(lanes.load(&line), lanes.splat(most));
                lanes.store(exponential(lanes, shifted), &mut line);
                for (power, out) in line.iter().zip(gradient) {
                    sum += f64::from(*power);
                    *out = *power;
                }
            }
            let label = label as usize;
            // A NaN among the logits is never the greatest, but its power is NaN and so is the sum.
            total += if sum.is_finite() && most.is_finite() {
                logarithm(sum) - (f64::from(logits[label]) - f64::from(most))
            } else {
                f64::NAN
            };
            let scale = (f64::from(share) / sum) as f32;
            for out in gradient.iter_mut() {
                *out *= scale;
            }
            gradient[label] -= share;
        }
        total / self.labels.len() as f64
    }
}
