//! The log of runs: one file a run that did something.
//!
//! Invariants
//! - Losing it loses history, not results; only `gc` asks it what to keep.
//! - An entry holds only the keys that changed, so that a small run leaves a small one.
//! - A file appears whole; one that can't be read is passed over.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::place::Ahead;
use super::{Session, Store};
use crate::digest::Key;

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
    /// How many instances it left as they were.
    pub fresh: usize,
    /// The instances that have another key since this run.
    pub keys: BTreeMap<String, Key>,
    /// The instances that the pipeline no longer has since this run.
    pub left: Vec<String>,
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
        let read = |&number: &u64| {
            let bytes = fs::read(self.run_path(number)).ok()?;
            Some((number, serde_json::from_slice(&bytes).ok()?))
        };
        numbers.iter().filter_map(read).collect()
    }

    fn run_path(&self, number: u64) -> PathBuf {
        self.folder().join("runs").join(format!("{number:06}.json"))
    }

    fn run_numbers(&self) -> Vec<u64> {
        let Ok(entries) = fs::read_dir(self.folder().join("runs")) else { return Vec::new() };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut numbers: Vec<u64> =
            names.filter_map(|name| name.strip_suffix(".json")?.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }
}

impl Session<'_> {
    /// Writes what the log is to say of a run, as soon as that is put.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn log_ahead(&self, run: &Run) -> Result<Ahead, StoreError> {
        let number = self.run_numbers().last().map_or(1, |last| last + 1);
        let text = serde_json::to_string(run).expect("a run has only text for its keys");
        self.write_ahead(self.run_path(number), text)
    }
}
