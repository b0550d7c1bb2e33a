//! Divides sequences into those that train and those that validate.
//!
//! Invariants
//! - The notebook protocol: all sequences shuffled, the first share trains, the rest validates; users are mixed.
//! - Depends on the number of sequences, the seed and the share alone.

use crate::lab::random::Random;

/// Indices of sequences, in shuffled order; every sequence is on exactly one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The sequences that train.
    pub train: Vec<u32>,
    /// The sequences that validate.
    pub valid: Vec<u32>,
}

/// Why sequences can't be divided.
#[derive(Debug, PartialEq, thiserror::Error)]
pub enum SplitError {
    /// Nothing would train.
    #[error("a train fraction of {train_fraction} leaves none of {sequences} sequences for training")]
    NoTraining {
        /// The share that was asked for.
        train_fraction: f64,
        /// Sequences there are.
        sequences: u32,
    },
    /// Nothing would validate.
    #[error("a train fraction of {train_fraction} leaves none of {sequences} sequences for validation")]
    NoValidation {
        /// The share that was asked for.
        train_fraction: f64,
        /// Sequences there are.
        sequences: u32,
    },
}

/// Divides `sequences` sequences: `train_fraction` of them, rounded down, train.
///
/// # Errors
/// [`SplitError`] when either side would be empty.
pub fn split(sequences: u32, split_seed: u64, train_fraction: f64) -> Result<Split, SplitError> {
    // The cast gives 0 for a share that is no number, and is rounding down otherwise.
    let training = (f64::from(sequences) * train_fraction) as u32;
    if training == 0 {
        return Err(SplitError::NoTraining { train_fraction, sequences });
    }
    if training >= sequences {
        return Err(SplitError::NoValidation { train_fraction, sequences });
    }
    let mut train: Vec<u32> = (0..sequences).collect();
    Random::new(split_seed, "split").shuffle(&mut train);
    let valid = train.split_off(training as usize);
    Ok(Split { train, valid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_of_the_archive_train() {
        let split = split(3_251, 42, 0.8).expect("both sides have sequences");
        assert_eq!((split.train.len(), split.valid.len()), (2_600, 651));
    }

    #[test]
    fn every_sequence_is_on_one_side() {
        let Split { train, valid } = split(100, 7, 0.75).expect("both sides have sequences");
        let mut all = [train, valid].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn the_seed_decides_the_division() {
        assert_eq!(split(100, 1, 0.8), split(100, 1, 0.8));
        assert_ne!(split(100, 1, 0.8), split(100, 2, 0.8));
    }

    #[test]
    fn an_empty_side_is_refused() {
        assert!(matches!(split(4, 1, 0.2), Err(SplitError::NoTraining { .. })));
        assert!(matches!(split(4, 1, f64::NAN), Err(SplitError::NoTraining { .. })));
        assert!(matches!(split(4, 1, 1.0), Err(SplitError::NoValidation { .. })));
        assert!(matches!(split(0, 1, 0.8), Err(SplitError::NoTraining { .. })));
    }
}
