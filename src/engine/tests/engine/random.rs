//! Random choices that a seed repeats.

use recount_engine::digest::{Canonical, Digest};

/// A stream of random numbers for one purpose: the digests of a counter.
pub struct Random {
    stream: Digest,
    drawn: u64,
}

impl Random {
    /// Opens the stream that belongs to `seed` and `purpose`.
    pub fn new(seed: u64, purpose: &str) -> Self {
        let mut name = Canonical::default();
        name.field(&seed.to_le_bytes()).field(purpose.as_bytes());
        Self { stream: name.finish(), drawn: 0 }
    }

    /// Draws a whole number in `0..limit`; for the small limits of these tests each is as good as equally likely.
    pub fn below(&mut self, limit: u32) -> u32 {
        self.drawn += 1;
        let mut next = Canonical::default();
        next.field(&self.stream.to_bytes()).field(&self.drawn.to_le_bytes());
        let [a, b, c, d, ..] = next.finish().to_bytes();
        u32::from_le_bytes([a, b, c, d]) % limit
    }
}
