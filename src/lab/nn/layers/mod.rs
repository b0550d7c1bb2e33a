//! The layers: each a burn module that holds its parameters, and a fused [`Operation`] over the kernels.
//!
//! Invariants
//! - A layer's parameters are one flat tensor in the kernels' own layout, so that no step packs or unpacks
//!   them; [`layout`](super::layout) knows where PyTorch's numbers lie in it.
//! - Activations between layers are flat tensors of `[step][panel][row]` lines.
//!
//! [`Operation`]: super::device::Operation

mod convolution;
mod dropout;
mod linear;
mod loss;
mod recurrent;

pub use convolution::Convolution;
pub use dropout::Mask;
pub use linear::Linear;
pub use loss::cross_entropy;
pub use recurrent::{Output, Recurrent, gates};

use burn::module::{Param, ParamId};
use burn::tensor::Tensor;

use super::device::Values;

/// Makes a trainable parameter of numbers.
pub fn parameter(numbers: Vec<f32>) -> Param<Tensor<1>> {
    let length = numbers.len();
    let tensor = Tensor::from_inner(Values::of(numbers, &[length]).to_tensor::<1>());
    Param::initialized(ParamId::new(), tensor.require_grad())
}
