//! Estimates from above how much memory a training takes, before it takes any.
//!
//! [`Settings`] + [`BatchSize`] ──[`training_bytes`]──▶ bytes
//!
//! What is counted is what the layers, the optimiser and the trainer hold at the same time. Numbers are kept in the
//! kernels' own layout, sixteen to a line, and in blocks that are an eighth longer than they were asked for.

use super::kernels::cell::{Cell as _, Gru, Lstm};
use super::kernels::recurrent::{Weights, chunk};
use super::kernels::{convolution, dense, panels};
use super::layers::gates;
use crate::lab::settings::{Cell, Conv, Settings};

/// Bytes of a line.
const LINE: u64 = 64;

/// What a program takes besides numbers: its graph, its lists, and what an allocator loses between blocks.
const BASE: u64 = 16 << 20;

/// How large the batches of a training are at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSize {
    /// Sequences.
    pub rows: usize,
    /// Time steps of the longest sequence.
    pub steps: usize,
    /// Numbers of a time step.
    pub channels: usize,
    /// Labels.
    pub labels: usize,
}

/// Estimates the most memory that a training has at once, in bytes, with the states that it keeps for another start.
pub fn training_bytes(settings: &Settings, size: BatchSize) -> u64 {
    let Lines { parameters, layer } = Lines::of(settings, size);
    // Parameters and their state as it is kept (with two running means): 4. In blocks of the pool: the two means, the
    // gradient, and each layer's copy for the way back, and one layer's weights turned around: 4 and 2.
    let model = 4 * parameters + in_pool(4 * parameters + 2 * layer);
    // Batches grow until the longest has been seen, and some blocks of a shorter one stay: about half as much again.
    let activations = in_pool(activations(settings, size));
    BASE + LINE * (model + activations + activations / 2)
}

/// Gives how many lines blocks of the pool take: an eighth more than was asked for.
fn in_pool(lines: u64) -> u64 {
    lines + lines.div_ceil(8)
}

/// Lines of a model's parameters.
struct Lines {
    /// Of all.
    parameters: u64,
    /// Of the largest layer.
    layer: u64,
}

impl Lines {
    fn of(settings: &Settings, size: BatchSize) -> Self {
        let gates = gates(settings.cell);
        let lines = |inputs: usize| Weights::lines(inputs, settings.hidden, gates) as u64;
        let (first, other) = (lines(size.channels), lines(settings.hidden));
        let conv = if settings.conv == Conv::Same { convolution::lines(size.channels) as u64 } else { 0 };
        let head = dense::lines(settings.hidden, size.labels) as u64;
        let parameters = conv + first + other * (settings.layers as u64 - 1) + head;
        Self { parameters, layer: if settings.layers > 1 { first.max(other) } else { first } }
    }
}

/// Counts the lines of what a pass over one batch keeps for the way back, and of what it needs beside.
fn activations(settings: &Settings, size: BatchSize) -> u64 {
    let (rows, steps) = (size.rows as u64, size.steps as u64);
    let memory = match settings.cell {
        Cell::Gru => Gru::MEMORY,
        Cell::Lstm => Lstm::MEMORY,
    } as u64;
    let step = panels(settings.hidden) as u64 * rows;
    let inputs = panels(size.channels) as u64 * rows * steps;
    // Hidden states, what of them is the output, the mask, four gates or their gradients, and the cell's memory.
    let layer = step * steps * (7 + memory);
    // The gradients of a layer's input and output and the latter without its mask; the input products of a few steps.
    let beside = step * (3 * steps + 4 * chunk(size.rows) as u64 + 4);
    // The batch, and what the convolution makes of it.
    3 * inputs + layer * settings.layers as u64 + beside
}
