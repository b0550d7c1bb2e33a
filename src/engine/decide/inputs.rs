//! What a run reads of the project: files, folders and patterns, found in a fixed order and hashed once a run.
//!
//! name ──▶ a file's digest, or a [`Tree`]: the digest of a listing of all that a folder or a pattern takes in
//!
//! Invariants
//! - Entries come sorted, whatever order the file system has; executable bits and empty folders count.
//! - Links may lead anywhere, and count with their text and with what they lead to; a link within a folder that leads to a
//!   folder outside of the project is refused, as is whatever is no regular file.
//! - What the engine itself keeps, what stages write that are not waited for, and what editors leave behind are no input.
//! - A folder takes the memory of one listing a run, however many instances read it.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobSet;
use walkdir::WalkDir;

use crate::decide::reason::Reason;
use crate::decide::values::ValueDocuments;
use crate::digest::{Digest, ObjectId};
use crate::file_table::Observation;
use crate::folder::open_through_links;
use crate::kind::{Effective, Failure, ProjectFile};
use crate::listing::{counts, list_names};
use crate::pattern;
use crate::project_path::{ProjectPath, is_within};
use crate::snapshot::SeenTree;
use crate::spec::Parameters;
use crate::stamp::Stamp;
use crate::store::{FOLDER, Store};

/// What an instance reads of the project.
#[derive(Clone, Debug, Default)]
pub(crate) struct InputSet {
    /// What enters the recipe: a file's name with its digest, or a folder's with that of its listing.
    pub(crate) recipe: BTreeMap<String, ObjectId>,
    /// Values inside files, by address.
    pub(crate) values: Parameters,
    /// The single files.
    pub(crate) files: Vec<ProjectFile>,
    /// The folders and patterns.
    pub(crate) trees: Vec<Arc<Tree>>,
    /// The paths that were looked at for the single files.
    pub(crate) paths: Vec<String>,
}

impl InputSet {
    /// Gives every file, those of folders too.
    pub(crate) fn all_files(&self) -> Vec<ProjectFile> {
        let inner = self.trees.iter().flat_map(|tree| tree.files.iter().cloned());
        let mut files: Vec<ProjectFile> = self.files.iter().cloned().chain(inner).collect();
        files.sort_by(|one, other| one.name.cmp(&other.name));
        files.dedup_by(|one, other| one.name == other.name);
        files
    }

    /// Gives the folders that its folders hold, and the links there.
    pub(crate) fn folders_and_links(&self) -> (Vec<&str>, Vec<&str>) {
        let lines = |sort: &'static str| {
            let lines = self.trees.iter().flat_map(|tree| tree.listing.lines());
            lines.filter_map(move |line| Some(line.strip_prefix(sort)?.split_once(' ')?.1))
        };
        let links = lines("l ").map(|path| path.strip_suffix(" →").unwrap_or(path));
        (lines("d ").collect(), links.collect())
    }
}

/// A folder or a pattern, with all that it takes in.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The name that it has in a recipe: a folder's ends in a slash.
    pub(crate) name: String,
    /// Its entries, a line each; this is what is digested.
    pub(crate) listing: String,
    pub(crate) digest: Digest,
    files: Vec<ProjectFile>,
    paths: Vec<String>,
}

impl SeenTree for Tree {
    fn paths(&self) -> &[String] {
        &self.paths
    }
}

/// What decides a tree: its name, the patterns of what is left out, and the places that are not waited for.
type TreeQuestion = (String, Vec<String>, Vec<ProjectPath>);

/// Reads the project's files for a run.
pub(crate) struct InputReader {
    /// The root without links, to know what leads out of it.
    real_root: Option<PathBuf>,
    trees: Mutex<HashMap<TreeQuestion, Arc<Tree>>>,
    documents: ValueDocuments,
}

/// What is no input of a stage, although it is in a folder that is one.
pub(crate) struct LeftOut<'e> {
    /// Patterns that the stage names.
    pub(crate) ignore: &'e [String],
    /// The places that stages fill which it does not wait for, below a folder.
    pub(crate) written: &'e dyn Fn(&str) -> Vec<ProjectPath>,
}

impl InputReader {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            real_root: crate::store::real_path(root),
            trees: Mutex::default(),
            documents: ValueDocuments::default(),
        }
    }

    /// Reads what a run reads of the project.
    pub(crate) fn read(
        &self,
        store: &Store,
        effective: &Effective,
        left_out: &LeftOut<'_>,
    ) -> Result<InputSet, Failure> {
        let mut set = InputSet::default();
        for path in &effective.files {
            let name = path.as_str();
            let found = if path.is_root() { Named::Folder } else { self.named(store, name)? };
            let (name, tree) = match found {
                Named::File => {
                    let file = observe_file(store, name).map_err(|error| unreadable(name, &error))?;
                    set.recipe.insert(file.recipe_name(name), ObjectId(file.digest));
                    set.paths.extend(file.paths(name));
                    let path = store.project().path_of(name);
                    set.files.push(ProjectFile {
                        name: name.to_owned(),
                        object: ObjectId(file.digest),
                        path,
                    });
                    continue;
                }
                Named::Folder => (folder_name(name), self.tree(store, name, None, left_out)?),
                Named::Pattern(folder) => (name.to_owned(), self.tree(store, &folder, Some(name), left_out)?),
            };
            set.recipe.insert(name, ObjectId(tree.digest));
            set.trees.push(tree);
        }
        for address in &effective.addresses {
            let name = address.file.as_str();
            let file = observe_file(store, name).map_err(|error| unreadable(name, &error))?;
            set.paths.extend(file.paths(name));
            self.documents.read(store, address, file.digest, &mut set.values)?;
        }
        Ok(set)
    }

    /// Names an input that is no longer as it was when it was read, if there is one.
    pub(crate) fn changed(
        &self,
        store: &Store,
        before: &InputSet,
        effective: &Effective,
        left_out: &LeftOut<'_>,
    ) -> Option<String> {
        for file in &before.files {
            if !is_same(store, &file.name, file.object.0) {
                return Some(file.name.clone());
            }
        }
        if let Some(address) = self.changed_value(store, before, effective) {
            return Some(address);
        }
        for tree in &before.trees {
            if tree.paths.iter().all(|path| looks_same(store, path)) {
                continue;
            }
            // Something looks different: only what counts decides.
            let again = Self {
                real_root: self.real_root.clone(),
                trees: Mutex::default(),
                documents: ValueDocuments::default(),
            };
            tree.paths.iter().for_each(|path| store.files().unconfirm(path));
            let now = again.read(store, effective, left_out).ok();
            let now = now.and_then(|set| set.trees.into_iter().find(|now| now.name == tree.name));
            match now {
                Some(now) if now.digest == tree.digest => {}
                now => {
                    self.trees.lock().unwrap_or_else(PoisonError::into_inner).clear();
                    let changed = now.and_then(|now| first_difference(&tree.listing, &now.listing));
                    return Some(changed.unwrap_or_else(|| tree.name.clone()));
                }
            }
        }
        None
    }

    /// Names an address whose value is no longer as it was when it was read.
    fn changed_value(&self, store: &Store, before: &InputSet, effective: &Effective) -> Option<String> {
        let mut now = Parameters::new();
        for address in &effective.addresses {
            let name = address.file.as_str();
            if !looks_same(store, name) || !looks_same(store, &format!("{name}/")) {
                store.files().unconfirm(name);
                store.files().unconfirm(&format!("{name}/"));
            }
            let digest = observe_file(store, name).map(|file| file.digest);
            let read = digest.map(|digest| self.documents.read(store, address, digest, &mut now));
            if !matches!(read, Ok(Ok(()))) {
                return Some(address.to_string());
            }
        }
        let names = now.keys().chain(before.values.keys());
        names.into_iter().find(|name| now.get(*name) != before.values.get(*name)).cloned()
    }

    /// Says what an input's name means.
    fn named(&self, store: &Store, name: &str) -> Result<Named, Failure> {
        // What was confirmed in this run need not be looked at again.
        match store.files().confirmed(name) {
            Some(Observation::File { .. }) => return Ok(Named::File),
            Some(Observation::Folder { .. }) => return Ok(Named::Folder),
            _ => {}
        }
        match fs::metadata(store.project().path_of(name)) {
            Ok(metadata) if metadata.is_dir() => Ok(Named::Folder),
            Ok(_) => Ok(Named::File),
            Err(error) if error.kind() == io::ErrorKind::NotFound && pattern::is_pattern(name) => {
                Ok(Named::Pattern(pattern::base_folder(name).to_owned()))
            }
            Err(error) => Err(unreadable(name, &error)),
        }
    }

    fn tree(
        &self,
        store: &Store,
        folder: &str,
        pattern: Option<&str>,
        left_out: &LeftOut<'_>,
    ) -> Result<Arc<Tree>, Failure> {
        let written = (left_out.written)(folder);
        let name = pattern.map_or_else(|| folder_name(folder), str::to_owned);
        let key = (name.clone(), left_out.ignore.to_vec(), written.clone());
        if let Some(tree) = self.trees.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(tree));
        }
        let mut walk = Walk {
            store,
            real_root: self.real_root.as_deref(),
            ignore: globs(left_out.ignore)?,
            only: pattern.map(|pattern| globs(&[pattern.to_owned()])).transpose()?,
            written: &written,
            name: &name,
            lines: BTreeMap::new(),
            tree: Tree {
                name: name.clone(),
                listing: String::new(),
                digest: Digest::of(b""),
                files: Vec::new(),
                paths: Vec::new(),
            },
        };
        walk.folder(folder, &mut Vec::new())?;
        if pattern.is_some() && walk.tree.files.is_empty() {
            return Err(Failure::new(format!("no file fits the input `{name}`"))
                .with_help("create one, or correct the pattern; it is relative to the project"));
        }
        let tree = Arc::new(walk.finish());
        self.trees.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&tree));
        Ok(tree)
    }
}

/// Gives the name that a folder has in a recipe.
fn folder_name(folder: &str) -> String {
    if folder.is_empty() { "./".to_owned() } else { format!("{folder}/") }
}

/// What an input's name means.
enum Named {
    File,
    Folder,
    /// A pattern, with the folder that holds all that it fits.
    Pattern(String),
}

/// A file as it enters a recipe.
struct SeenFile {
    digest: Digest,
    executable: bool,
    /// The text of the link that it is.
    link: Option<String>,
}

impl SeenFile {
    fn recipe_name(&self, name: &str) -> String {
        let link = self.link.as_ref().map(|text| format!(" → {text}")).unwrap_or_default();
        let manner = if self.executable { " (executable)" } else { "" };
        [name, &link, manner].concat()
    }

    /// Names the paths that were looked at: what a link leads to has a slash behind the link's own.
    fn paths(&self, name: &str) -> Vec<String> {
        match self.link {
            Some(_) => vec![name.to_owned(), format!("{name}/")],
            None => vec![name.to_owned()],
        }
    }
}

/// Looks at a file, which may be a link to one; each path once a run.
fn observe_file(store: &Store, name: &str) -> io::Result<SeenFile> {
    let known = store.files().confirmed(name);
    match known {
        Some(Observation::File { stamp, digest, .. }) => {
            return Ok(SeenFile { digest, executable: stamp.is_executable(), link: None });
        }
        Some(Observation::Link { .. }) => {}
        _ => {
            let metadata = fs::symlink_metadata(store.project().path_of(name))?;
            if !metadata.is_symlink() {
                let (digest, executable) = store.digest_input(name, name)?;
                return Ok(SeenFile { digest, executable, link: None });
            }
        }
    }
    let text = fs::read_link(store.project().path_of(name))?;
    let seen = Observation::Link { text: Digest::of(text.as_os_str().as_bytes()) };
    store.files().insert(name, seen, true);
    let (digest, executable) = store.digest_input(&format!("{name}/"), name)?;
    Ok(SeenFile { digest, executable, link: Some(text.to_string_lossy().into_owned()) })
}

/// Says whether a file still holds these bytes; looks at it again.
fn is_same(store: &Store, name: &str, digest: Digest) -> bool {
    if looks_same(store, name) && looks_same(store, &format!("{name}/")) {
        return true;
    }
    store.files().unconfirm(name);
    store.files().unconfirm(&format!("{name}/"));
    observe_file(store, name).is_ok_and(|file| file.digest == digest)
}

/// Says whether a path looks as it did when it was last looked at; one that was not, looks so.
fn looks_same(store: &Store, name: &str) -> bool {
    let Some(observation) = store.files().confirmed(name) else { return true };
    let path = store.project().path_of(name.trim_end_matches('/'));
    let stamp = || fs::metadata(&path).map(|metadata| Stamp::of(&metadata));
    match observation {
        Observation::File { stamp: before, racy, digest } => {
            stamp().is_ok_and(|now| now == before)
                && (!racy
                    || open_through_links(&path)
                        .and_then(|file| store.read_digest(file, before.size))
                        .is_ok_and(|now| now == digest))
        }
        Observation::Folder { stamp: before, racy, listing } => {
            stamp().is_ok_and(|now| now == before)
                && (!racy || list_names(store.project(), name).is_ok_and(|now| now == listing))
        }
        Observation::Link { text } => {
            fs::read_link(&path).is_ok_and(|now| Digest::of(now.as_os_str().as_bytes()) == text)
        }
        Observation::Absent => fs::symlink_metadata(&path).is_err(),
    }
}

/// A tree that is being read.
struct Walk<'w> {
    store: &'w Store,
    real_root: Option<&'w Path>,
    ignore: GlobSet,
    only: Option<GlobSet>,
    written: &'w [ProjectPath],
    name: &'w str,
    lines: BTreeMap<String, (char, Digest)>,
    tree: Tree,
}

impl Walk<'_> {
    /// Reads a folder, which may be a link; `above` are the real folders that it was reached through.
    fn folder(&mut self, folder: &str, above: &mut Vec<PathBuf>) -> Result<(), Failure> {
        let start = self.store.project().path_of(folder);
        if let Some(real) = crate::store::real_path(&start) {
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
        let inside = crate::store::real_path(place)
            .zip(self.real_root)
            .is_some_and(|(real, root)| real.starts_with(root));
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
        let mut listing = String::with_capacity(self.lines.len() * 80);
        for (path, (sort, digest)) in &self.lines {
            writeln!(listing, "{sort} {digest} {path}").expect("a String takes any text");
        }
        self.tree.digest = Digest::of(listing.as_bytes());
        self.tree.listing = listing;
        self.tree
    }
}

/// Names the first path that two listings do not have in common.
fn first_difference(old: &str, new: &str) -> Option<String> {
    differences(old, new).into_iter().next().map(|(path, ..)| path)
}

/// Names the files of a folder that changed, where the listing of what it held is at hand.
pub(crate) fn name_files(store: &Store, reasons: Vec<Reason>, trees: &[Arc<Tree>]) -> Vec<Reason> {
    let mut named = Vec::with_capacity(reasons.len());
    for reason in reasons {
        let listings = match &reason {
            Reason::File { name, old: Some(old), new: Some(_) } => {
                let tree = trees.iter().find(|tree| tree.name == *name);
                tree.and_then(|tree| {
                    Some((String::from_utf8(store.read_object(*old).ok()?).ok()?, &tree.listing))
                })
            }
            _ => None,
        };
        match listings {
            Some((old, new)) => {
                let changes = differences(&old, new).into_iter();
                named.extend(changes.map(|(name, old, new)| Reason::File { name, old, new }));
            }
            None => named.push(reason),
        }
    }
    named
}

/// A path in which two listings differ, with its digest in each.
type ListingChange = (String, Option<ObjectId>, Option<ObjectId>);

/// Names the paths in which two listings differ, with the digest that each has in either.
fn differences(old: &str, new: &str) -> Vec<ListingChange> {
    let lines = |text: &str| -> BTreeMap<String, (String, Option<ObjectId>)> {
        let line = |line: &str| {
            let (sort, rest) = line.split_once(' ')?;
            let (hex, path) = rest.split_once(' ')?;
            Some((path.to_owned(), (sort.to_owned(), Digest::from_hex(hex).map(ObjectId))))
        };
        text.lines().filter_map(line).collect()
    };
    let (old, new) = (lines(old), lines(new));
    let paths: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = paths.into_iter().filter(|path| old.get(*path) != new.get(*path));
    let object =
        |of: &BTreeMap<String, (String, Option<ObjectId>)>, path: &String| of.get(path).and_then(|it| it.1);
    changed.map(|path| (path.clone(), object(&old, path), object(&new, path))).collect()
}

fn globs(patterns: &[String]) -> Result<GlobSet, Failure> {
    pattern::set(patterns).map_err(Failure::new)
}

fn irregular(path: &str) -> Failure {
    Failure::new(format!("`{path}` is neither a file nor a folder"))
        .with_help("take it out of the inputs: a pipe or a device can't be hashed")
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    if crate::store::is_stopped(error) {
        return Failure::Cancelled;
    }
    if error.kind() == io::ErrorKind::NotFound {
        return Failure::new(format!("input `{name}` does not exist"))
            .with_help("create it, or name a stage that writes it in `needs`");
    }
    Failure::new(format!("input `{name}` can't be read: {error}"))
}

fn unwalkable(name: &str, error: &walkdir::Error) -> Failure {
    match error.io_error() {
        Some(error) => unreadable(name, error),
        None => Failure::new(format!("input `{name}` can't be read: {error}")),
    }
}
