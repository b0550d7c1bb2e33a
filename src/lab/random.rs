//! The one source of randomness: a counter-based generator for each (seed, purpose).
//!
//! Invariants
//! - ChaCha8 from a named seed and a named purpose; no process-wide state, no entropy, so a stream
//!   does not depend on threads, on order, or on what else was drawn.
//! - Only integer arithmetic and exact float scaling: the same bits on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

use recount_engine::digest::{Canonical, Digest};

/// A stream of random numbers for one purpose; read back from where it was written, it goes on from there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(from = "Place", into = "Place")]
pub struct Random(ChaCha8Rng);

/// A stream and how much of it has been drawn.
#[derive(Serialize, Deserialize)]
struct Place {
    stream: Digest,
    /// In 32-bit words.
    drawn: u64,
}

impl From<Random> for Place {
    fn from(Random(generator): Random) -> Self {
        let drawn = u64::try_from(generator.get_word_pos()).expect("nobody draws 2⁶⁴ words");
        Self { stream: Digest::from_bytes(generator.get_seed()), drawn }
    }
}

impl From<Place> for Random {
    fn from(place: Place) -> Self {
        let mut generator = ChaCha8Rng::from_seed(place.stream.to_bytes());
        generator.set_word_pos(u128::from(place.drawn));
        Self(generator)
    }
}

impl Random {
    /// Opens the stream that belongs to `seed` and `purpose`.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut name = Canonical::default();
        name.field(&seed.to_le_bytes()).field(purpose.as_bytes());
        Self(ChaCha8Rng::from_seed(name.finish().to_bytes()))
    }

    /// Draws 32 bits.
    pub fn bits(&mut self) -> u32 {
        self.0.next_u32()
    }

    /// Draws a number in `0.0..1.0`, a multiple of 2⁻²⁴.
    pub fn unit(&mut self) -> f32 {
        (self.bits() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Draws a number in `-bound..bound`.
    pub fn symmetric(&mut self, bound: f32) -> f32 {
        (self.unit() * 2.0 - 1.0) * bound
    }

    /// Draws a whole number in `0..limit`, each equally likely.
    ///
    /// # Source
    /// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
    pub fn below(&mut self, limit: u32) -> u32 {
        assert!(limit > 0, "an empty range has no element to draw");
        loop {
            let product = u64::from(self.bits()) * u64::from(limit);
            let (high, low) = ((product >> 32) as u32, product as u32);
            if low >= limit || low >= limit.wrapping_neg() % limit {
                return high;
            }
        }
    }

    /// Puts `items` in a random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let limit = u32::try_from(last + 1).expect("fewer than 2³² items are shuffled");
            items.swap(last, self.below(limit) as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_and_purpose_alone() {
        let draw = |seed, purpose| Random::new(seed, purpose).bits();
        assert_eq!(draw(1, "shuffle"), draw(1, "shuffle"));
        assert_ne!(draw(1, "shuffle"), draw(2, "shuffle"));
        assert_ne!(draw(1, "shuffle"), draw(1, "dropout"));
    }

    #[test]
    fn shuffling_keeps_every_item() {
        let mut items: Vec<u32> = (0..100).collect();
        Random::new(1, "test").shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
    }
    #[test]
    fn a_stream_that_was_written_down_goes_on_where_it_was() {
        let mut random = Random::new(1, "test");
        for drawn in 0..200 {
            let text = serde_json::to_string(&random).expect("a place is a digest and a number");
            let mut read: Random = serde_json::from_str(&text).expect("it was just written");
            let mut original = random.clone();
            for _ in 0..70 {
                assert_eq!(read.bits(), original.bits(), "after {drawn} words");
            }
            random.bits();
        }
    }
}
