//! Makes the dataset that trainings read, and the card that describes it.
//!
//! [`Source`] ──read or generate──▶ [`RawSequence`]s ──split──▶ [`Dataset`] + [`DataCard`]
//!
//! Invariants
//! - Values pass unchanged: the notebook protocol normalises nothing, and duplicates are reported, not removed.
//! - Equal sources, seeds and shares give equal datasets.

use super::archive::ArchiveContent;
use super::card::DataCard;
use super::dataset::{Dataset, Sequence};
use super::describe::{Provenance, describe};
use super::raw::{CHANNELS, GESTURES, RawSequence};
use super::split::{Split, SplitError, split};
use super::synthetic;

/// Where the sequences come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// An archive of gestures, such as those of the smart watch.
    Archive {
        /// What was read from it.
        content: ArchiveContent,
        /// The public address that it is from.
        url: String,
    },
    /// Generated sequences of the same shape.
    Synthetic,
}

/// Prepares a dataset: reads or generates the sequences and divides them.
///
/// `train_fraction` is the share that trains, rounded down to whole sequences; `split_seed` decides which.
///
/// # Errors
/// [`SplitError`] when a side of the split would be empty.
pub fn prepare(
    source: Source,
    split_seed: u64,
    train_fraction: f64,
) -> Result<(Dataset, DataCard), SplitError> {
    let (provenance, sequences) = match source {
        Source::Archive { content, url } => (
            Provenance { source: "smartwatch", archive: Some(content.digest), origin: url },
            content.sequences,
        ),
        Source::Synthetic => (
            Provenance { source: "synthetic", archive: None, origin: synthetic::ORIGIN.to_owned() },
            synthetic::generate(),
        ),
    };
    let number = u32::try_from(sequences.len()).expect("an archive's text is bounded");
    let split = split(number, split_seed, train_fraction)?;
    let card = describe(provenance, &sequences, &split);
    Ok((pack(&sequences, split), card))
}

fn pack(raw: &[RawSequence], Split { train, valid }: Split) -> Dataset {
    let mut users: Vec<String> = raw.iter().map(|sequence| sequence.user.clone()).collect();
    users.sort_unstable();
    users.dedup();
    let mut next_row = 0;
    let sequences = raw
        .iter()
        .map(|sequence| {
            let first_row = next_row;
            let length = u32::try_from(sequence.rows.len()).expect("a sequence's text is bounded");
            next_row += length;
            let user = users.binary_search(&sequence.user).expect("every user was collected");
            let user = u32::try_from(user).expect("there are fewer users than sequences");
            Sequence { first_row, length, label: sequence.gesture - 1, user }
        })
        .collect();
    let samples = raw.iter().flat_map(|sequence| sequence.rows.iter().flatten().copied()).collect();
    Dataset { channels: CHANNELS, labels: GESTURES as usize, users, sequences, samples, train, valid }
}
