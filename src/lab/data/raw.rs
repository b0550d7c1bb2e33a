//! Sequences as a source gives them, before they are packed and split.
//!
//! Invariants
//! - Every value is finite and every sequence has at least one row: the sources see to it.

use recount_engine::digest::Digest;

/// Channels of a time step: acceleration along x, y and z.
pub(super) const CHANNELS: usize = 3;

/// Gestures that the data knows; their folders are `01` to `20`, their labels 0 to 19.
pub(super) const GESTURES: u32 = 20;

/// One recorded gesture as its source gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct RawSequence {
    /// User, gesture and repetition, such as `U02/13/20.txt`.
    pub name: String,
    /// The user's name, such as `U02`.
    pub user: String,
    /// The gesture's number, from 1 to 20.
    pub gesture: u32,
    /// Acceleration along x, y and z at each time step, m/s².
    pub rows: Vec<[f32; CHANNELS]>,
    /// SHA-256 of the bytes that the rows were read from.
    pub digest: Digest,
}
