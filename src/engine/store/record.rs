//! Records: what a run left, and its text.
//!
//! Invariants
//! - A record is written after its objects are on the disk: see `commit`.
//! - It carries the digest of its own text, so a damaged one is known for that.
//! - Only `observed` holds what may differ between two honest runs.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

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
    /// Objects that list the folders it read, for whoever wants to know which file of one changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub listings: Vec<ObjectId>,
    /// Whether it was made from stand-in data.
    #[serde(default, skip_serializing_if = "is_false")]
    pub stand_in: bool,
    /// What was only seen; never part of a key.
    pub observed: Observed,
}

impl<R> Record<R> {
    /// Gives all objects that it names: its outputs', and the listings.
    pub(super) fn objects(&self) -> impl Iterator<Item = ObjectId> + '_ {
        self.outputs.iter().map(|output| output.object).chain(self.listings.iter().copied())
    }
}

/// One output of a recorded run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedOutput {
    /// Its name, unique within the run; one that ends in a slash is an empty folder.
    pub name: String,
    /// Its bytes.
    pub object: ObjectId,
    /// Whether it may be executed; as its bytes, this is the same for equal keys.
    #[serde(default, skip_serializing_if = "is_false")]
    pub executable: bool,
    /// Its permissions, where they are narrower than usual: they are kept, and promised to nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

/// The permissions of a file that anybody may read.
const USUAL_PERMISSIONS: u32 = 0o644;

impl RecordedOutput {
    /// Takes an output with its file's permissions.
    pub fn new(name: impl Into<String>, object: ObjectId, mode: u32) -> Self {
        let (name, executable) = (name.into(), mode & 0o100 != 0);
        let usual = if executable { 0o755 } else { USUAL_PERMISSIONS };
        Self { name, object, executable, mode: (mode & usual != usual).then_some(mode & usual) }
    }

    /// Gives the permissions that its file is to have.
    pub fn mode(&self) -> u32 {
        self.mode.unwrap_or(if self.executable { 0o755 } else { USUAL_PERMISSIONS })
    }

    /// Says whether it is an empty folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Says whether it is the same output as another one, as far as equal keys promise it.
    pub fn is_same(&self, other: &Self) -> bool {
        self.name == other.name && self.object == other.object && self.executable == other.executable
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

pub(super) const SEAL: &str = "{\"seal\": \"";
const BODY: &str = "\", \"record\": ";
const END: &str = "}\n";

/// Gives a record's name below the folder of this version.
pub(super) fn record_name(key: Key) -> String {
    let hex = key.0.to_hex();
    ["records/", &hex[..2], "/", &hex, ".json"].concat()
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
pub(super) fn unseal<R: DeserializeOwned>(bytes: &[u8]) -> Option<Record<R>> {
    let text = std::str::from_utf8(bytes).ok()?;
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
            outputs: vec![RecordedOutput::new("history.json", ObjectId(Digest::of(b"history")), 0o664)],
            listings: Vec::new(),
            stand_in: false,
            observed: Observed {
                instance: "train".to_owned(),
                started: 5.5,
                seconds: 0.25,
                facts: BTreeMap::from([("machine".to_owned(), "a".to_owned())]),
            },
        };
        let text = seal(&record);
        assert_eq!(unseal(&text).as_ref(), Some(&record));
        assert!(serde_json::from_slice::<serde_json::Value>(&text).is_ok(), "a record is JSON");
        for place in 0..text.len() {
            let mut bytes = text.clone();
            bytes[place] ^= 1 << (place % 7);
            assert!(unseal::<serde_json::Value>(&bytes).is_none(), "byte {place}");
        }
    }
}
