//! Softmax cross-entropy as one operation.

use burn::tensor::Tensor;

use crate::lab::nn::buffer::zeroed_numbers;
use crate::lab::nn::device::{Back, Operation, Slopes, Values, apply};
use crate::lab::nn::kernels::loss::CrossEntropy;
use crate::lab::nn::simd::Simd;

/// Computes the mean cross-entropy, in nats, of `[row, label]` logits against the true labels.
pub fn cross_entropy(logits: Tensor<2>, labels: &[u32], simd: Simd) -> Tensor<1> {
    // Every operation has weights for its second parent; this one's are a constant that it does not read.
    let nothing = Tensor::from_inner(Values::of(vec![0.0], &[1]).to_tensor::<1>());
    apply(Pass { simd, labels: labels.to_vec() }, logits, nothing)
}

#[derive(Debug)]
struct Pass {
    simd: Simd,
    labels: Vec<u32>,
}

#[derive(Debug)]
struct Kept {
    gradient: Values,
}

impl Operation for Pass {
    fn forward(&self, input: Values, _weights: Values) -> (Values, Box<dyn Back>) {
        let mut gradient = zeroed_numbers(input.len());
        let loss =
            self.simd.run(CrossEntropy { logits: &input, labels: &self.labels, gradient: &mut gradient });
        let shape = [self.labels.len(), input.len() / self.labels.len()];
        let gradient = Values::of(gradient, &shape);
        (Values::of(vec![loss as f32], &[1]), Box::new(Kept { gradient }))
    }
}

impl Back for Kept {
    fn backward(mut self: Box<Self>, gradient: &[f32], _wants_input: bool) -> Slopes {
        for number in self.gradient.make_mut() {
            *number *= gradient[0];
        }
        Slopes { input: Some(self.gradient), weights: None }
    }
}
