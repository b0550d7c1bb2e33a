//! The prepared data in memory: every sequence, and which of them train and which validate.

/// Sequences of acceleration, already split.
///
/// The order of `sequences` is the order of the source; `train` and `valid` hold indices into it,
/// in the split's own (shuffled) order.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// Channels of a time step (3: x, y, z).
    pub channels: usize,
    /// Number of labels (20).
    pub labels: usize,
    /// The users' names, sorted; [`Sequence::user`] is an index into them.
    pub users: Vec<String>,
    /// Every sequence.
    pub sequences: Vec<Sequence>,
    /// All time steps, one sequence after another: `[rows, channels]`, m/s².
    pub samples: Vec<f32>,
    /// Indices of the training sequences.
    pub train: Vec<u32>,
    /// Indices of the validation sequences.
    pub valid: Vec<u32>,
}

/// One recorded gesture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sequence {
    /// First row in [`Dataset::samples`].
    pub first_row: u32,
    /// Number of rows; at least 1.
    pub length: u32,
    /// The gesture, from 0.
    pub label: u32,
    /// The user, as an index into [`Dataset::users`].
    pub user: u32,
}

impl Dataset {
    /// The time steps of a sequence: `[length, channels]`.
    pub fn steps(&self, sequence: Sequence) -> &[f32] {
        let first = sequence.first_row as usize * self.channels;
        &self.samples[first..first + sequence.length as usize * self.channels]
    }
}
