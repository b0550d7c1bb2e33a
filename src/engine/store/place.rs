//! Outputs at their places in the project.
//!
//! Invariants
//! - A place holds exactly what its instance made: whatever else is there is moved away, and kept where the store does
//!   not have it.
//! - A place never shares its bytes with an object, so editing it changes no object.
//! - Only what a writer declared is ever filled, whatever a record says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;

use super::edited::KeptEdit;
use super::error::{Doing, StoreError};
use super::object::{Soundness, object_name};
use super::record::RecordedOutput;
use super::{Session, Store};
use crate::digest::{Key, ObjectId};
use crate::folder::{FileKind, FolderEntry, WalkedEntry};
use crate::project_path::ProjectPath;
use crate::stamp::now;

/// Where outputs of a run belong in the project: an output called `name` at `path`, one called `name/REST` at
/// `path/REST`. With an empty name, each output is below `path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPlace {
    /// The output's name.
    pub name: String,
    /// Where it belongs.
    pub path: ProjectPath,
}

impl OutputPlace {
    /// Gives where an output belongs; `None` for one that is not of this place.
    fn path_of(&self, output: &str) -> Option<ProjectPath> {
        if self.name.is_empty() {
            return self.path.join(output).ok();
        }
        let rest = output.strip_prefix(&self.name)?;
        if rest.is_empty() {
            return Some(self.path.clone());
        }
        self.path.join(rest.strip_prefix('/')?).ok()
    }

    /// Gives where an output belongs, by the places that its writer declared.
    pub fn find(places: &[Self], output: &str) -> Option<ProjectPath> {
        Self::with_path(places, output).map(|(_, path)| path)
    }

    /// Gives the one place that an output is of, the first that fits, with where it belongs.
    fn with_path<'p>(places: &'p [Self], output: &str) -> Option<(&'p Self, ProjectPath)> {
        places.iter().find_map(|place| Some((place, place.path_of(output)?)))
    }
}

/// What had to be done for outputs to be at their places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// The files that were written.
    pub written: Vec<ProjectPath>,
    /// What was there and is kept now.
    pub kept: Vec<KeptEdit>,
}

impl Store {
    /// Names what [`Session::restore`] would put right: where something else is than these outputs, or nothing.
    pub fn misplaced(&self, places: &[OutputPlace], outputs: &[RecordedOutput]) -> Vec<ProjectPath> {
        self.amiss(places, outputs, false)
    }

    /// Names where something else is than these outputs, or nothing; with `all` also at places that none of them is of,
    /// such as those of a report on stand-in data.
    pub(crate) fn amiss(
        &self,
        places: &[OutputPlace],
        outputs: &[RecordedOutput],
        all: bool,
    ) -> Vec<ProjectPath> {
        let mut misplaced = Vec::new();
        for place in places {
            let expected = Expected::at(place, places, outputs);
            if expected.outputs.is_empty() && !all {
                continue;
            }
            for (path, output) in &expected.outputs {
                if !self.is_placed(path, output) {
                    misplaced.push(path.clone());
                }
            }
            let is_folder = |entry: FolderEntry| entry.kind == FileKind::Folder;
            if !self.project().entry(place.path.as_str()).ok().flatten().is_some_and(is_folder) {
                continue;
            }
            match self.list_place(&place.path) {
                Ok(mut found) => {
                    found.retain(|(path, kind)| expected.is_stray(path, *kind));
                    misplaced.extend(found.into_iter().map(|(path, _)| path));
                }
                // What can't be listed is none of these outputs.
                Err(_) => misplaced.push(place.path.clone()),
            }
        }
        misplaced
    }

    /// Lists what is in the folder at a place, folders before what is in them.
    ///
    /// # Errors
    /// What the system says, and for a name that is no path of a project.
    pub(super) fn list_place(&self, place: &ProjectPath) -> io::Result<Vec<(ProjectPath, FileKind)>> {
        let found = self.project().walk(place.as_str())?;
        let path = |found: WalkedEntry| match place.join(&found.path) {
            Ok(path) => Ok((path, found.entry.kind)),
            Err(fault) => {
                let what = format!("the path `{place}/{}` {fault}", found.path);
                Err(io::Error::new(io::ErrorKind::InvalidData, what))
            }
        };
        found.into_iter().map(path).collect()
    }

    /// Says whether the file at a place holds what a run of this store made.
    pub fn has_bytes_of(&self, place: &str) -> bool {
        let Ok(path) = ProjectPath::parse(place) else { return false };
        let object = self.digest_place(&path).map(ObjectId);
        object.is_ok_and(|id| self.check_object(id).is_ok_and(|found| found == Soundness::Sound))
    }

    /// Says whether all that is at a place is what runs of this store made.
    pub(crate) fn has_all_bytes_of(&self, place: &ProjectPath) -> bool {
        match self.project().entry(place.as_str()).map(|entry| entry.map(|entry| entry.kind)) {
            Ok(Some(FileKind::Folder)) => self.list_place(place).is_ok_and(|found| {
                let mut files = found.iter().filter(|(_, kind)| *kind != FileKind::Folder);
                files.all(|(path, _)| self.has_bytes_of(path.as_str()))
            }),
            Ok(_) => self.has_bytes_of(place.as_str()),
            Err(_) => false,
        }
    }

    /// Says whether the file at a place holds what the run of this key made.
    pub fn has_output_of(&self, place: &str, key: Key) -> bool {
        let digest = ProjectPath::parse(place).ok().and_then(|path| self.digest_place(&path).ok());
        let record = self.record(key).ok().flatten();
        let is_made = |digest| record.is_some_and(|it| it.outputs.iter().any(|it| it.object.0 == digest));
        digest.is_some_and(is_made)
    }

    fn is_placed(&self, path: &ProjectPath, output: &RecordedOutput) -> bool {
        let Ok(Some(entry)) = self.project().entry(path.as_str()) else { return false };
        if output.is_folder() {
            return entry.kind == FileKind::Folder;
        }
        entry.kind == FileKind::File
            && entry.stamp.is_executable() == output.executable
            && !entry.stamp.is_wider_than(output.mode())
            && self.digest_place(path).is_ok_and(|digest| digest == output.object.0)
    }
}

/// What belongs to a place.
struct Expected<'o> {
    outputs: BTreeMap<ProjectPath, &'o RecordedOutput>,
    /// The folders that hold some of them.
    folders: BTreeSet<ProjectPath>,
}

impl<'o> Expected<'o> {
    fn at(place: &OutputPlace, places: &[OutputPlace], outputs: &'o [RecordedOutput]) -> Self {
        let belongs = |output: &'o RecordedOutput| {
            let (own, path) = OutputPlace::with_path(places, &output.name)?;
            (own == place).then_some((path, output))
        };
        let outputs: BTreeMap<ProjectPath, &RecordedOutput> = outputs.iter().filter_map(belongs).collect();
        let folders =
            outputs.keys().flat_map(|path| path.folders().take_while(|folder| folder.is_within(&place.path)));
        Self { folders: folders.collect(), outputs }
    }

    /// Says whether something at the place is neither an output nor a folder that holds one.
    fn is_stray(&self, path: &ProjectPath, kind: FileKind) -> bool {
        match self.outputs.get(path) {
            Some(output) => output.is_folder() != (kind == FileKind::Folder),
            None => kind != FileKind::Folder || !self.folders.contains(path),
        }
    }
}

impl Session<'_> {
    /// Makes places hold exactly these outputs.
    ///
    /// # Errors
    /// [`StoreError`] when a file can't be read or written.
    pub fn restore(
        &self,
        places: &[OutputPlace],
        outputs: &[RecordedOutput],
    ) -> Result<Restored, StoreError> {
        let mut restored = Restored::default();
        for place in places {
            let expected = Expected::at(place, places, outputs);
            if expected.outputs.is_empty() {
                continue;
            }
            self.note_filled([&place.path].into_iter())?;
            self.make_room(place, &expected, &mut restored)?;
            for (path, output) in expected.outputs {
                if !self.is_placed(&path, output) {
                    self.make_writable(&place.path, &path);
                    restored.kept.extend(self.put(&path, output)?);
                    restored.written.push(path);
                }
            }
        }
        Ok(restored)
    }

    /// Removes what is at a place and is none of its outputs.
    fn make_room(
        &self,
        place: &OutputPlace,
        expected: &Expected<'_>,
        restored: &mut Restored,
    ) -> Result<(), StoreError> {
        let name = place.path.as_str();
        let entry = self.project().entry(name).doing("read", &self.project().path_of(name))?;
        let is_file = expected.outputs.get(&place.path).is_some_and(|output| !output.is_folder());
        match entry.map(|entry| entry.kind) {
            None => {}
            Some(FileKind::Folder) if !is_file => {
                let stays = |path: &ProjectPath| {
                    let kind = self.project().entry(path.as_str()).ok().flatten().map(|entry| entry.kind);
                    kind.is_some_and(|kind| !expected.is_stray(path, kind))
                };
                restored.kept.extend(self.clear_folder(&place.path, &stays)?);
            }
            Some(FileKind::Folder) => restored.kept.extend(self.clear_place(&place.path)?),
            Some(_) if is_file => {}
            Some(_) => restored.kept.extend(self.remove_or_keep(&place.path)?),
        }
        Ok(())
    }

    /// Writes one output to its place.
    fn put(&self, path: &ProjectPath, output: &RecordedOutput) -> Result<Option<KeptEdit>, StoreError> {
        let (project, name) = (self.project(), path.as_str());
        let whole = project.path_of(name);
        if output.is_folder() {
            project.create_folder(name).doing("made", &whole)?;
            return Ok(None);
        }
        // What was seen here may have been behind a link that is gone by now.
        self.files().unconfirm(name);
        if self.digest_place(path).is_ok_and(|digest| digest == output.object.0) {
            // Only its permissions are others.
            self.files().unconfirm(name);
            return project.set_mode(name, output.mode()).doing("written", &whole).map(|()| None);
        }
        let kept = self.remove_or_keep(path)?;
        project.create_parent(name).doing("made", &whole)?;
        let temporary = self.temporary();
        let copy = |mut file: File| {
            io::copy(&mut self.base.open_file(&object_name(output.object))?, &mut file)?;
            self.base.set_mode(&temporary, output.mode())
        };
        self.base.create_file(&temporary, 0o600).and_then(copy).doing("written", &whole)?;
        self.files().unconfirm(name);
        self.move_to_project(&temporary, name).doing("written", &whole)?;
        if let Some(entry) = project.entry(name).doing("read", &whole)? {
            self.files().insert_file(name, entry.stamp, output.object.0, now());
        }
        Ok(kept)
    }

    /// Removes what is at a place that no stage has any more, but for what `stays` within it, and the folders that are empty
    /// then.
    ///
    /// # Errors
    /// [`StoreError`] when something can't be read, moved or removed.
    pub fn remove_place(
        &self,
        place: &ProjectPath,
        stays: &dyn Fn(&ProjectPath) -> bool,
    ) -> Result<Vec<KeptEdit>, StoreError> {
        let name = place.as_str();
        let entry = self.project().entry(name).doing("read", &self.project().path_of(name))?;
        let is_folder = entry.is_some_and(|entry| entry.kind == FileKind::Folder);
        // A folder in which something stays can't go itself.
        let kept = match is_folder && stays(place) {
            true => self.clear_folder(place, stays)?,
            false => self.clear_place(place)?,
        };
        for folder in place.folders().filter(|folder| !folder.is_root()) {
            if !self.project().remove_if_empty(folder.as_str()) {
                break;
            }
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    #[test]
    fn a_place_that_none_of_the_outputs_is_of_holds_nothing_amiss() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(folder.path()).expect("the store opens");
        for name in ["report/a", "report.stand-in/a"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
            std::fs::write(path, name).expect("there is room");
        }
        let path = |text: &str| ProjectPath::parse(text).expect("it is a path");
        let place = |name: &str| OutputPlace { name: name.to_owned(), path: path(name) };
        let places = [place("report"), place("report.stand-in")];
        let output = |bytes: &[u8]| RecordedOutput::new("report/a", ObjectId(Digest::of(bytes)), 0o644);
        assert_eq!(store.misplaced(&places, &[output(b"report/a")]), []);
        assert_eq!(store.misplaced(&places, &[output(b"other")]), [path("report/a")]);
    }
}
