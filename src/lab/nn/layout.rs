//! Where PyTorch's numbers lie among ours: names, shapes, and a place for each element.
//!
//! Invariants
//! - Initialisation, import and export walk the same [`Named`] tensors, in PyTorch's order, so that padding
//!   changes no draw and no file.

use super::kernels::panels;
use crate::lab::random::Random;

/// One of PyTorch's parameter tensors within one of our parameters.
pub struct Named {
    /// PyTorch's name, such as `rnn.weight_ih_l0`.
    pub name: String,
    /// PyTorch's shape.
    pub shape: Vec<usize>,
    /// For each element in row-major order, its place among our numbers.
    pub places: Vec<usize>,
    /// The bound of the uniform distribution that PyTorch initialises it from.
    pub bound: f32,
}

/// Lists the tensors of recurrent layer `layer`.
///
/// # Source
/// `torch.nn.RNNBase`: `weight_ih` `[gates·hidden, inputs]`, `weight_hh` `[gates·hidden, hidden]` and two biases, all
/// uniform in ±1/√hidden.
pub fn recurrent(layer: usize, inputs: usize, hidden: usize, gates: usize) -> Vec<Named> {
    let bound = 1.0 / (hidden as f32).sqrt();
    let block = panels(hidden) * gates * 16;
    let place = |start: usize, width: usize, gate: usize, unit: usize, element: usize| {
        start + ((unit / 16 * width + element) * gates + gate) * 16 + unit % 16
    };
    let places = |start: usize, width: usize| {
        let mut places = Vec::with_capacity(gates * hidden * width);
        for gate in 0..gates {
            for unit in 0..hidden {
                places.extend((0..width).map(|element| place(start, width, gate, unit, element)));
            }
        }
        places
    };
    let height = gates * hidden;
    let starts = [0, block * inputs, block * (inputs + hidden), block * (inputs + hidden + 1)];
    let named = |kind: &str, shape: Vec<usize>, places: Vec<usize>| Named {
        name: format!("rnn.{kind}_l{layer}"),
        shape,
        places,
        bound,
    };
    vec![
        named("weight_ih", vec![height, inputs], places(starts[0], inputs)),
        named("weight_hh", vec![height, hidden], places(starts[1], hidden)),
        named("bias_ih", vec![height], places(starts[2], 1)),
        named("bias_hh", vec![height], places(starts[3], 1)),
    ]
}

/// Lists the tensors of the linear layer: `torch.nn.Linear`, uniform in ±1/√units.
pub fn linear(units: usize, labels: usize) -> Vec<Named> {
    let bound = 1.0 / (units as f32).sqrt();
    let place = |label: usize, unit: usize| (label / 16 * units + unit) * 16 + label % 16;
    let weights = (0..labels).flat_map(|label| (0..units).map(move |unit| place(label, unit))).collect();
    let biases = (0..labels).map(|label| panels(labels) * units * 16 + label).collect();
    vec![
        Named { name: "linear.weight".into(), shape: vec![labels, units], places: weights, bound },
        Named { name: "linear.bias".into(), shape: vec![labels], places: biases, bound },
    ]
}

/// Lists the tensors of the convolution: `torch.nn.Conv1d`, uniform in ±1/√(channels·taps).
pub fn convolution(channels: usize, taps: usize) -> Vec<Named> {
    let bound = 1.0 / ((channels * taps) as f32).sqrt();
    let place = |out: usize, element: usize| (out / 16 * channels * taps + element) * 16 + out % 16;
    let weights =
        (0..channels).flat_map(|out| (0..channels * taps).map(move |element| place(out, element))).collect();
    let biases = (0..channels).map(|out| panels(channels) * channels * taps * 16 + out).collect();
    vec![
        Named { name: "conv.weight".into(), shape: vec![channels, channels, taps], places: weights, bound },
        Named { name: "conv.bias".into(), shape: vec![channels], places: biases, bound },
    ]
}

/// Draws the initial numbers of one of our parameters, `lines` lines long; each tensor has its own stream.
pub fn initial(named: &[Named], lines: usize, seed: u64) -> Vec<f32> {
    let mut numbers = vec![0.0; lines * 16];
    for tensor in named {
        let mut random = Random::new(seed, &format!("initialisation/{}", tensor.name));
        for &place in &tensor.places {
            numbers[place] = random.symmetric(tensor.bound);
        }
    }
    numbers
}
