//! Finds a key's record, and says whether it counts.
//!
//! key ──read──▶ record ──are its objects sound?──▶ [`Lookup`]
//!
//! Invariants
//! - A record counts only while its own text and each of its objects is sound.
//! - A [`Store`] only reads; a [`Session`] moves what is damaged to `quarantine/`.

use std::io;

use serde::de::DeserializeOwned;

use super::error::{Doing, StoreError};
use super::object::Soundness;
use super::record::{Record, RecordedOutput, record_name, unseal};
use super::{Session, Store};
use crate::digest::{Key, ObjectId};

/// The largest record that is read, in bytes.
pub(super) const MAX_RECORD_BYTES: u64 = 256 << 20;

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

impl Store {
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
        Ok(match self.read_record(key)? {
            RecordText::Whole(record) => Some(record),
            RecordText::Absent | RecordText::Damaged => None,
        })
    }

    /// Finds a key's record and checks its objects; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when a file is there and can't be read.
    pub fn check_record(&self, key: Key) -> Result<Lookup, StoreError> {
        match self.read_record::<serde_json::Value>(key)? {
            RecordText::Whole(record) => self.check_outputs(record.outputs),
            RecordText::Absent => Ok(Lookup::Absent),
            RecordText::Damaged => Ok(Lookup::Broken(Flaw::RecordCorrupt)),
        }
    }

    pub(super) fn check_outputs(&self, outputs: Vec<RecordedOutput>) -> Result<Lookup, StoreError> {
        for RecordedOutput { name, object, .. } in &outputs {
            let (output, object) = (|| name.clone(), *object);
            let flaw = match self.check_object(object)? {
                Soundness::Sound => continue,
                Soundness::Missing => Flaw::ObjectMissing { output: output(), object },
                Soundness::Corrupt => Flaw::ObjectCorrupt { output: output(), object },
            };
            return Ok(Lookup::Broken(flaw));
        }
        Ok(Lookup::Found(outputs))
    }

    fn read_record<R: DeserializeOwned>(&self, key: Key) -> Result<RecordText<Record<R>>, StoreError> {
        let Some(base) = self.base()? else { return Ok(RecordText::Absent) };
        let name = record_name(key);
        let text = match base.read(&name, MAX_RECORD_BYTES) {
            Ok(bytes) => bytes,
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound => return Ok(RecordText::Absent),
                // A link, a pipe or a folder in its place is no record.
                io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory | io::ErrorKind::FileTooLarge => {
                    return Ok(RecordText::Damaged);
                }
                _ => return Err(error).doing("read", &base.path_of(&name)),
            },
        };
        Ok(match unseal(&text) {
            Some(record) if record.key == key => RecordText::Whole(record),
            _ => RecordText::Damaged,
        })
    }
}

enum RecordText<T> {
    Whole(T),
    Absent,
    Damaged,
}

impl Session<'_> {
    /// Finds a key's record as [`Store::check_record`] does, one of this session before it has its name
    /// too, and sets aside what is damaged.
    ///
    /// # Errors
    /// [`StoreError`] when a file can't be read or moved.
    pub fn lookup(&self, key: Key) -> Result<Lookup, StoreError> {
        let lookup = match self.queued(key) {
            Some(outputs) => self.check_outputs(outputs)?,
            None => self.check_record(key)?,
        };
        match &lookup {
            Lookup::Broken(Flaw::RecordCorrupt) => {
                let _guard = self.rename_lock();
                if matches!(self.read_record::<serde_json::Value>(key)?, RecordText::Damaged) {
                    self.quarantine(&record_name(key))?;
                }
            }
            Lookup::Broken(Flaw::ObjectCorrupt { object, .. }) => self.quarantine_object(*object)?,
            Lookup::Broken(Flaw::ObjectMissing { .. }) | Lookup::Found(_) | Lookup::Absent => {}
        }
        Ok(lookup)
    }
}
