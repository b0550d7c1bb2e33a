//! What the store holds that nobody asks for any more, and its removal.
//!
//! keys to keep ──▶ records of other keys, objects of no kept record, their views ──▶ [`Garbage`] ──▶ gone
//!
//! Invariants
//! - Names go before the records they lead to, and records before their objects, each step synced: a kill
//!   at any moment leaves objects that no record names, and never a record without its objects.
//! - `edited/` and `quarantine/` stay: a person may want what is in there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::error::{Doing, StoreError};
use super::files::sync_file_system;
use super::{Session, Store};
use crate::digest::{Key, ObjectId};

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
    record_files: Vec<PathBuf>,
    object_files: Vec<PathBuf>,
    views: Vec<PathBuf>,
    kept: BTreeSet<Key>,
}

impl Store {
    /// Gives the keys that the last `runs` runs had, whether they ran then or were fresh.
    pub fn keys_of_last_runs(&self, runs: usize) -> BTreeSet<Key> {
        let log: Vec<_> = self.runs().into_values().collect();
        let before = log.len().saturating_sub(runs);
        let mut standing = BTreeMap::new();
        let mut keys = BTreeSet::new();
        for (index, run) in log.into_iter().enumerate() {
            for name in &run.left {
                standing.remove(name);
            }
            standing.extend(run.keys);
            if index >= before {
                keys.extend(standing.values().copied());
            }
        }
        keys
    }

    /// Finds what may go when only the records of `keep` are wanted; changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when a folder or a record can't be read.
    pub fn garbage(&self, keep: &BTreeSet<Key>) -> Result<Garbage, StoreError> {
        let mut garbage = Garbage { kept: keep.clone(), ..Garbage::default() };
        let mut needed: BTreeSet<ObjectId> = BTreeSet::new();
        for file in self.all_records()?.files {
            let record = self.record(file.id)?;
            if keep.contains(&file.id) {
                needed.extend(record.iter().flat_map(|record| &record.outputs).map(|output| output.object));
                garbage.kept_records += 1;
                garbage.kept_bytes += file.size;
            } else {
                let instance = record.map(|record| record.observed.instance).unwrap_or_default();
                garbage.records.push((file.id, instance));
                garbage.bytes += file.size;
                garbage.record_files.push(file.path);
            }
        }
        let (mut kept, mut gone) = (BTreeSet::new(), BTreeSet::new());
        for file in self.all_objects()?.files {
            let node = fs::metadata(&file.path).map(|metadata| node(&metadata)).doing("read", &file.path)?;
            if needed.contains(&file.id) {
                garbage.kept_objects += 1;
                garbage.kept_bytes += file.size;
                kept.insert(node);
            } else {
                garbage.objects += 1;
                garbage.bytes += file.size;
                garbage.object_files.push(file.path);
                gone.insert(node);
            }
        }
        let views = WalkDir::new(self.folder().join("by-name")).into_iter().flatten();
        for view in views.filter(|view| view.file_type().is_file()) {
            let Ok(metadata) = view.metadata() else { continue };
            let shows_kept = kept.contains(&node(&metadata))
                || !gone.contains(&node(&metadata))
                    && self.digest_file(view.path()).is_ok_and(|digest| needed.contains(&ObjectId(digest)));
            if !shows_kept {
                garbage.views.push(view.into_path());
            }
        }
        Ok(garbage)
    }
}

impl Session<'_> {
    /// Removes what [`Store::garbage`] found in this session.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be removed; what is left can be removed by another attempt.
    pub fn collect(&self, garbage: &Garbage) -> Result<(), StoreError> {
        if !self.forget(&|key| garbage.kept.contains(&key))?.is_empty() {
            sync_file_system(self.folder())?;
        }
        for view in &garbage.views {
            remove(view)?;
        }
        self.prune_views();
        garbage.record_files.iter().try_for_each(|file| remove(file))?;
        sync_file_system(self.folder())?;
        garbage.object_files.iter().try_for_each(|file| remove(file))
    }

    /// Removes the folders of the view that show nothing any more.
    fn prune_views(&self) {
        let folders = WalkDir::new(self.folder().join("by-name")).min_depth(1).contents_first(true);
        for folder in folders.into_iter().flatten().filter(|entry| entry.file_type().is_dir()) {
            // One that still shows something can't be removed, and stays.
            drop(fs::remove_dir(folder.path()));
        }
    }
}

/// What tells whether two names are one file.
fn node(metadata: &Metadata) -> (u64, u64) {
    (metadata.dev(), metadata.ino())
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("removed", path),
        _ => Ok(()),
    }
}
