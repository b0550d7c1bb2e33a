//! Our operations on burn's tensors and in its autodiff: the one file that names the NdArray backend.
//!
//! tensor ──[`Values`]──▶ slices ──[`Operation`]──▶ numbers ──▶ tensor, with a [`Back`] in autodiff's graph
//!
//! burn-ndarray is deprecated upstream in favour of burn-flex; to change over is to change this file.
//!
//! Invariants
//! - No number is copied between a tensor and a kernel.
//! - An operation has two parents, an input and its weights, and draws nothing from burn's generator.

#![expect(deprecated, reason = "NdArray is the backend that this project was asked to use")]

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, NdArray, backend_extension};
use burn::tensor::{Device, Tensor, TensorData};
use burn_ndarray::NdArrayTensor;

use super::buffer::give_numbers;

/// Gives the device that parameters live on: burn's NdArray, with autodiff.
pub fn device() -> Device {
    Device::ndarray().autodiff()
}

/// A tensor's numbers, shared with the tensor; the last holder's memory goes back to the thread's pool.
///
/// The tensor is absent only while the value is taken apart.
#[derive(Clone)]
pub struct Values(Option<NdArrayTensor>);

impl Values {
    /// Wraps numbers, one after another in row-major order.
    pub fn of(numbers: Vec<f32>, shape: &[usize]) -> Self {
        Self(Some(NdArrayTensor::from_data(TensorData::new(numbers, shape))))
    }

    /// Sees a tensor's numbers; a tracked tensor loses its place in the graph.
    pub fn of_tensor<const D: usize>(tensor: Tensor<D>) -> Self {
        let plain = if tensor.is_autodiff() { tensor.inner() } else { tensor };
        Self(Some(plain.try_into_primitive::<NdArray>().expect("every tensor of this crate is on NdArray")))
    }

    /// Makes a constant tensor of the numbers.
    pub fn to_tensor<const D: usize>(&self) -> Tensor<D> {
        Tensor::from_primitive::<NdArray>(self.clone().into_inner())
    }

    fn into_inner(mut self) -> NdArrayTensor {
        self.0.take().expect("a value has its tensor until it is taken apart")
    }

    /// Gives the numbers for change: in place where nobody else holds them, else a copy of them.
    pub fn make_mut(&mut self) -> &mut [f32] {
        match &mut self.0 {
            Some(NdArrayTensor::F32(storage)) => {
                storage.ensure_owned().as_slice_mut().expect("the crate makes contiguous tensors alone")
            }
            _ => unreachable!("the crate makes f32 tensors alone"),
        }
    }
}

impl Drop for Values {
    fn drop(&mut self) {
        if let Some(NdArrayTensor::F32(storage)) = self.0.take()
            && storage.is_unique()
            && let Ok(array) = storage.into_owned().try_into_owned_nocopy()
        {
            give_numbers(array.into_raw_vec_and_offset().0);
        }
    }
}

impl Deref for Values {
    type Target = [f32];
    fn deref(&self) -> &[f32] {
        match &self.0 {
            Some(NdArrayTensor::F32(storage)) => {
                storage.view().to_slice().expect("the crate makes contiguous tensors alone")
            }
            _ => unreachable!("the crate makes f32 tensors alone"),
        }
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Values({})", self.len())
    }
}

/// A fused operation of an input and its weights.
pub trait Operation: fmt::Debug + Send + Sync {
    /// Computes the output, and what the way back needs.
    fn forward(&self, input: Values, weights: Values) -> (Values, Box<dyn Back>);
}

/// The way back through one pass of an operation.
pub trait Back: fmt::Debug + Send {
    /// Computes the gradients from that of the output, which has the output's shape.
    fn backward(self: Box<Self>, gradient: &[f32], wants_input: bool) -> Slopes;
}

/// Gradients of an operation's two parents.
#[derive(Debug)]
pub struct Slopes {
    /// Of the input; absent where it was not wanted.
    pub input: Option<Values>,
    /// Of the weights; absent for an operation without.
    pub weights: Option<Values>,
}

/// The operations as burn's backends see them.
#[backend_extension(Autodiff, NdArray)]
pub trait Fused: Backend {
    /// Runs an operation.
    fn fused(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        operation: Arc<dyn Operation>,
    ) -> FloatTensor<Self>;
}

/// What autodiff's graph keeps of one pass; taken out by the one walk back.
#[derive(Clone, Debug)]
struct Kept(Arc<Mutex<Option<Box<dyn Back>>>>);

/// A backend whose tensors are [`Values`].
trait Host: Backend {
    fn values(tensor: FloatTensor<Self>) -> Values;
    fn tensor(values: Values) -> FloatTensor<Self>;
}

impl Host for NdArray {
    fn values(tensor: FloatTensor<Self>) -> Values {
        Values(Some(tensor))
    }
    fn tensor(values: Values) -> FloatTensor<Self> {
        values.into_inner()
    }
}

impl Fused for NdArray {
    fn fused(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        operation: Arc<dyn Operation>,
    ) -> FloatTensor<Self> {
        let (output, _) = operation.forward(Values(Some(input)), Values(Some(weights)));
        output.into_inner()
    }
}

/// The node in autodiff's graph.
#[derive(Debug)]
struct Node;

impl<B: Host> Backward<B, 2> for Node {
    type State = Kept;

    fn backward(self, ops: Ops<Kept, 2>, gradients: &mut Gradients, _: &mut Checkpointer) {
        let [input, weights] = ops.parents;
        let gradient = B::values(gradients.consume::<B>(&ops.node));
        let back = ops.state.0.lock().expect("no pass panics while it is taken").take();
        let back = back.expect("burn walks back through a graph once");
        let slopes = back.backward(&gradient, input.is_some());
        for (node, slope) in [(input, slopes.input), (weights, slopes.weights)] {
            if let (Some(node), Some(slope)) = (node, slope) {
                gradients.register::<B>(node.id, B::tensor(slope));
            }
        }
    }
}

impl<B: Fused + Host, C: CheckpointStrategy> Fused for Autodiff<B, C> {
    fn fused(
        input: FloatTensor<Self>,
        weights: FloatTensor<Self>,
        operation: Arc<dyn Operation>,
    ) -> FloatTensor<Self> {
        let prepared = Node.prepare::<C>([input.node(), weights.node()]).compute_bound().stateful();
        let (input, weights) = (input.into_primitive(), weights.into_primitive());
        match prepared {
            OpsKind::Tracked(prepared) => {
                let (output, back) = operation.forward(B::values(input), B::values(weights));
                prepared.finish(Kept(Arc::new(Mutex::new(Some(back)))), B::tensor(output))
            }
            OpsKind::UnTracked(prepared) => prepared.finish(B::fused(input, weights, operation)),
        }
    }
}

/// Runs an operation on tensors.
pub fn apply<const I: usize, const O: usize>(
    operation: impl Operation + 'static,
    input: Tensor<I>,
    weights: Tensor<1>,
) -> Tensor<O> {
    let operation: Arc<dyn Operation> = Arc::new(operation);
    Tensor::from_dispatch(<Dispatch as Fused>::fused(
        input.into_dispatch(),
        weights.into_dispatch(),
        operation,
    ))
}
