//! One recurrent layer through time: [`Forward`], [`Backward`], and what they share.

mod backward;
mod forward;

pub use backward::{Backward, Incoming, InputGradient};
pub use forward::{Forward, chunk};

use super::panels;
use crate::lab::nn::simd::Line;

/// How large a layer's pass is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Numbers of one input row.
    pub inputs: usize,
    /// Hidden units.
    pub hidden: usize,
    /// Sequences.
    pub rows: usize,
    /// How many rows, from row 0, have an input that is not all zeros, for each step.
    pub live: Vec<usize>,
}

impl Extent {
    /// Lines of one step's hidden states.
    pub fn step(&self) -> usize {
        panels(self.hidden) * self.rows
    }

    /// Lines of one step's inputs.
    pub fn input_step(&self) -> usize {
        panels(self.inputs) * self.rows
    }
}

/// A layer's parameters in lines; see [`super`] for their order.
#[derive(Clone, Copy)]
pub struct Weights<'a> {
    /// `[panel][input][gate]`.
    pub input: &'a [Line],
    /// `[panel][unit][gate]`.
    pub recurrent: &'a [Line],
    /// `[panel][gate]`.
    pub input_bias: &'a [Line],
    /// `[panel][gate]`.
    pub recurrent_bias: &'a [Line],
}

impl<'a> Weights<'a> {
    /// Cuts a layer's parameters, which lie one after another.
    pub fn of(lines: &'a [Line], inputs: usize, hidden: usize, gates: usize) -> Self {
        let block = panels(hidden) * gates;
        let (input, rest) = lines.split_at(block * inputs);
        let (recurrent, rest) = rest.split_at(block * hidden);
        let (input_bias, recurrent_bias) = rest.split_at(block);
        Self { input, recurrent, input_bias, recurrent_bias }
    }

    /// Gives how many lines a layer's parameters take.
    pub fn lines(inputs: usize, hidden: usize, gates: usize) -> usize {
        panels(hidden) * gates * (inputs + hidden + 2)
    }
}
