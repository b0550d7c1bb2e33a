//! Files as the store needs them: hashed once, written whole, synced to the disk.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, openat, statat};
use rustix::io::Errno;
use rustix::path::Arg;

use super::Store;
use super::error::{Doing, StoreError};
use super::index::Stamp;
use super::shares::in_shares;
use crate::digest::{Digest, ObjectId};

/// How often a file that changes while it is read is read again.
const ATTEMPTS: usize = 3;

/// From how many bytes on a file is read piece by piece.
const SMALL: usize = 4 << 10;

/// Places in the project, each with its object and how it looks as long as it holds that, where this is known.
pub struct Places<'p>(Vec<(&'p (String, ObjectId), Option<Stamp>)>);

impl Store {
    /// Gives the digest of the file at `path`; reads it only if it changed since it was last read.
    ///
    /// # Errors
    /// What the system says, such as that there is no such file.
    pub fn digest_file(&self, path: &Path) -> io::Result<Digest> {
        let name = self.index_name(path);
        let mut before = Stamp::of(&fs::metadata(path)?);
        if let Some(digest) = self.index().recall(&name, before) {
            return Ok(digest);
        }
        let mut attempt = 1;
        loop {
            let time = now();
            let digest = read_digest(CWD, path, before.size())?;
            let after = Stamp::of(&fs::metadata(path)?);
            if after == before {
                self.index().learn(&name, after, digest, time);
                return Ok(digest);
            }
            if attempt == ATTEMPTS {
                return Ok(digest);
            }
            attempt += 1;
            before = after;
        }
    }

    /// Has places in the project watched that hold these objects' bytes.
    pub fn watch<'p>(&self, places: &'p [(String, ObjectId)]) -> Places<'p> {
        let mut index = self.index();
        Places(places.iter().map(|place| (place, index.look_of(&place.0, place.1.0))).collect())
    }

    /// Names one of the places that does not hold its object's bytes now, if there is one; reads only what no longer
    /// looks as it did.
    pub fn changed<'p>(&self, mut places: Places<'p>) -> Option<&'p str> {
        let project = self.folder().parent().unwrap_or(Path::new(""));
        let changed = in_shares(&mut places.0, |places| {
            let folder = open_folder(project).ok();
            let stamp = |place: &str| {
                statat(folder.as_ref()?, place, AtFlags::empty()).ok().map(|stat| Stamp::of_stat(&stat))
            };
            let is_other = |((place, object), look): &&(&(String, ObjectId), Option<Stamp>)| {
                (look.is_none() || stamp(place) != *look)
                    && !self.digest_file(&project.join(place)).is_ok_and(|digest| digest == object.0)
            };
            let places: &[_] = places;
            places.iter().find(is_other).map(|((place, _), _)| place.as_str())
        });
        changed.into_iter().flatten().next()
    }

    /// Gives the name that the stat index has for a path: relative to the project, so that a
    /// project that is moved keeps its index.
    pub(super) fn index_name(&self, path: &Path) -> String {
        let project = self.folder().parent().unwrap_or(Path::new(""));
        let [whole, start] = [path, project].map(|path| path.as_os_str().as_encoded_bytes());
        // Nearly every path is the project's folder and a name; taking a path apart takes longer than a hash.
        let name = whole.strip_prefix(start).and_then(|rest| rest.strip_prefix(b"/"));
        match name.and_then(|name| std::str::from_utf8(name).ok()) {
            Some(name) if !name.starts_with(['.', '/']) => name.to_owned(),
            _ => path.strip_prefix(project).unwrap_or(path).to_string_lossy().into_owned(),
        }
    }
}

/// Digests a file, named from `folder`, that has about `size` bytes; a small one by a single read, since most
/// files are small.
pub(super) fn read_digest(folder: impl AsFd, path: impl Arg + Copy, size: u64) -> io::Result<Digest> {
    let mut file = open_quietly(folder, path)?;
    let mut buffer = [0; SMALL];
    let Some(start) = usize::try_from(size).ok().and_then(|size| buffer.get_mut(..=size)) else {
        return Digest::of_reader(file);
    };
    let length = file.read(start)?;
    if length as u64 == size {
        // A regular file gives less than is asked for only at its end.
        return Ok(Digest::of(&start[..length]));
    }
    Digest::of_reader(start[..length].chain(file))
}

/// Opens a file to be read, without a note of when that was, which would have to be written to its inode; only
/// its owner may do so.
fn open_quietly(folder: impl AsFd, path: impl Arg + Copy) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    let open = match openat(&folder, path, flags | OFlags::NOATIME, Mode::empty()) {
        Err(Errno::PERM) => openat(&folder, path, flags, Mode::empty()),
        other => other,
    };
    Ok(File::from(open?))
}

/// Opens a folder, for names to be looked up from there; an empty path is the current one.
pub(super) fn open_folder(path: &Path) -> io::Result<File> {
    File::open(if path.as_os_str().is_empty() { Path::new(".") } else { path })
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file is racy only relative to the time of its hashing; no result holds it"
)]
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

/// Writes `bytes` to `path` by way of `temporary`, so that no reader ever sees half of them.
///
/// It is not synced: this is for what a power failure may take, because it carries a seal or only saves time.
pub(super) fn write_whole(temporary: &Path, path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    fs::write(temporary, bytes).doing("written", temporary)?;
    move_below(temporary, path)
}

/// Makes all that was written to the file system of `folder` survive a power failure.
pub(super) fn sync_file_system(folder: &Path) -> Result<(), StoreError> {
    let open = File::open(folder).doing("synced", folder)?;
    rustix::fs::syncfs(&open).doing("synced", folder)
}

/// Makes the folder that `path` stands in.
pub(super) fn make_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent() {
        Some(folder) => fs::create_dir_all(folder).doing("made", folder),
        None => Ok(()),
    }
}

/// Moves a file to a name in a folder that may not be there yet.
pub(super) fn move_below(from: &Path, to: &Path) -> Result<(), StoreError> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_parent(to)?;
            fs::rename(from, to).doing("written", to)
        }
        other => other.doing("written", to),
    }
}

impl Store {
    /// Copies a file as another one with permissions `mode`, sharing the blocks where the file system can.
    pub(super) fn duplicate(&self, from: &Path, to: &Path, mode: u32) -> Result<(), StoreError> {
        if !self.reflink(from, to) {
            let mut source = File::open(from).doing("read", from)?;
            let mut target = File::create(to).doing("written", to)?;
            io::copy(&mut source, &mut target).doing("written", to)?;
        }
        fs::set_permissions(to, Permissions::from_mode(mode)).doing("written", to)
    }

    /// Makes `to` share the blocks of `from`; says whether the file system can. One that can't is
    /// not asked again.
    pub(super) fn reflink(&self, from: &Path, to: &Path) -> bool {
        if self.no_reflinks.load(Ordering::Relaxed) {
            return false;
        }
        let (Ok(source), Ok(target)) =
            (File::open(from), OpenOptions::new().write(true).create(true).truncate(true).open(to))
        else {
            return false;
        };
        let done = match rustix::fs::ioctl_ficlone(&target, &source) {
            Ok(()) => true,
            Err(error) => {
                self.no_reflinks.store(error == Errno::OPNOTSUPP, Ordering::Relaxed);
                false
            }
        };
        if !done {
            // What is left is an empty file, which the caller writes or replaces; failing to remove it
            // shows there.
            drop(fs::remove_file(to));
        }
        done
    }
}
