//! The linear layer from hidden units to labels as one operation.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::parameter;
use crate::lab::nn::buffer::{Buffer, stale_numbers, zeroed_numbers};
use crate::lab::nn::device::{Back, Operation, Slopes, Values, apply};
use crate::lab::nn::kernels::{dense, panels};
use crate::lab::nn::layout::{self, Named};
use crate::lab::nn::simd::Simd;

/// The layer that gives each label a logit.
#[derive(Module, Debug)]
pub struct Linear {
    /// All parameters, in the order of [`dense`].
    pub weights: Param<Tensor<1>>,
    units: usize,
    labels: usize,
}

impl Linear {
    /// Makes it with PyTorch's initial distribution.
    pub fn new(units: usize, labels: usize, seed: u64) -> Self {
        let numbers = layout::initial(&layout::linear(units, labels), dense::lines(units, labels), seed);
        Self { weights: parameter(numbers), units, labels }
    }

    /// Lists its tensors under PyTorch's names.
    pub fn named(&self) -> Vec<Named> {
        layout::linear(self.units, self.labels)
    }

    /// Computes `[row, label]` logits from `[panel][row]` lines.
    pub fn forward(&self, input: Tensor<1>, rows: usize, simd: Simd) -> Tensor<2> {
        let pass = Pass { simd, rows, units: self.units, labels: self.labels };
        apply(pass, input, self.weights.val())
    }
}

#[derive(Clone, Copy, Debug)]
struct Pass {
    simd: Simd,
    rows: usize,
    units: usize,
    labels: usize,
}

#[derive(Debug)]
struct Kept {
    pass: Pass,
    input: Values,
    weights: Values,
}

impl Operation for Pass {
    fn forward(&self, input: Values, weights: Values) -> (Values, Box<dyn Back>) {
        let mut lines = Buffer::stale(panels(self.labels) * self.rows);
        self.simd.run(dense::Forward {
            units: self.units,
            rows: self.rows,
            inputs: input.as_chunks().0,
            weights: weights.as_chunks().0,
            out: &mut lines,
        });
        let mut logits = stale_numbers(self.rows * self.labels);
        for (row, logits) in logits.chunks_exact_mut(self.labels).enumerate() {
            for (label, logit) in logits.iter_mut().enumerate() {
                *logit = lines[label / 16 * self.rows + row][label % 16];
            }
        }
        let logits = Values::of(logits, &[self.rows, self.labels]);
        (logits, Box::new(Kept { pass: *self, input, weights }))
    }
}

impl Back for Kept {
    fn backward(self: Box<Self>, gradient: &[f32], _wants_input: bool) -> Slopes {
        let Pass { simd, rows, units, labels } = self.pass;
        let mut lines = Buffer::zeroed(panels(labels) * rows);
        for (row, gradient) in gradient.chunks_exact(labels).enumerate() {
            for (label, &number) in gradient.iter().enumerate() {
                lines[label / 16 * rows + row][label % 16] = number;
            }
        }
        let mut to_weights = zeroed_numbers(self.weights.len());
        let mut to_input = zeroed_numbers(self.input.len());
        simd.run(dense::Backward {
            units,
            rows,
            inputs: self.input.as_chunks().0,
            weights: self.weights.as_chunks().0,
            gradient: &lines,
            to_weights: to_weights.as_chunks_mut().0,
            to_inputs: to_input.as_chunks_mut().0,
        });
        let (input_length, length) = (to_input.len(), to_weights.len());
        Slopes {
            input: Some(Values::of(to_input, &[input_length])),
            weights: Some(Values::of(to_weights, &[length])),
        }
    }
}
