//! What a session that did not come to its end had finished: records that were written and have no name yet.
//!
//! `temporary/` ──whole records whose objects are sound──▶ `records/`; the rest is swept
//!
//! Invariants
//! - What is recovered goes the way of every record: it is synced with its objects before it has its name.
//! - A record that stands under its name already, with sound objects, is left as it is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use super::Session;
use super::error::StoreError;
use super::record::{Lookup, Record, SEAL, unsealed};

impl Session<'_> {
    /// Gives names to the records that an earlier session left without, and sweeps everything else of it.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be read, written or removed.
    pub(super) fn recover(&self) -> Result<(), StoreError> {
        let mut left = Vec::new();
        if let Ok(entries) = fs::read_dir(self.folder().join("temporary")) {
            // What can't be read is nobody's.
            let records = entries.flatten().map(|entry| read_record(&entry.path()));
            let records: Vec<Option<Record>> = records.map(|record| record.ok().flatten()).collect();
            if records.is_empty() {
                return Ok(());
            }
            left.extend(records.into_iter().flatten());
        }
        self.empty("temporary")?;
        for record in left {
            let is_whole = matches!(self.check_outputs(record.outputs.clone())?, Lookup::Found(_));
            if is_whole && !matches!(self.look_up(record.key)?, Lookup::Found(_)) {
                self.commit(&record)?;
                self.remember(&record.observed.instance, record.key)?;
            }
        }
        self.flush()
    }
}

/// Reads a file that may be a record, or anything else that was being written, of any size.
fn read_record(path: &Path) -> io::Result<Option<Record>> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; SEAL.len()];
    file.read_exact(&mut bytes)?;
    if bytes != SEAL.as_bytes() {
        return Ok(None);
    }
    file.read_to_end(&mut bytes)?;
    Ok(unsealed(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::{Digest, Key};
    use crate::store::{Observed, RecordedOutput, Store};

    /// Has a session end between the writing of two records and their naming, and damages one's object.
    fn left(folder: &Path) -> (Store, [Key; 2]) {
        let store = Store::open(folder).expect("the store opens");
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        let keys = [b"one", b"two"].map(|text| {
            let object = session.put_bytes(text).expect("there is room");
            let outputs =
                vec![RecordedOutput { name: "a".to_owned(), object, place: None, executable: false }];
            let key = Key(Digest::of(text));
            let observed = Observed { instance: "stage".to_owned(), ..Observed::default() };
            let record = Record { key, recipe: serde_json::Value::Null, outputs, observed };
            session.commit(&record).expect("there is room");
            key
        });
        fs::remove_file(store.object_path(crate::digest::ObjectId(Digest::of(b"two")))).expect("it is there");
        fs::write(folder.join("temporary/half"), &SEAL[..4]).expect("there is room");
        drop(session);
        (store, keys)
    }

    #[test]
    fn what_was_finished_is_named_by_the_next_session_and_nothing_else_is() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (store, [whole, torn]) = left(folder.path());
        assert!(matches!(store.look_up(whole), Ok(Lookup::Absent)), "it has no name yet");
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        assert!(matches!(session.claim(whole), Ok(Lookup::Found(_))));
        assert!(matches!(session.claim(torn), Ok(Lookup::Absent)));
        assert_eq!(session.last("stage"), Some(whole));
        assert_eq!(fs::read_dir(folder.path().join("temporary")).map_or(9, Iterator::count), 0);
    }
}
