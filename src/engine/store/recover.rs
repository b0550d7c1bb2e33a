//! Recovers the records of a session that was killed: those that were written and have no name yet.
//!
//! `temporary/` ──whole records whose objects are sound──▶ `records/`; the rest is removed
//!
//! Invariants
//! - What is recovered goes the way of every record: it is synced with its objects before it has its name, and stays
//!   where it is until then, so that another kill loses nothing either.
//! - A record that has its name already, with sound objects, is replaced only by a later one.

use super::Session;
use super::error::{Doing, StoreError};
use super::lookup::{Lookup, MAX_RECORD_BYTES};
use super::record::{Record, SEAL, unseal};
use super::session::TEMPORARY;
use crate::folder::FileKind;

impl Session<'_> {
    /// Gives names to the records that an earlier session left without one, and removes everything else of it.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be written or removed.
    pub(super) fn recover(&self) -> Result<(), StoreError> {
        let path = self.base.path_of(TEMPORARY);
        self.base.create_folder(TEMPORARY).doing("made", &path)?;
        let left = self.base.list(TEMPORARY).doing("read", &path)?;
        if left.is_empty() {
            return Ok(());
        }
        // They stay where they are until they have their names, and nothing else is written there.
        self.count_from(left.iter().filter_map(|(name, _)| name.parse().ok()).max());
        let files = left.into_iter().filter(|(_, kind)| *kind == FileKind::File);
        let names = files.map(|(name, _)| [TEMPORARY, "/", &name].concat());
        // What can't be read is nobody's.
        let read = |name: String| Some((self.read_orphan(&name)?, name));
        let mut records: Vec<(Record, String)> = names.filter_map(read).collect();
        records.sort_by(|(one, _), (other, _)| one.observed.started.total_cmp(&other.observed.started));
        for (record, name) in records {
            if self.is_recoverable(&record).unwrap_or(false) {
                self.enqueue(&record, name);
            }
        }
        self.flush()?;
        self.base.clear(TEMPORARY).doing("removed", &path)
    }

    /// Reads a file that may be a record, or anything else that was being written.
    fn read_orphan(&self, name: &str) -> Option<Record> {
        let mut start = vec![0; SEAL.len()];
        let mut file = self.base.open_file(name).ok()?;
        std::io::Read::read_exact(&mut file, &mut start).ok()?;
        if start != SEAL.as_bytes() {
            return None;
        }
        unseal(&self.base.read(name, MAX_RECORD_BYTES).ok()?)
    }

    /// Says whether a record has all of its objects, and the record of its name has not, or is older.
    fn is_recoverable(&self, record: &Record) -> Result<bool, StoreError> {
        if !matches!(self.check_outputs(record.outputs.clone())?, Lookup::Found(_)) {
            return Ok(false);
        }
        if !matches!(self.check_record(record.key)?, Lookup::Found(_)) {
            return Ok(true);
        }
        let named = self.record(record.key)?;
        Ok(named.is_none_or(|named| named.observed.started < record.observed.started))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::digest::{Digest, Key, ObjectId};
    use crate::store::{Observed, RecordedOutput, Store};

    /// Has a session end between the writing of two records and their naming, and damages one's object.
    fn left(folder: &Path, started: f64) -> (Store, [Key; 2]) {
        let store = Store::open(folder).expect("the store opens");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let keys = [b"one", b"two"].map(|text| {
            let object = session.put_bytes(text, 0o644).expect("there is room");
            let outputs = vec![RecordedOutput::new("a", object, 0o644)];
            let key = Key(Digest::of(text));
            let observed = Observed { instance: "stage".to_owned(), started, ..Observed::default() };
            let (recipe, listings) = (serde_json::Value::Null, Vec::new());
            let record = Record { key, recipe, outputs, listings, stand_in: false, observed };
            session.commit(&record).expect("there is room");
            key
        });
        fs::remove_file(store.object_path(ObjectId(Digest::of(b"two")))).expect("it is there");
        fs::write(folder.join("artifacts/v2/temporary/half"), &SEAL[..4]).expect("there is room");
        drop(session);
        (store, keys)
    }

    #[test]
    fn what_was_finished_is_named_by_the_next_session_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (store, [whole, unsound]) = left(folder.path(), 5.0);
        assert!(matches!(store.check_record(whole), Ok(Lookup::Absent)), "it has no name yet");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        assert!(matches!(session.lookup(whole), Ok(Lookup::Found(_))));
        assert!(matches!(session.lookup(unsound), Ok(Lookup::Absent)));
        assert_eq!(fs::read_dir(folder.path().join("artifacts/v2/temporary")).map_or(9, Iterator::count), 0);
    }

    #[test]
    fn of_two_records_with_one_key_the_later_one_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for (started, expected) in [(5.0, 5.0), (7.0, 7.0), (6.0, 7.0)] {
            let (store, [key, _]) = left(folder.path(), started);
            drop(store.lock(|| true).expect("the lock works").expect("it waits"));
            let record = store.record(key).expect("it can be read").expect("it has its name");
            assert_eq!(record.observed.started, expected);
        }
    }
}
