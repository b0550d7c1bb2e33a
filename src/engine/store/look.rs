//! What is looked at while a project is judged.
//!
//! files that are hashed, folders that are listed ──▶ [`Look`] ──memorise──▶ the memo's entries
//!
//! Invariants
//! - A file that was seen with two contents, or a folder that changed since it was listed, makes a look
//!   worthless: what was judged by it is no longer true of anything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Store;
use super::files::now;
use super::index::Stamp;
use super::record::RecordedOutput;
use crate::digest::{Canonical, Digest, Key, ObjectId};

/// How many bytes of young files are worth reading again, for a memo that holds at once.
const YOUNG: u64 = 64 << 20;

/// What is looked at while a project is judged, by path from its folder.
#[derive(Debug, Default)]
pub struct Look {
    files: BTreeMap<String, Digest>,
    /// With what a folder looked like before it was listed; `None` is a place where nothing was.
    folders: BTreeMap<String, Option<Seen>>,
    /// Whether something was seen in two states.
    torn: bool,
}

/// What a file or folder was when it was looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Seen {
    File {
        stamp: Stamp,
        digest: Digest,
        /// Whether an edit since would make it look different.
        settled: bool,
    },
    Folder {
        stamp: Stamp,
        /// Digest of its entries' names, where a change since might not make it look different.
        listing: Option<Digest>,
    },
    Nothing,
}

/// One thing that was looked at.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) seen: Seen,
    /// Whether it is another one than the memo's file has under this name.
    pub(super) news: bool,
}

impl Look {
    /// Adds a file that held this when it was judged by.
    pub fn file(&mut self, name: impl Into<String>, digest: Digest) {
        let before = self.files.insert(name.into(), digest);
        self.torn |= before.is_some_and(|before| before != digest);
    }

    /// Adds all that another one has.
    pub fn join(&mut self, other: Self) {
        self.torn |= other.torn;
        for (name, digest) in other.files {
            self.file(name, digest);
        }
        self.folders.extend(other.folders);
    }
}

impl Store {
    /// Looks at a folder that is about to be listed.
    pub fn look_at_folder(&self, look: &mut Look, path: &Path) {
        look.folders.insert(self.index_name(path), folder(path));
    }

    /// Looks at a file that is about to be read, and would be missed or noticed if it came.
    pub fn look_at_file(&self, look: &mut Look, path: &Path) {
        match self.digest_file(path) {
            Ok(digest) => look.file(self.index_name(path), digest),
            // What is there and can't be read is told by whoever reads it.
            Err(_) => drop(look.folders.insert(self.index_name(path), None)),
        }
    }

    /// Looks at an object that stands at no other place.
    pub fn look_at_object(&self, look: &mut Look, id: ObjectId) {
        look.file(self.index_name(&self.object_path(id)), id.0);
    }
}

impl Store {
    /// Looks at all of the store's own folders, in which objects and records come and go.
    pub fn look_at_store(&self, look: &mut Look) {
        self.look_at_top(look);
        for kept in ["objects", "records"] {
            for entry in fs::read_dir(self.folder().join(kept)).into_iter().flatten().flatten() {
                self.look_at_folder(look, &entry.path());
            }
        }
    }

    /// Looks at those of the store's own folders that runs with these keys and outputs may have changed, for
    /// whoever has looked at the others before.
    pub fn look_at_places_of<'r>(
        &self,
        look: &mut Look,
        runs: impl Iterator<Item = (Key, &'r [RecordedOutput])>,
    ) {
        self.look_at_top(look);
        let files = runs.flat_map(|(key, outputs)| {
            let objects = outputs.iter().map(|output| self.object_path(output.object));
            objects.chain([self.record_path(key)])
        });
        let folders: BTreeSet<PathBuf> = files.filter_map(|file| Some(file.parent()?.to_owned())).collect();
        folders.iter().for_each(|folder| self.look_at_folder(look, folder));
    }

    fn look_at_top(&self, look: &mut Look) {
        for kept in ["by-name", "objects", "records"] {
            self.look_at_folder(look, &self.folder().join(kept));
        }
    }

    /// Gives what a look saw, unless something of it is known to have changed since, or would take long to tell apart.
    pub(super) fn seen(&self, look: &Look) -> Option<Vec<Entry>> {
        if look.torn {
            return None;
        }
        let root = self.folder().parent().unwrap_or(Path::new(""));
        let mut entries = Vec::with_capacity(look.files.len() + look.folders.len());
        let mut young = 0;
        for (name, expected) in &look.files {
            let known = self.index().asked(name).filter(|(_, digest, _)| digest == expected);
            let (stamp, settled) = match known {
                Some((stamp, _, settled)) => (stamp, settled),
                None => self.look_again_at(name, &root.join(name), *expected)?,
            };
            if !settled {
                young += stamp.size();
            }
            let seen = Seen::File { stamp, digest: *expected, settled };
            entries.push(Entry { name: name.clone(), seen, news: true });
        }
        for (name, seen) in &look.folders {
            entries.push(Entry { name: name.clone(), seen: seen.unwrap_or(Seen::Nothing), news: true });
        }
        (young <= YOUNG).then_some(entries)
    }

    /// Looks at a file that has been written since it was last asked for. One that is too young to be told by its
    /// looks is read when it is compared; another one is here, unless that takes long.
    fn look_again_at(&self, name: &str, path: &Path, expected: Digest) -> Option<(Stamp, bool)> {
        let time = now();
        let stamp = Stamp::of(&fs::metadata(path).ok()?);
        if !stamp.is_settled(time) {
            return Some((stamp, false));
        }
        if stamp.size() > YOUNG || self.digest_file(path).ok()? != expected {
            return None;
        }
        self.index().asked(name).map(|(stamp, _, settled)| (stamp, settled))
    }
}

/// Sees a folder as it is; `None` where nothing is.
pub(super) fn folder(path: &Path) -> Option<Seen> {
    let time = now();
    let stamp = Stamp::of(&fs::metadata(path).ok()?);
    let listing = (!stamp.is_settled(time)).then(|| listing(path));
    Some(Seen::Folder { stamp, listing })
}

/// Digests the names of a folder's entries.
pub(super) fn listing(path: &Path) -> Digest {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort_unstable();
    let mut listing = Canonical::default();
    for name in names {
        listing.field(name.as_encoded_bytes());
    }
    listing.finish()
}
