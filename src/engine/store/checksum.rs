//! Tells whole bytes from damaged ones, in a tenth of the time of a SHA-256.
//!
//! Invariant: what it guards only saves time. It names nothing: two contents that someone contrives to have one checksum
//! would pass for each other.

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_128;

/// An XXH3 of 128 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Checksum([u8; 16]);

impl Checksum {
    /// Sums `bytes` up as they are.
    pub fn of(bytes: &[u8]) -> Self {
        Self(XxHash3_128::oneshot(bytes).to_le_bytes())
    }

    /// Takes the 16 bytes of a checksum.
    pub(super) fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Gives the 16 bytes.
    pub(super) fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}
