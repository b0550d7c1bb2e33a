//! Looks at everything that a snapshot knows, once, and says what has changed.
//!
//! Invariants
//! - A file that looks different and has the same bytes has not changed.
//! - Each path is looked at once; what is unchanged is confirmed for the rest of the run.

use std::collections::{HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;

use rustix::fs::{AtFlags, FileType, statat};
use rustix::io::Errno;

use super::{Asked, InstanceState, PathState, Snapshot};
use crate::digest::{Digest, Key};
use crate::file_table::{FileTable, Observation};
use crate::folder::{Folder, open_through_links};
use crate::listing::list_names;
use crate::project_path::ProjectPath;
use crate::stamp::{Stamp, now};
use crate::store::{OutputPlace, SNAPSHOT_FILE, Session, Store, StoreError};

/// A snapshot, and what has changed since it was taken.
#[derive(Debug)]
pub struct CheckedSnapshot {
    snapshot: Snapshot,
    /// For each of the pipeline's own files, whether it has changed.
    changed_pipeline: Vec<bool>,
    /// For each path, whether it has changed.
    changed: Vec<bool>,
    /// For each tree, whether something of it has changed.
    changed_trees: Vec<bool>,
    /// Whether one has, or recount has filled places since that it doesn't know of.
    any_changed: bool,
    /// Whether something only looked different, or was racy, so that the snapshot is worth writing again.
    touched: bool,
    /// How the snapshot's file looked when it was read, and which session was the last one.
    file: Option<Stamp>,
    session: Option<String>,
    by_name: HashMap<String, usize>,
}

impl CheckedSnapshot {
    /// Reads a store's snapshot and looks at everything that it knows; `None` where there is no snapshot.
    pub fn load(store: &Store) -> Option<Self> {
        let (file, session) = (file_stamp(store), store.last_session());
        let snapshot = Snapshot::load(store)?;
        Some(Self { file, session, ..Self::compare(store, snapshot) })
    }

    fn compare(store: &Store, mut snapshot: Snapshot) -> Self {
        let mut touched = false;
        let mut look = |state: &mut PathState| {
            let now = observe(store, &state.path, state.observation);
            touched |= now.is_some_and(|now| now != state.observation);
            state.observation = now.unwrap_or(state.observation);
            now.is_none()
        };
        let changed_pipeline: Vec<bool> = snapshot.asked.pipeline.iter_mut().map(&mut look).collect();
        let changed: Vec<bool> = snapshot.seen.paths.iter_mut().map(look).collect();
        let any = |indexes: &[u32]| indexes.iter().any(|index| changed[*index as usize]);
        let changed_trees = snapshot.seen.trees.iter().map(|tree| any(&tree.paths)).collect();
        let any_changed = changed.contains(&true) || snapshot.asked.places != store.filled_stamp();
        let (file, session, by_name) = (None, None, HashMap::new());
        Self {
            snapshot,
            changed_pipeline,
            changed,
            changed_trees,
            any_changed,
            touched,
            file,
            session,
            by_name,
        }
    }

    /// Gives the answer to a fingerprint, if nothing has changed since.
    pub fn answer(&self, fingerprint: Digest) -> Option<&str> {
        let same = self.has_same_pipeline(fingerprint) && !self.any_changed;
        self.snapshot.asked.answer.as_deref().filter(|_| same)
    }

    /// Gives the answer as it was, whatever has changed, for who needs to know what the fingerprint depends on.
    pub fn last_answer(&self) -> Option<&str> {
        self.snapshot.asked.answer.as_deref()
    }

    /// Says whether another session has written to the store, and perhaps to the project, since everything was looked at.
    pub(crate) fn is_outdated(&self, session: &Session<'_>) -> bool {
        self.session.is_none() || self.session != session.before || self.file != file_stamp(session)
    }

    /// Writes the snapshot again where files only looked different, so that they need not be read again.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn refresh(&self, store: &Store) -> Result<(), StoreError> {
        if !self.touched || self.any_changed || self.changed_pipeline.contains(&true) {
            return Ok(());
        }
        match store.lock(|| false)? {
            Some(session) if !self.is_outdated(&session) => {
                self.snapshot.save(&session)?;
                session.finish()
            }
            _ => Ok(()),
        }
    }

    /// Passes on what was confirmed of files, and makes instances known by name.
    pub fn fill(&mut self, table: &mut FileTable) {
        let paths = self.snapshot.seen.paths.iter().zip(&self.changed);
        let pipeline = self.snapshot.asked.pipeline.iter().zip(&self.changed_pipeline);
        table.reserve(paths.len() + pipeline.len());
        for (state, changed) in paths.chain(pipeline) {
            table.insert(&state.path, state.observation, !changed);
        }
        let names = self.snapshot.seen.instances.iter().enumerate();
        self.by_name = names.map(|(index, state)| (state.name.clone(), index)).collect();
    }

    /// Says whether the pipeline's files are as they were when this fingerprint was asked.
    pub(crate) fn has_same_pipeline(&self, fingerprint: Digest) -> bool {
        self.snapshot.asked.fingerprint == fingerprint && !self.changed_pipeline.contains(&true)
    }

    /// Says whether all that instances did in this environment still counts, settings and files apart.
    pub(crate) fn has_same_environment(&self, environment: Digest) -> bool {
        self.snapshot.asked.environment == environment
    }

    /// Says how many instances it has, if all was up to date and nothing has changed since but the pipeline's own files.
    pub(crate) fn complete_count(&self) -> Option<usize> {
        let complete = self.snapshot.asked.answer.is_some() && !self.any_changed;
        complete.then_some(self.snapshot.seen.instances.len())
    }

    /// Writes the same snapshot for another fingerprint and another text of the pipeline, of whose instances all are clean.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub(crate) fn renew(
        &self,
        session: &Session<'_>,
        (fingerprint, stages): (Digest, Digest),
        pipeline: Vec<(String, Observation)>,
        answer: String,
    ) -> Result<(), StoreError> {
        let state = |(path, observation)| PathState { path, observation };
        let pipeline: Vec<PathState> = pipeline.into_iter().map(state).collect();
        let environment = self.snapshot.asked.environment;
        let asked = Asked { fingerprint, environment, answer: Some(answer), stages, pipeline, places: None };
        asked.save(&self.snapshot.seen, session)
    }

    /// Gives an instance whose results are at their places, and in the store, as they were.
    pub(crate) fn results(&self, name: &str) -> Option<&InstanceState> {
        self.instance(name).filter(|state| !self.any(&state.writes))
    }

    /// Gives an instance with this key whose results are in the store, and at these places, as they were: where they belong
    /// is no part of a key.
    pub(crate) fn results_at(&self, name: &str, key: Key, places: &[OutputPlace]) -> Option<&InstanceState> {
        let state = self.results(name).filter(|state| state.key == key)?;
        let written: HashSet<&str> = self.states(&state.writes).map(|path| path.path.as_str()).collect();
        let is_there =
            |name: &str| OutputPlace::find(places, name).is_none_or(|place| written.contains(place.as_str()));
        state.outputs.iter().all(|output| is_there(&output.name)).then_some(state)
    }

    /// Gives an instance that neither read nor wrote anything that has changed, of a stage that says what it said; `stages`
    /// is the digest of all.
    pub(crate) fn clean(&self, name: &str, stage: Digest, stages: Digest) -> Option<&InstanceState> {
        let state = self.results(name).filter(|state| state.stage == stage)?;
        // What is left out of a folder depends on what other stages write.
        let trees = state.trees.is_empty()
            || self.snapshot.asked.stages == stages
                && !state.trees.iter().any(|tree| self.changed_trees[*tree as usize]);
        (trees && !self.any(&state.reads)).then_some(state)
    }

    /// Gives the project's paths that an instance wrote.
    pub(crate) fn written<'s>(&'s self, state: &'s InstanceState) -> impl Iterator<Item = &'s str> {
        let paths = self.states(&state.writes).map(|state| state.path.as_str());
        paths.filter(|path| !Store::is_own(path))
    }

    /// Gives where in the project a file is that an instance wrote.
    pub(crate) fn place_of(&self, state: &InstanceState, output: &str) -> Option<ProjectPath> {
        let mut files = state.outputs.iter().filter(|output| !output.is_folder()).zip(&state.writes);
        let (_, at) = files.find(|(file, _)| file.name == output)?;
        let path = &self.state(*at).path;
        ProjectPath::parse(path).ok().filter(|_| !Store::is_own(path))
    }

    /// Gives the last key of every instance.
    pub(crate) fn last_keys(&self) -> HashMap<&str, Key> {
        self.snapshot.last_keys().collect()
    }

    /// Gives the paths of one of the snapshot's lists with what they were.
    pub(super) fn states<'s>(&'s self, indexes: &'s [u32]) -> impl Iterator<Item = &'s PathState> {
        indexes.iter().map(|index| &self.snapshot.seen.paths[*index as usize])
    }

    fn state(&self, index: u32) -> &PathState {
        &self.snapshot.seen.paths[index as usize]
    }

    /// Gives the paths of a folder or pattern with what they were.
    pub(super) fn tree_states(&self, tree: u32) -> impl Iterator<Item = &PathState> {
        self.states(&self.snapshot.seen.trees[tree as usize].paths)
    }

    fn instance(&self, name: &str) -> Option<&InstanceState> {
        self.by_name.get(name).map(|index| &self.snapshot.seen.instances[*index])
    }

    fn any(&self, indexes: &[u32]) -> bool {
        indexes.iter().any(|index| self.changed[*index as usize])
    }
}

fn file_stamp(store: &Store) -> Option<Stamp> {
    let base: &Folder = store.base().ok()??;
    base.entry(SNAPSHOT_FILE).ok()?.map(|entry| entry.stamp)
}

/// Says whether a path is as it was when it was observed.
pub(crate) fn is_as_observed(store: &Store, path: &str, before: Observation) -> bool {
    observe(store, path, before).is_some()
}

/// Looks at a path; gives what it is where that is the same as it was, or only looks different.
fn observe(store: &Store, path: &str, before: Observation) -> Option<Observation> {
    // What a link leads to has a slash behind the link's own path.
    let (name, flags) = match path.strip_suffix('/') {
        Some(link) => (link, AtFlags::empty()),
        None => (path, AtFlags::SYMLINK_NOFOLLOW),
    };
    let at = if name.is_empty() { "." } else { name };
    let stat = match statat(store.project(), at, flags) {
        Ok(stat) => stat,
        Err(Errno::NOENT | Errno::NOTDIR) => {
            return (before == Observation::Absent).then_some(before);
        }
        Err(_) => return None,
    };
    let (stamp, sort) = (Stamp::of_stat(&stat), FileType::from_raw_mode(stat.st_mode));
    match (before, sort) {
        (Observation::File { stamp: old, racy: false, .. }, FileType::RegularFile)
        | (Observation::Folder { stamp: old, racy: false, .. }, FileType::Directory)
            if old == stamp =>
        {
            Some(before)
        }
        (Observation::File { stamp: old, digest, .. }, FileType::RegularFile)
            if old.size == stamp.size
                && old.is_executable() == stamp.is_executable()
                && !stamp.is_wider_than(old.mode) =>
        {
            let time = now();
            let same = hash(store, name, stamp.size) == Some(digest);
            same.then(|| Observation::File { stamp, digest, racy: stamp.is_racy(time) })
        }
        (Observation::Folder { listing, .. }, FileType::Directory) => {
            let time = now();
            let same = list_names(store.project(), path).is_ok_and(|now| now == listing);
            same.then(|| Observation::Folder { stamp, listing, racy: stamp.is_racy(time) })
        }
        (Observation::Link { text }, FileType::Symlink) => {
            let now = std::fs::read_link(store.project().path_of(name)).ok()?;
            (Digest::of(now.as_os_str().as_bytes()) == text).then_some(before)
        }
        _ => None,
    }
}

fn hash(store: &Store, name: &str, size: u64) -> Option<Digest> {
    // The folder of an input may be a link.
    let file = open_through_links(&store.project().path_of(name)).ok()?;
    store.read_digest(file, size).ok()
}
