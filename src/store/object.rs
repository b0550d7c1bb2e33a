//! Objects: bytes that are named by their SHA-256.
//!
//! Invariants
//! - An object's file is synced before its name exists, and read-only from then on.
//! - What is not sound is never handed out, and never overwritten without having been set aside.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};
use super::files::make_parent;
use super::index::Stamp;
use super::{Session, Store};
use crate::digest::{Digest, ObjectId};

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
        self.folder().join("objects").join(&hex[..2]).join(&hex)
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
        let temporary = self.temporary();
        fs::write(&temporary, bytes).doing("written", &temporary)?;
        self.adopt(&temporary, ObjectId(Digest::of(bytes)))
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
        self.adopt(&temporary, ObjectId(digest))
    }

    fn adopt(&self, temporary: &Path, id: ObjectId) -> Result<ObjectId, StoreError> {
        let path = self.object_path(id);
        match self.check_object(id)? {
            Soundness::Sound => {
                fs::remove_file(temporary).doing("removed", temporary)?;
                return Ok(id);
            }
            Soundness::Corrupt => self.quarantine(&path)?,
            Soundness::Missing => {}
        }
        fs::set_permissions(temporary, Permissions::from_mode(0o444)).doing("written", temporary)?;
        File::open(temporary).and_then(|file| file.sync_all()).doing("written", temporary)?;
        make_parent(&path)?;
        fs::rename(temporary, &path).doing("written", &path)?;
        Ok(id)
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
