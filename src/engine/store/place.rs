//! Outputs at their place in the project.
//!
//! Invariants
//! - What a person wrote is never lost: bytes that the store does not have are kept in `edited/`
//!   before anything else is put in their place.
//! - A place never shares its bytes with an object, so editing it changes no object.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};
use super::files::{make_parent, move_below, write_whole};
use super::record::RecordedOutput;
use super::{Session, Store};
use crate::digest::{Digest, ObjectId};

/// What had to be done for an output to be at its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed {
    /// Whether it was written.
    pub written: bool,
    /// Where what stood there is kept now, if no run had made it.
    pub kept: Option<PathBuf>,
}

/// Says whether the file at `path` may be executed by its owner.
///
/// # Errors
/// [`StoreError`] when there is no such file, or its folder can't be read.
pub fn is_executable(path: &Path) -> Result<bool, StoreError> {
    let metadata = fs::metadata(path).doing("read", path)?;
    Ok(metadata.permissions().mode() & 0o100 != 0)
}

impl Store {
    /// Says whether the file at `path` holds what a run of this store made.
    pub fn has_bytes_of(&self, path: &Path) -> bool {
        let is_link = path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
        !is_link && self.digest_file(path).is_ok_and(|digest| self.object_path(ObjectId(digest)).exists())
    }
}

impl Session<'_> {
    /// Sees to it that the file at `path` holds an output's bytes, and may be executed if the output may.
    ///
    /// # Errors
    /// [`StoreError`] when the file can't be read or written.
    pub fn place(&self, output: &RecordedOutput, path: &Path) -> Result<Placed, StoreError> {
        let mode = if output.executable { 0o755 } else { 0o644 };
        match self.digest_file(path) {
            Ok(digest) if digest == output.object.0 => {
                let bare = output.executable && !is_executable(path)?;
                if bare {
                    fs::set_permissions(path, Permissions::from_mode(mode)).doing("written", path)?;
                }
                return Ok(Placed { written: bare, kept: None });
            }
            Ok(_) | Err(_) => {}
        }
        let kept = self.keep_edited(path)?;
        make_parent(path)?;
        let source = self.object_path(output.object);
        let temporary = self.temporary();
        self.duplicate(&source, &temporary, mode)?;
        match fs::rename(&temporary, path) {
            // A place may be on another file system than the store.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let beside = path.with_added_extension("recount-new");
                self.duplicate(&source, &beside, mode)?;
                fs::rename(&beside, path).doing("written", path)?;
            }
            other => other.doing("written", path)?,
        }
        Ok(Placed { written: true, kept })
    }

    /// Writes a text of ours, which is to stand at `path` later; dropped before, it is gone.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn write_ahead(&self, path: PathBuf, text: String) -> Result<Ahead, StoreError> {
        let ahead = Ahead { temporary: self.temporary(), path, text };
        fs::write(&ahead.temporary, &ahead.text).doing("written", &ahead.temporary)?;
        Ok(ahead)
    }

    /// Keeps the file at `path` in `edited/` if the store does not have its bytes, and a symbolic
    /// link in any case, since no run leaves one; it is gone from `path` then.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be read or moved.
    pub fn keep_edited(&self, path: &Path) -> Result<Option<PathBuf>, StoreError> {
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing("read", path),
        };
        let digest = if metadata.is_symlink() {
            Digest::of(fs::read_link(path).doing("read", path)?.as_os_str().as_bytes())
        } else {
            let digest = self.digest_file(path).doing("read", path)?;
            if self.object_path(ObjectId(digest)).exists() {
                return Ok(None);
            }
            digest
        };
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let kept = self.folder().join("edited").join(format!("{}-{name}", digest.short()));
        make_parent(&kept)?;
        match fs::rename(path, &kept) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                if metadata.is_symlink() {
                    duplicate_link(path, &kept).doing("moved", path)?;
                } else {
                    self.duplicate(path, &kept, metadata.permissions().mode() & 0o777)?;
                }
                fs::remove_file(path).doing("moved", path)?;
            }
            other => other.doing("moved", path)?,
        }
        Ok(Some(kept))
    }
}

/// A text that is written already, and does not yet stand at its place.
pub struct Ahead {
    /// Where it is; empty once it was put.
    temporary: PathBuf,
    path: PathBuf,
    text: String,
}

impl Ahead {
    /// Gives the text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts it at its place, instead of what stands there.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn put(mut self) -> Result<(), StoreError> {
        match move_below(&self.temporary, &self.path) {
            // The project may be on another file system than the store.
            Err(error) if error.source.kind() == io::ErrorKind::CrossesDevices => {
                let beside = self.path.with_added_extension("recount-new");
                write_whole(&beside, &self.path, self.text.as_bytes())
            }
            moved => {
                if moved.is_ok() {
                    self.temporary = PathBuf::new();
                }
                moved
            }
        }
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        if !self.temporary.as_os_str().is_empty() {
            // What can't be removed is swept by the next session.
            drop(fs::remove_file(&self.temporary));
        }
    }
}

fn duplicate_link(from: &Path, to: &Path) -> io::Result<()> {
    match symlink(fs::read_link(from)?, to) {
        // Names in `edited/` say what is kept there: it is the same link.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    }
}
