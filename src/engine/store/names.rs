//! The last key of each instance: what a change is told against, never what decides.
//!
//! names.json + names.log ──read──▶ [`Names`] ──remember──▶ one line more in names.log ──fold──▶ names.json
//!
//! Invariants
//! - Losing both files loses reasons, not results: records are found by key.
//! - A line of the log that is not whole is left out, so a kill between two writes does no harm.
//! - On the disk a name leads to a record that is there: one whose record is yet to be named waits.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};
use super::files::write_whole;
use crate::digest::{Digest, Key};

/// To how many names a line of the log is few.
const FEW: usize = 64;

/// Bytes of a line of the log, about: a key and a name.
const LINE: usize = 80;

/// The last key of each instance.
pub(super) struct Names {
    keys: BTreeMap<String, Key>,
    /// What became another key since these were read.
    news: BTreeMap<String, Key>,
    /// What is yet to be written, as its record is.
    held: Vec<(String, Key)>,
    folder: PathBuf,
    log: Option<File>,
}

impl Names {
    /// Reads the names that the store in `folder` has.
    pub(super) fn load(folder: &Path) -> Self {
        let mut keys: BTreeMap<String, Key> = fs::read(folder.join("names.json"))
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        let log = fs::read_to_string(folder.join("names.log")).unwrap_or_default();
        for line in log.split_inclusive('\n') {
            let entry = line.strip_suffix('\n').and_then(|line| line.split_once(' '));
            if let Some((hex, name)) = entry
                && let Some(digest) = Digest::from_hex(hex)
            {
                keys.insert(name.to_owned(), Key(digest));
            }
        }
        Self { keys, news: BTreeMap::new(), held: Vec::new(), folder: folder.to_owned(), log: None }
    }

    /// Gives the last key of an instance.
    pub(super) fn last(&self, name: &str) -> Option<Key> {
        self.keys.get(name).copied()
    }

    /// Gives the last key of every instance.
    pub(super) fn into_keys(self) -> BTreeMap<String, Key> {
        self.keys
    }

    /// Gives the keys that were noted and are other ones than before.
    pub(super) fn news(&self) -> &BTreeMap<String, Key> {
        &self.news
    }

    /// Notes an instance's key, on the disk at once if it is `recorded`, so that even a killed run has
    /// noted it.
    pub(super) fn remember(&mut self, name: &str, key: Key, recorded: bool) -> Result<(), StoreError> {
        if self.keys.insert(name.to_owned(), key) == Some(key) {
            return Ok(());
        }
        self.news.insert(name.to_owned(), key);
        if recorded {
            return self.log(&format!("{key} {name}\n"));
        }
        self.held.push((name.to_owned(), key));
        Ok(())
    }

    /// Writes down the names that waited for these records.
    pub(super) fn release(&mut self, recorded: &BTreeSet<Key>) -> Result<(), StoreError> {
        let ready: Vec<(String, Key)> = self.held.extract_if(.., |(_, key)| recorded.contains(key)).collect();
        if ready.is_empty() {
            return Ok(());
        }
        self.log(&ready.iter().map(|(name, key)| format!("{key} {name}\n")).collect::<String>())
    }

    fn log(&mut self, lines: &str) -> Result<(), StoreError> {
        let path = self.folder.join("names.log");
        let log = match &mut self.log {
            Some(log) => log,
            None => {
                let open = OpenOptions::new().append(true).create(true).open(&path);
                self.log.insert(open.doing("written", &path)?)
            }
        };
        log.write_all(lines.as_bytes()).doing("written", &path)
    }

    /// Forgets the names whose keys are not to be kept, at once and on the disk; gives them.
    pub(super) fn forget(
        &mut self,
        keep: &dyn Fn(Key) -> bool,
        temporary: &Path,
    ) -> Result<Vec<(String, Key)>, StoreError> {
        let (kept, forgotten) = std::mem::take(&mut self.keys).into_iter().partition(|(_, key)| keep(*key));
        self.keys = kept;
        let forgotten: BTreeMap<String, Key> = forgotten;
        if !forgotten.is_empty() {
            self.write(temporary)?;
        }
        Ok(forgotten.into_iter().collect())
    }

    /// Moves what the log holds into `names.json`, by way of `temporary`, once it is long enough to be worth
    /// writing all names again.
    pub(super) fn fold(&mut self, temporary: &Path) -> Result<(), StoreError> {
        let log = fs::metadata(self.folder.join("names.log")).map_or(0, |log| log.len() as usize);
        if log == 0 || log * FEW < self.keys.len() * LINE {
            // What is still held has no record, and is lost with it.
            return Ok(());
        }
        self.write(temporary)
    }

    fn write(&mut self, temporary: &Path) -> Result<(), StoreError> {
        let log = self.folder.join("names.log");
        self.log = None;
        self.held.clear();
        let text = serde_json::to_string_pretty(&self.keys).expect("names and keys are text");
        write_whole(temporary, &self.folder.join("names.json"), text.as_bytes())?;
        match fs::remove_file(&log) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error).doing("removed", &log),
            _ => Ok(()),
        }
    }
}
