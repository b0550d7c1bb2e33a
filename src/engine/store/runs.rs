//! The log of runs: one file a run that did something.
//!
//! Invariants
//! - Losing it loses history, not results; only `gc` asks it what to keep.
//! - An entry holds only the keys that changed, so that a small run leaves a small one.
//! - A file appears whole; one that can't be read is passed over.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::{Session, Store};
use crate::digest::Key;

/// The folder of the log.
const RUNS: &str = "runs";

/// The largest entry that is read, in bytes.
const MAX_LOG_ENTRY_BYTES: u64 = 256 << 20;

/// One run of the past.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, in seconds since 1970.
    pub started: f64,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What the command line asked for, word by word.
    pub asked: Vec<String>,
    /// Machine, commit and the like.
    pub facts: BTreeMap<String, String>,
    /// The instances that ran.
    pub ran: Vec<String>,
    /// The instances that failed, with why.
    pub failed: BTreeMap<String, String>,
    /// Whether it was stopped.
    pub stopped: bool,
    /// Whether it was a trial of settings by `--set`.
    #[serde(default)]
    pub trial: bool,
    /// How many instances it left as they were.
    pub fresh: usize,
    /// The instances that have another key since this run.
    pub keys: BTreeMap<String, Key>,
    /// The instances that the pipeline no longer has since this run.
    pub left: Vec<String>,
}

impl Run {
    /// Makes the last keys before this run those after it.
    pub(super) fn change_keys(self, keys: &mut BTreeMap<String, Key>) {
        for name in &self.left {
            keys.remove(name);
        }
        keys.extend(self.keys);
    }
}

impl Store {
    /// Gives the runs of the past by number, the earliest first.
    pub fn runs(&self) -> BTreeMap<u64, Run> {
        self.read_runs(&self.run_numbers())
    }

    /// Gives the last `count` runs by number, the earliest first.
    pub fn last_runs(&self, count: usize) -> BTreeMap<u64, Run> {
        let numbers = self.run_numbers();
        self.read_runs(&numbers[numbers.len().saturating_sub(count)..])
    }

    fn read_runs(&self, numbers: &[u64]) -> BTreeMap<u64, Run> {
        let Ok(Some(base)) = self.base() else { return BTreeMap::new() };
        let read = |&number: &u64| {
            let bytes = base.read(&entry_name(number), MAX_LOG_ENTRY_BYTES).ok()?;
            Some((number, serde_json::from_slice(&bytes).ok()?))
        };
        numbers.iter().filter_map(read).collect()
    }

    /// Gives the key that each instance has had last, but for trials, by the log.
    pub fn logged_keys(&self) -> BTreeMap<String, Key> {
        let mut keys = BTreeMap::new();
        for run in self.runs().into_values().filter(|run| !run.trial) {
            run.change_keys(&mut keys);
        }
        keys
    }

    fn run_numbers(&self) -> Vec<u64> {
        let Ok(Some(base)) = self.base() else { return Vec::new() };
        let entries = base.list(RUNS).unwrap_or_default();
        let numbers = entries.iter().filter_map(|(name, _)| name.strip_suffix(".json")?.parse().ok());
        let mut numbers: Vec<u64> = numbers.collect();
        numbers.sort_unstable();
        numbers
    }
}

fn entry_name(number: u64) -> String {
    format!("{RUNS}/{number:06}.json")
}

impl Session<'_> {
    /// Adds a run to the log.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn log_run(&self, run: &Run) -> Result<(), StoreError> {
        let number = self.run_numbers().last().map_or(1, |last| last.saturating_add(1));
        let text = serde_json::to_string(run).expect("a run has only text for its keys");
        self.write_whole(&entry_name(number), text.as_bytes())
    }
}
