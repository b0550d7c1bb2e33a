//! Objects: bytes that are named by their SHA-256.
//!
//! Invariants
//! - An object's file is written whole before its name exists, and read-only from then on; it is
//!   synced together with others before a record names it.
//! - What is not sound is never handed out, and never overwritten without having been set aside.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};
use super::files::{make_parent, move_below};
use super::index::Stamp;
use super::{Session, Store};
use crate::digest::{Digest, ObjectId};

/// Up to how many bytes a file is read whole to be stored.
const IN_MEMORY: u64 = 1 << 20;

/// Whether an object has the bytes that it is named by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Soundness {
    /// It does.
    Sound,
    /// There is no such object.
    Missing,
    /// Its file holds something else.
    Corrupt,
}

impl Store {
    /// Gives where an object is, or would be.
    pub fn object_path(&self, id: ObjectId) -> PathBuf {
        let hex = id.0.to_hex();
        let mut path = PathBuf::with_capacity(self.folder().as_os_str().len() + hex.len() + 16);
        path.extend([self.folder(), Path::new("objects"), Path::new(&hex[..2]), Path::new(&hex)]);
        path
    }

    /// Says whether an object is sound; reads it only if its file changed since it was last read.
    ///
    /// # Errors
    /// [`StoreError`] when the file is there and can't be read.
    pub fn check_object(&self, id: ObjectId) -> Result<Soundness, StoreError> {
        let path = self.object_path(id);
        match self.digest_file(&path) {
            Ok(digest) if digest == id.0 => Ok(Soundness::Sound),
            Ok(_) => Ok(Soundness::Corrupt),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Soundness::Missing),
            Err(error) if error.kind() == io::ErrorKind::IsADirectory => Ok(Soundness::Corrupt),
            Err(error) => Err(error).doing("read", &path),
        }
    }
}

impl Session<'_> {
    /// Stores `bytes`.
    ///
    /// # Errors
    /// [`StoreError`] when they can't be written.
    pub fn put_bytes(&self, bytes: &[u8]) -> Result<ObjectId, StoreError> {
        let id = ObjectId(Digest::of(bytes));
        if self.check_object(id)? == Soundness::Sound {
            return Ok(id);
        }
        let temporary = self.temporary();
        let create = OpenOptions::new().write(true).create_new(true).mode(0o444).open(&temporary);
        create.and_then(|mut file| file.write_all(bytes)).doing("written", &temporary)?;
        self.adopt(&temporary, id)
    }

    /// Stores a copy of a file, which stays where it is.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read, or its copy not written.
    pub fn put_copy(&self, path: &Path) -> Result<ObjectId, StoreError> {
        if fs::metadata(path).doing("read", path)?.len() <= IN_MEMORY {
            return self.put_bytes(&fs::read(path).doing("read", path)?);
        }
        let temporary = self.temporary();
        self.duplicate(path, &temporary, 0o444)?;
        let digest = File::open(&temporary).and_then(Digest::of_reader).doing("read", path)?;
        self.adopt(&temporary, ObjectId(digest))
    }

    /// Stores a file, which is gone from where it was; it must be on the store's file system, as
    /// everything below a scratch folder is.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read or moved.
    pub fn put_file(&self, path: &Path) -> Result<ObjectId, StoreError> {
        let temporary = self.temporary();
        fs::rename(path, &temporary).doing("moved", path)?;
        let digest = File::open(&temporary).and_then(Digest::of_reader).doing("read", path)?;
        fs::set_permissions(&temporary, Permissions::from_mode(0o444)).doing("written", &temporary)?;
        self.adopt(&temporary, ObjectId(digest))
    }

    fn adopt(&self, temporary: &Path, id: ObjectId) -> Result<ObjectId, StoreError> {
        let path = self.object_path(id);
        let _naming = self.naming();
        match self.check_object(id)? {
            Soundness::Sound => {
                fs::remove_file(temporary).doing("removed", temporary)?;
                return Ok(id);
            }
            Soundness::Corrupt => self.quarantine(&path)?,
            Soundness::Missing => {}
        }
        move_below(temporary, &path)?;
        Ok(id)
    }

    /// Moves an object to `quarantine/` that was found damaged, if it still is.
    pub(super) fn quarantine_object(&self, id: ObjectId) -> Result<(), StoreError> {
        let _naming = self.naming();
        match self.check_object(id)? {
            Soundness::Corrupt => self.quarantine(&self.object_path(id)),
            Soundness::Sound | Soundness::Missing => Ok(()),
        }
    }

    /// Moves a damaged file to `quarantine/`, out of the way of a new one.
    pub(super) fn quarantine(&self, path: &Path) -> Result<(), StoreError> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let target = self.folder().join("quarantine").join(name);
        make_parent(&target)?;
        let moved = match fs::symlink_metadata(&target) {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(&target),
            _ => Ok(()),
        };
        match moved.and_then(|()| fs::rename(path, &target)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other.doing("moved", path),
        }
    }

    /// Runs something that makes or removes a link to an object, which changes how its file looks.
    pub(super) fn while_linking<T>(
        &self,
        id: ObjectId,
        link: impl FnOnce(&Path) -> io::Result<T>,
    ) -> io::Result<T> {
        let path = self.object_path(id);
        let before = Stamp::of(&fs::metadata(&path)?);
        let result = link(&path)?;
        let after = Stamp::of(&fs::metadata(&path)?);
        self.index().carry(&self.index_name(&path), before, after);
        Ok(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Key;
    use crate::store::{Flaw, Lookup, Observed, Record, RecordedOutput};

    /// Replaces an object's bytes behind the store's back.
    fn damage(path: &Path, bytes: &[u8]) {
        fs::set_permissions(path, Permissions::from_mode(0o644)).expect("the file is ours");
        fs::write(path, bytes).expect("the file is ours");
    }

    #[test]
    fn an_object_with_a_flipped_bit_or_a_cut_end_is_never_served() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(&folder.path().join("artifacts")).expect("the store opens");
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        let bytes = b"0.984 0.0625";
        let key = Key(Digest::of(b"recipe"));
        let put = || {
            let object = session.put_bytes(bytes).expect("there is room");
            let outputs =
                vec![RecordedOutput { name: "a".to_owned(), object, place: None, executable: false }];
            let recipe = serde_json::Value::Null;
            let record = Record { key, recipe, outputs, observed: Observed::default() };
            session.while_committing(|| session.commit(&record), |done| done).expect("there is room");
            object
        };
        let object = put();
        let path = store.object_path(object);
        let flips = (0..bytes.len() * 8).map(|bit| {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            flipped
        });
        for damaged in flips.chain((0..bytes.len()).map(|length| bytes[..length].to_vec())) {
            damage(&path, &damaged);
            let flaw = Flaw::ObjectCorrupt { output: "a".to_owned(), object };
            match session.claim(key).expect("the store can be read") {
                Lookup::Broken(found) => assert_eq!(found, flaw),
                other => panic!("{damaged:?} was served: {other:?}"),
            }
            assert!(!path.exists(), "it is in quarantine");
            put();
            assert!(matches!(session.claim(key), Ok(Lookup::Found(_))));
        }
    }

    #[test]
    fn storing_over_a_damaged_object_mends_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(&folder.path().join("artifacts")).expect("the store opens");
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        let object = session.put_bytes(b"sound").expect("there is room");
        damage(&store.object_path(object), b"other");
        assert_eq!(session.put_bytes(b"sound").expect("there is room"), object);
        assert_eq!(store.check_object(object).expect("it can be read"), Soundness::Sound);
        assert!(store.lock(|| false).expect("the lock works").is_none(), "one session at a time");
    }
}
