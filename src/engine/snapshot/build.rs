//! Gathers what a run has seen, for the next one.
//!
//! Invariants
//! - A path is taken as it was confirmed when it was used: a change since leaves another stamp, and is seen by the next run.
//! - What a folder of outputs should hold is taken from the outputs, not from the disk, so that a stray file is seen too.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Asked, CheckedSnapshot, InstanceState, PathState, ProjectState, Snapshot, TreeState};
use crate::digest::{Digest, Key};
use crate::file_table::{Observation, SeenPath};
use crate::folder::FileKind;
use crate::listing::listing_of;
use crate::project_path::ProjectPath;
use crate::store::{OutputPlace, RecordedOutput, Store};

/// A snapshot under construction.
pub struct SnapshotBuilder<'s> {
    store: &'s Store,
    snapshot: Snapshot,
    paths: HashMap<String, u32>,
    /// The trees that are there already.
    trees: HashMap<TreeSource, u32>,
    /// Whether everything that was to be taken in could be.
    whole: bool,
}

/// Where a tree was found.
#[derive(PartialEq, Eq, Hash)]
enum TreeSource {
    /// In the snapshot before, at this index.
    Known(u32),
    /// In this run, at this place in memory.
    Read(usize),
}

/// What an instance did in this run.
pub(crate) struct InstanceRun<'d> {
    pub(crate) name: &'d str,
    pub(crate) stage: Digest,
    pub(crate) key: Key,
    pub(crate) outputs: &'d [RecordedOutput],
    pub(crate) places: &'d [OutputPlace],
    pub(crate) reads: &'d [SeenPath],
    /// The folders and patterns that it read: where each was found in memory, and the paths that it takes in.
    pub(crate) trees: Vec<(usize, &'d [SeenPath])>,
}

impl<'s> SnapshotBuilder<'s> {
    /// Begins a snapshot that answers a fingerprint in an environment; `stages` is the digest of all stages.
    pub fn new(store: &'s Store, fingerprint: Digest, environment: Digest, stages: Digest) -> Self {
        let asked = Asked { fingerprint, environment, stages, ..Asked::default() };
        let snapshot = Snapshot { asked, seen: ProjectState::default() };
        Self { store, snapshot, paths: HashMap::new(), trees: HashMap::new(), whole: true }
    }

    /// Takes in the pipeline's own files.
    pub fn pipeline_files(&mut self, paths: &[String]) {
        let state = |path: &String| {
            Some(PathState { path: path.clone(), observation: self.store.files().confirmed(path)? })
        };
        match paths.iter().map(state).collect() {
            Some(paths) => self.snapshot.asked.pipeline = paths,
            None => self.whole = false,
        }
    }

    /// Takes in a file that an answer depends on, although no instance does; one that is not there, too.
    pub fn add_file(&mut self, path: &ProjectPath) {
        if self.store.digest_place(path).is_err() {
            self.store.files().insert(path.as_str(), Observation::Absent, true);
        }
        self.whole &= self.path(path.as_str()).is_some();
    }

    /// Takes in an instance as it was known before.
    pub(crate) fn add_unchanged(&mut self, known: &CheckedSnapshot, state: &InstanceState) {
        let unchanged = self.unchanged(known, state);
        self.insert_instance(&state.name, state.key, unchanged);
    }

    /// Takes in what an instance did in this run.
    pub(crate) fn add(&mut self, done: &InstanceRun<'_>) {
        let state = self.state(done);
        self.insert_instance(done.name, done.key, state);
    }

    /// Takes in an instance; of one of which something was not looked at, only the key.
    fn insert_instance(&mut self, name: &str, key: Key, state: Option<InstanceState>) {
        match state {
            Some(state) => self.snapshot.seen.instances.push(state),
            None => {
                self.whole = false;
                self.last_key(name, key);
            }
        }
    }

    fn unchanged(&mut self, known: &CheckedSnapshot, state: &InstanceState) -> Option<InstanceState> {
        let reads = known.states(&state.reads).map(|path| self.old_path(path)).collect::<Option<_>>()?;
        let writes = known.states(&state.writes).map(|path| self.old_write(path)).collect::<Option<_>>()?;
        let tree = |tree: &u32| {
            let paths = known.tree_states(*tree);
            self.tree(TreeSource::Known(*tree), |builder| paths.map(|path| builder.old_path(path)).collect())
        };
        let trees = state.trees.iter().map(tree).collect::<Option<_>>()?;
        Some(InstanceState { reads, trees, writes, ..state.clone() })
    }

    fn state(&mut self, done: &InstanceRun<'_>) -> Option<InstanceState> {
        let reads = done.reads.iter().map(|path| self.read_path(path)).collect::<Option<_>>()?;
        let tree = |(place, paths): &(usize, &[SeenPath])| {
            self.tree(TreeSource::Read(*place), |builder| {
                paths.iter().map(|path| builder.read_path(path)).collect()
            })
        };
        let trees = done.trees.iter().map(tree).collect::<Option<_>>()?;
        let writes = self.written(done.key, done.outputs, done.places)?;
        let (name, outputs) = (done.name.to_owned(), done.outputs.to_vec());
        Some(InstanceState { name, stage: done.stage, key: done.key, outputs, reads, trees, writes })
    }

    /// Takes in the last key of an instance of which no more is known.
    pub fn last_key(&mut self, name: &str, key: Key) {
        self.snapshot.seen.last_keys.push((name.to_owned(), key));
    }

    /// Ends the snapshot; `answer` is what there is to say while nothing changes, if everything is up to date.
    pub fn finish(mut self, answer: Option<String>) -> Snapshot {
        self.snapshot.asked.answer = answer.filter(|_| self.whole);
        self.snapshot
    }

    /// Gives the paths that an instance wrote, and the store's folders that hold its record and objects.
    fn written(&mut self, key: Key, outputs: &[RecordedOutput], places: &[OutputPlace]) -> Option<Vec<u32>> {
        // Of files first: their places are found by it.
        let (mut writes, mut others) = (Vec::new(), Vec::new());
        let mut children: BTreeMap<ProjectPath, BTreeSet<String>> = BTreeMap::new();
        for output in outputs {
            let Some(path) = OutputPlace::find(places, &output.name) else {
                let object = self.output(&Store::object_table_path(output.object), output, false)?;
                if output.is_folder() { &mut others } else { &mut writes }.push(object);
                continue;
            };
            if output.is_folder() {
                children.entry(path.clone()).or_default();
            } else {
                writes.push(self.output(path.as_str(), output, true)?);
            }
            // The folders down to it, as far as they are its place's own.
            let (mut child, mut is_folder) = (path, output.is_folder());
            while let Some(folder) = child.parent() {
                if !places.iter().any(|place| folder.is_within(&place.path)) {
                    break;
                }
                let name = child.as_str().rsplit('/').next().unwrap_or_default();
                let name = if is_folder { format!("{name}/") } else { name.to_owned() };
                children.entry(folder.clone()).or_default().insert(name);
                (child, is_folder) = (folder, true);
            }
        }
        writes.append(&mut others);
        for (folder, names) in &children {
            let listing = listing_of(names.iter().map(String::as_str));
            writes.push(self.folder(folder.as_str(), listing)?);
        }
        for folder in self.store.folders_of(key, outputs) {
            writes.push(self.insert(&folder, |store| store.observe_folder(&folder, None))?);
        }
        Some(writes)
    }

    /// Takes in the file of an output; `None` where it holds something else by now.
    fn output(&mut self, path: &str, output: &RecordedOutput, placed: bool) -> Option<u32> {
        match self.store.files().confirmed(path)? {
            Observation::File { stamp, digest, .. }
                if digest == output.object.0 && (!placed || stamp.is_executable() == output.executable) => {}
            _ => return None,
        }
        self.path(path)
    }

    /// Takes in a path as it was confirmed in this run.
    fn path(&mut self, path: &str) -> Option<u32> {
        self.insert(path, |store| store.files().confirmed(path))
    }

    /// Takes in a path that was read; `None` where it is something else by now, as if another instance has seen an edit.
    fn read_path(&mut self, (path, seen): &SeenPath) -> Option<u32> {
        let index = self.path(path)?;
        self.is_so(index, (*seen)?)
    }

    fn old_path(&mut self, state: &PathState) -> Option<u32> {
        let index = self.insert(&state.path, |_| Some(state.observation))?;
        self.is_so(index, state.observation)
    }

    /// Gives a path's index where it is taken in as it was seen.
    fn is_so(&self, index: u32, seen: Observation) -> Option<u32> {
        let known = &self.snapshot.seen.paths[index as usize].observation;
        known.has_same_content(&seen).then_some(index)
    }

    /// Takes in what was written before. The store's own folders change with every record; what a run did to them is no
    /// change to the next one.
    fn old_write(&mut self, state: &PathState) -> Option<u32> {
        if !Store::is_own(&state.path) || !matches!(state.observation, Observation::Folder { .. }) {
            return self.old_path(state);
        }
        self.insert(&state.path, |store| store.observe_folder(&state.path, Some(state.observation)))
    }

    /// Takes in a folder that should hold these names.
    fn folder(&mut self, path: &str, listing: Digest) -> Option<u32> {
        self.insert(path, |store| {
            let entry = store.project().entry(path).ok()??;
            // What is there now need not be what should be, so that the next run lists it once.
            let folder = Observation::Folder { stamp: entry.stamp, listing, racy: true };
            (entry.kind == FileKind::Folder).then_some(folder)
        })
    }

    fn tree(&mut self, source: TreeSource, paths: impl FnOnce(&mut Self) -> Option<Vec<u32>>) -> Option<u32> {
        if let Some(index) = self.trees.get(&source) {
            return Some(*index);
        }
        let paths = paths(self)?;
        let index =
            u32::try_from(self.snapshot.seen.trees.len()).expect("a run reads fewer than 2³² folders");
        self.snapshot.seen.trees.push(TreeState { paths });
        self.trees.insert(source, index);
        Some(index)
    }

    /// Takes in a path as `observe` sees it, unless it is there already; `None` where that sees nothing that counts.
    fn insert(&mut self, path: &str, observe: impl FnOnce(&Store) -> Option<Observation>) -> Option<u32> {
        if let Some(index) = self.paths.get(path) {
            return Some(*index);
        }
        let observation = observe(self.store)?;
        let index =
            u32::try_from(self.snapshot.seen.paths.len()).expect("a run looks at fewer than 2³² paths");
        self.snapshot.seen.paths.push(PathState { path: path.to_owned(), observation });
        self.paths.insert(path.to_owned(), index);
        Some(index)
    }
}
