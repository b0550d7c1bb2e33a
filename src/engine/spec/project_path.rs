//! Paths that a person writes: they stay in the project.
//!
//! Invariant: an accepted path is relative, has no `..`, and follows no symbolic link out of the root.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::suggestion;

/// What is wrong with a path, and what to do.
pub(super) type Fault = (&'static str, &'static str);

/// The project's folder, with what was already found out about folders in it.
pub(super) struct Ground<'a> {
    root: &'a Path,
    /// The root without symbolic links; `None` if it can't be found out.
    real_root: Option<PathBuf>,
    /// Whether a folder, by its path from the root, is inside.
    folders: BTreeMap<PathBuf, bool>,
    /// Whether something is there, by its path.
    there: BTreeMap<String, bool>,
}

impl<'a> Ground<'a> {
    /// Looks at a project's folder.
    pub fn new(root: &'a Path) -> Self {
        Self { root, real_root: root.canonicalize().ok(), folders: BTreeMap::new(), there: BTreeMap::new() }
    }

    /// Checks that a path, in the form that [`plain`] gives, leads nowhere outside through links.
    pub fn check(&mut self, path: &str) -> Result<(), Fault> {
        if self.there.contains_key(path) {
            return Ok(());
        }
        let whole = self.root.join(path);
        let metadata = whole.symlink_metadata();
        let link = metadata.as_ref().is_ok_and(|metadata| metadata.is_symlink());
        let inside = if link { self.is_inside(&whole) } else { self.parent_is_inside(Path::new(path)) };
        if inside {
            self.there.insert(path.to_owned(), if link { whole.exists() } else { metadata.is_ok() });
            return Ok(());
        }
        Err(("leads out of the project through a symbolic link", "name a path inside the project"))
    }

    /// Says whether something is there; the path must have passed [`Ground::check`].
    pub fn has(&self, path: &str) -> bool {
        self.there.get(path).copied().unwrap_or_default()
    }

    /// Finds what is there under nearly the same name.
    pub fn nearest(&self, path: &str) -> Option<String> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let entries = self.root.join(folder).read_dir().ok()?.flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        let found = suggestion::nearest(name, names.iter().map(String::as_str))?;
        Some(if folder.is_empty() { found.to_owned() } else { format!("{folder}/{found}") })
    }

    fn parent_is_inside(&mut self, path: &Path) -> bool {
        let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) else { return true };
        if let Some(inside) = self.folders.get(parent) {
            return *inside;
        }
        let whole = self.root.join(parent);
        // A folder that isn't there yet will be made inside the nearest one that is.
        let inside = match whole.symlink_metadata() {
            Ok(_) => self.is_inside(&whole),
            Err(_) => self.parent_is_inside(parent),
        };
        self.folders.insert(parent.to_owned(), inside);
        inside
    }

    fn is_inside(&self, path: &Path) -> bool {
        match (path.canonicalize(), &self.real_root) {
            (Ok(real), Some(root)) => real.starts_with(root),
            _ => false,
        }
    }
}

/// Gives a path in its one spelling: forward slashes, no `.`, none doubled or trailing.
pub(super) fn plain(path: &str) -> Result<String, Fault> {
    if path.starts_with('/') || path.starts_with('~') {
        return Err(("is not relative to the project", "write it relative to the folder of `pipeline.yaml`"));
    }
    if path.contains(char::is_control) {
        return Err(("holds a control character", "take it out"));
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return Err(("leaves its folder by `..`", "write it from the folder of `pipeline.yaml` down"));
    }
    Ok(parts.join("/"))
}
