//! The project's files that a run reads, found in a fixed order and hashed.
//!
//! Invariants
//! - Files come sorted by name, each once, whatever order the file system has.
//! - A symbolic link is followed only to what is inside the project.
//! - What the engine itself keeps, and git's folder, are no input.

use std::collections::BTreeMap;
use std::path::Path;

use walkdir::WalkDir;

use super::kind::{Failure, ProjectFile};
use crate::digest::ObjectId;
use crate::store::Store;

/// Lists and hashes the files that `names` (files and folders, relative to `root`) stand for.
pub(super) fn project_files(
    root: &Path,
    names: &[String],
    store: &Store,
) -> Result<Vec<ProjectFile>, Failure> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let real_root =
        root.canonicalize().map_err(|error| Failure::new(format!("the project can't be read: {error}")))?;
    let mut files = BTreeMap::new();
    for name in names {
        let start = root.join(name);
        let walk = WalkDir::new(&start).follow_links(true).into_iter();
        for entry in walk.filter_entry(|entry| entry.path() != store.folder() && entry.file_name() != ".git")
        {
            let entry = entry.map_err(|error| unreadable(name, &error))?;
            let path = entry.path();
            let relative = path.strip_prefix(root).unwrap_or(path);
            let Some(relative) = relative.to_str().map(str::to_owned) else {
                let shown = relative.display();
                return Err(Failure::new(format!("the name of `{shown}` is not UTF-8"))
                    .with_help("give the file a name in UTF-8"));
            };
            let linked = entry.path_is_symlink() || path == start;
            if linked && !path.canonicalize().is_ok_and(|real| real.starts_with(&real_root)) {
                return Err(Failure::new(format!("`{relative}` leads out of the project"))
                    .with_help("copy what it leads to into the project"));
            }
            if entry.file_type().is_file() {
                let digest = store
                    .digest_file(path)
                    .map_err(|error| Failure::new(format!("`{relative}` can't be read: {error}")))?;
                files.insert(relative, (ObjectId(digest), path.to_owned()));
            } else if !entry.file_type().is_dir() {
                return Err(Failure::new(format!("`{relative}` is neither a file nor a folder")));
            }
        }
    }
    let file = |(name, (object, path))| ProjectFile { name, object, path };
    Ok(files.into_iter().map(file).collect())
}

/// Names a file that two listings do not have in common, if there is one.
pub(super) fn difference<'f>(before: &'f [ProjectFile], after: &'f [ProjectFile]) -> Option<&'f str> {
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
