//! Finds the bytes of outputs that a lock names: in the store, in the project, or in git.
//!
//! Invariants
//! - Bytes are taken only if they have the digest that the lock says, wherever they are.
//! - In the project and in git an output is looked for at the place that its name says, as a command's outputs are named.

use std::collections::BTreeMap;
use std::path::Path;

use recount_engine::digest::{Digest, ObjectId};
use recount_engine::folder::Folder;
use recount_engine::project_path::ProjectPath;
use recount_engine::store::Store;
use recount_engine::{Lock, Locked};

use crate::cli::Refusal;
use crate::cli::git::Git;
use crate::cli::project::Stored;

const MAX_OUTPUT_BYTES: u64 = 1 << 26;

/// Where outputs are looked for.
pub(super) struct OutputFinder<'f> {
    root: &'f Path,
    store: &'f Store,
    from_git: BTreeMap<ObjectId, Vec<u8>>,
}

impl<'f> OutputFinder<'f> {
    /// Looks in a project and its store.
    pub(super) fn of(stored: &'f Stored) -> Self {
        Self { root: &stored.root, store: &stored.store, from_git: BTreeMap::new() }
    }

    /// Takes from git, at a commit, what is nowhere else of the measured outputs of some of a lock's instances.
    ///
    /// # Errors
    /// A [`Refusal`] with what git complains of.
    pub(super) fn fetch(
        &mut self,
        git: &Git,
        commit: &str,
        lock: &Lock,
        instances: &[&str],
    ) -> Result<(), Refusal> {
        let outputs = instances.iter().flat_map(|name| measured(&lock.lines[*name]));
        let missing = outputs.filter(|(output, object)| self.find(output, *object).is_none());
        let missing: Vec<&str> = missing
            .filter(|(output, _)| ProjectPath::parse(output).is_ok())
            .map(|(output, _)| output)
            .collect();
        if !missing.is_empty() {
            let found = git.at(commit, &missing)?;
            self.from_git.extend(found.into_iter().map(|bytes| (ObjectId(Digest::of(&bytes)), bytes)));
        }
        Ok(())
    }

    /// Gives an output's bytes; `None` where they are nowhere.
    pub(super) fn find(&self, output: &str, object: ObjectId) -> Option<Vec<u8>> {
        if let Some(bytes) = self.from_git.get(&object) {
            return Some(bytes.clone());
        }
        let stored = self.store.object_path(object);
        let stored = stored.parent().zip(stored.file_name()?.to_str());
        let place = ProjectPath::parse(output).ok();
        let place = place.as_ref().map(|place| (self.root, place.as_str()));
        let read =
            |(folder, name): (&Path, &str)| Folder::open(folder).ok()?.read(name, MAX_OUTPUT_BYTES).ok();
        stored.into_iter().chain(place).filter_map(read).find(|bytes| Digest::of(bytes) == object.0)
    }
}

/// Gives the outputs that have measures: JSON, but for a report's audit file, which repeats those of others.
pub(super) fn measured(locked: &Locked) -> impl Iterator<Item = (&str, ObjectId)> {
    let outputs = locked.outputs.iter().map(|(name, object)| (name.as_str(), *object));
    outputs.filter(|(name, _)| name.ends_with(".json") && !name.ends_with(".audit.json"))
}
