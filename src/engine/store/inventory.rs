//! What lies in `objects/` and `records/`, for those that look at the whole store.
//!
//! Invariants
//! - Entries come sorted by path, whatever order the file system has.
//! - Whatever is not where the store itself would have put it is a stray.

use std::path::PathBuf;

use walkdir::WalkDir;

use super::Store;
use super::error::StoreError;
use crate::digest::{Digest, Key, ObjectId};

/// The files of one kind, and what else lies among them.
pub(super) struct Inventory<T> {
    /// The files by what their names say.
    pub(super) files: Vec<File<T>>,
    /// Everything that is no folder and has no such name.
    pub(super) strays: Vec<PathBuf>,
}

/// A file that is where the store would have put it.
pub(super) struct File<T> {
    /// What it is named by.
    pub(super) id: T,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its size in bytes.
    pub(super) size: u64,
}

impl Store {
    /// Lists the objects.
    pub(super) fn all_objects(&self) -> Result<Inventory<ObjectId>, StoreError> {
        let named = |name: &str| Digest::from_hex(name).map(ObjectId);
        self.list("objects", &named, &|id| self.object_path(id))
    }

    /// Lists the records.
    pub(super) fn all_records(&self) -> Result<Inventory<Key>, StoreError> {
        let named = |name: &str| Digest::from_hex(name.strip_suffix(".json")?).map(Key);
        self.list("records", &named, &|key| self.record_path(key))
    }

    fn list<T: Copy>(
        &self,
        folder: &str,
        named: &dyn Fn(&str) -> Option<T>,
        place: &dyn Fn(T) -> PathBuf,
    ) -> Result<Inventory<T>, StoreError> {
        let folder = self.folder().join(folder);
        let mut inventory = Inventory { files: Vec::new(), strays: Vec::new() };
        if !folder.exists() {
            return Ok(inventory);
        }
        for entry in WalkDir::new(&folder).sort_by_file_name() {
            let entry = entry.map_err(|error| StoreError {
                path: error.path().unwrap_or(&folder).to_owned(),
                action: "read",
                source: error.into(),
            })?;
            if entry.file_type().is_dir() {
                continue;
            }
            let id = entry.file_name().to_str().and_then(named);
            match id.filter(|id| entry.file_type().is_file() && place(*id) == entry.path()) {
                Some(id) => {
                    let size = entry.metadata().map_or(0, |metadata| metadata.len());
                    inventory.files.push(File { id, path: entry.into_path(), size });
                }
                None => inventory.strays.push(entry.into_path()),
            }
        }
        Ok(inventory)
    }
}
