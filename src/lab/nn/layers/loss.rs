//! Softmax cross-entropy as one operation.

use burn::tensor::Tensor;

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
    gradient: Vec<f32>,
    width: usize,
}

impl Operation for Pass {
    fn forward(&self, input: Values, _weights: Values) -> (Values, Box<dyn Back>) {
        let mut gradient = vec![0.0; input.len()];
        let loss =
            self.simd.run(CrossEntropy { logits: &input, labels: &self.labels, gradient: &mut gradient });
        let width = input.len() / self.labels.len();
        (Values::of(vec![loss as f32], &[1]), Box::new(Kept { gradient, width }))
    }
}

impl Back for Kept {
    fn backward(mut self: Box<Self>, gradient: &[f32], _wants_input: bool) -> Slopes {
        for number in &mut self.gradient {
            *number *= gradient[0];
        }
        let rows = self.gradient.len() / self.width;
        Slopes { input: Some(Values::of(self.gradient, &[rows, self.width])), weights: None }
    }
}
