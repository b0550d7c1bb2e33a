//! The convolution over time as one operation; it stands in front of everything else.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::parameter;
use crate::lab::nn::buffer::zeroed_numbers;
use crate::lab::nn::device::{Back, Operation, Slopes, Values, apply};
use crate::lab::nn::kernels::convolution::{Backward, Extent, Forward, TAPS, lines};
use crate::lab::nn::layout::{self, Named};
use crate::lab::nn::simd::Simd;

/// A convolution with as many channels out as in, kernel 3, padding 1, and no activation.
#[derive(Module, Debug)]
pub struct Convolution {
    /// All parameters, in the order of the kernel.
    pub weights: Param<Tensor<1>>,
    channels: usize,
}

impl Convolution {
    /// Makes it with PyTorch's initial distribution.
    pub fn new(channels: usize, seed: u64) -> Self {
        let numbers = layout::initial(&layout::convolution(channels, TAPS), lines(channels), seed);
        Self { weights: parameter(numbers), channels }
    }

    /// Lists its tensors under PyTorch's names.
    pub fn named(&self) -> Vec<Named> {
        layout::convolution(self.channels, TAPS)
    }

    /// Runs it over `[step][panel][row]` lines of data, which want no gradient.
    pub fn forward(&self, input: Tensor<1>, rows: usize, steps: usize, simd: Simd) -> Tensor<1> {
        let extent = Extent { channels: self.channels, rows, steps };
        apply(Pass { simd, extent }, input, self.weights.val())
    }
}

#[derive(Clone, Copy, Debug)]
struct Pass {
    simd: Simd,
    extent: Extent,
}

#[derive(Debug)]
struct Kept {
    pass: Pass,
    input: Values,
    weights: usize,
}

impl Operation for Pass {
    fn forward(&self, input: Values, weights: Values) -> (Values, Box<dyn Back>) {
        let mut out = zeroed_numbers(input.len());
        self.simd.run(Forward {
            extent: self.extent,
            inputs: input.as_chunks().0,
            weights: weights.as_chunks().0,
            out: out.as_chunks_mut().0,
        });
        let length = out.len();
        (Values::of(out, &[length]), Box::new(Kept { pass: *self, input, weights: weights.len() }))
    }
}

impl Back for Kept {
    fn backward(self: Box<Self>, gradient: &[f32], _wants_input: bool) -> Slopes {
        let mut to_weights = zeroed_numbers(self.weights);
        self.pass.simd.run(Backward {
            extent: self.pass.extent,
            inputs: self.input.as_chunks().0,
            gradient: gradient.as_chunks().0,
            to_weights: to_weights.as_chunks_mut().0,
        });
        Slopes { input: None, weights: Some(Values::of(to_weights, &[self.weights])) }
    }
}
