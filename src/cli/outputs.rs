//! Finds the bytes of outputs that a lock names: in the store, else among the files of a commit or of the project.
//!
//! Invariants
//! - Bytes are taken only if they have the digest that the lock says, wherever they are; what is observed is not among them.
//! - A lock does not say where an output is; any file may be it whose name ends as the output's does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use recount_engine::digest::{Digest, Key, ObjectId};
use recount_engine::folder::Folder;
use recount_engine::instance_name::InstanceName;
use recount_engine::observed_values::{has_observed_values, lasting_bytes};
use recount_engine::spec::{Pipeline, Stage};
use recount_engine::store::{Record, Store};
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
        pipeline: Option<&Pipeline>,
    ) -> Result<(), CliError> {
        let mut missing: BTreeMap<ObjectId, Missing<'_>> = BTreeMap::new();
        for instance in instances {
            let locked = &lock.lines[*instance];
            let stage =
                pipeline.and_then(|it| Some(&it.stages[it.stage(InstanceName::of(instance).stage)?.0]));
            for (output, object) in measured(locked) {
                let stage = stage.filter(|stage| has_observed_values(stage, output));
                let missed = Missing { output, stage };
                if let Some(bytes) = missed.of_record(self.store, locked.key)? {
                    self.elsewhere.insert(ObjectId(Digest::of(&bytes)), bytes);
                }
                if self.find(object).is_none() {
                    missing.insert(object, missed);
                }
            }
        }
        let ends: BTreeSet<&str> = missing.values().map(Missing::end).collect();
        let Some(git) = git.filter(|_| !missing.is_empty()) else { return Ok(()) };
        let mut files = git.files(commit)?;
        files.retain(|file| ends.iter().any(|end| file.ends_with(end)));
        let folder = Folder::open(root);
        let read = |file: &String| folder.as_ref().ok()?.read(file, MAX_OUTPUT_BYTES).ok();
        let found = match commit {
            Some(commit) => git.at(commit, &files)?,
            None => files.iter().filter_map(read).collect(),
        };
        let with_observed: Vec<&Missing<'_>> =
            missing.values().filter(|missed| missed.stage.is_some()).collect();
        for bytes in found {
            for lasting in with_observed.iter().map(|missed| missed.lasting(&bytes)) {
                self.keep(lasting, &missing);
            }
            self.keep(bytes, &missing);
        }
        Ok(())
    }

    /// Keeps bytes, if they are looked for.
    fn keep(&mut self, bytes: Vec<u8>, missing: &BTreeMap<ObjectId, Missing<'_>>) {
        let object = ObjectId(Digest::of(&bytes));
        if missing.contains_key(&object) {
            self.elsewhere.insert(object, bytes);
        }
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

/// An output that is to be found.
struct Missing<'m> {
    output: &'m str,
    /// Its stage, where some of its values are only observed: a lock has the digest of what else it holds.
    stage: Option<&'m Stage>,
}

impl Missing<'_> {
    /// Gives what lasts of the output that a run recorded, where that is not the whole.
    fn of_record(&self, store: &Store, key: Key) -> Result<Option<Vec<u8>>, CliError> {
        if self.stage.is_none() {
            return Ok(None);
        }
        let record: Option<Record> = store.record(key)?;
        let recorded = record.into_iter().flat_map(|record| record.outputs).find(|it| it.name == self.output);
        Ok(recorded
            .and_then(|output| store.read_object(output.object).ok())
            .map(|bytes| self.lasting(&bytes)))
    }

    fn lasting(&self, bytes: &[u8]) -> Vec<u8> {
        self.stage
            .map_or_else(|| bytes.to_vec(), |stage| lasting_bytes(stage, self.output, bytes).into_owned())
    }

    /// Gives how the name of its file ends.
    fn end(&self) -> &str {
        self.output.rsplit(['/', '}']).next().unwrap_or(self.output)
    }
}

impl Objects for OutputFinder<'_> {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        self.find(object).ok_or_else(|| {
            let size = std::fs::metadata(self.store.object_path(object)).map_or(0, |it| it.len());
            match size > MAX_OUTPUT_BYTES {
                true => format!("it is larger than {} MiB", MAX_OUTPUT_BYTES >> 20),
                false => "neither the store nor git has it".to_owned(),
            }
        })
    }
}

/// Gives the outputs that have measures, but for a report's audit file, which repeats those of others.
pub fn measured(locked: &Locked) -> impl Iterator<Item = (&str, ObjectId)> {
    let outputs = locked.outputs.iter().map(|(name, object)| (name.as_str(), *object));
    outputs.filter(|(name, _)| Format::of(name).is_some() && !name.ends_with(".audit.json"))
}
