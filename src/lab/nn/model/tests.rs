//! Our gradients against finite differences of a plain reference in `f64`, written from PyTorch's documentation.

use std::collections::BTreeMap;

use super::*;
use crate::lab::data::Dataset;
use crate::lab::nn::Values;
use crate::lab::nn::layers::cross_entropy;
use crate::lab::trainer::tests::{settings, waves};

/// Tensors under PyTorch's names, row-major.
type Tensors = BTreeMap<String, Vec<f64>>;

/// The model in `f64`, step by step and unit by unit.
struct Reference<'a> {
    settings: &'a Settings,
    dataset: &'a Dataset,
    batch: &'a Batch,
    /// The sequences, in the batch's order of rows.
    sequences: Vec<u32>,
    /// One mask for each layer but the last.
    masks: Vec<Mask>,
}

impl Reference<'_> {
    fn loss(&self, tensors: &Tensors) -> f64 {
        let rows = self.sequences.iter().enumerate().map(|(row, &sequence)| {
            let logits = self.logits(tensors, row, sequence);
            let sum: f64 = logits.iter().map(|logit| exponential(*logit)).sum();
            let label = self.dataset.sequences[sequence as usize].label as usize;
            crate::lab::nn::kernels::activation::logarithm(sum) - logits[label]
        });
        rows.sum::<f64>() / self.sequences.len() as f64
    }

    fn logits(&self, tensors: &Tensors, row: usize, sequence: u32) -> Vec<f64> {
        let (channels, hidden) = (self.dataset.channels, self.settings.hidden);
        let steps = self.dataset.steps(self.dataset.sequences[sequence as usize]);
        let mut inputs: Vec<Vec<f64>> =
            steps.chunks_exact(channels).map(|step| step.iter().map(|&x| f64::from(x)).collect()).collect();
        inputs.resize(self.batch.steps, vec![0.0; channels]);
        if self.settings.conv == Conv::Same {
            inputs = convolved(tensors, &inputs, channels);
        }
        for layer in 0..self.settings.layers {
            inputs = match self.settings.cell {
                Cell::Gru => gru(tensors, layer, &inputs, hidden),
                Cell::Lstm => lstm(tensors, layer, &inputs, hidden),
            };
            if let Some(mask) = self.masks.get(layer) {
                for (step, input) in inputs.iter_mut().enumerate() {
                    for (unit, number) in input.iter_mut().enumerate() {
                        let line = (step * hidden.div_ceil(16) + unit / 16) * self.batch.rows + row;
                        *number *= f64::from(mask.lines()[line][unit % 16]);
                    }
                }
            }
        }
        let last = inputs.last().expect("a sequence has at least one step");
        affine(&tensors["linear.weight"], &tensors["linear.bias"], last)
    }
}

fn affine(weights: &[f64], bias: &[f64], input: &[f64]) -> Vec<f64> {
    let rows = weights.chunks_exact(input.len()).zip(bias);
    rows.map(|(row, bias)| bias + row.iter().zip(input).map(|(weight, x)| weight * x).sum::<f64>()).collect()
}

/// eˣ from its power series after halving x often enough.
fn exponential(x: f64) -> f64 {
    let halved = x / 1024.0;
    let series = (1..16).rev().fold(1.0, |sum, term| 1.0 + halved / f64::from(term) * sum);
    (0..10).fold(series, |power, _| power * power)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + exponential(-x))
}

fn tangent(x: f64) -> f64 {
    2.0 * sigmoid(2.0 * x) - 1.0
}

fn convolved(tensors: &Tensors, inputs: &[Vec<f64>], channels: usize) -> Vec<Vec<f64>> {
    let (weights, bias) = (&tensors["conv.weight"], &tensors["conv.bias"]);
    let at = |step: usize, out: usize| {
        let mut sum = bias[out];
        for channel in 0..channels {
            for tap in 0..3 {
                let input = (step + tap).checked_sub(1).and_then(|met| inputs.get(met));
                sum +=
                    input.map_or(0.0, |input| input[channel] * weights[(out * channels + channel) * 3 + tap]);
            }
        }
        sum
    };
    (0..inputs.len()).map(|step| (0..channels).map(|out| at(step, out)).collect()).collect()
}

/// The two affine products of a step: of its input and of the hidden state before.
fn products(tensors: &Tensors, layer: usize, input: &[f64], hidden: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let tensor = |kind: &str| &tensors[&format!("rnn.{kind}_l{layer}")];
    (
        affine(tensor("weight_ih"), tensor("bias_ih"), input),
        affine(tensor("weight_hh"), tensor("bias_hh"), hidden),
    )
}

fn gru(tensors: &Tensors, layer: usize, inputs: &[Vec<f64>], hidden: usize) -> Vec<Vec<f64>> {
    let mut state = vec![0.0; hidden];
    let step = |input: &Vec<f64>| {
        let (from_input, from_state) = products(tensors, layer, input, &state);
        for unit in 0..hidden {
            let reset = sigmoid(from_input[unit] + from_state[unit]);
            let update = sigmoid(from_input[hidden + unit] + from_state[hidden + unit]);
            let new = tangent(from_input[2 * hidden + unit] + reset * from_state[2 * hidden + unit]);
            state[unit] = (1.0 - update) * new + update * state[unit];
        }
        state.clone()
    };
    inputs.iter().map(step).collect()
}

fn lstm(tensors: &Tensors, layer: usize, inputs: &[Vec<f64>], hidden: usize) -> Vec<Vec<f64>> {
    let (mut state, mut cell) = (vec![0.0; hidden], vec![0.0; hidden]);
    let step = |input: &Vec<f64>| {
        let (from_input, from_state) = products(tensors, layer, input, &state);
        for unit in 0..hidden {
            let gate = |index: usize| from_input[index * hidden + unit] + from_state[index * hidden + unit];
            cell[unit] = sigmoid(gate(1)) * cell[unit] + sigmoid(gate(0)) * tangent(gate(2));
            state[unit] = sigmoid(gate(3)) * tangent(cell[unit]);
        }
        state.clone()
    };
    inputs.iter().map(step).collect()
}

/// Our loss and gradients for one batch, dropout on.
fn ours(model: &Classifier, batch: &Batch) -> (f64, Tensors) {
    let mut dropout = Random::new(5, "dropout");
    let logits = model.logits(batch, Some(&mut dropout), Simd::best());
    let loss = cross_entropy(logits, &batch.labels, Simd::best());
    let gradients = loss.backward();
    let mut tensors = Tensors::new();
    for (parameter, named) in model.parts() {
        let numbers = Values::of_tensor(parameter.grad(&gradients).expect("the loss depends on every part"));
        for tensor in named {
            let gradient = tensor.places.iter().map(|&place| f64::from(numbers[place])).collect();
            tensors.insert(tensor.name, gradient);
        }
    }
    (f64::from(Values::of_tensor(loss)[0]), tensors)
}

fn check(settings: &Settings, rows: u32, longest: u32) {
    let dataset = waves(rows.max(4), 5, longest);
    let indices: Vec<u32> = (0..rows).collect();
    let batch = Batch::of(&dataset, &indices);
    let model = Classifier::new(settings, 3, 5, 11);
    let mut tensors = Tensors::new();
    for (parameter, named) in model.parts() {
        let numbers = Values::of_tensor(parameter);
        for tensor in named {
            let values = tensor.places.iter().map(|&place| f64::from(numbers[place])).collect();
            tensors.insert(tensor.name, values);
        }
    }
    let mut dropout = Random::new(5, "dropout");
    let masks = (1..settings.layers)
        .filter(|_| settings.dropout > 0.0)
        .map(|_| Mask::draw(&mut dropout, batch.steps, batch.rows, settings.hidden, settings.dropout))
        .collect();
    let sequences = batch.places.iter().map(|&place| indices[place]).collect();
    let reference = Reference { settings, dataset: &dataset, batch: &batch, sequences, masks };
    let (loss, gradients) = ours(&model, &batch);
    assert!((loss - reference.loss(&tensors)).abs() < 2e-6, "{loss} {settings:?}");
    let names: Vec<String> = tensors.keys().cloned().collect();
    for name in names {
        let count = tensors[&name].len();
        // A stride that is prime to the shapes meets every gate, unit and input sooner or later.
        for index in (0..count).step_by((count / 24).max(1) | 1) {
            let kept = tensors[&name][index];
            let mut moved = |by: f64| {
                tensors.get_mut(&name).expect("it was listed")[index] = kept + by;
                reference.loss(&tensors)
            };
            let wanted = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            tensors.get_mut(&name).expect("it was listed")[index] = kept;
            let found = gradients[&name][index];
            assert!(
                (found - wanted).abs() < 2e-6 + 2e-5 * wanted.abs(),
                "{name}[{index}]: {found} for {wanted}, {settings:?}"
            );
        }
    }
}

#[test]
fn gradients_agree_with_finite_differences_of_a_reference() {
    for cell in [Cell::Gru, Cell::Lstm] {
        for (hidden, layers, conv, dropout) in [
            (10, 1, Conv::None, 0.0),
            (10, 2, Conv::Same, 0.5),
            (16, 3, Conv::Same, 0.3),
            (16, 1, Conv::Same, 0.0),
            (32, 2, Conv::None, 0.5),
        ] {
            let settings = Settings { cell, hidden, layers, conv, dropout, ..settings() };
            check(&settings, 5, 9);
        }
    }
}

#[test]
fn gradients_are_right_for_one_sequence_for_one_step_and_for_many_rows() {
    for cell in [Cell::Gru, Cell::Lstm] {
        for layers in [1, 2] {
            let settings = Settings { cell, hidden: 10, layers, dropout: 0.2, ..settings() };
            check(&settings, 1, 6);
            check(&settings, 1, 1);
            check(&settings, 4, 1);
            check(&settings, 27, 4);
        }
        check(&Settings { cell, hidden: 64, ..settings() }, 4, 5);
        check(&Settings { cell, hidden: 64, layers: 2, ..settings() }, 14, 3);
    }
}

#[test]
fn parameters_and_multiply_adds_are_counted_as_in_pytorch() {
    let settings = Settings { hidden: 64, ..settings() };
    assert_eq!(parameter_count(&settings, 3, 20), 14_548);
    let named: usize = Classifier::new(&settings, 3, 20, 1)
        .parts()
        .iter()
        .flat_map(|(_, named)| named)
        .map(|tensor| tensor.places.len())
        .sum();
    assert_eq!(named, 14_548);
    assert_eq!(multiply_adds(&settings, 3, 20, 10), 10 * 3 * 64 * (3 + 64) + 20 * 64);
    let deep = Settings { cell: Cell::Lstm, conv: Conv::Same, layers: 2, ..settings };
    assert_eq!(parameter_count(&deep, 3, 20), 30 + 4 * 64 * (3 + 64 + 2) + 4 * 64 * (128 + 2) + 20 * 65);
    assert_eq!(multiply_adds(&deep, 3, 20, 1), 27 + 4 * 64 * 67 + 4 * 64 * 128 + 20 * 64);
}
