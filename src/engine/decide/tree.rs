//! A folder or a pattern that is read: everything in it, in a fixed order, as a listing whose digest enters the recipe.
//!
//! Invariants
//! - A line for each entry: its sort, the digest of its bytes or of a link's text, its path.
//! - What is no regular file is refused, and so is a link to a folder outside the project.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use globset::GlobSet;
use walkdir::WalkDir;

use crate::decide::input_file::{observe_file, unreadable};
use crate::digest::{Digest, ObjectId};
use crate::file_table::Observation;
use crate::kind::{Failure, ProjectFile};
use crate::listing::counts;
use crate::pattern;
use crate::project_path::{ProjectPath, is_within};
use crate::snapshot::is_as_observed;
use crate::store::{FOLDER, Store};

/// A folder or a pattern, with all that it takes in.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The name that it has in a recipe: a folder's ends in a slash.
    pub(crate) name: String,
    /// Its entries, a line each; this is what is digested.
    pub(crate) listing: String,
    pub(crate) digest: Digest,
    pub(super) files: Vec<ProjectFile>,
    pub(crate) paths: Vec<String>,
    /// What each path was.
    observations: Vec<Option<Observation>>,
    /// When it was last seen to be as it was when it was read.
    seen: Mutex<Option<Instant>>,
}

impl Tree {
    /// Says whether all of it is as it was when it was read; what was seen `within` this time is not looked at again.
    pub(super) fn is_same(&self, store: &Store, within: Duration) -> bool {
        let seen = || self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if seen().is_some_and(|seen| now.saturating_duration_since(seen) < within) {
            return true;
        }
        let mut paths = self.paths.iter().zip(&self.observations);
        let same =
            paths.all(|(path, before)| before.is_some_and(|before| is_as_observed(store, path, before)));
        *seen() = same.then_some(now);
        same
    }

    /// Has its paths looked at again by whoever reads it next.
    pub(super) fn forget(&self, store: &Store) {
        self.paths.iter().for_each(|path| store.files().unconfirm(path));
    }
}

/// A tree that is being read.
pub(super) struct TreeWalk<'w> {
    store: &'w Store,
    real_root: Option<&'w Path>,
    ignore: GlobSet,
    only: Option<GlobSet>,
    written: &'w [ProjectPath],
    name: &'w str,
    lines: BTreeMap<String, (char, Digest)>,
    tree: Tree,
}

impl<'w> TreeWalk<'w> {
    /// Begins to read a tree: a folder, or all that a pattern fits, without what is ignored and what is `written`.
    pub(super) fn new(
        store: &'w Store,
        real_root: Option<&'w Path>,
        (ignore, written): (&[String], &'w [ProjectPath]),
        name: &'w str,
        pattern: Option<&str>,
    ) -> Result<Self, Failure> {
        let tree = Tree {
            name: name.to_owned(),
            listing: String::new(),
            digest: Digest::of(b""),
            files: Vec::new(),
            paths: Vec::new(),
            observations: Vec::new(),
            seen: Mutex::default(),
        };
        let only = pattern.map(|pattern| globs(&[pattern.to_owned()])).transpose()?;
        Ok(Self {
            store,
            real_root,
            ignore: globs(ignore)?,
            only,
            written,
            name,
            lines: BTreeMap::new(),
            tree,
        })
    }

    /// Reads it from the folder that holds all of it.
    pub(super) fn read(mut self, folder: &str) -> Result<Tree, Failure> {
        self.folder(folder, &mut Vec::new())?;
        if self.only.is_some() && self.tree.files.is_empty() {
            return Err(Failure::new(format!("no file fits the input `{}`", self.name))
                .with_help("create one, or correct the pattern; it is relative to the project"));
        }
        Ok(self.finish())
    }

    /// Reads a folder, which may be a link; `above` are the real folders that it was reached through.
    fn folder(&mut self, folder: &str, above: &mut Vec<PathBuf>) -> Result<(), Failure> {
        let start = self.store.project().path_of(folder);
        if let Ok(real) = start.canonicalize() {
            if above.iter().any(|one| real.starts_with(one) && one.starts_with(&real)) {
                // A link back up: its text is all there is to it.
                return Ok(());
            }
            above.push(real);
        }
        let mut entries = WalkDir::new(&start).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            self.store.refuse_stopped().map_err(|_| Failure::Cancelled)?;
            let entry = entry.map_err(|error| unwalkable(self.name, &error))?;
            let below = entry.path().strip_prefix(&start).unwrap_or(entry.path());
            let Some(below) = below.to_str() else {
                let shown = entry.path().strip_prefix(self.store.project().path()).unwrap_or(entry.path());
                return Err(Failure::new(format!("the name of `{}` is not UTF-8", shown.display()))
                    .with_help("give the file a name in UTF-8"));
            };
            let path = match (folder.is_empty(), below.is_empty()) {
                (true, _) => below.to_owned(),
                (false, true) => folder.to_owned(),
                (false, false) => [folder, "/", below].concat(),
            };
            // The root of the walk may be a link itself, as whoever named it may wish.
            let sort = entry.file_type();
            if entry.depth() > 0 && self.is_left_out(&path) {
                if sort.is_dir() {
                    entries.skip_current_dir();
                }
                continue;
            }
            if sort.is_dir() {
                self.enter(&path)?;
            } else if sort.is_file() {
                self.file(&path)?;
            } else if sort.is_symlink() {
                self.link(&path, entry.path(), above)?;
            } else {
                return Err(irregular(&path));
            }
        }
        above.pop();
        Ok(())
    }

    fn is_left_out(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        !counts(name)
            || is_within(path, FOLDER)
            || path == "pipeline.lock"
            || self.ignore.is_match(path)
            || self.ignore.is_match(name)
            || self.written.iter().any(|written| is_within(path, written.as_str()))
    }

    fn enter(&mut self, path: &str) -> Result<(), Failure> {
        let observation = self.store.observe_folder(path, None);
        let observation = observation.ok_or_else(|| Failure::new(format!("`{path}` can't be read")))?;
        self.store.files().insert(path, observation, true);
        self.tree.paths.push(path.to_owned());
        if self.only.is_none() {
            self.lines.insert(format!("{path}/"), ('d', Digest::of(b"")));
        }
        Ok(())
    }

    fn fits(&self, path: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.is_match(path))
    }

    fn file(&mut self, path: &str) -> Result<(), Failure> {
        if !self.fits(path) {
            return Ok(());
        }
        let file = observe_file(self.store, path).map_err(|error| unreadable(path, &error))?;
        self.tree.paths.extend(file.paths(path));
        let sort = if file.executable { 'x' } else { 'f' };
        self.lines.insert(path.to_owned(), (sort, file.digest));
        let place = self.store.project().path_of(path);
        self.tree.files.push(ProjectFile {
            name: path.to_owned(),
            object: ObjectId(file.digest),
            path: place,
        });
        Ok(())
    }

    fn link(&mut self, path: &str, place: &Path, above: &mut Vec<PathBuf>) -> Result<(), Failure> {
        let text = fs::read_link(place).map_err(|error| unreadable(path, &error))?;
        let digest = Digest::of(text.as_os_str().as_bytes());
        let Ok(metadata) = fs::metadata(place) else {
            // One that leads to nothing, such as an editor's lock, is its text.
            self.store.files().insert(path, Observation::Link { text: digest }, true);
            self.tree.paths.push(path.to_owned());
            self.lines.insert(format!("{path} →"), ('l', digest));
            return Ok(());
        };
        if metadata.is_file() {
            if self.fits(path) {
                self.lines.insert(format!("{path} →"), ('l', digest));
            }
            return self.file(path);
        }
        if !metadata.is_dir() {
            return Err(irregular(path));
        }
        let inside =
            place.canonicalize().ok().zip(self.real_root).is_some_and(|(real, root)| real.starts_with(root));
        if !inside {
            return Err(Failure::new(format!("`{path}` leads to a folder outside of the project"))
                .with_help("name it as an input of its own, or copy what it leads to into the project"));
        }
        self.store.files().insert(path, Observation::Link { text: digest }, true);
        self.tree.paths.push(path.to_owned());
        self.lines.insert(format!("{path} →"), ('l', digest));
        self.folder(path, above)
    }

    fn finish(mut self) -> Tree {
        let files = self.store.files();
        self.tree.observations = self.tree.paths.iter().map(|path| files.confirmed(path)).collect();
        drop(files);
        let mut listing = String::with_capacity(self.lines.len() * 80);
        for (path, (sort, digest)) in &self.lines {
            writeln!(listing, "{sort} {digest} {path}").expect("a String takes any text");
        }
        self.tree.digest = Digest::of(listing.as_bytes());
        self.tree.listing = listing;
        self.tree
    }
}

/// Gives the name that a folder has in a recipe.
pub(super) fn folder_name(folder: &str) -> String {
    if folder.is_empty() { "./".to_owned() } else { format!("{folder}/") }
}

fn globs(patterns: &[String]) -> Result<GlobSet, Failure> {
    pattern::set(patterns).map_err(Failure::new)
}

fn irregular(path: &str) -> Failure {
    Failure::new(format!("`{path}` is neither a file nor a folder"))
        .with_help("take it out of the inputs: a pipe or a device can't be hashed")
}

fn unwalkable(name: &str, error: &walkdir::Error) -> Failure {
    match error.io_error() {
        Some(error) => unreadable(name, error),
        None => Failure::new(format!("input `{name}` can't be read: {error}")),
    }
}
