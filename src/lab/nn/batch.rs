//! Sequences as one padded batch, time first.
//!
//! Invariants
//! - Padded with zeros at the end, to the batch's own longest sequence; there is no mask.
//! - Rows are ordered by length, longest first (stable), so that the rows that still have data at a step are
//!   the first ones. The order of rows decides in which order gradients are summed and nothing else.

use burn::tensor::Tensor;

use super::buffer::zeroed_numbers;
use super::device::Values;
use super::kernels::panels;
use crate::lab::data::Dataset;

/// A batch of sequences.
#[derive(Debug)]
pub struct Batch {
    /// Sequences.
    pub rows: usize,
    /// Steps of the longest.
    pub steps: usize,
    /// Numbers of one step of one sequence.
    pub channels: usize,
    /// `[step][panel of channels][row]` lines, zero where a sequence has ended.
    pub inputs: Values,
    /// How many rows still have data, for each step.
    pub live: Vec<usize>,
    /// The true label of each row.
    pub labels: Vec<u32>,
    /// For each row, its place among the indices that the batch was asked for.
    pub places: Vec<usize>,
}

impl Batch {
    /// Collects the sequences with these indices; at least one.
    pub fn of(dataset: &Dataset, indices: &[u32]) -> Self {
        let sequence = |place: usize| dataset.sequences[indices[place] as usize];
        let mut places: Vec<usize> = (0..indices.len()).collect();
        places.sort_by_key(|&place| std::cmp::Reverse(sequence(place).length));
        let rows = places.len();
        let steps = sequence(places[0]).length as usize;
        let (channels, blocks) = (dataset.channels, panels(dataset.channels));
        let mut numbers = zeroed_numbers(steps * blocks * rows * 16);
        let (lines, _) = numbers.as_chunks_mut::<16>();
        for (row, &place) in places.iter().enumerate() {
            for (step, sample) in dataset.steps(sequence(place)).chunks_exact(channels).enumerate() {
                for (block, part) in sample.chunks(16).enumerate() {
                    lines[(step * blocks + block) * rows + row][..part.len()].copy_from_slice(part);
                }
            }
        }
        let live = (0..steps)
            .map(|step| places.iter().take_while(|&&place| sequence(place).length as usize > step).count())
            .collect();
        let inputs = Values::of(numbers, &[steps * blocks * rows * 16]);
        let labels = places.iter().map(|&place| sequence(place).label).collect();
        Self { rows, steps, channels, inputs, live, labels, places }
    }

    /// Gives the inputs as a plain `[row, step, channel]` tensor, for a model of burn's own layers.
    pub fn to_tensor(&self) -> Tensor<3> {
        let blocks = panels(self.channels);
        let mut numbers = Vec::with_capacity(self.rows * self.steps * self.channels);
        let (lines, _) = self.inputs.as_chunks::<16>();
        for row in 0..self.rows {
            for step in 0..self.steps {
                let number =
                    |channel: usize| lines[(step * blocks + channel / 16) * self.rows + row][channel % 16];
                numbers.extend((0..self.channels).map(number));
            }
        }
        let plain = Values::of(numbers, &[self.rows, self.steps, self.channels]);
        Tensor::from_inner(plain.to_tensor::<3>())
    }
}
