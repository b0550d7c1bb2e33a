//! The convolution over time: kernel 3, padding 1, as PyTorch's `Conv1d` on the zero-padded batch.
//!
//! Its parameters are `[panel of outputs][input][tap]` lines, then `[panel of outputs]` lines of biases.
//! Tap 0 meets the step before, tap 2 the step after; beyond the batch's ends there are zeros.
//!
//! It stands before everything else, on data, so the gradient of its input is not computed.

use super::panels;
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// Steps that the kernel spans.
pub const TAPS: usize = 3;

/// Gives how many lines the parameters take.
pub fn lines(channels: usize) -> usize {
    panels(channels) * (channels * TAPS + 1)
}

/// The sizes that both ways share.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Channels, as many out as in.
    pub channels: usize,
    /// Sequences.
    pub rows: usize,
    /// Steps.
    pub steps: usize,
}

impl Extent {
    /// The step that `tap` meets at step `now`, if it lies in the batch.
    #[inline(always)]
    fn met(self, now: usize, tap: usize) -> Option<usize> {
        (now + tap).checked_sub(1).filter(|&met| met < self.steps)
    }

    #[inline(always)]
    fn line(self, step: usize, panel: usize, row: usize) -> usize {
        (step * panels(self.channels) + panel) * self.rows + row
    }
}

/// The way forward.
pub struct Forward<'a> {
    /// The sizes.
    pub extent: Extent,
    /// `[step][panel][row]`.
    pub inputs: &'a [Line],
    /// The parameters.
    pub weights: &'a [Line],
    /// `[step][panel][row]`, written.
    pub out: &'a mut [Line],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let extent = self.extent;
        let count = panels(extent.channels);
        let (weights, bias) = self.weights.split_at(count * extent.channels * TAPS);
        for now in 0..extent.steps {
            for panel in 0..count {
                let weights = &weights[panel * extent.channels * TAPS..][..extent.channels * TAPS];
                for row in 0..extent.rows {
                    let mut sum = lanes.load(&bias[panel]);
                    for channel in 0..extent.channels {
                        for tap in 0..TAPS {
                            if let Some(met) = extent.met(now, tap) {
                                let input = self.inputs[extent.line(met, channel / 16, row)][channel % 16];
                                let weight = lanes.load(&weights[channel * TAPS + tap]);
                                sum = lanes.fused(lanes.splat(input), weight, sum);
                            }
                        }
                    }
                    lanes.store(sum, &mut self.out[extent.line(now, panel, row)]);
                }
            }
        }
    }
}

/// The way back.
pub struct Backward<'a> {
    /// The sizes.
    pub extent: Extent,
    /// `[step][panel][row]`.
    pub inputs: &'a [Line],
    /// Gradients of the outputs, `[step][panel][row]`.
    pub gradient: &'a [Line],
    /// Gradients of the parameters, written.
    pub to_weights: &'a mut [Line],
}

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let extent = self.extent;
        let count = panels(extent.channels);
        let (to_weights, to_bias) = self.to_weights.split_at_mut(count * extent.channels * TAPS);
        for panel in 0..count {
            let mut sum = lanes.splat(0.0);
            for now in 0..extent.steps {
                for row in 0..extent.rows {
                    sum = lanes.add(sum, lanes.load(&self.gradient[extent.line(now, panel, row)]));
                }
            }
            lanes.store(sum, &mut to_bias[panel]);
            for channel in 0..extent.channels {
                for tap in 0..TAPS {
                    let mut sum = lanes.splat(0.0);
                    for now in 0..extent.steps {
                        let Some(met) = extent.met(now, tap) else { continue };
                        for row in 0..extent.rows {
                            let input = self.inputs[extent.line(met, channel / 16, row)][channel % 16];
                            let gradient = lanes.load(&self.gradient[extent.line(now, panel, row)]);
                            sum = lanes.fused(lanes.splat(input), gradient, sum);
                        }
                    }
                    lanes.store(sum, &mut to_weights[(panel * extent.channels + channel) * TAPS + tap]);
                }
            }
        }
    }
}
