//! Files are hashed once, as long as they look the same.
//!
//! Invariants
//! - What is hashed is a regular file; what is none is refused by name, never opened.
//! - A file that changes while it is read is read again, a few times.
//! - Hashing stops within moments of being asked to.

use std::fs::File;
use std::io::{self, Read};

use rustix::fs::{AtFlags, statat};

use super::Store;
use crate::digest::{Digest, Hasher, ObjectId};
use crate::file_table::Observation;
use crate::folder::{FileKind, open_through_links};
use crate::project_path::ProjectPath;
use crate::stamp::{Stamp, now};

/// How often a file that changes while it is read is read again.
const MAX_READS: usize = 3;

/// How many bytes are read at once.
const BUFFER_BYTES: usize = 128 << 10;

/// From how many bytes on a file is read piece by piece.
const SMALL_FILE_BYTES: usize = 4 << 10;

impl Store {
    /// Gives the digest of a file of the project, which may be reached through links, and whether it may be executed;
    /// `known_as` is the path that the file table has for it.
    ///
    /// # Errors
    /// What the system says, and for whatever is no regular file.
    pub fn digest_input(&self, known_as: &str, path: &str) -> io::Result<(Digest, bool)> {
        let place = self.project.path_of(path);
        let stat = || {
            let metadata = std::fs::metadata(&place)?;
            refuse_irregular(metadata.file_type())?;
            Ok(Stamp::of(&metadata))
        };
        let (digest, stamp) = self.digest(known_as, &stat, &|| open_through_links(&place))?;
        Ok((digest, stamp.is_executable()))
    }

    /// Gives the digest of the regular file at a place of the project; no link is followed.
    ///
    /// # Errors
    /// What the system says, and for whatever is no regular file.
    pub fn digest_place(&self, path: &ProjectPath) -> io::Result<Digest> {
        let name = path.as_str();
        let stat = || match self.project.entry(name)? {
            Some(entry) if entry.kind == FileKind::File => Ok(entry.stamp),
            Some(_) => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
            None => Err(io::ErrorKind::NotFound.into()),
        };
        Ok(self.digest(name, &stat, &|| self.project.open_file(name))?.0)
    }

    /// Says whether a place no longer holds an object's bytes; reads it only if it no longer looks as it did.
    pub(crate) fn has_changed(&self, path: &ProjectPath, object: ObjectId) -> bool {
        let before = self.files().stamp_of(path.as_str(), object.0);
        // Another file behind a link would be another inode.
        let now = statat(&self.project, path.as_str(), AtFlags::SYMLINK_NOFOLLOW).ok();
        if before.is_some() && now.map(|now| Stamp::of_stat(&now)) == before {
            return false;
        }
        self.files().unconfirm(path.as_str());
        !self.digest_place(path).is_ok_and(|digest| digest == object.0)
    }

    /// Gives the digest of a file that `stat` looks at and `open` opens, and how it looks; reads it only if it changed
    /// since it was last read, and looks at it only once a run.
    pub(super) fn digest(
        &self,
        name: &str,
        stat: &dyn Fn() -> io::Result<Stamp>,
        open: &dyn Fn() -> io::Result<File>,
    ) -> io::Result<(Digest, Stamp)> {
        if let Some(Observation::File { stamp, digest, .. }) = self.files().confirmed(name) {
            return Ok((digest, stamp));
        }
        let mut before = stat()?;
        if let Some(digest) = self.files().lookup(name, before) {
            return Ok((digest, before));
        }
        let mut attempt = 1;
        loop {
            let time = now();
            let digest = self.read_digest(open()?, before.size)?;
            let after = stat()?;
            if after == before {
                self.files().insert_file(name, after, digest, time);
            }
            if after == before || attempt == MAX_READS {
                return Ok((digest, after));
            }
            attempt += 1;
            before = after;
        }
    }

    /// Digests an open file that has about `size` bytes; a small one by a single read, since most files are small.
    pub(crate) fn read_digest(&self, mut file: File, size: u64) -> io::Result<Digest> {
        let mut hasher = Hasher::default();
        let mut small = [0; SMALL_FILE_BYTES];
        if let Some(start) = usize::try_from(size).ok().and_then(|size| small.get_mut(..=size)) {
            let length = file.read(start)?;
            hasher.update(&start[..length]);
            if length as u64 == size {
                // A regular file gives less than is asked for only at its end.
                return Ok(hasher.finish());
            }
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            self.refuse_stopped()?;
            match file.read(&mut buffer) {
                Ok(0) => return Ok(hasher.finish()),
                Ok(length) => hasher.update(&buffer[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Gives an error once the run is asked to stop.
    pub(crate) fn refuse_stopped(&self) -> io::Result<()> {
        match self.cancel.get() {
            Some(cancel) if cancel.is_cancelled() => Err(io::Error::other(Stopped)),
            _ => Ok(()),
        }
    }
}

/// That the run was asked to stop.
#[derive(Debug, thiserror::Error)]
#[error("stopped on request")]
struct Stopped;

/// Says whether an error is that the run was asked to stop.
pub(crate) fn is_stopped(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<Stopped>())
}

fn refuse_irregular(sort: std::fs::FileType) -> io::Result<()> {
    if sort.is_file() {
        return Ok(());
    }
    let message = if sort.is_dir() { "it is a folder" } else { "it is neither a file nor a folder" };
    Err(io::Error::new(io::ErrorKind::InvalidInput, message))
}
