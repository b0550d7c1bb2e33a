//! Parameters as a safetensors file under PyTorch's names and shapes, and back.
//!
//! Invariants
//! - Equal parameters give equal bytes: the tensors are sorted by name and there is no metadata.

use burn::module::Param;
use burn::tensor::Tensor;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use super::device::Values;
use super::layers::parameter;
use super::layout::Named;

/// Why weights can't be taken from a file.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It is no safetensors file.
    #[error("the weights are no safetensors file: {0}")]
    Unreadable(#[from] safetensors::SafeTensorError),
    /// A tensor is missing, or it is not what the settings call for.
    #[error("the weights have no tensor `{name}` of 32-bit floats with shape {shape:?}")]
    Mismatch {
        /// The tensor's name.
        name: String,
        /// The shape that the settings call for.
        shape: Vec<usize>,
    },
}

/// Writes parameters, each with the tensors that lie in it.
pub fn write(parts: &[(Tensor<1>, Vec<Named>)]) -> Vec<u8> {
    let mut tensors = Vec::new();
    for (parameter, named) in parts {
        let numbers = Values::of_tensor(parameter.clone());
        for tensor in named {
            let bytes: Vec<u8> =
                tensor.places.iter().flat_map(|&place| numbers[place].to_le_bytes()).collect();
            tensors.push((tensor.name.clone(), tensor.shape.clone(), bytes));
        }
    }
    tensors.sort_by(|left, right| left.0.cmp(&right.0));
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
        (name, view.expect("a tensor has as many places as its shape says"))
    });
    safetensors::serialize(views, None).expect("a list of named tensors has a safetensors form")
}

/// Reads parameters that have the tensors of `parts` in them.
pub fn read(bytes: &[u8], parts: &[(Tensor<1>, Vec<Named>)]) -> Result<Vec<Param<Tensor<1>>>, WeightsError> {
    let file = SafeTensors::deserialize(bytes)?;
    let mut parameters = Vec::new();
    for (old, named) in parts {
        let mut numbers = vec![0.0; old.shape().num_elements()];
        for tensor in named {
            let found = file.tensor(&tensor.name).ok();
            let found = found.filter(|view| view.dtype() == Dtype::F32 && view.shape() == tensor.shape);
            let view = found.ok_or_else(|| WeightsError::Mismatch {
                name: tensor.name.clone(),
                shape: tensor.shape.clone(),
            })?;
            for (&place, bytes) in tensor.places.iter().zip(view.data().as_chunks::<4>().0) {
                numbers[place] = f32::from_le_bytes(*bytes);
            }
        }
        parameters.push(parameter(numbers));
    }
    Ok(parameters)
}
