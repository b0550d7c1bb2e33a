//! Objects: bytes that are named by their SHA-256.
//!
//! Invariants
//! - An object's file is written whole before its name exists, and read-only from then on; it is
//!   synced together with others before a record names it.
//! - What is not sound is never handed out, and never overwritten without having been set aside.
//! - An object is readable by no more people than the file that it is a copy of.

use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::error::{Doing, StoreError};
use super::{Session, Store};
use crate::digest::{Digest, ObjectId};
use crate::folder::FileKind;
use crate::stamp::{Stamp, now};

/// Up to how many bytes a file is read whole to be stored.
const MAX_IN_MEMORY_BYTES: u64 = 1 << 20;

const READ_PERMISSIONS: u32 = 0o444;

/// Whether an object has the bytes that it is named by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Soundness {
    /// It does.
    Sound,
    /// There is no such object.
    Missing,
    /// Something else is in its place.
    Corrupt,
}

/// Gives an object's name below the folder of this version.
pub(super) fn object_name(id: ObjectId) -> String {
    let hex = id.0.to_hex();
    ["objects/", &hex[..2], "/", &hex].concat()
}

impl Store {
    /// Gives where an object is, or would be, for programs and messages.
    pub fn object_path(&self, id: ObjectId) -> PathBuf {
        self.path.join(super::VERSION).join(object_name(id))
    }

    /// Gives the path that the file table has for an object.
    pub fn object_table_path(id: ObjectId) -> String {
        Self::table_path(&object_name(id))
    }

    /// Reads an object whole, and checks that it has the bytes it is named by.
    ///
    /// # Errors
    /// [`StoreError`] when it is not there, can't be read, or is damaged.
    pub fn read_object(&self, id: ObjectId) -> Result<Vec<u8>, StoreError> {
        let path = self.object_path(id);
        let base = self.base()?.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound));
        let base = base.doing("read", &path)?;
        let mut bytes = Vec::new();
        base.open_file(&object_name(id))
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .doing("read", &path)?;
        if Digest::of(&bytes) != id.0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged")).doing("read", &path);
        }
        Ok(bytes)
    }

    /// Says whether an object is sound; reads it only if its file changed since it was last read.
    ///
    /// # Errors
    /// [`StoreError`] when the file is there and can't be read.
    pub fn check_object(&self, id: ObjectId) -> Result<Soundness, StoreError> {
        let Some(base) = self.base()? else { return Ok(Soundness::Missing) };
        let name = object_name(id);
        let stat = || match base.entry(&name)? {
            Some(entry) if entry.kind == FileKind::File => Ok(entry.stamp),
            Some(_) => Err(io::ErrorKind::InvalidData.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        let table_path = Self::table_path(&name);
        let digest = || Ok(self.digest(&table_path, &stat, &|| base.open_file(&name))?.0);
        let mut found: io::Result<Digest> = digest();
        if found.as_ref().is_ok_and(|digest| *digest != id.0) {
            // It may be the one before it that was read, which another thread has replaced by now.
            self.files().unconfirm(&table_path);
            found = digest();
        }
        match found {
            Ok(digest) if digest == id.0 => Ok(Soundness::Sound),
            Ok(_) => Ok(Soundness::Corrupt),
            Err(error) => match error.kind() {
                io::ErrorKind::NotFound => Ok(Soundness::Missing),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => Ok(Soundness::Corrupt),
                _ => Err(error).doing("read", &self.object_path(id)),
            },
        }
    }
}

impl Session<'_> {
    /// Stores `bytes`, to be read by those whom `mode` lets read.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be written.
    pub fn put_bytes(&self, bytes: &[u8], mode: u32) -> Result<ObjectId, StoreError> {
        let id = ObjectId(Digest::of(bytes));
        if self.check_object(id)? == Soundness::Sound {
            self.narrow(id, mode)?;
            return Ok(id);
        }
        let temporary = self.temporary();
        let written = self
            .base
            .create_file(&temporary, mode & READ_PERMISSIONS)
            .and_then(|mut file| file.write_all(bytes));
        written.doing("written", &self.base.path_of(&temporary))?;
        self.adopt_object(&temporary, id)
    }

    /// Stores a copy of a file of the project, which stays where it is.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read, or its copy not written.
    pub fn put_copy(&self, name: &str) -> Result<(ObjectId, u32), StoreError> {
        let path = self.project().path_of(name);
        let time = now();
        let mut file = self.project().open_file(name).doing("read", &path)?;
        let before = file.metadata().doing("read", &path)?;
        let mode = before.permissions().mode() & 0o777;
        let id = if before.len() <= MAX_IN_MEMORY_BYTES {
            let mut bytes = Vec::with_capacity(usize::try_from(before.len()).unwrap_or(0) + 1);
            file.read_to_end(&mut bytes).doing("read", &path)?;
            self.put_bytes(&bytes, mode)?
        } else {
            let temporary = self.temporary();
            let target = self.base.path_of(&temporary);
            let mut copy = self.base.create_file(&temporary, 0o600).doing("written", &target)?;
            io::copy(&mut file, &mut copy).doing("written", &target)?;
            self.base.set_mode(&temporary, mode & READ_PERMISSIONS).doing("written", &target)?;
            self.adopt_hashed(&temporary)?
        };
        let after = file.metadata().doing("read", &path)?;
        if Stamp::of(&before) == Stamp::of(&after) {
            self.files().insert_file(name, Stamp::of(&after), id.0, time);
        } else {
            self.files().unconfirm(name);
        }
        Ok((id, mode))
    }

    /// Stores a file that a run left in its scratch folder, which is gone from there.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read or moved.
    pub fn put_file(&self, name: &str) -> Result<(ObjectId, u32), StoreError> {
        let path = self.base.path_of(name);
        let entry = self.base.entry(name).doing("read", &path)?;
        let Some(entry) = entry.filter(|entry| entry.kind == FileKind::File) else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"))
                .doing("read", &path);
        };
        let temporary = self.temporary();
        self.base.rename(name, self.base, &temporary).doing("moved", &path)?;
        self.base.set_mode(&temporary, entry.stamp.mode & READ_PERMISSIONS).doing("written", &path)?;
        Ok((self.adopt_hashed(&temporary)?, entry.stamp.mode))
    }

    fn adopt_hashed(&self, temporary: &str) -> Result<ObjectId, StoreError> {
        let file = self.base.open_file(temporary);
        let digest = file.and_then(|file| self.read_digest(file, u64::MAX));
        self.adopt_object(temporary, ObjectId(digest.doing("read", &self.base.path_of(temporary))?))
    }

    fn adopt_object(&self, temporary: &str, id: ObjectId) -> Result<ObjectId, StoreError> {
        let name = object_name(id);
        let _guard = self.rename_lock();
        match self.check_object(id)? {
            Soundness::Sound => {
                self.base.remove_file(temporary).doing("removed", &self.base.path_of(temporary))?;
                return Ok(id);
            }
            Soundness::Corrupt => self.quarantine(&name)?,
            Soundness::Missing => {}
        }
        self.base.move_to(temporary, self.base, &name).doing("written", &self.base.path_of(&name))?;
        Ok(id)
    }

    /// Has an object that is there readable by no more than `mode` allows.
    fn narrow(&self, id: ObjectId, mode: u32) -> Result<(), StoreError> {
        let name = object_name(id);
        let path = self.base.path_of(&name);
        match self.base.entry(&name).doing("read", &path)? {
            Some(entry) if entry.stamp.mode & !mode & READ_PERMISSIONS != 0 => {
                self.files().unconfirm(&Store::table_path(&name));
                self.base.set_mode(&name, entry.stamp.mode & mode & READ_PERMISSIONS).doing("written", &path)
            }
            _ => Ok(()),
        }
    }

    /// Moves an object to `quarantine/` that was found damaged, if it still is.
    pub(super) fn quarantine_object(&self, id: ObjectId) -> Result<(), StoreError> {
        let _guard = self.rename_lock();
        match self.check_object(id)? {
            Soundness::Corrupt => self.quarantine(&object_name(id)),
            Soundness::Sound | Soundness::Missing => Ok(()),
        }
    }

    /// Moves what is damaged to `quarantine/`, out of the way of a new one.
    pub(super) fn quarantine(&self, name: &str) -> Result<(), StoreError> {
        let target = format!("quarantine/{}", name.rsplit('/').next().unwrap_or(name));
        let path = self.base.path_of(name);
        self.files().remove(&Store::table_path(name));
        self.base.remove(&target).doing("removed", &self.base.path_of(&target))?;
        match self.base.move_to(name, self.base, &target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.doing("moved", &path),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;
    use crate::digest::Key;
    use crate::store::{Flaw, Lookup, Observed, Record, RecordedOutput};

    /// Replaces an object's bytes behind the store's back.
    fn damage(store: &Store, id: ObjectId, bytes: &[u8]) {
        let path = store.object_path(id);
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("the file is ours");
        fs::write(&path, bytes).expect("the file is ours");
        store.files().unconfirm(&Store::object_table_path(id));
    }

    fn open(folder: &Path) -> Store {
        Store::open(folder).expect("the store opens")
    }

    #[test]
    fn an_object_with_a_flipped_bit_or_a_cut_end_is_never_served() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = open(folder.path());
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let bytes = b"0.984 0.0625";
        let key = Key(Digest::of(b"recipe"));
        let put = || {
            let object = session.put_bytes(bytes, 0o644).expect("there is room");
            let outputs = vec![RecordedOutput::new("a", object, 0o644)];
            let recipe = serde_json::Value::Null;
            let record = Record {
                key,
                recipe,
                outputs,
                listings: Vec::new(),
                stand_in: false,
                observed: Observed::default(),
            };
            session.while_committing(|| session.commit(&record)).expect("there is room");
            object
        };
        let object = put();
        let flips = (0..bytes.len() * 8).map(|bit| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        });
        for damaged in flips.chain((0..bytes.len()).map(|length| bytes[..length].to_vec())) {
            damage(&store, object, &damaged);
            let flaw = Flaw::ObjectCorrupt { output: "a".to_owned(), object };
            match session.lookup(key).expect("the store can be read") {
                Lookup::Broken(found) => assert_eq!(found, flaw),
                other => panic!("{damaged:?} was served: {other:?}"),
            }
            assert!(!store.object_path(object).exists(), "it is in quarantine");
            put();
            assert!(matches!(session.lookup(key), Ok(Lookup::Found(_))));
        }
    }

    #[test]
    fn storing_over_a_damaged_object_mends_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = open(folder.path());
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let object = session.put_bytes(b"sound", 0o644).expect("there is room");
        damage(&store, object, b"other");
        assert_eq!(session.put_bytes(b"sound", 0o644).expect("there is room"), object);
        assert_eq!(store.check_object(object).expect("it can be read"), Soundness::Sound);
        assert!(store.lock(|| false).expect("the lock works").is_none(), "one session at a time");
    }

    #[test]
    fn an_object_is_no_more_open_than_the_file_it_is_of() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = open(folder.path());
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let mode =
            |id| fs::metadata(store.object_path(id)).expect("it is there").permissions().mode() & 0o777;
        let object = session.put_bytes(b"secret", 0o644).expect("there is room");
        assert_eq!(mode(object), 0o444);
        session.put_bytes(b"secret", 0o600).expect("there is room");
        assert_eq!(mode(object), 0o400);
    }
}
