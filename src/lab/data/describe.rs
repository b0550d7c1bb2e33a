//! Says about raw sequences what a reader of the report should know of them.
//!
//! [`RawSequence`]s + [`Split`] ──describe──▶ [`DataCard`]

use std::collections::BTreeMap;

use super::card::{DataCard, Lengths};
use super::raw::{CHANNELS, GESTURES, RawSequence};
use super::split::Split;
use recount_engine::digest::Digest;

/// Acceleration along any axis beyond which a row counts as extreme, in m/s²: about three times gravity.
const EXTREME: f32 = 30.0;

/// Where sequences come from.
pub(super) struct Provenance {
    pub source: &'static str,
    pub archive: Option<Digest>,
    pub origin: String,
}

/// Describes `sequences`, of which there is at least one.
pub(super) fn describe(provenance: Provenance, sequences: &[RawSequence], split: &Split) -> DataCard {
    let mut users = BTreeMap::new();
    let mut labels = vec![0; GESTURES as usize];
    for sequence in sequences {
        *users.entry(sequence.user.clone()).or_insert(0) += 1;
        labels[sequence.gesture as usize - 1] += 1;
    }
    let rows = || sequences.iter().flat_map(|sequence| &sequence.rows);
    let extreme = |row: &&[f32; CHANNELS]| row.iter().any(|value| value.abs() > EXTREME);
    let duplicates = duplicates_of(sequences);
    let contradicts = |group: &&Vec<&RawSequence>| group.iter().any(|one| one.gesture != group[0].gesture);
    DataCard {
        source: provenance.source.to_owned(),
        archive: provenance.archive.map(Digest::to_hex),
        origin: provenance.origin,
        sequences: count(sequences.len()),
        rows: count(rows().count()),
        channels: count(CHANNELS),
        users,
        labels,
        length: lengths_of(sequences),
        extreme_rows: count(rows().filter(extreme).count()),
        contradictory_duplicates: count(duplicates.iter().filter(contradicts).count()),
        duplicates: duplicates
            .iter()
            .map(|group| group.iter().map(|one| one.name.clone()).collect())
            .collect(),
        train: count(split.train.len()),
        valid: count(split.valid.len()),
    }
}

/// Groups the sequences whose bytes are equal, each group and the groups themselves in the order of `sequences`.
fn duplicates_of(sequences: &[RawSequence]) -> Vec<Vec<&RawSequence>> {
    let mut alike: BTreeMap<Digest, Vec<&RawSequence>> = BTreeMap::new();
    for sequence in sequences {
        alike.entry(sequence.digest).or_default().push(sequence);
    }
    let mut groups: Vec<_> = alike.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_by(|one, other| one[0].name.cmp(&other[0].name));
    groups
}

fn lengths_of(sequences: &[RawSequence]) -> Lengths {
    let mut lengths: Vec<u32> = sequences.iter().map(|sequence| count(sequence.rows.len())).collect();
    lengths.sort_unstable();
    let rows: u64 = lengths.iter().copied().map(u64::from).sum();
    let nearest_rank = (lengths.len() * 95).div_ceil(100);
    Lengths {
        least: lengths[0],
        median: lengths[(lengths.len() - 1) / 2],
        mean: rows as f64 / lengths.len() as f64,
        p95: lengths[nearest_rank - 1],
        most: lengths[lengths.len() - 1],
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a source is far smaller than 2³² rows")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sequence(name: &str, gesture: u32, rows: &[[f32; 3]]) -> RawSequence {
        let bytes: Vec<u8> = rows.iter().flatten().copied().flat_map(f32::to_le_bytes).collect();
        RawSequence {
            name: name.to_owned(),
            user: name[..3].to_owned(),
            gesture,
            rows: rows.to_vec(),
            digest: Digest::of(&bytes),
        }
    }

    fn card(sequences: &[RawSequence]) -> DataCard {
        let provenance = Provenance { source: "smartwatch", archive: None, origin: "a test".to_owned() };
        describe(provenance, sequences, &Split { train: vec![0], valid: vec![1] })
    }

    #[test]
    fn equal_files_under_different_gestures_contradict_each_other() {
        let card = card(&[
            sequence("U01/01/01.txt", 1, &[[1.0; 3]]),
            sequence("U01/01/02.txt", 1, &[[1.0; 3]]),
            sequence("U02/13/20.txt", 13, &[[2.0; 3]]),
            sequence("U02/14/01.txt", 14, &[[2.0; 3]]),
            sequence("U02/14/02.txt", 14, &[[3.0; 3]]),
        ]);
        let groups = [["U01/01/01.txt", "U01/01/02.txt"], ["U02/13/20.txt", "U02/14/01.txt"]];
        assert_eq!(card.duplicates, groups);
        assert_eq!(card.contradictory_duplicates, 1);
        assert_eq!(card.users, BTreeMap::from([("U01".to_owned(), 2), ("U02".to_owned(), 3)]));
        assert_eq!((card.labels[0], card.labels[12], card.labels[13]), (2, 1, 2));
    }

    #[test]
    fn a_row_is_extreme_in_either_direction_and_counts_once() {
        let card = card(&[sequence("U01/01/01.txt", 1, &[[31.0, 0.0, -31.0], [30.0; 3], [0.0, -30.5, 0.0]])]);
        assert_eq!((card.rows, card.extreme_rows), (3, 2));
    }

    #[test]
    fn the_median_of_an_even_number_is_the_lower_middle() {
        let of_length = |length: usize| sequence("U01/01/01.txt", 1, &vec![[0.0; 3]; length]);
        let lengths = lengths_of(&[of_length(4), of_length(1), of_length(9), of_length(2)]);
        assert_eq!(lengths, Lengths { least: 1, median: 2, mean: 4.0, p95: 9, most: 9 });
    }
}
