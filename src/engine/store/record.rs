//! Records: what a run left, found by its key.
//!
//! Invariants
//! - A record is written after its objects are on the disk: see `commit`.
//! - It carries the digest of its own text, so a damaged one is known for that.
//! - Only `observed` holds what may differ between two honest runs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::{Doing, StoreError};
use super::files::now;
use super::index::Stamp;
use super::object::Soundness;
use super::{Session, Store};
use crate::digest::{Digest, Key, ObjectId};

/// What one run left; `R` is what its recipe is read as.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record<R = serde_json::Value> {
    /// Digest of the canonical recipe.
    pub key: Key,
    /// The recipe, for reading.
    pub recipe: R,
    /// What it made, in the order in which the kind gave it.
    pub outputs: Vec<RecordedOutput>,
    /// What was only seen; never part of a key.
    pub observed: Observed,
}

/// One output of a recorded run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedOutput {
    /// Its name, unique within the run.
    pub name: String,
    /// Its bytes.
    pub object: ObjectId,
    /// Where it also belongs in the project, relative to the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether it may be executed; as its bytes, this is the same for equal keys.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
}

impl RecordedOutput {
    /// Says whether it holds only what was observed of the run, such as times: equal keys promise
    /// nothing of its bytes.
    pub fn is_observed(&self) -> bool {
        self.name.rsplit('/').next() == Some(OBSERVED)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// What was only seen of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// The instance that ran; others may share its key.
    pub instance: String,
    /// When it began, in seconds since 1970.
    pub started: f64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Machine, commit and the like, as the program's front named them.
    #[serde(flatten)]
    pub facts: BTreeMap<String, String>,
}

/// What the store has for a key.
#[derive(Debug)]
pub enum Lookup {
    /// The outputs of a record; their objects are sound.
    Found(Vec<RecordedOutput>),
    /// Nothing.
    Absent,
    /// A record that does not count.
    Broken(Flaw),
}

/// Why a record does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Its own text is damaged.
    RecordCorrupt,
    /// An output's object is gone.
    ObjectMissing {
        /// The output's name.
        output: String,
        /// The object.
        object: ObjectId,
    },
    /// An output's object holds other bytes.
    ObjectCorrupt {
        /// The output's name.
        output: String,
        /// The object.
        object: ObjectId,
    },
}

/// The name of an output that holds what was only observed.
const OBSERVED: &str = "observed.json";

pub(super) const SEAL: &str = "{\"seal\": \"";
const BODY: &str = "\", \"record\": ";
const END: &str = "}\n";

impl Store {
    /// Gives where a key's record is, or would be.
    pub fn record_path(&self, key: Key) -> PathBuf {
        let hex = key.0.to_hex();
        self.folder().join("records").join(&hex[..2]).join(format!("{hex}.json"))
    }

    /// Reads a key's record without looking at its objects; `None` when it is absent or damaged.
    ///
    /// # Errors
    /// [`StoreError`] when its file is there and can't be read.
    pub fn record(&self, key: Key) -> Result<Option<Record>, StoreError> {
        self.record_as(key)
    }

    /// Reads a key's record with its recipe as an `R`, as [`Store::record`] does; `None`, too, when the recipe
    /// is none.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub fn record_as<R: DeserializeOwned>(&self, key: Key) -> Result<Option<Record<R>>, StoreError> {
        Ok(match self.read(key)? {
            Text::Whole(record) => Some(record),
            Text::Absent | Text::Damaged => None,
        })
    }

    /// Finds a key's record and checks its objects; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when a file is there and can't be read.
    pub fn look_up(&self, key: Key) -> Result<Lookup, StoreError> {
        let outputs = match self.outputs(key)? {
            Text::Whole(outputs) => outputs,
            Text::Absent => return Ok(Lookup::Absent),
            Text::Damaged => return Ok(Lookup::Broken(Flaw::RecordCorrupt)),
        };
        self.check_outputs(outputs)
    }

    pub(super) fn check_outputs(&self, outputs: Vec<RecordedOutput>) -> Result<Lookup, StoreError> {
        for output in &outputs {
            let (name, object) = (|| output.name.clone(), output.object);
            match self.check_object(object)? {
                Soundness::Sound => {}
                Soundness::Missing => {
                    return Ok(Lookup::Broken(Flaw::ObjectMissing { output: name(), object }));
                }
                Soundness::Corrupt => {
                    return Ok(Lookup::Broken(Flaw::ObjectCorrupt { output: name(), object }));
                }
            }
        }
        Ok(Lookup::Found(outputs))
    }

    /// Gives a record's outputs; reads it only if its file changed since it was last read.
    fn outputs(&self, key: Key) -> Result<Text<Vec<RecordedOutput>>, StoreError> {
        let path = self.record_path(key);
        let before = match fs::metadata(&path) {
            Ok(metadata) => Stamp::of(&metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Text::Absent),
            Err(error) => return Err(error).doing("read", &path),
        };
        if let Some(outputs) = self.ledger().recall(key, before) {
            return Ok(Text::Whole(outputs));
        }
        let time = now();
        Ok(match self.read::<serde_json::Value>(key)? {
            Text::Whole(record) => {
                if fs::metadata(&path).is_ok_and(|metadata| Stamp::of(&metadata) == before) {
                    self.ledger().learn(key, before, &record.outputs, time);
                }
                Text::Whole(record.outputs)
            }
            Text::Absent => Text::Absent,
            Text::Damaged => Text::Damaged,
        })
    }

    fn read<R: DeserializeOwned>(&self, key: Key) -> Result<Text<Record<R>>, StoreError> {
        let path = self.record_path(key);
        let text = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Text::Absent),
            Err(error) => return Err(error).doing("read", &path),
        };
        Ok(match unsealed(text) {
            Some(record) if record.key == key => Text::Whole(record),
            _ => Text::Damaged,
        })
    }
}

enum Text<T> {
    Whole(T),
    Absent,
    Damaged,
}

impl Session<'_> {
    /// Finds a key's record as [`Store::look_up`] does, one of this session before it has its name
    /// too, and sets aside what is damaged.
    ///
    /// # Errors
    /// [`StoreError`] when a file can't be read or moved.
    pub fn claim(&self, key: Key) -> Result<Lookup, StoreError> {
        let lookup = match self.queued(key) {
            Some(outputs) => self.check_outputs(outputs)?,
            None => self.look_up(key)?,
        };
        match &lookup {
            Lookup::Broken(Flaw::RecordCorrupt) => {
                let _naming = self.naming();
                if matches!(self.read::<serde_json::Value>(key)?, Text::Damaged) {
                    self.quarantine(&self.record_path(key))?;
                }
            }
            Lookup::Broken(Flaw::ObjectCorrupt { object, .. }) => self.quarantine_object(*object)?,
            Lookup::Broken(Flaw::ObjectMissing { .. }) | Lookup::Found(_) | Lookup::Absent => {}
        }
        Ok(lookup)
    }
}

pub(super) fn seal(record: &Record) -> Vec<u8> {
    // The seal's place is kept free: a record of many inputs is long, and is not to be moved once it is written.
    let mut text = [SEAL, &Digest::of(b"").to_hex(), BODY].concat().into_bytes();
    let start = text.len();
    serde_json::to_writer_pretty(&mut text, record).expect("a record has only text for its keys");
    let seal = Digest::of(&text[start..]).to_hex();
    text[SEAL.len()..start - BODY.len()].copy_from_slice(seal.as_bytes());
    text.extend_from_slice(END.as_bytes());
    text
}

/// Reads what [`seal`] gave; `None` for anything else.
pub(super) fn unsealed<R: DeserializeOwned>(bytes: Vec<u8>) -> Option<Record<R>> {
    unseal(&String::from_utf8(bytes).ok()?)
}

fn unseal<R: DeserializeOwned>(text: &str) -> Option<Record<R>> {
    let (seal, rest) = text.strip_prefix(SEAL)?.split_once(BODY)?;
    let body = rest.strip_suffix(END)?;
    if Digest::from_hex(seal)? != Digest::of(body.as_bytes()) {
        return None;
    }
    serde_json::from_str(body).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_record_reads_back_and_any_flipped_bit_breaks_it() {
        let record = Record {
            key: Key(Digest::of(b"key")),
            recipe: serde_json::json!({ "kind": "train", "parameters": { "learning_rate": 0.001 } }),
            outputs: vec![RecordedOutput {
                name: "history.json".to_owned(),
                object: ObjectId(Digest::of(b"history")),
                place: None,
                executable: false,
            }],
            observed: Observed {
                instance: "train".to_owned(),
                started: 5.5,
                seconds: 0.25,
                facts: BTreeMap::from([("machine".to_owned(), "a".to_owned())]),
            },
        };
        let text = String::from_utf8(seal(&record)).expect("it is JSON");
        assert_eq!(unseal(&text).as_ref(), Some(&record));
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "a record is JSON");
        assert!(!text.contains("executable"), "a record without the flag has the bytes it always had");
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] ^= 1 << (place % 7);
            let read = String::from_utf8(bytes).ok().and_then(|text| unseal::<serde_json::Value>(&text));
            assert!(read.is_none(), "byte {place}");
        }
    }
}
