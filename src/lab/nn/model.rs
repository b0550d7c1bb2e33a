//! The classifier of the report: convolution, recurrent layers, linear layer.

use burn::module::Module;
use burn::tensor::Tensor;

use super::batch::Batch;
use super::kernels::convolution;
use super::layers::{Convolution, Linear, Mask, Output, Recurrent};
use super::layout::Named;
use super::simd::Simd;
use super::weights::{self, WeightsError};
use crate::lab::random::Random;
use crate::lab::settings::{Cell, Conv, Settings};

/// A model that the trainer can train.
///
/// [`Classifier`] is ours. A model of burn's own layers can implement it too and trains through the same
/// loop, but then burn decides its bits: they may change with burn's version, with the backend, the CPU and,
/// where a layer draws from burn's process-wide generator, with what else runs in the process.
pub trait Classify: Module {
    /// Computes `[row, label]` logits; with `dropout` it is training, and draws from there.
    fn logits(&self, batch: &Batch, dropout: Option<&mut Random>, simd: Simd) -> Tensor<2>;
}

/// A recurrent classifier of sequences, read at the batch's last step.
#[derive(Module, Debug)]
pub struct Classifier {
    conv: Option<Convolution>,
    layers: Vec<Recurrent>,
    head: Linear,
    hidden: usize,
    dropout: f32,
}

impl Classifier {
    /// Makes a model for `channels` numbers a step and `labels` labels, with PyTorch's initial distributions,
    /// drawn from `seed`.
    pub fn new(settings: &Settings, channels: usize, labels: usize, seed: u64) -> Self {
        let layer = |index| {
            let inputs = if index == 0 { channels } else { settings.hidden };
            Recurrent::new(index, inputs, settings.hidden, settings.cell, seed)
        };
        Self {
            conv: (settings.conv == Conv::Same).then(|| Convolution::new(channels, seed)),
            layers: (0..settings.layers).map(layer).collect(),
            head: Linear::new(settings.hidden, labels, seed),
            hidden: settings.hidden,
            dropout: settings.dropout,
        }
    }

    /// Lists its parameters with PyTorch's tensors in them.
    fn parts(&self) -> Vec<(Tensor<1>, Vec<Named>)> {
        let conv = self.conv.iter().map(|conv| (conv.weights.val(), conv.named()));
        let layers = self.layers.iter().map(|layer| (layer.weights.val(), layer.named()));
        let head = (self.head.weights.val(), self.head.named());
        conv.chain(layers).chain([head]).collect()
    }

    /// Writes its parameters as a safetensors file under PyTorch's names; equal parameters give equal bytes.
    pub fn to_safetensors(&self) -> Vec<u8> {
        weights::write(&self.parts())
    }

    /// Takes its parameters from a safetensors file.
    ///
    /// # Errors
    /// [`WeightsError`] if the file is not one, or if a tensor is missing or has another shape.
    pub fn load_safetensors(mut self, bytes: &[u8]) -> Result<Self, WeightsError> {
        let mut loaded = weights::read(bytes, &self.parts())?.into_iter();
        let conv = self.conv.iter_mut().map(|conv| &mut conv.weights);
        let layers = self.layers.iter_mut().map(|layer| &mut layer.weights);
        for parameter in conv.chain(layers).chain([&mut self.head.weights]) {
            *parameter = loaded.next().expect("`read` gives one parameter for each part");
        }
        Ok(self)
    }
}

impl Classify for Classifier {
    fn logits(&self, batch: &Batch, mut dropout: Option<&mut Random>, simd: Simd) -> Tensor<2> {
        let (rows, steps) = (batch.rows, batch.steps);
        let everywhere = || vec![rows; steps];
        let mut sequence = Tensor::from_inner(batch.inputs.to_tensor::<1>());
        let mut live = batch.live.clone();
        if let Some(conv) = &self.conv {
            sequence = conv.forward(sequence, rows, steps, simd);
            live = everywhere();
        }
        for (index, layer) in self.layers.iter().enumerate() {
            let is_top = index + 1 == self.layers.len();
            let mask = dropout
                .as_deref_mut()
                .filter(|_| !is_top && self.dropout > 0.0)
                .map(|random| Mask::draw(random, steps, rows, self.hidden, self.dropout));
            let output = if is_top { Output::Last } else { Output::Sequence };
            sequence = layer.forward(sequence, rows, live, output, mask, simd);
            live = everywhere();
        }
        self.head.forward(sequence, rows, simd)
    }
}

/// Counts the trainable numbers of a model, as PyTorch would.
pub fn parameter_count(settings: &Settings, channels: usize, labels: usize) -> u64 {
    let (gates, hidden) = (gates(settings), settings.hidden);
    let layer = |inputs: usize| gates * hidden * (inputs + hidden + 2);
    let conv = if settings.conv == Conv::Same { channels * (channels * convolution::TAPS + 1) } else { 0 };
    let layers = layer(channels) + (settings.layers - 1) * layer(hidden);
    (conv + layers + labels * (hidden + 1)) as u64
}

/// Counts the multiply-adds of one forward pass over one sequence of `steps` steps: those of its matrix
/// products, without biases and activations.
pub fn multiply_adds(settings: &Settings, channels: usize, labels: usize, steps: u32) -> u64 {
    let (gates, hidden) = (gates(settings), settings.hidden);
    let layer = |inputs: usize| gates * hidden * (inputs + hidden);
    let conv = if settings.conv == Conv::Same { channels * channels * convolution::TAPS } else { 0 };
    let step = conv + layer(channels) + (settings.layers - 1) * layer(hidden);
    step as u64 * u64::from(steps) + (labels * hidden) as u64
}

fn gates(settings: &Settings) -> usize {
    match settings.cell {
        Cell::Gru => 3,
        Cell::Lstm => 4,
    }
}

#[cfg(test)]
mod tests;
