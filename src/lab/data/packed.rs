//! A [`Dataset`] as bytes, and back: one safetensors file.
//!
//! | tensor | type, shape |
//! |---|---|
//! | `samples` | f32 `[rows, channels]` |
//! | `first_row`, `length`, `label`, `user` | u32 `[sequences]` |
//! | `train`, `valid` | u32 `[sequences of that side]` |
//!
//! The metadata's one entry, `dataset`, holds the users' names and the number of labels as JSON: the
//! format's writer puts several entries in random order.
//!
//! Invariants
//! - Equal datasets give equal bytes.
//! - A dataset that was read is whole: sequences follow one another and fill the samples, every index is
//!   in range, every sample is finite, both sides of the split have sequences and share none.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensorError, SafeTensors, TensorView, serialize};
use serde::{Deserialize, Serialize};

use super::dataset::{Dataset, Sequence};

/// The metadata entry that describes the dataset.
const ENTRY: &str = "dataset";

/// Why bytes are no dataset.
#[derive(Debug, thiserror::Error)]
pub enum PackedError {
    /// They are no safetensors file, or a tensor is missing.
    #[error("the packed dataset is damaged: {0}")]
    Format(#[from] SafeTensorError),
    /// The metadata entry is missing, or is not what it should be.
    #[error("the packed dataset does not say its users and labels")]
    Description,
    /// A tensor has another type or shape.
    #[error("`{tensor}` of the packed dataset has an unexpected type or shape")]
    Shape {
        /// The tensor.
        tensor: &'static str,
    },
    /// A value is out of range.
    #[error("`{tensor}` of the packed dataset has a value at {place} that {why}")]
    Value {
        /// The tensor.
        tensor: &'static str,
        /// Index of the value, from 0.
        place: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// What the tensors don't say.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    users: Vec<String>,
    labels: u32,
}

impl Dataset {
    /// Gives the dataset as the bytes of a safetensors file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let column = |value: fn(&Sequence) -> u32| -> Vec<u8> {
            self.sequences.iter().flat_map(|sequence| value(sequence).to_le_bytes()).collect()
        };
        let side =
            |indices: &[u32]| -> Vec<u8> { indices.iter().copied().flat_map(u32::to_le_bytes).collect() };
        let samples: Vec<u8> = self.samples.iter().copied().flat_map(f32::to_le_bytes).collect();
        let rows = self.samples.len() / self.channels;
        let tensors = [
            ("samples", Dtype::F32, vec![rows, self.channels], samples),
            ("first_row", Dtype::U32, vec![self.sequences.len()], column(|sequence| sequence.first_row)),
            ("length", Dtype::U32, vec![self.sequences.len()], column(|sequence| sequence.length)),
            ("label", Dtype::U32, vec![self.sequences.len()], column(|sequence| sequence.label)),
            ("user", Dtype::U32, vec![self.sequences.len()], column(|sequence| sequence.user)),
            ("train", Dtype::U32, vec![self.train.len()], side(&self.train)),
            ("valid", Dtype::U32, vec![self.valid.len()], side(&self.valid)),
        ];
        let views = tensors.iter().map(|(name, kind, shape, bytes)| {
            let view = TensorView::new(*kind, shape.clone(), bytes).expect("the shape counts the bytes");
            (*name, view)
        });
        let labels = u32::try_from(self.labels).expect("labels are counted in 32 bits");
        let description = serde_json::to_string(&Description { users: self.users.clone(), labels })
            .expect("names and a number are JSON");
        serialize(views, Some(HashMap::from([(ENTRY.to_owned(), description)])))
            .expect("the tensors are named once and the header is short")
    }

    /// Reads a dataset from the bytes of a safetensors file, and checks it.
    ///
    /// # Errors
    /// [`PackedError`], naming the tensor and the place of the first value that can't be.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PackedError> {
        let (_, header) = SafeTensors::read_metadata(bytes)?;
        let description = header.metadata().as_ref().and_then(|entries| entries.get(ENTRY));
        let Description { users, labels } =
            description.and_then(|text| serde_json::from_str(text).ok()).ok_or(PackedError::Description)?;
        let tensors = SafeTensors::deserialize(bytes)?;
        let (channels, samples) = samples_of(&tensors)?;
        let dataset = Self {
            channels,
            labels: labels as usize,
            users,
            sequences: sequences_of(&tensors)?,
            samples,
            train: numbers_of(&tensors, "train")?,
            valid: numbers_of(&tensors, "valid")?,
        };
        dataset.check_sequences()?;
        dataset.check_split()?;
        Ok(dataset)
    }

    fn check_sequences(&self) -> Result<(), PackedError> {
        let rows = (self.samples.len() / self.channels) as u64;
        let mut next = 0;
        for (place, sequence) in self.sequences.iter().enumerate() {
            let ensure = |holds: bool, tensor, why| {
                if holds { Ok(()) } else { Err(PackedError::Value { tensor, place, why }) }
            };
            ensure(sequence.length > 0, "length", "is zero")?;
            ensure(
                u64::from(sequence.first_row) == next,
                "first_row",
                "does not follow the sequence before",
            )?;
            next += u64::from(sequence.length);
            ensure(next <= rows, "length", "reaches beyond the samples")?;
            ensure((sequence.label as usize) < self.labels, "label", "is no label")?;
            ensure((sequence.user as usize) < self.users.len(), "user", "is no user")?;
        }
        if next == rows { Ok(()) } else { Err(PackedError::Shape { tensor: "samples" }) }
    }

    fn check_split(&self) -> Result<(), PackedError> {
        let mut taken = vec![false; self.sequences.len()];
        for (tensor, side) in [("train", &self.train), ("valid", &self.valid)] {
            if side.is_empty() {
                return Err(PackedError::Shape { tensor });
            }
            for (place, &index) in side.iter().enumerate() {
                let fault = |why| PackedError::Value { tensor, place, why };
                let taken = taken.get_mut(index as usize).ok_or_else(|| fault("is no sequence"))?;
                if std::mem::replace(taken, true) {
                    return Err(fault("is in the split twice"));
                }
            }
        }
        Ok(())
    }
}

fn samples_of(tensors: &SafeTensors<'_>) -> Result<(usize, Vec<f32>), PackedError> {
    let tensor = "samples";
    let view = tensors.tensor(tensor)?;
    let channels = match *view.shape() {
        [_, channels] if channels > 0 && view.dtype() == Dtype::F32 => channels,
        _ => return Err(PackedError::Shape { tensor }),
    };
    let (values, _) = view.data().as_chunks::<4>();
    let samples: Vec<f32> = values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    match samples.iter().position(|sample| !sample.is_finite()) {
        Some(place) => Err(PackedError::Value { tensor, place, why: "is not finite" }),
        None => Ok((channels, samples)),
    }
}

fn sequences_of(tensors: &SafeTensors<'_>) -> Result<Vec<Sequence>, PackedError> {
    let first_row = numbers_of(tensors, "first_row")?;
    let column = |tensor| {
        let numbers = numbers_of(tensors, tensor)?;
        if numbers.len() == first_row.len() { Ok(numbers) } else { Err(PackedError::Shape { tensor }) }
    };
    let (length, label, user) = (column("length")?, column("label")?, column("user")?);
    Ok((0..first_row.len())
        .map(|place| Sequence {
            first_row: first_row[place],
            length: length[place],
            label: label[place],
            user: user[place],
        })
        .collect())
}

fn numbers_of(tensors: &SafeTensors<'_>, tensor: &'static str) -> Result<Vec<u32>, PackedError> {
    let view = tensors.tensor(tensor)?;
    if view.dtype() != Dtype::U32 || view.shape().len() != 1 {
        return Err(PackedError::Shape { tensor });
    }
    let (values, _) = view.data().as_chunks::<4>();
    Ok(values.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn small() -> Dataset {
        let sequence = |first_row, length, label, user| Sequence { first_row, length, label, user };
        Dataset {
            channels: 3,
            labels: 20,
            users: vec!["U01".to_owned(), "U02".to_owned()],
            sequences: vec![sequence(0, 2, 0, 0), sequence(2, 1, 19, 1), sequence(3, 1, 7, 1)],
            samples: (0..12).map(|number| number as f32 * 0.5 - 3.0).collect(),
            train: vec![2, 0],
            valid: vec![1],
        }
    }

    fn fault_of(change: impl FnOnce(&mut Dataset)) -> String {
        let mut dataset = small();
        change(&mut dataset);
        Dataset::from_bytes(&dataset.to_bytes()).expect_err("the dataset is broken").to_string()
    }

    #[test]
    fn a_dataset_reads_back() {
        assert_eq!(Dataset::from_bytes(&small().to_bytes()).expect("it was just written"), small());
    }

    #[test]
    fn equal_datasets_give_equal_bytes() {
        assert_eq!(small().to_bytes(), small().to_bytes());
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        let of = "of the packed dataset has a value at";
        assert_eq!(
            fault_of(|data| data.samples[4] = f32::NAN),
            format!("`samples` {of} 4 that is not finite")
        );
        assert_eq!(fault_of(|data| data.sequences[1].label = 20), format!("`label` {of} 1 that is no label"));
        assert_eq!(fault_of(|data| data.sequences[2].user = 2), format!("`user` {of} 2 that is no user"));
        assert_eq!(fault_of(|data| data.sequences[0].length = 0), format!("`length` {of} 0 that is zero"));
        assert_eq!(
            fault_of(|data| data.sequences[2].length = u32::MAX),
            format!("`length` {of} 2 that reaches beyond the samples")
        );
        assert_eq!(
            fault_of(|data| data.sequences[1].first_row = 1),
            format!("`first_row` {of} 1 that does not follow the sequence before")
        );
        assert_eq!(fault_of(|data| data.train[1] = 3), format!("`train` {of} 1 that is no sequence"));
        assert_eq!(fault_of(|data| data.valid[0] = 2), format!("`valid` {of} 0 that is in the split twice"));
        assert!(fault_of(|data| data.valid.clear()).starts_with("`valid`"));
        assert!(fault_of(|data| data.samples.extend([0.0; 3])).starts_with("`samples`"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(Dataset::from_bytes(&bytes).is_err());
        }

        #[test]
        fn a_damaged_file_never_gives_a_dataset_out_of_range(
            place in any::<prop::sample::Index>(), flip in 1..=255_u8, end in any::<prop::sample::Index>(),
        ) {
            let mut bytes = small().to_bytes();
            prop_assert!(Dataset::from_bytes(&bytes[..end.index(bytes.len())]).is_err());
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            if let Ok(dataset) = Dataset::from_bytes(&bytes) {
                for sequence in &dataset.sequences {
                    prop_assert!(!dataset.steps(*sequence).is_empty());
                }
            }
        }
    }
}
