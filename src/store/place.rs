//! Outputs at their place in the project.
//!
//! Invariants
//! - What a person wrote is never lost: bytes that the store does not have are kept in `edited/`
//!   before anything else is put in their place.
//! - A place never shares its bytes with an object, so editing it changes no object.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Session;
use super::error::{Doing, StoreError};
use super::files::{duplicate, make_parent};
use crate::digest::ObjectId;

/// What had to be done for an output to be at its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Whether it was written.
    pub written: bool,
    /// Where what stood there is kept now, if no run had made it.
    pub kept: Option<PathBuf>,
}

impl Session<'_> {
    /// Sees to it that the file at `path` holds an object's bytes.
    ///
    /// # Errors
    /// [`StoreError`] when the file can't be read or written.
    pub fn place(&self, object: ObjectId, path: &Path) -> Result<Placed, StoreError> {
        match self.digest_file(path) {
            Ok(digest) if digest == object.0 => return Ok(Placed::default()),
            Ok(_) | Err(_) => {}
        }
        let kept = self.keep_edited(path)?;
        make_parent(path)?;
        let source = self.object_path(object);
        let temporary = self.temporary();
        duplicate(&source, &temporary, 0o644)?;
        match fs::rename(&temporary, path) {
            // A place may be on another file system than the store.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let beside = path.with_added_extension("recount-new");
                duplicate(&source, &beside, 0o644)?;
                fs::rename(&beside, path).doing("written", path)?;
            }
            other => other.doing("written", path)?,
        }
        Ok(Placed { written: true, kept })
    }

    /// Keeps the file at `path` in `edited/` if the store does not have its bytes; it is gone from
    /// `path` then.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read or moved.
    pub fn keep_edited(&self, path: &Path) -> Result<Option<PathBuf>, StoreError> {
        let digest = match self.digest_file(path) {
            Ok(digest) => digest,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing("read", path),
        };
        if self.object_path(ObjectId(digest)).exists() {
            return Ok(None);
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let kept = self.folder().join("edited").join(format!("{}-{name}", digest.short()));
        make_parent(&kept)?;
        match fs::rename(path, &kept) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                duplicate(path, &kept, 0o644)?;
                fs::remove_file(path).doing("moved", path)?;
            }
            other => other.doing("moved", path)?,
        }
        Ok(Some(kept))
    }
}
