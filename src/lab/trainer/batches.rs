//! The endless stream of batches: each pass is a new permutation, its remainder dropped.

use serde::{Deserialize, Serialize};

use super::TrainError;
use crate::lab::random::Random;

/// Batches of one split.
#[derive(Debug, Serialize, Deserialize)]
pub struct Batches {
    random: Random,
    indices: Vec<u32>,
    batch: usize,
    next: usize,
}

impl Batches {
    /// Opens the stream over `indices`, named `split`, for `seed`.
    pub fn new(split: &'static str, indices: &[u32], batch: usize, seed: u64) -> Result<Self, TrainError> {
        if indices.len() < batch {
            return Err(TrainError::TooFewSequences { split, sequences: indices.len(), batch });
        }
        let random = Random::new(seed, &format!("batches/{split}"));
        Ok(Self { random, indices: indices.to_vec(), batch, next: usize::MAX })
    }

    /// Gives how many batches an epoch has.
    pub fn steps(&self) -> u32 {
        u32::try_from(self.indices.len() / self.batch).expect("a dataset has fewer than 2³² sequences")
    }

    /// Draws the next batch's indices.
    pub fn next_indices(&mut self) -> &[u32] {
        if self.next.saturating_add(self.batch) > self.indices.len() {
            self.random.shuffle(&mut self.indices);
            self.next = 0;
        }
        let first = self.next;
        self.next += self.batch;
        &self.indices[first..self.next]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_draws_each_index_once_and_drops_the_remainder() {
        let split: Vec<u32> = (100..111).collect();
        let mut batches =
            Batches::new("training", &split, 3, 1).expect("eleven sequences fill a batch of three");
        assert_eq!(batches.steps(), 3);
        let pass = |batches: &mut Batches| -> Vec<u32> {
            (0..3).flat_map(|_| batches.next_indices().to_vec()).collect()
        };
        let (first, second) = (pass(&mut batches), pass(&mut batches));
        assert_ne!(first, second);
        for mut drawn in [first, second] {
            drawn.sort_unstable();
            drawn.dedup();
            assert_eq!(drawn.len(), 9);
            assert!(drawn.iter().all(|index| split.contains(index)));
        }
    }

    #[test]
    fn a_split_smaller_than_a_batch_is_refused_with_its_numbers() {
        let error =
            Batches::new("validation", &[1, 2], 3, 1).expect_err("two sequences don't fill a batch of three");
        assert_eq!(error, TrainError::TooFewSequences { split: "validation", sequences: 2, batch: 3 });
    }
}
