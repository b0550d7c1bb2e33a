//! What is known of files without reading them again.
//!
//! (path, [`Stamp`]) ──lookup──▶ digest, if the file looks as it did when it was hashed
//!
//! Invariants
//! - A racy file is never recognised: it is hashed again.
//! - A path that was confirmed in this run is not looked at again: whoever changes it later leaves another stamp than the
//!   one that is kept here, so that the next run sees it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::stamp::Stamp;

/// What a path was when it was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Observation {
    /// A regular file, perhaps reached through links.
    File {
        /// How it looked before and after it was read.
        stamp: Stamp,
        /// What it held.
        digest: Digest,
        /// Whether an edit since might leave it looking the same.
        racy: bool,
    },
    /// A folder.
    Folder {
        /// How it looked before it was listed.
        stamp: Stamp,
        /// Digest of the names in it that count.
        listing: Digest,
        /// Whether a change since might leave it looking the same.
        racy: bool,
    },
    /// A symbolic link; what it leads to has a path of its own, with a slash behind it.
    Link {
        /// Digest of its text.
        text: Digest,
    },
    /// Nothing.
    Absent,
}

impl Observation {
    /// Says whether what was seen is the same, however it looks from outside.
    pub fn has_same_content(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::File { stamp: one, digest, .. }, Self::File { stamp: two, digest: other, .. }) => {
                digest == other && one.is_executable() == two.is_executable()
            }
            (Self::Folder { listing, .. }, Self::Folder { listing: other, .. }) => listing == other,
            _ => self == other,
        }
    }
}

/// A path, with what it was when it was read; `None` where that is not known.
pub(crate) type SeenPath = (String, Option<Observation>);

/// What is known of files, by path from the project.
#[derive(Debug, Default)]
pub struct FileTable {
    entries: HashMap<String, TableEntry>,
}

#[derive(Clone, Copy, Debug)]
struct TableEntry {
    observation: Observation,
    /// Whether it was seen to be so in this run.
    confirmed: bool,
}

impl FileTable {
    /// Makes room for as many more paths.
    pub fn reserve(&mut self, count: usize) {
        self.entries.reserve(count);
    }

    /// Takes in what was known before this run; `confirmed` says whether it was just seen to be so.
    pub fn insert(&mut self, path: &str, observation: Observation, confirmed: bool) {
        self.entries.insert(path.to_owned(), TableEntry { observation, confirmed });
    }

    /// Gives what a path was seen to be in this run.
    pub fn confirmed(&self, path: &str) -> Option<Observation> {
        self.entries.get(path).filter(|entry| entry.confirmed).map(|entry| entry.observation)
    }

    /// Gives the digest of a file that looks like this, if it is known.
    pub fn lookup(&mut self, path: &str, stamp: Stamp) -> Option<Digest> {
        let entry = self.entries.get_mut(path)?;
        match entry.observation {
            Observation::File { stamp: before, digest, racy: false } if before == stamp => {
                entry.confirmed = true;
                Some(digest)
            }
            _ => None,
        }
    }

    /// Notes what a file held that looked like `stamp` before and after it was read, which began at `time`.
    pub fn insert_file(&mut self, path: &str, stamp: Stamp, digest: Digest, time: i64) {
        let observation = Observation::File { stamp, digest, racy: stamp.is_racy(time) };
        self.insert(path, observation, true);
    }

    /// Gives how a file looks as long as it holds these bytes, if that is known.
    pub fn stamp_of(&self, path: &str, digest: Digest) -> Option<Stamp> {
        match self.entries.get(path)?.observation {
            Observation::File { stamp, digest: known, racy: false } if known == digest => Some(stamp),
            _ => None,
        }
    }

    /// Has a path looked at again when it is next asked for: a program may have written there.
    pub fn unconfirm(&mut self, path: &str) {
        if let Some(entry) = self.entries.get_mut(path) {
            entry.confirmed = false;
        }
    }

    /// Forgets a path.
    pub fn remove(&mut self, path: &str) {
        self.entries.remove(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Stamp = Stamp { size: 3, modified: 1_001, changed: 2_001, inode: 7, mode: 0o644 };
    const LATER: i64 = 10_000_000_000;

    #[test]
    fn a_file_that_looks_the_same_is_recognised() {
        let mut table = FileTable::default();
        table.insert_file("a", OLD, Digest::of(b"abc"), LATER);
        assert_eq!(table.lookup("a", OLD), Some(Digest::of(b"abc")));
        for other in [
            Stamp { size: 4, ..OLD },
            Stamp { modified: 1_002, ..OLD },
            Stamp { changed: 2_002, ..OLD },
            Stamp { inode: 8, ..OLD },
            Stamp { mode: 0o755, ..OLD },
        ] {
            assert_eq!(table.lookup("a", other), None);
        }
        assert_eq!(table.lookup("b", OLD), None);
    }

    #[test]
    fn a_racy_file_is_hashed_again() {
        let mut table = FileTable::default();
        table.insert_file("a", Stamp { changed: LATER, ..OLD }, Digest::of(b"abc"), LATER);
        assert_eq!(table.lookup("a", Stamp { changed: LATER, ..OLD }), None);
        assert_eq!(table.stamp_of("a", Digest::of(b"abc")), None);
    }
}
