//! What is in `objects/` and `records/`, for those that look at the whole store.
//!
//! Invariants
//! - Entries come sorted by path, whatever order the file system has.
//! - Whatever is not where the store itself would have put it is a stray.

use super::Store;
use super::error::{Doing, StoreError};
use super::object::object_name;
use super::record::record_name;
use crate::digest::{Digest, Key, ObjectId};
use crate::folder::FileKind;

/// The files of one kind, and what else is among them.
#[derive(Default)]
pub(super) struct Inventory<T> {
    /// The files by what their names say.
    pub(super) files: Vec<StoredFile<T>>,
    /// Names of everything that is no folder and has no such name.
    pub(super) strays: Vec<String>,
}

/// A file that is where the store would have put it.
pub(super) struct StoredFile<T> {
    /// What it is named by.
    pub(super) id: T,
    /// Its name below the folder of this version.
    pub(super) name: String,
    /// Its size in bytes.
    pub(super) size: u64,
}

impl Store {
    /// Lists the objects.
    pub(super) fn all_objects(&self) -> Result<Inventory<ObjectId>, StoreError> {
        self.inventory("objects", &|name: &str| Digest::from_hex(name).map(ObjectId), &object_name)
    }

    /// Lists the records.
    pub(super) fn all_records(&self) -> Result<Inventory<Key>, StoreError> {
        let named = |name: &str| Digest::from_hex(name.strip_suffix(".json")?).map(Key);
        self.inventory("records", &named, &record_name)
    }

    fn inventory<T: Copy>(
        &self,
        folder: &str,
        named: &dyn Fn(&str) -> Option<T>,
        place: &dyn Fn(T) -> String,
    ) -> Result<Inventory<T>, StoreError> {
        let mut inventory = Inventory { files: Vec::new(), strays: Vec::new() };
        let Some(base) = self.base()? else { return Ok(inventory) };
        let path = base.path_of(folder);
        match base.entry(folder).doing("read", &path)?.map(|entry| entry.kind) {
            None => return Ok(inventory),
            Some(FileKind::Folder) => {}
            Some(_) => {
                inventory.strays.push(folder.to_owned());
                return Ok(inventory);
            }
        }
        for found in base.walk(folder).doing("read", &path)? {
            let kind = found.entry.kind;
            if kind == FileKind::Folder {
                continue;
            }
            let name = [folder, "/", &found.path].concat();
            let id = name.rsplit('/').next().and_then(named);
            match id.filter(|id| kind == FileKind::File && place(*id) == name) {
                Some(id) => inventory.files.push(StoredFile { id, name, size: found.entry.stamp.size }),
                None => inventory.strays.push(name),
            }
        }
        Ok(inventory)
    }
}
