//! The linear layer on top: labels' logits from the last hidden state, and back.
//!
//! Its parameters are `[panel of labels][unit]` lines, then `[panel of labels]` lines of biases.

use super::panels;
use super::product::{Left, Stored, Transpose, in_tiles};
use crate::lab::nn::buffer::Buffer;
use crate::lab::nn::simd::{Kernel, Lanes, Line};

/// Gives how many lines the parameters take.
pub fn lines(units: usize, labels: usize) -> usize {
    panels(labels) * (units + 1)
}

/// The way forward.
pub struct Forward<'a> {
    /// Numbers of one input row.
    pub units: usize,
    /// Sequences.
    pub rows: usize,
    /// `[panel][row]`.
    pub inputs: &'a [Line],
    /// The parameters.
    pub weights: &'a [Line],
    /// `[panel of labels][row]`, written.
    pub out: &'a mut [Line],
}

impl Kernel for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let panels = self.out.len() / self.rows;
        let (weights, bias) = self.weights.split_at(panels * self.units);
        for panel in 0..panels {
            let mut product = Stored::<L, 1, 1> {
                lanes,
                left: Left { lines: self.inputs, panel: self.rows, columns: &[0] },
                weights: weights[panel * self.units..][..self.units].as_chunks().0,
                start: [bias[panel]],
                out: &mut self.out[panel * self.rows..][..self.rows],
                row_step: 1,
                column_step: 1,
            };
            in_tiles::<L, 1>(self.rows, &mut product);
        }
    }
}

/// The way back.
pub struct Backward<'a> {
    /// Numbers of one input row.
    pub units: usize,
    /// Sequences.
    pub rows: usize,
    /// As for [`Forward`].
    pub inputs: &'a [Line],
    /// As for [`Forward`].
    pub weights: &'a [Line],
    /// Gradients of the logits, `[panel of labels][row]`, zero past the last label.
    pub gradient: &'a [Line],
    /// Gradients of the parameters, written.
    pub to_weights: &'a mut [Line],
    /// Gradients of the inputs, `[panel][row]`, written.
    pub to_inputs: &'a mut [Line],
}

impl Kernel for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let count = self.gradient.len() / self.rows;
        let (weights, _) = self.weights.split_at(count * self.units);
        let (to_weights, to_bias) = self.to_weights.split_at_mut(count * self.units);
        for panel in 0..count {
            let gradient = &self.gradient[panel * self.rows..][..self.rows];
            let mut bias = lanes.splat(0.0);
            for line in gradient {
                bias = lanes.add(bias, lanes.load(line));
            }
            lanes.store(bias, &mut to_bias[panel]);
            for unit in 0..self.units {
                let inputs = &self.inputs[unit / 16 * self.rows..][..self.rows];
                let mut sum = lanes.splat(0.0);
                for (input, line) in inputs.iter().zip(gradient) {
                    sum = lanes.fused(lanes.splat(input[unit % 16]), lanes.load(line), sum);
                }
                lanes.store(sum, &mut to_weights[panel * self.units + unit]);
            }
        }
        let mut turned = Buffer::stale(panels(self.units) * count * 16);
        Transpose::<1> { weights, inputs: self.units, gates: 1, out: &mut turned }.run(lanes);
        for (turned, out) in turned.chunks_exact(count * 16).zip(self.to_inputs.chunks_exact_mut(self.rows)) {
            let mut product = Stored::<L, 1, 1> {
                lanes,
                left: Left { lines: self.gradient, panel: self.rows, columns: &[0] },
                weights: turned.as_chunks().0,
                start: [[0.0; 16]],
                out,
                row_step: 1,
                column_step: 1,
            };
            in_tiles::<L, 1>(self.rows, &mut product);
        }
    }
}
