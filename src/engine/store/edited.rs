//! What a person wrote where an output belongs is kept.
//!
//! Invariants
//! - Bytes that the store does not have go to `edited/HEX/PATH`, under their whole digest and the path that they had, so that
//!   nothing is ever replaced there.
//! - What the store has, sound, is removed; where its object is damaged, the file at the place mends it.
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

/// Something of a person's that stood where an output belongs, and where it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it stood.
    pub place: ProjectPath,
    /// Where it is, from the project's folder.
    pub now: PathBuf,
}

impl Session<'_> {
    /// Takes all away that stands at a place, file or folder, so that nothing is there; gives what of it was kept.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be read, moved or removed.
    pub fn clear_place(&self, place: &ProjectPath) -> Result<Vec<Kept>, StoreError> {
        let name = place.as_str();
        let entry = self.project().entry(name).doing("read", &self.project().path_of(name))?;
        let mut kept = Vec::new();
        match entry.map(|entry| entry.kind) {
            None => {}
            Some(FileKind::Folder) => {
                kept = self.clear_folder(place, &|_| false)?;
                self.project().remove(name).doing("removed", &self.project().path_of(name))?;
            }
            Some(_) => kept.extend(self.take_away(place)?),
        }
        Ok(kept)
    }

    /// Moves out of a place what the store does not have, and leaves there what it has; gives what was moved.
    ///
    /// # Errors
    /// As [`Session::clear_place`].
    pub fn keep_edited(&self, place: &ProjectPath) -> Result<Vec<Kept>, StoreError> {
        let (project, name) = (self.project(), place.as_str());
        let Some(entry) = project.entry(name).doing("read", &project.path_of(name))? else {
            return Ok(Vec::new());
        };
        let mut paths = vec![(place.clone(), entry.kind)];
        if entry.kind == FileKind::Folder {
            let found = project.walk(name).doing("read", &project.path_of(name))?;
            let path = |found: crate::folder::Found| Some((place.join(&found.path).ok()?, found.entry.kind));
            paths = found.into_iter().filter_map(path).collect();
        }
        let mut kept = Vec::new();
        for (path, kind) in paths {
            let has = match kind {
                FileKind::Folder => true,
                FileKind::File => {
                    let digest = self.digest_place(&path).doing("read", &project.path_of(path.as_str()))?;
                    self.has_or_mends(&path, ObjectId(digest))?
                }
                FileKind::Link | FileKind::Other => false,
            };
            if !has {
                kept.extend(self.take_away(&path)?);
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
    ) -> Result<Vec<Kept>, StoreError> {
        let mut kept = Vec::new();
        let found =
            self.project().walk(place.as_str()).doing("read", &self.project().path_of(place.as_str()))?;
        // What is in a folder goes before the folder.
        for found in found.iter().rev() {
            let Ok(path) = place.join(&found.path) else { continue };
            if stays(&path) {
                continue;
            }
            if found.entry.kind == FileKind::Folder {
                // One in which something stays can't be removed.
                self.project().remove_if_empty(path.as_str());
            } else {
                kept.extend(self.take_away(&path)?);
            }
        }
        kept.reverse();
        Ok(kept)
    }

    /// Takes away what is no folder from a path: removes bytes that the store has, and keeps all else.
    ///
    /// # Errors
    /// As [`Session::clear_place`].
    pub(super) fn take_away(&self, place: &ProjectPath) -> Result<Option<Kept>, StoreError> {
        let (project, name) = (self.project(), place.as_str());
        let path = project.path_of(name);
        let Some(entry) = project.entry(name).doing("read", &path)? else { return Ok(None) };
        let digest = match entry.kind {
            FileKind::File => {
                let digest = self.digest_place(place).doing("read", &path)?;
                if self.has_or_mends(place, ObjectId(digest))? {
                    project.remove_file(name).doing("removed", &path)?;
                    self.files().remove(name);
                    return Ok(None);
                }
                digest
            }
            FileKind::Link => Digest::of(project.read_link(name).doing("read", &path)?.as_bytes()),
            // A pipe has no bytes; it is moved, never opened.
            FileKind::Other | FileKind::Folder => Digest::of(b""),
        };
        self.files().remove(name);
        self.keep(place, digest).map(Some)
    }

    /// Says whether the store has these bytes, sound; a damaged object is mended by the file that has them.
    fn has_or_mends(&self, place: &ProjectPath, id: ObjectId) -> Result<bool, StoreError> {
        match self.check_object(id)? {
            Soundness::Sound => Ok(true),
            Soundness::Missing => Ok(false),
            Soundness::Corrupt => Ok(self.put_copy(place.as_str())?.0 == id),
        }
    }

    /// Moves what stands at a path to where it is kept.
    fn keep(&self, place: &ProjectPath, digest: Digest) -> Result<Kept, StoreError> {
        let top = self.top().expect("a session has made it");
        let (project, name) = (self.project(), place.as_str());
        let path = project.path_of(name);
        let mut target = format!("{EDITED}/{digest}/{place}");
        let mut copies = 1;
        // The same bytes from the same place may be kept already; whatever is there stays.
        while top.entry(&target).doing("read", &top.path_of(&target))?.is_some() {
            copies += 1;
            target = format!("{EDITED}/{digest}.{copies}/{place}");
        }
        top.create_parent(&target).doing("made", &top.path_of(&target))?;
        match project.rename(name, top, &target) {
            // A place may be on another file system than the store.
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                self.copy_aside(project, name, top, &target).doing("moved", &path)?;
                project.remove_file(name).doing("moved", &path)?;
            }
            other => other.doing("moved", &path)?,
        }
        Ok(Kept { place: place.clone(), now: PathBuf::from(super::FOLDER).join(target) })
    }

    fn copy_aside(&self, project: &Folder, name: &str, top: &Folder, target: &str) -> io::Result<()> {
        let Some(entry) = project.entry(name)? else { return Ok(()) };
        if entry.kind == FileKind::Link {
            return top.create_link(project.read_link(name)?.as_ref(), target);
        }
        self.copy_bytes(&mut project.open_file(name)?, top.create_file(target, 0o600)?)?;
        top.set_mode(target, entry.mode)
    }
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
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        let place = ProjectPath::parse("out/a.txt").expect("it is a path");
        fs::create_dir(folder.path().join("out")).expect("it can be made");
        let mut kept = Vec::new();
        for text in ["one", "two", "two"] {
            fs::write(folder.path().join("out/a.txt"), text).expect("there is room");
            kept.extend(session.take_away(&place).expect("it can be moved"));
            assert!(!folder.path().join("out/a.txt").exists());
        }
        let texts =
            kept.iter().map(|kept| fs::read_to_string(folder.path().join(&kept.now)).unwrap_or_default());
        assert_eq!(texts.collect::<Vec<_>>(), ["one", "two", "two"]);
        session.put_bytes(b"ours", 0o644).expect("there is room");
        fs::write(folder.path().join("out/a.txt"), "ours").expect("there is room");
        assert_eq!(session.take_away(&place).expect("it can be removed"), None);
        assert!(!folder.path().join("out/a.txt").exists());
    }

    #[test]
    fn the_last_sound_copy_mends_a_damaged_object() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
        let object = session.put_bytes(b"result", 0o644).expect("there is room");
        fs::remove_file(store.object_path(object)).expect("it is there");
        fs::write(store.object_path(object), "damaged").expect("there is room");
        session.files().unconfirm(&Store::object_table_path(object));
        fs::write(folder.path().join("a"), "result").expect("there is room");
        let place = ProjectPath::parse("a").expect("it is a path");
        assert_eq!(session.take_away(&place).expect("it can be removed"), None);
        assert_eq!(fs::read(store.object_path(object)).ok(), Some(b"result".to_vec()));
    }
}
