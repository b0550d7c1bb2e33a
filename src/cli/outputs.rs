//! Finds the bytes of outputs that a lock names: in the store, else among the files of a commit or of the project.
//!
//! Invariants
//! - Bytes are taken only if they have the digest that the lock says, wherever they are.
//! - A lock does not say where an output is; any file may be it whose name ends as the output's does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use recount_engine::digest::{Digest, ObjectId};
use recount_engine::folder::Folder;
use recount_engine::store::Store;
use recount_engine::{Lock, Locked};

use recount_engine::address::Format;
use recount_report::measure::Objects;

use super::CliError;
use super::git::Git;

const MAX_OUTPUT_BYTES: u64 = 1 << 28;

/// Where outputs are looked for.
pub struct OutputFinder<'f> {
    store: &'f Store,
    elsewhere: BTreeMap<ObjectId, Vec<u8>>,
}

impl<'f> OutputFinder<'f> {
    /// Looks in a store.
    pub fn of(store: &'f Store) -> Self {
        Self { store, elsewhere: BTreeMap::new() }
    }

    /// Takes from a commit, or from the project as it is, the measured outputs of instances that the store lacks.
    ///
    /// # Errors
    /// A [`CliError`] with what git complains of.
    pub fn fetch(
        &mut self,
        (root, git): (&Path, Option<&Git>),
        commit: Option<&str>,
        lock: &Lock,
        instances: &[&str],
    ) -> Result<(), CliError> {
        let outputs = instances.iter().flat_map(|name| measured(&lock.lines[*name]));
        let missing = outputs.filter(|(_, object)| self.find(*object).is_none());
        let (ends, missing): (BTreeSet<&str>, BTreeSet<ObjectId>) = missing
            .map(|(output, object)| (output.rsplit(['/', '}']).next().unwrap_or(output), object))
            .unzip();
        let Some(git) = git.filter(|_| !missing.is_empty()) else { return Ok(()) };
        let mut files = git.files(commit)?;
        files.retain(|file| ends.iter().any(|end| file.ends_with(end)));
        let folder = Folder::open(root);
        let read = |file: &String| folder.as_ref().ok()?.read(file, MAX_OUTPUT_BYTES).ok();
        let found = match commit {
            Some(commit) => git.at(commit, &files)?,
            None => files.iter().filter_map(read).collect(),
        };
        let named = found.into_iter().map(|bytes| (ObjectId(Digest::of(&bytes)), bytes));
        self.elsewhere.extend(named.filter(|(object, _)| missing.contains(object)));
        Ok(())
    }

    /// Gives an output's bytes; `None` where they are nowhere.
    pub fn find(&self, object: ObjectId) -> Option<Vec<u8>> {
        if let Some(bytes) = self.elsewhere.get(&object) {
            return Some(bytes.clone());
        }
        let path = self.store.object_path(object);
        let bytes = Folder::open(path.parent()?).ok()?.read(path.file_name()?.to_str()?, MAX_OUTPUT_BYTES);
        bytes.ok().filter(|bytes| Digest::of(bytes) == object.0)
    }
}

impl Objects for OutputFinder<'_> {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        self.find(object).ok_or_else(|| {
            let size = std::fs::metadata(self.store.object_path(object)).map_or(0, |it| it.len());
            match size > MAX_OUTPUT_BYTES {
                true => format!("it is larger than {} MiB", MAX_OUTPUT_BYTES >> 20),
                false => "neither the store nor git has it any more".to_owned(),
            }
        })
    }
}

/// Gives the outputs that have measures, but for a report's audit file, which repeats those of others.
pub fn measured(locked: &Locked) -> impl Iterator<Item = (&str, ObjectId)> {
    let outputs = locked.outputs.iter().map(|(name, object)| (name.as_str(), *object));
    outputs.filter(|(name, _)| Format::of(name).is_some() && !name.ends_with(".audit.json"))
}
