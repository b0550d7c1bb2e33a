//! A model's parameters and its optimiser's state as bytes, bit for bit, and back.
//!
//! β₁ᵗ, β₂ᵗ (f64), then for each parameter, in the order in which burn visits them: its numbers and the two
//! running means (f32), all little-endian.
//!
//! Invariants
//! - Knows no names and no shapes: a snapshot belongs to a model that is built in the same way.
//! - Reads nothing that does not have the model's exact length.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;

use super::buffer::Buffer;
use super::device::Values;
use super::optimiser::Adam;

/// Bytes that fit a model.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'b>(&'b [u8]);

impl<'b> Snapshot<'b> {
    /// Appends the state of `model` and of `adam`, which has moved it at least once.
    pub fn write<M: Module>(model: &M, adam: &Adam, out: &mut Vec<u8>) {
        out.reserve(length(model));
        out.extend(adam.powers.iter().flat_map(|power| power.to_le_bytes()));
        let mut write = Write { moments: adam.moments.iter(), out };
        model.visit(&mut write);
    }

    /// Takes bytes as the state of a model like `model`; `None` if they have another length.
    pub fn of<M: Module>(bytes: &'b [u8], model: &M) -> Option<Self> {
        (bytes.len() == length(model)).then_some(Self(bytes))
    }

    /// Puts the state into the model that it was found to fit, and into its optimiser.
    pub fn restore<M: Module>(self, model: M, adam: &mut Adam) -> M {
        let (powers, rest) = self.0.split_at(size_of_val(&adam.powers));
        for (power, bytes) in adam.powers.iter_mut().zip(powers.as_chunks().0) {
            *power = f64::from_le_bytes(*bytes);
        }
        adam.moments.clear();
        model.map(&mut Restore { rest, moments: &mut adam.moments })
    }
}

fn length<M: Module>(model: &M) -> usize {
    let mut measure = Measure { numbers: 0 };
    model.visit(&mut measure);
    2 * size_of::<f64>() + measure.numbers * size_of::<f32>()
}

/// Gives how many numbers a running mean has for a parameter of `numbers` numbers: whole lines.
fn padded(numbers: usize) -> usize {
    numbers.next_multiple_of(16)
}

/// Counts what a snapshot has of each parameter.
struct Measure {
    numbers: usize,
}

impl ModuleVisitor for Measure {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        let numbers = parameter.shape().num_elements();
        self.numbers += numbers + 2 * padded(numbers);
    }
}

/// Appends each parameter and its running means.
struct Write<'a> {
    moments: std::slice::Iter<'a, [Buffer; 2]>,
    out: &'a mut Vec<u8>,
}

impl Write<'_> {
    fn put(&mut self, numbers: &[f32]) {
        self.out.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }
}

impl ModuleVisitor for Write<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.put(&Values::of_tensor(parameter.val()));
        let means = self.moments.next().expect("an optimiser that has moved a model has its moments");
        means.iter().for_each(|mean| self.put(mean.as_flattened()));
    }
}

/// Takes each parameter and its running means.
struct Restore<'a> {
    rest: &'a [u8],
    moments: &'a mut Vec<[Buffer; 2]>,
}

impl Restore<'_> {
    fn take(&mut self, numbers: usize) -> Vec<f32> {
        let (taken, rest) = self.rest.split_at(numbers * size_of::<f32>());
        self.rest = rest;
        taken.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

impl ModuleMapper for Restore<'_> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let (id, tensor, mapper) = parameter.consume();
        let shape = tensor.shape();
        let count = shape.num_elements();
        let numbers = Values::of(self.take(count), shape.as_slice());
        let means = [(); 2].map(|()| Buffer::copy_of(&self.take(padded(count))));
        self.moments.push(means);
        let tensor = Tensor::from_inner(numbers.to_tensor::<D>()).require_grad();
        Param::from_mapped_value(id, tensor, mapper)
    }
}
