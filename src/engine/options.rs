//! How a run is to be done.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::digest::Digest;
use crate::project_path::ProjectPath;
use crate::snapshot::CheckedSnapshot;
use crate::spec::Resources;

/// How a run is to be done; nothing in it enters a key.
#[derive(Clone)]
pub struct Options<'a> {
    /// Runs at a time, at least one.
    pub jobs: usize,
    /// What there is of the machine besides processors, in bytes and in pieces: runs at a time take no more of it.
    pub memory: u64,
    /// As `memory`, of graphics processors.
    pub gpus: u64,
    /// What to bring up to date, with all it needs: stages (`train`), instances (`train[2.4.2]`,
    /// `train[2.4.2,seed=1]`) or outputs by their place (`report/week-3.md`); empty means everything.
    pub targets: Vec<String>,
    /// The folder, relative to the project's root, that outputs among the targets are named from.
    pub folder: PathBuf,
    /// What to run even though it is fresh, named as targets are.
    pub force: Vec<String>,
    /// The snapshot of the project, with what has changed since it was taken.
    pub snapshot: Option<&'a CheckedSnapshot>,
    /// All that the outcome depends on besides files.
    pub fingerprint: Digest,
    /// The part of the fingerprint that is no setting: this program, and what stages see of the machine.
    pub environment: Digest,
    /// The pipeline's own files, as the file table has them.
    pub pipeline_files: Vec<String>,
    /// Whether what the lock has and is at its place counts as fresh, although the store has no record of it; a run
    /// then leaves lock and snapshot as they are, as nothing is adopted unasked.
    pub by_lock: bool,
    /// Whether it is a trial of settings: stages that only report results do not run, and the lock is not written.
    pub trial: bool,
    /// Says whether git keeps a file of the project: what it keeps is never taken away.
    pub is_tracked: &'a (dyn Fn(&ProjectPath) -> bool + Sync),
    /// Whether to go on with what does not need a failed instance, where otherwise nothing more is begun.
    pub keep_going: bool,
    /// Whether the pipeline is as its files have it, so that this run updates `pipeline.lock`.
    pub lock: bool,
    /// What the command line asked for, word by word, for the log of runs.
    pub asked: Vec<String>,
    /// Gives the time in seconds since 1970, for what is observed.
    pub clock: &'a (dyn Fn() -> f64 + Sync),
    /// What to observe of every run besides its time: machine, commit.
    pub facts: BTreeMap<String, String>,
}

impl Options<'_> {
    /// Gives what runs at a time may take of the machine together.
    pub(crate) fn pools(&self) -> Resources {
        Resources { cpus: self.jobs as u64, memory: self.memory, gpus: self.gpus }
    }
}

impl Default for Options<'_> {
    /// Everything, one at a time, with a clock that always gives zero.
    fn default() -> Self {
        Self {
            jobs: 1,
            memory: u64::MAX,
            gpus: u64::MAX,
            targets: Vec::new(),
            folder: PathBuf::new(),
            force: Vec::new(),
            snapshot: None,
            fingerprint: Digest::of(b""),
            environment: Digest::of(b""),
            pipeline_files: Vec::new(),
            by_lock: false,
            trial: false,
            is_tracked: &|_| false,
            keep_going: false,
            lock: true,
            asked: Vec::new(),
            clock: &|| 0.0,
            facts: BTreeMap::new(),
        }
    }
}
