//! What the paths that a person writes lead to: they stay in the project.
//!
//! Invariant: an accepted path follows no symbolic link out of the root.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use walkdir::WalkDir;

use crate::project_path::PathFault;
use crate::suggestion;

/// The project's folder, with what was already found out about it.
pub(super) struct ProjectRoot<'a> {
    root: &'a Path,
    /// The root without symbolic links; `None` if it can't be found out.
    real_root: Option<PathBuf>,
    /// What was looked at, by path from the root.
    seen: HashMap<String, PathTarget>,
    /// Whether a link was among it.
    has_links: bool,
}

/// What a path leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PathTarget {
    Something,
    Nothing,
    Outside,
    /// A link to nothing.
    Dangling,
}

impl<'a> ProjectRoot<'a> {
    /// Looks at a project's folder.
    pub fn new(root: &'a Path) -> Self {
        Self { root, real_root: root.canonicalize().ok(), seen: HashMap::new(), has_links: false }
    }

    /// Gives the project's folder.
    pub fn root(&self) -> &'a Path {
        self.root
    }

    /// Says whether something in a folder fits a pattern.
    pub fn fits(&self, folder: &str, matcher: &GlobMatcher) -> bool {
        let entries = WalkDir::new(self.root.join(folder)).into_iter();
        let own = |name: &OsStr| [".git", "artifacts"].iter().any(|own| name == *own);
        let mut inside =
            entries.filter_entry(|entry| entry.depth() != 1 || !own(entry.file_name())).flatten();
        inside.any(|entry| entry.path().strip_prefix(self.root).is_ok_and(|path| matcher.is_match(path)))
    }

    /// Checks that a path in its one spelling leads nowhere outside through links.
    pub fn check(&mut self, path: &str) -> Result<(), PathFault> {
        match self.look(path) {
            PathTarget::Outside => Err(PathFault {
                what: "leads out of the project through a symbolic link",
                help: "name a path inside the project",
            }),
            PathTarget::Dangling => Err(PathFault {
                what: "is or goes through a symbolic link to nothing",
                help: "name the file that the link is meant to lead to",
            }),
            PathTarget::Something | PathTarget::Nothing => Ok(()),
        }
    }

    /// Gives where a path leads that goes through links; what isn't there yet will be where its folder is.
    pub fn behind_links(&self, path: &str) -> Option<String> {
        let root = self.real_root.as_ref().filter(|_| self.has_links)?;
        let mut there = path;
        let real = loop {
            match self.root.join(there).canonicalize() {
                Ok(real) => break real,
                Err(_) if there.is_empty() => return None,
                Err(_) => there = there.rsplit_once('/').map_or("", |(folder, _)| folder),
            }
        };
        let behind = real.strip_prefix(root).ok()?.join(path[there.len()..].trim_start_matches('/'));
        let behind = behind.to_str()?.trim_end_matches('/');
        (behind != path).then(|| behind.to_owned())
    }

    /// Says whether something is there, inside the project.
    pub fn has(&mut self, path: &str) -> bool {
        self.look(path) == PathTarget::Something
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

    /// Looks at a path once, and before it at the folders that it is in.
    fn look(&mut self, path: &str) -> PathTarget {
        if path.is_empty() {
            return PathTarget::Something;
        }
        if let Some(seen) = self.seen.get(path) {
            return *seen;
        }
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let seen = match self.look(folder) {
            PathTarget::Something => self.look_in_folder(path),
            // A folder that isn't there yet will be made in the nearest one that is.
            other => other,
        };
        self.seen.insert(path.to_owned(), seen);
        seen
    }

    fn look_in_folder(&mut self, path: &str) -> PathTarget {
        let whole = self.root.join(path);
        match whole.symlink_metadata() {
            Err(_) => PathTarget::Nothing,
            Ok(metadata) if !metadata.is_symlink() => PathTarget::Something,
            Ok(_) => {
                self.has_links = true;
                match (whole.canonicalize(), &self.real_root) {
                    (Ok(real), Some(root)) if real.starts_with(root) => PathTarget::Something,
                    (Err(error), _) if error.kind() == io::ErrorKind::NotFound => PathTarget::Dangling,
                    _ => PathTarget::Outside,
                }
            }
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_through_a_link_leads_to_what_is_behind_it() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(folder.path().join("real")).expect("a folder can be made");
        std::os::unix::fs::symlink("real", folder.path().join("alias")).expect("a link can be made");
        let mut project = ProjectRoot::new(folder.path());
        assert_eq!(project.check("alias/new/x"), Ok(()));
        let behind = ["alias/new/x", "alias", "real/x", "other"].map(|path| project.behind_links(path));
        assert_eq!(behind, [Some("real/new/x".to_owned()), Some("real".to_owned()), None, None]);
    }
}
