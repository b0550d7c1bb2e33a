//! What data preparation has to say about the data, as `data-card.json` holds it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Facts about one prepared dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DataCard {
    /// `smartwatch` or `synthetic`.
    pub source: String,
    /// SHA-256 of the archive; absent for generated data.
    pub archive: Option<String>,
    /// Where the data is from, for a person: an address, or how it was generated.
    pub origin: String,
    /// Number of sequences.
    pub sequences: u32,
    /// Number of time steps over all sequences.
    pub rows: u32,
    /// Number of channels of a time step.
    pub channels: u32,
    /// Sequences of each user.
    pub users: BTreeMap<String, u32>,
    /// Sequences of each label, from label 0.
    pub labels: Vec<u32>,
    /// Time steps of a sequence.
    pub length: Lengths,
    /// Rows with an acceleration beyond ±30 m/s².
    pub extreme_rows: u32,
    /// Groups of files whose bytes are equal, each sorted by name.
    pub duplicates: Vec<Vec<String>>,
    /// Groups of `duplicates` whose members carry different labels: one of them is mislabelled.
    pub contradictory_duplicates: u32,
    /// Sequences in the training split.
    pub train: u32,
    /// Sequences in the validation split.
    pub valid: u32,
}

/// The distribution of the sequences' lengths, in time steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// The shortest.
    pub least: u32,
    /// The median (the lower one of the two middle lengths).
    pub median: u32,
    /// The mean.
    pub mean: f64,
    /// The 95th percentile, by the nearest-rank method.
    pub p95: u32,
    /// The longest.
    pub most: u32,
}
