//! The project's files that a run reads, found in a fixed order and hashed.
//!
//! Invariants
//! - Files come sorted by name, each once, whatever order the file system has.
//! - A symbolic link is followed only to what is inside the project.
//! - What the engine itself keeps, and git's folder, are no input.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use walkdir::WalkDir;

use crate::digest::ObjectId;
use crate::kind::{Failure, ProjectFile};
use crate::store::{Look, Store};

/// The project's folder, with what was already found out about folders in it.
pub(crate) struct Ground<'r> {
    root: &'r Path,
    /// The root without symbolic links, or why it can't be read.
    real_root: Result<PathBuf, Failure>,
    /// Whether a folder is inside the project.
    folders: Mutex<BTreeMap<PathBuf, bool>>,
    /// What is looked at, where somebody wants to know.
    look: Mutex<Option<Look>>,
}

impl<'r> Ground<'r> {
    /// Looks at a project's folder.
    pub(crate) fn new(root: &'r Path) -> Self {
        let real_root = root.canonicalize();
        let real_root =
            real_root.map_err(|error| Failure::new(format!("the project can't be read: {error}")));
        Self { root, real_root, folders: Mutex::default(), look: Mutex::default() }
    }

    /// Notes from now on what is looked at.
    pub(crate) fn begin_look(&self, look: Look) {
        *self.look() = Some(look);
    }

    /// Gives what has been looked at since then.
    pub(crate) fn end_look(&self) -> Option<Look> {
        self.look().take()
    }

    fn look(&self) -> MutexGuard<'_, Option<Look>> {
        self.look.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_inside(&self, path: &Path) -> bool {
        let Ok(root) = &self.real_root else { return false };
        path.canonicalize().is_ok_and(|real| real.starts_with(root))
    }

    /// Says whether the folder that `path` stands in is inside the project; asked once for each folder.
    fn parent_is_inside(&self, path: &Path) -> bool {
        let Some(parent) = path.parent() else { return false };
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        match folders.get(parent) {
            Some(inside) => *inside,
            None => {
                let inside = self.is_inside(parent);
                folders.insert(parent.to_owned(), inside);
                inside
            }
        }
    }
}

/// Lists and hashes the files that `names` (files and folders, relative to the root) stand for.
pub(crate) fn project_files(
    ground: &Ground<'_>,
    names: &[String],
    store: &Store,
) -> Result<Vec<ProjectFile>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if let Err(failure) = &ground.real_root {
        return Err(failure.clone());
    }
    let mut files = BTreeMap::new();
    for name in names {
        let start = ground.root.join(name);
        // Most inputs are single files, which need no walk.
        let plain = fs::symlink_metadata(&start).is_ok_and(|metadata| metadata.is_file());
        if plain && ground.parent_is_inside(&start) {
            let object = digest(ground, store, &start, name)?;
            files.insert(name.clone(), (object, start));
        } else {
            walk(ground, name, &start, store, &mut files)?;
        }
    }
    let file = |(name, (object, path))| ProjectFile { name, object, path };
    Ok(files.into_iter().map(file).collect())
}

fn walk(
    ground: &Ground<'_>,
    name: &str,
    start: &Path,
    store: &Store,
    files: &mut BTreeMap<String, (ObjectId, PathBuf)>,
) -> Result<(), Failure> {
    let walk = WalkDir::new(start).follow_links(true).into_iter();
    for entry in walk.filter_entry(|entry| entry.path() != store.folder() && entry.file_name() != ".git") {
        let entry = entry.map_err(|error| unreadable(name, &error))?;
        let path = entry.path();
        let relative = path.strip_prefix(ground.root).unwrap_or(path);
        let Some(relative) = relative.to_str().map(str::to_owned) else {
            let shown = relative.display();
            return Err(Failure::new(format!("the name of `{shown}` is not UTF-8"))
                .with_help("give the file a name in UTF-8"));
        };
        let linked = entry.path_is_symlink() || path == start;
        if linked && !ground.is_inside(path) {
            return Err(Failure::new(format!("`{relative}` leads out of the project"))
                .with_help("copy what it leads to into the project"));
        }
        if entry.file_type().is_file() {
            files.insert(relative.clone(), (digest(ground, store, path, &relative)?, path.to_owned()));
        } else if entry.file_type().is_dir() {
            // Its entries are read after this.
            if let Some(look) = ground.look().as_mut() {
                store.look_at_folder(look, path);
            }
        } else {
            return Err(Failure::new(format!("`{relative}` is neither a file nor a folder")));
        }
    }
    Ok(())
}

fn digest(ground: &Ground<'_>, store: &Store, path: &Path, name: &str) -> Result<ObjectId, Failure> {
    let digest = store.digest_file(path);
    let digest = digest.map_err(|error| Failure::new(format!("`{name}` can't be read: {error}")))?;
    if let Some(look) = ground.look().as_mut() {
        look.file(name, digest);
    }
    Ok(ObjectId(digest))
}

/// Names a file that two listings do not have in common, if there is one.
pub(crate) fn difference<'f>(before: &'f [ProjectFile], after: &'f [ProjectFile]) -> Option<&'f str> {
    let only = |one: &'f [ProjectFile], other: &[ProjectFile]| {
        let known: BTreeMap<&str, ObjectId> =
            other.iter().map(|file| (file.name.as_str(), file.object)).collect();
        one.iter().find(|file| known.get(file.name.as_str()) != Some(&file.object))
    };
    only(before, after).or_else(|| only(after, before)).map(|file| file.name.as_str())
}

fn unreadable(name: &str, error: &walkdir::Error) -> Failure {
    let missing = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if missing && error.depth() == 0 {
        return Failure::new(format!("input `{name}` does not exist"))
            .with_help("create it, or name a stage that writes it in `needs`");
    }
    Failure::new(format!("input `{name}` can't be read: {error}"))
}
