//! What a person wrote where an output belongs is kept.
//!
//! Invariants
//! - Bytes that the store does not have go to `edited/HEX/PATH`, under their whole digest and the path that they had, so that
//!   nothing is ever replaced there.
//! - What the store has, sound, is removed; where its object is damaged, the file at the place mends it.
//! - After a stop nothing large is read: what has not been by then is kept below `unread`, and so is, as a whole, a folder
//!   that can't be listed, such as one with a name that is no path of ours.
//! - No link is followed: a link is kept as what it is.

use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::Session;
use super::error::{Doing, StoreError};
use super::object::Soundness;
use crate::digest::{Digest, ObjectId};
use crate::folder::{FileKind, Folder};
use crate::project_path::ProjectPath;

/// The folder of what is kept, in `artifacts`.
const EDITED: &str = "edited";

/// What a file is kept under whose digest was not waited for.
const UNREAD: &str = "unread";

/// The permissions that let a folder's owner change what is in it.
const OWNER_WRITES: u32 = 0o300;

/// Something of a person's that was where an output belongs, and where it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEdit {
    /// Where it was.
    pub place: ProjectPath,
    /// Where it is, from the project's folder.
    pub now: PathBuf,
}

impl Session<'_> {
    /// Empties a place, whether a file or a folder is there; gives what of it was kept.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be read, moved or removed.
    pub fn clear_place(&self, place: &ProjectPath) -> Result<Vec<KeptEdit>, StoreError> {
        let name = place.as_str();
        let entry = self.project().entry(name).doing("read", &self.project().path_of(name))?;
        let mut kept = Vec::new();
        match entry.map(|entry| entry.kind) {
            None => {}
            Some(FileKind::Folder) => {
                kept = self.clear_folder(place, &|_| false)?;
                match self.project().remove(name) {
                    // Its folder is read-only, so it can only be emptied.
                    Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                    removed => removed.doing("removed", &self.project().path_of(name))?,
                }
            }
            Some(_) => kept.extend(self.remove_or_keep(place)?),
        }
        Ok(kept)
    }

    /// Moves out of a place what the store does not have, and leaves there what it has; gives what was moved.
    ///
    /// # Errors
    /// As [`Session::clear_place`].
    pub fn keep_edited(&self, place: &ProjectPath) -> Result<Vec<KeptEdit>, StoreError> {
        let (project, name) = (self.project(), place.as_str());
        let Some(entry) = project.entry(name).doing("read", &project.path_of(name))? else {
            return Ok(Vec::new());
        };
        let mut paths = vec![(place.clone(), entry.kind)];
        if entry.kind == FileKind::Folder {
            paths = match self.list_place(place) {
                Ok(paths) => paths,
                Err(error) => return self.keep_whole(place, error),
            };
        }
        let mut kept = Vec::new();
        for (path, kind) in paths {
            let has = match kind {
                FileKind::Folder => true,
                FileKind::File => {
                    let digest = self.digest_now(&path)?;
                    self.has_or_mends(&path, ObjectId(digest))?
                }
                FileKind::Link | FileKind::Other => false,
            };
            if !has {
                self.make_writable(place, &path);
                kept.extend(self.remove_or_keep(&path)?);
            }
        }
        Ok(kept)
    }

    /// Takes everything out of a folder but what `stays` says; gives what of it was kept.
    ///
    /// # Errors
    /// As [`Session::clear_place`].
    pub(super) fn clear_folder(
        &self,
        place: &ProjectPath,
        stays: &dyn Fn(&ProjectPath) -> bool,
    ) -> Result<Vec<KeptEdit>, StoreError> {
        let mut kept = Vec::new();
        let found = match self.list_place(place) {
            Ok(found) => found,
            Err(error) => return self.keep_whole(place, error),
        };
        // What is in a folder goes before the folder.
        for (path, kind) in found.into_iter().rev() {
            if stays(&path) {
                continue;
            }
            self.make_writable(place, &path);
            if kind == FileKind::Folder {
                // One in which something stays can't be removed.
                self.project().remove_if_empty(path.as_str());
            } else {
                kept.extend(self.remove_or_keep(&path)?);
            }
        }
        kept.reverse();
        Ok(kept)
    }

    /// Lets us write into the folder of something that is to go from a place, or to come there: a program may have made
    /// its output folder read-only. Where that can't be, whoever writes there fails and says so.
    pub(super) fn make_writable(&self, place: &ProjectPath, path: &ProjectPath) {
        let Some(folder) = path.parent().filter(|folder| folder.is_within(place)) else { return };
        let entry = self.project().entry(folder.as_str()).ok().flatten();
        if let Some(entry) = entry.filter(|entry| entry.stamp.mode & OWNER_WRITES != OWNER_WRITES) {
            drop(self.project().set_mode(folder.as_str(), entry.stamp.mode | OWNER_WRITES));
        }
    }

    /// Removes a file or link whose bytes the store has, and keeps any other in `edited/`.
    ///
    /// # Errors
    /// As [`Session::clear_place`].
    pub(super) fn remove_or_keep(&self, place: &ProjectPath) -> Result<Option<KeptEdit>, StoreError> {
        let (project, name) = (self.project(), place.as_str());
        let path = project.path_of(name);
        let Some(entry) = project.entry(name).doing("read", &path)? else { return Ok(None) };
        let digest = match entry.kind {
            FileKind::File => {
                let digest = match self.digest_now(place) {
                    // Whoever stops a run does not wait for a large file to be read: it is moved as it is.
                    Err(error) if error.is_stopped() => return self.keep(place, UNREAD).map(Some),
                    digest => digest?,
                };
                let stored = self.has_or_mends(place, ObjectId(digest))?;
                let kept = if stored { None } else { self.kept_before(place, digest) };
                if stored || kept.is_some() {
                    project.remove_file(name).doing("removed", &path)?;
                    self.files().remove(name);
                    return Ok(kept);
                }
                digest
            }
            FileKind::Link => Digest::of(project.read_link(name).doing("read", &path)?.as_bytes()),
            // A pipe has no bytes; it is moved, never opened.
            FileKind::Other | FileKind::Folder => Digest::of(b""),
        };
        self.keep(place, &digest.to_string()).map(Some)
    }

    /// Digests a file that is about to go: what was seen of it earlier in this run does not count.
    fn digest_now(&self, place: &ProjectPath) -> Result<Digest, StoreError> {
        self.files().unconfirm(place.as_str());
        self.digest_place(place).doing("read", &self.project().path_of(place.as_str()))
    }

    /// Says whether the store has these bytes, sound; a damaged object is mended by the file that has them.
    fn has_or_mends(&self, place: &ProjectPath, id: ObjectId) -> Result<bool, StoreError> {
        match self.check_object(id)? {
            Soundness::Sound => Ok(true),
            Soundness::Missing => Ok(false),
            Soundness::Corrupt => Ok(self.put_copy(place.as_str())?.0 == id),
        }
    }

    /// Finds the same bytes from the same place, if they are kept already.
    fn kept_before(&self, place: &ProjectPath, digest: Digest) -> Option<KeptEdit> {
        let target = format!("{EDITED}/{digest}/{place}");
        let file = self.top()?.open_file(&target).ok()?;
        let size = file.metadata().ok()?.len();
        let now = PathBuf::from(super::FOLDER).join(target);
        // Somebody may have edited it there.
        (self.read_digest(file, size).ok()? == digest).then(|| KeptEdit { place: place.clone(), now })
    }

    /// Says whether a run has made again what was kept before it; then it is in the store, and no longer kept.
    pub(crate) fn was_made_again(&self, kept: &KeptEdit) -> bool {
        let top = self.top().expect("a session has made it");
        let name = kept.now.strip_prefix(super::FOLDER).ok().and_then(|path| path.to_str());
        let Some(name) = name else { return false };
        let digest = top.open_file(name).and_then(|file| {
            let size = file.metadata()?.len();
            self.read_digest(file, size)
        });
        let is_stored = |digest| self.check_object(ObjectId(digest)).is_ok_and(|it| it == Soundness::Sound);
        digest.is_ok_and(is_stored) && top.remove_file(name).is_ok()
    }

    /// Keeps a folder as it is that can't be listed; where that can't be either, says why it can't be listed.
    fn keep_whole(&self, place: &ProjectPath, error: io::Error) -> Result<Vec<KeptEdit>, StoreError> {
        let path = self.project().path_of(place.as_str());
        self.keep(place, UNREAD).map(|kept| vec![kept]).or_else(|_| Err(error).doing("read", &path))
    }

    /// Moves what is at a path to where it is kept.
    fn keep(&self, place: &ProjectPath, label: &str) -> Result<KeptEdit, StoreError> {
        let top = self.top().expect("a session has made it");
        let (project, name) = (self.project(), place.as_str());
        let path = project.path_of(name);
        self.files().remove(name);
        let mut folder = format!("{EDITED}/{label}");
        let mut copies = 1;
        // The same bytes may be kept already, from the same place or one in its way; whatever is there stays.
        while !is_free(top, &folder, place).doing("read", &top.path_of(&folder))? {
            copies += 1;
            folder = format!("{EDITED}/{label}.{copies}");
        }
        let target = format!("{folder}/{place}");
        top.create_parent(&target).doing("made", &top.path_of(&target))?;
        match project.rename(name, top, &target) {
            // A place may be on another file system than the store.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                copy_aside(project, name, top, &target).doing("moved", &path)?;
                project.remove_file(name).doing("moved", &path)?;
            }
            other => other.doing("moved", &path)?,
        }
        Ok(KeptEdit { place: place.clone(), now: PathBuf::from(super::FOLDER).join(target) })
    }
}

/// Copies what is moved to another file system.
fn copy_aside(project: &Folder, name: &str, top: &Folder, target: &str) -> io::Result<()> {
    let Some(entry) = project.entry(name)? else { return Ok(()) };
    if entry.kind == FileKind::Link {
        return top.create_link(project.read_link(name)?.as_ref(), target);
    }
    io::copy(&mut project.open_file(name)?, &mut top.create_file(target, 0o600)?)?;
    top.set_mode(target, entry.stamp.mode)
}

/// Says whether something can be kept below a folder under the path that it had.
fn is_free(top: &Folder, folder: &str, place: &ProjectPath) -> io::Result<bool> {
    let mut at = folder.to_owned();
    for part in place.as_str().split('/') {
        at.push('/');
        at.push_str(part);
        match top.entry(&at)? {
            None => return Ok(true),
            Some(entry) if entry.kind == FileKind::Folder => {}
            Some(_) => return Ok(false),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::Store;

    #[test]
    fn two_versions_of_one_file_are_both_kept_and_what_the_store_has_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        let place = ProjectPath::parse("out/a.txt").expect("it is a path");
        fs::create_dir(folder.path().join("out")).expect("it can be made");
        let mut kept = Vec::new();
        for text in ["one", "two", "two"] {
            fs::write(folder.path().join("out/a.txt"), text).expect("there is room");
            kept.extend(session.remove_or_keep(&place).expect("it can be moved"));
            assert!(!folder.path().join("out/a.txt").exists());
        }
        let texts =
            kept.iter().map(|kept| fs::read_to_string(folder.path().join(&kept.now)).unwrap_or_default());
        assert_eq!(texts.collect::<Vec<_>>(), ["one", "two", "two"]);
        session.put_bytes(b"ours", 0o644).expect("there is room");
        fs::write(folder.path().join("out/a.txt"), "ours").expect("there is room");
        assert_eq!(session.remove_or_keep(&place).expect("it can be removed"), None);
        assert!(!folder.path().join("out/a.txt").exists());
    }

    #[test]
    fn equal_bytes_of_a_file_and_of_one_in_a_folder_of_its_name_are_both_kept() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        let session = store.lock(|| true).expect("the lock works").expect("it waits");
        for name in ["out", "out/a", "out"] {
            let path = folder.path().join(name);
            drop(fs::create_dir(path.parent().expect("it is in a folder")));
            fs::write(path, "mine").expect("there is room");
            let place = ProjectPath::parse(name).expect("it is a path");
            let kept =
                session.remove_or_keep(&place).expect("it can be moved").expect("the store does not have it");
            assert_eq!(fs::read(folder.path().join(kept.now)).ok(), Some(b"mine".to_vec()));
            drop(fs::remove_dir(folder.path().join("out")));
        }
    }
}
