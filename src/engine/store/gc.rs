//! What the store holds that nobody asks for any more, and its removal.
//!
//! keys to keep ──▶ records of other keys, objects and files of parameters of no kept record, views ──▶ [`Garbage`] ──▶ gone
//!
//! Invariants
//! - Records go before their objects, each step synced: a kill at any moment leaves objects that no record names, and never
//!   a record without its objects.
//! - A stop is heeded between two files: what is left can be removed by another attempt.
//! - `edited/` and `quarantine/` stay: a person may want what is in there.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Doing, StoreError};
use super::{SNAPSHOT_FILE, Session, Store};
use crate::digest::{Digest, Key, ObjectId};
use crate::folder::{FileKind, FolderEntry, WalkedEntry};

/// What may go, and what stays.
#[derive(Debug, Default)]
pub struct Garbage {
    /// The records that go: their keys, and the instances that ran.
    pub records: Vec<(Key, String)>,
    /// How many objects go.
    pub objects: usize,
    /// How many bytes records, objects and files of parameters that go have.
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
    /// Their names below `artifacts`.
    params_files: Vec<String>,
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

    /// Finds what may go when only the records of `keep` are wanted; changes nothing. `params_file` names the file of
    /// parameters below `artifacts` that the run of a recipe was given.
    ///
    /// # Errors
    /// [`StoreError`] when a folder or a record can't be read.
    pub fn garbage(
        &self,
        keep: &BTreeSet<Key>,
        params_file: impl Fn(&serde_json::Value) -> Option<String>,
    ) -> Result<Garbage, StoreError> {
        let mut garbage = Garbage::default();
        let mut needed: BTreeSet<ObjectId> = BTreeSet::new();
        let mut params: BTreeSet<String> = BTreeSet::new();
        for file in self.all_records()?.files {
            let record = self.record(file.id)?;
            if keep.contains(&file.id) {
                if let Some(record) = &record {
                    needed.extend(record.objects());
                    params.extend(params_file(&record.recipe));
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
        for (name, size) in self.params_files()? {
            if params.contains(&name) {
                garbage.kept_bytes += size;
            } else {
                garbage.bytes += size;
                garbage.params_files.push(name);
            }
        }
        Ok(garbage)
    }

    /// Lists the files of parameters, by their names below `artifacts`, with their sizes. Whatever else is in their folder is
    /// a person's.
    fn params_files(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let Some(top) = self.top.get() else { return Ok(Vec::new()) };
        let path = top.path_of(PARAMS_FOLDER);
        let is_folder = |entry: &FolderEntry| entry.kind == FileKind::Folder;
        if !top.entry(PARAMS_FOLDER).doing("read", &path)?.as_ref().is_some_and(is_folder) {
            return Ok(Vec::new());
        }
        let is_ours = |found: &WalkedEntry| {
            let digest = found.path.strip_suffix(".json").and_then(Digest::from_hex);
            found.entry.kind == FileKind::File && digest.is_some()
        };
        let found = top.walk(PARAMS_FOLDER).doing("read", &path)?.into_iter().filter(is_ours);
        Ok(found.map(|it| ([PARAMS_FOLDER, "/", &it.path].concat(), it.entry.stamp.size)).collect())
    }
}

/// The folder of files of parameters below `artifacts`.
const PARAMS_FOLDER: &str = "params";

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
        // A run writes them anew where it needs them.
        if let Some(top) = self.top() {
            for name in &garbage.params_files {
                let path = top.path_of(name);
                self.refuse_stopped().doing("removed", &path)?;
                top.remove_file(name).doing("removed", &path)?;
            }
        }
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
