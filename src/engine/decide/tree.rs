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
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use globset::GlobSet;
use walkdir::WalkDir;

use crate::decide::input_file::{observe_file, unreadable};
use crate::digest::Digest;
use crate::file_table::{Observation, SeenPath};
use crate::kind::{Failure, ProjectFile};
use crate::listing::counts;
use crate::pattern;
use crate::project_path::{ProjectPath, is_within};
use crate::snapshot::is_as_observed;
use crate::stamp::now;
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
    pub(crate) paths: Vec<SeenPath>,
    /// When it was last seen to be as it was when it was read, in nanoseconds since 1970.
    seen: AtomicI64,
}

impl Tree {
    /// Reads a folder, or all in it that a pattern fits, without what is ignored and what is written.
    pub(super) fn read(
        store: &Store,
        real_root: Option<&Path>,
        folder: &str,
        pattern: Option<&str>,
        (ignore, written): (&[String], &[ProjectPath]),
    ) -> Result<Self, Failure> {
        let only = pattern.map(|pattern| pattern::set(&[pattern.to_owned()]));
        let mut walk = TreeWalk {
            store,
            real_root,
            ignore: pattern::set(ignore).map_err(Failure::new)?,
            only: only.transpose().map_err(Failure::new)?,
            written,
            name: pattern.map_or_else(|| folder_name(folder), str::to_owned),
            lines: BTreeMap::new(),
            files: Vec::new(),
            paths: Vec::new(),
        };
        walk.folder(folder, &mut Vec::new())?;
        let TreeWalk { name, lines, files, paths, .. } = walk;
        if pattern.is_some() && files.is_empty() {
            return Err(Failure::new(format!("no file fits the input `{name}`"))
                .with_help("create one, or correct the pattern; it is relative to the project"));
        }
        let mut listing = String::with_capacity(lines.len() * 80);
        for (path, (sort, digest)) in &lines {
            writeln!(listing, "{sort} {digest} {path}").expect("a String takes any text");
        }
        let digest = Digest::of(listing.as_bytes());
        let table = store.files();
        let seen = |path: String| {
            let observation = table.confirmed(&path);
            (path, observation)
        };
        let paths = paths.into_iter().map(seen).collect();
        drop(table);
        Ok(Self { name, listing, digest, files, paths, seen: AtomicI64::default() })
    }

    /// Says whether all of it is as it was when it was read; what was seen `within` this time is not looked at again.
    pub(super) fn is_same(&self, store: &Store, within: Duration) -> bool {
        let now = now();
        let age = now - self.seen.load(Ordering::Relaxed);
        if age >= 0 && i128::from(age) < i128::try_from(within.as_nanos()).unwrap_or(0) {
            return true;
        }
        let mut paths = self.paths.iter();
        let same =
            paths.all(|(path, before)| before.is_some_and(|before| is_as_observed(store, path, before)));
        self.seen.store(if same { now } else { 0 }, Ordering::Relaxed);
        same
    }

    /// Has its paths looked at again by whoever reads it next.
    pub(super) fn forget(&self, store: &Store) {
        self.paths.iter().for_each(|(path, _)| store.files().unconfirm(path));
    }
}

/// A tree that is being read.
struct TreeWalk<'w> {
    store: &'w Store,
    real_root: Option<&'w Path>,
    ignore: GlobSet,
    only: Option<GlobSet>,
    written: &'w [ProjectPath],
    name: String,
    lines: BTreeMap<String, (char, Digest)>,
    files: Vec<ProjectFile>,
    paths: Vec<String>,
}

impl TreeWalk<'_> {
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
        let is_link = fs::symlink_metadata(&start).is_ok_and(|it| it.is_symlink());
        let mut entries = WalkDir::new(&start).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            self.store.refuse_stopped().map_err(|_| Failure::Cancelled)?;
            let entry = entry.map_err(|error| unwalkable(&self.name, &error))?;
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
            if sort.is_dir() || is_link && entry.depth() == 0 {
                self.enter(&path, is_link && entry.depth() == 0)?;
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
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        // What recount writes here, or in a project inside, is no input.
        let is_own = name == FOLDER || name == "pipeline.lock";
        let is_project = || self.store.project().path_of(folder).join("pipeline.yaml").is_file();
        !counts(name)
            || is_within(path, FOLDER)
            || is_own && (folder.is_empty() || is_project())
            || self.ignore.is_match(path)
            || self.ignore.is_match(name)
            || self.written.iter().any(|written| is_within(path, written.as_str()))
    }

    /// Takes in a folder, which may be what a link leads to.
    fn enter(&mut self, path: &str, is_link: bool) -> Result<(), Failure> {
        let observation = self.store.observe_folder(path, None);
        let observation = observation.ok_or_else(|| Failure::new(format!("`{path}` can't be read")))?;
        self.see(&if is_link { format!("{path}/") } else { path.to_owned() }, observation);
        // A folder that an output is in comes and goes with it.
        let is_made = self.written.iter().any(|written| is_within(written.as_str(), path));
        if self.only.is_none() && !is_link && !is_made {
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
        self.paths.extend(file.paths(path));
        let sort = if file.executable { 'x' } else { 'f' };
        self.lines.insert(path.to_owned(), (sort, file.digest));
        self.files.push(file.project_file(self.store, path));
        Ok(())
    }

    fn link(&mut self, path: &str, place: &Path, above: &mut Vec<PathBuf>) -> Result<(), Failure> {
        let text = fs::read_link(place).map_err(|error| unreadable(path, &error))?;
        let digest = Digest::of(text.as_os_str().as_bytes());
        let target = fs::metadata(place).ok();
        if target.as_ref().is_some_and(fs::Metadata::is_file) {
            if self.fits(path) {
                self.lines.insert(format!("{path} →"), ('l', digest));
                return self.file(path);
            }
            // It may lead to a folder next time, in which something fits.
            self.see(path, Observation::Link { text: digest });
            return Ok(());
        }
        if target.as_ref().is_some_and(|target| !target.is_dir()) {
            return Err(irregular(path));
        }
        let real = place.canonicalize().ok().zip(self.real_root);
        if target.is_some() && !real.is_some_and(|(real, root)| real.starts_with(root)) {
            return Err(Failure::new(format!("`{path}` leads to a folder outside of the project"))
                .with_help("name it as an input of its own, or copy what it leads to into the project"));
        }
        self.see(path, Observation::Link { text: digest });
        self.lines.insert(format!("{path} →"), ('l', digest));
        if target.is_some() {
            return self.folder(path, above);
        }
        // One that leads to nothing, such as an editor's lock, is its text.
        self.see(&format!("{path}/"), Observation::Absent);
        Ok(())
    }

    /// Notes what a path was seen to be.
    fn see(&mut self, path: &str, observation: Observation) {
        self.store.files().insert(path, observation, true);
        self.paths.push(path.to_owned());
    }
}

/// Gives the name that a folder has in a recipe.
pub(super) fn folder_name(folder: &str) -> String {
    if folder.is_empty() { "./".to_owned() } else { format!("{folder}/") }
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
