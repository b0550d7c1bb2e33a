//! What the store holds that nobody asks for any more, and its removal.
//!
//! keys to keep ──▶ records of other keys, objects of no kept record, their views ──▶ [`Garbage`] ──▶ gone
//!
//! Invariants
//! - Records go before their objects, each step synced: a kill at any moment leaves objects that no record names, and never
//!   a record without its objects.
//! - A stop is heeded between two files: what is left can be removed by another attempt.
//! - `edited/` and `quarantine/` stay: a person may want what is in there.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Doing, StoreError};
use super::{SNAPSHOT_FILE, Session, Store};
use crate::digest::{Key, ObjectId};
use crate::folder::FileKind;

/// What may go, and what stays.
#[derive(Debug, Default)]
pub struct Garbage {
    /// The records that go: their keys, and the instances that ran.
    pub records: Vec<(Key, String)>,
    /// How many objects go.
    pub objects: usize,
    /// How many bytes records and objects that go have.
    pub bytes: u64,
    /// How many records stay.
    pub kept_records: usize,
    /// How many objects stay.
    pub kept_objects: usize,
    /// How many bytes records and objects that stay have.
    pub kept_bytes: u64,
    /// Their names below the folder of this version.
    record_files: Vec<String>,
    object_files: Vec<String>,
}

impl Store {
    /// Gives the keys that the last `runs` runs had, whether they ran then or were fresh.
    pub fn keys_of_last_runs(&self, runs: usize) -> BTreeSet<Key> {
        let log: Vec<_> = self.runs().into_values().collect();
        let before = log.len().saturating_sub(runs);
        let mut last = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for (index, run) in log.into_iter().enumerate() {
            run.change_keys(&mut last);
            if index >= before {
                keys.extend(last.values().copied());
            }
        }
        keys
    }

    /// Finds what may go when only the records of `keep` are wanted; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when a folder or a record can't be read.
    pub fn garbage(&self, keep: &BTreeSet<Key>) -> Result<Garbage, StoreError> {
        let mut garbage = Garbage::default();
        let mut needed: BTreeSet<ObjectId> = BTreeSet::new();
        for file in self.all_records()?.files {
            let record = self.record(file.id)?;
            if keep.contains(&file.id) {
                if let Some(record) = &record {
                    needed.extend(record.objects());
                }
                garbage.kept_records += 1;
                garbage.kept_bytes += file.size;
            } else {
                let instance = record.map(|record| record.observed.instance).unwrap_or_default();
                garbage.records.push((file.id, instance));
                garbage.bytes += file.size;
                garbage.record_files.push(file.name);
            }
        }
        for file in self.all_objects()?.files {
            if needed.contains(&file.id) {
                garbage.kept_objects += 1;
                garbage.kept_bytes += file.size;
            } else {
                garbage.objects += 1;
                garbage.bytes += file.size;
                garbage.object_files.push(file.name);
            }
        }
        Ok(garbage)
    }
}

/// What the first version kept in `artifacts`.
const OLDER_NAMES: [&str; 16] = [
    "objects",
    "records",
    "index",
    "ledger",
    "memo",
    "memo.since",
    "memo.lasts",
    "memo.reading",
    "names.json",
    "names.log",
    "runs",
    "quarantine",
    "scratch",
    "temporary",
    "checkpoints",
    "lock",
];

impl Session<'_> {
    /// Removes what [`Store::garbage`] found in this session.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be removed, or a stop was asked for; what is left can be removed by another
    /// attempt.
    pub fn collect(&self, garbage: &Garbage) -> Result<(), StoreError> {
        if garbage.record_files.is_empty() && garbage.object_files.is_empty() {
            return Ok(());
        }
        // It says of what goes that it is there.
        self.remove_own(SNAPSHOT_FILE)?;
        let remove = |file: &String| {
            self.refuse_stopped().doing("removed", &self.base.path_of(file))?;
            self.remove_own(file)
        };
        garbage.record_files.iter().try_for_each(remove)?;
        self.base.sync_file_system().doing("synced", self.path())?;
        garbage.object_files.iter().try_for_each(remove)?;
        self.prune_views();
        Ok(())
    }

    /// Measures what the store of an older version holds, in bytes, and removes it if it is to be.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be read or removed.
    pub fn collect_older(&self, remove: bool) -> Result<u64, StoreError> {
        let Some(top) = self.top() else { return Ok(0) };
        let mut bytes = 0;
        for name in OLDER_NAMES {
            let path = top.path_of(name);
            self.refuse_stopped().doing("removed", &path)?;
            let Some(entry) = top.entry(name).doing("read", &path)? else { continue };
            bytes += match entry.kind {
                FileKind::Folder => {
                    let found = top.walk(name).doing("read", &path)?;
                    let files = found.iter().filter(|found| found.entry.kind != FileKind::Folder);
                    files.map(|file| file.entry.stamp.size).sum()
                }
                _ => entry.stamp.size,
            };
            if remove {
                top.remove(name).doing("removed", &path)?;
            }
        }
        Ok(bytes)
    }
}
