//! What a run reads of the project: files, folders and patterns, found in a fixed order and hashed once a run.
//!
//! name ──▶ a file's digest (`input_file`), or a [`Tree`]: the digest of a listing of all that a folder or a pattern takes in
//!
//! Invariants
//! - Entries come sorted, whatever order the file system has; executable bits and empty folders count.
//! - Links may lead anywhere, and count with their text and with what they lead to; a link within a folder that leads to a
//!   folder outside of the project is refused, as is whatever is no regular file.
//! - What the engine itself keeps, what stages write that are not waited for, and what editors leave behind are no input.
//! - A folder takes the memory of one listing a run, however many instances read it.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::decide::input_file::{SeenFile, observe_again, observe_file, unreadable};
use crate::decide::listing_changes::first_difference;
use crate::decide::tree::{Tree, folder_name};
use crate::decide::values::ValueDocuments;
use crate::digest::ObjectId;
use crate::file_table::{Observation, SeenPath};
use crate::kind::{Effective, Failure, ProjectFile};
use crate::pattern;
use crate::project_path::ProjectPath;
use crate::spec::Parameters;
use crate::store::Store;

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
    pub(crate) paths: Vec<SeenPath>,
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

/// What decides a tree: its name, the patterns of what is left out, and the places that are not waited for.
type TreeQuestion = (String, Vec<String>, Vec<ProjectPath>);

/// Reads the project's files for a run.
#[derive(Default)]
pub(crate) struct InputReader {
    /// The root without links, to know what leads out of it.
    real_root: Option<PathBuf>,
    trees: Mutex<HashMap<TreeQuestion, Arc<Tree>>>,
    documents: ValueDocuments,
}

/// Gives the places below a folder that stages fill which are not waited for: they are no input.
pub(crate) type WrittenByOthers<'e> = dyn Fn(&str) -> Vec<ProjectPath> + 'e;

impl InputReader {
    pub(crate) fn new(root: &Path) -> Self {
        Self { real_root: root.canonicalize().ok(), ..Self::default() }
    }

    /// Reads what a run reads of the project.
    pub(crate) fn read(
        &self,
        store: &Store,
        effective: &Effective,
        written: &WrittenByOthers<'_>,
    ) -> Result<InputSet, Failure> {
        let mut set = InputSet::default();
        let tree = |folder: &str, pattern: Option<&str>| {
            self.tree(store, folder, pattern, &effective.ignore, written(folder))
        };
        for path in &effective.files {
            let name = path.as_str();
            let found = if path.is_root() { Named::Folder } else { self.named(store, name)? };
            let (name, tree) = match found {
                Named::File => {
                    let file = observe_file(store, name).map_err(|error| unreadable(name, &error))?;
                    set.recipe.insert(file.recipe_name(name), ObjectId(file.digest));
                    set.paths.extend(file.seen_paths(store, name));
                    set.files.push(file.project_file(store, name));
                    continue;
                }
                Named::Folder => (folder_name(name), tree(name, None)?),
                Named::Pattern(folder) => (name.to_owned(), tree(folder, Some(name))?),
            };
            set.recipe.insert(name, ObjectId(tree.digest));
            set.trees.push(tree);
        }
        for address in &effective.addresses {
            let name = address.file.as_str();
            let file = observe_file(store, name).map_err(|error| unreadable(name, &error))?;
            set.paths.extend(file.seen_paths(store, name));
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
        written: &WrittenByOthers<'_>,
        within: Duration,
    ) -> Option<String> {
        for file in &before.files {
            let is_same = |now: SeenFile| {
                now.digest == file.object.0 && before.recipe.contains_key(&now.recipe_name(&file.name))
            };
            if !observe_again(store, &file.name).is_ok_and(is_same) {
                return Some(file.name.clone());
            }
        }
        if let Some(address) = self.changed_value(store, before, effective) {
            return Some(address);
        }
        for tree in &before.trees {
            if tree.is_same(store, within) {
                continue;
            }
            // Something looks different: only what counts decides.
            let again = Self { real_root: self.real_root.clone(), ..Self::default() };
            tree.forget(store);
            let now = again.read(store, effective, written).ok();
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
            let digest = observe_again(store, name).map(|file| file.digest);
            let read = digest.map(|digest| self.documents.read(store, address, digest, &mut now));
            if !matches!(read, Ok(Ok(()))) {
                return Some(address.to_string());
            }
        }
        let names = now.keys().chain(before.values.keys());
        names.into_iter().find(|name| now.get(*name) != before.values.get(*name)).cloned()
    }

    /// Says what an input's name means.
    fn named<'n>(&self, store: &Store, name: &'n str) -> Result<Named<'n>, Failure> {
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
                Ok(Named::Pattern(pattern::base_folder(name)))
            }
            Err(error) => Err(unreadable(name, &error)),
        }
    }

    fn tree(
        &self,
        store: &Store,
        folder: &str,
        pattern: Option<&str>,
        ignore: &[String],
        written: Vec<ProjectPath>,
    ) -> Result<Arc<Tree>, Failure> {
        let name = pattern.map_or_else(|| folder_name(folder), str::to_owned);
        let key = (name, ignore.to_vec(), written.clone());
        if let Some(tree) = self.trees.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(tree));
        }
        let root = self.real_root.as_deref();
        let tree = Arc::new(Tree::read(store, root, folder, pattern, (ignore, &written))?);
        self.trees.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&tree));
        Ok(tree)
    }
}

/// What an input's name means.
enum Named<'n> {
    File,
    Folder,
    /// A pattern, with the folder that holds all that it fits.
    Pattern(&'n str),
}
