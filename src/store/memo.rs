//! The memo of the last look at a whole project that found nothing to do.
//!
//! [`Look`], filled while looking ──memorise──▶ `memo` ──everything looks the same?──▶ its answer
//!
//! Invariants
//! - A memo is written only of files whose bytes the stat index knows, and which an edit since would
//!   make look different; what was younger than the clock's granularity leaves no memo.
//! - A file that looks different and has the same bytes is no change.
//! - It only says that nothing changed; what to do about a change is decided without it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;

use rustix::fs::{AtFlags, statat};

use super::error::StoreError;
use super::files::{now, write_whole};
use super::index::Stamp;
use super::sealed::{Magic, Reader, Writer};
use super::{Session, Store};
use crate::digest::{Digest, ObjectId};

const MAGIC: &Magic = b"recount memo 1\n\0";

/// How many entries are worth a thread.
const SHARE: usize = 2_000;

/// What is looked at while a project is judged, by path from its folder.
#[derive(Debug)]
pub struct Look {
    began: i64,
    /// With what a file looked like before it was read, where the reader did not go by the stat index.
    files: BTreeMap<String, Option<Stamp>>,
    /// With what a folder looked like before it was listed; `None` is one that was not there.
    folders: BTreeMap<String, Option<Stamp>>,
}

impl Look {
    /// Adds a file that was read by way of the stat index.
    pub fn file(&mut self, name: impl Into<String>) {
        self.files.entry(name.into()).or_insert(None);
    }

    /// Adds all that another one has.
    pub fn join(&mut self, other: Self) {
        self.began = self.began.min(other.began);
        self.files.extend(other.files);
        self.folders.extend(other.folders);
    }
}

/// A memo as it stands on the disk.
pub struct Memo {
    /// What was asked.
    pub question: Digest,
    /// What the answer was.
    pub answer: String,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    seen: Seen,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    File(Stamp, Digest),
    Folder(Stamp),
    Nothing,
}

impl Store {
    /// Begins to look: the store's own folders, in which objects and records come and go.
    pub fn look(&self) -> Look {
        let mut look = Look { began: now(), files: BTreeMap::new(), folders: BTreeMap::new() };
        let folder = self.folder();
        self.look_at_folder(&mut look, &folder.join("by-name"));
        for kept in ["objects", "records"] {
            let kept = folder.join(kept);
            self.look_at_folder(&mut look, &kept);
            for entry in fs::read_dir(&kept).into_iter().flatten().flatten() {
                self.look_at_folder(&mut look, &entry.path());
            }
        }
        look
    }

    /// Looks at a folder that is about to be listed.
    pub fn look_at_folder(&self, look: &mut Look, path: &Path) {
        look.folders.insert(self.index_name(path), stamp(path));
    }

    /// Looks at a file that is about to be read, and would be missed or noticed if it came.
    pub fn look_at_file(&self, look: &mut Look, path: &Path) {
        let name = self.index_name(path);
        match stamp(path) {
            Some(stamp) => drop(look.files.insert(name, Some(stamp))),
            None => drop(look.folders.insert(name, None)),
        }
    }

    /// Looks at an object that stands at no other place.
    pub fn look_at_object(&self, look: &mut Look, id: ObjectId) {
        look.file(self.index_name(&self.object_path(id)));
    }

    /// Reads the memo; `None` where there is none, or a damaged one.
    pub fn memo(&self) -> Option<Memo> {
        Memo::decode(&fs::read(self.folder().join("memo")).ok()?)
    }

    /// Says whether all that a memo's look saw is as it was then; writes the memo anew where files only
    /// look different.
    ///
    /// # Errors
    /// [`StoreError`] when the memo can't be written.
    pub fn holds(&self, memo: &mut Memo) -> Result<bool, StoreError> {
        let began = now();
        let root = self.folder().parent().unwrap_or(Path::new("")).to_owned();
        let shares = memo.entries.len().div_ceil(SHARE).clamp(1, 8);
        let shares = shares.min(thread::available_parallelism().map_or(1, usize::from));
        let length = memo.entries.len().div_ceil(shares).max(1);
        let checked = thread::scope(|scope| {
            let chunks: Vec<_> =
                memo.entries.chunks_mut(length).map(|chunk| scope.spawn(|| check(&root, chunk))).collect();
            let checked: Vec<Checked> =
                chunks.into_iter().map(|chunk| chunk.join().unwrap_or(Checked::Changed)).collect();
            checked.into_iter().max().unwrap_or(Checked::Same)
        });
        let settled = |entry: &Entry| match entry.seen {
            Seen::File(stamp, _) | Seen::Folder(stamp) => stamp.is_settled(began),
            Seen::Nothing => true,
        };
        if checked == Checked::Touched
            && memo.entries.iter().all(settled)
            && let Some(session) = self.lock(|| false)?
        {
            session.write_memo(memo)?;
        }
        Ok(checked != Checked::Changed)
    }

    /// Writes the memo of a look that found nothing to do, unless something that it saw is too young
    /// or has changed since; then there is none.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn memorise(&self, question: Digest, answer: String, look: &Look) -> Result<(), StoreError> {
        let Some(session) = self.lock(|| false)? else { return Ok(()) };
        let Some(entries) = session.seen(look) else { return Ok(()) };
        session.write_memo(&Memo { question, answer, entries })
    }

    fn seen(&self, look: &Look) -> Option<Vec<Entry>> {
        let root = self.folder().parent().unwrap_or(Path::new(""));
        let mut entries = Vec::with_capacity(look.files.len() + look.folders.len());
        for (name, before) in &look.files {
            if self.index().settled(name).is_none() {
                // Whoever read it did not ask the index; what it was then is in `before`.
                before.as_ref()?;
                self.digest_file(&root.join(name)).ok()?;
            }
            let (stamp, digest) = self.index().settled(name)?;
            if before.is_some_and(|before| before != stamp) {
                return None;
            }
            entries.push(Entry { name: name.clone(), seen: Seen::File(stamp, digest) });
        }
        for (name, before) in &look.folders {
            let seen = match before {
                Some(stamp) if !stamp.is_settled(look.began) => return None,
                Some(stamp) => Seen::Folder(*stamp),
                None => Seen::Nothing,
            };
            entries.push(Entry { name: name.clone(), seen });
        }
        Some(entries)
    }
}

impl Session<'_> {
    fn write_memo(&self, memo: &Memo) -> Result<(), StoreError> {
        write_whole(&self.temporary(), &self.folder().join("memo"), &memo.encode())
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Checked {
    Same,
    Touched,
    Changed,
}

/// Compares entries with what is there, and takes over what only looks different.
fn check(root: &Path, entries: &mut [Entry]) -> Checked {
    let Ok(folder) = File::open(if root.as_os_str().is_empty() { Path::new(".") } else { root }) else {
        return Checked::Changed;
    };
    let mut checked = Checked::Same;
    for entry in entries {
        let stamp = match statat(&folder, entry.name.as_str(), AtFlags::empty()) {
            Ok(stat) => Some(Stamp::of_stat(&stat)),
            Err(rustix::io::Errno::NOENT) => None,
            Err(_) => return Checked::Changed,
        };
        match (entry.seen, stamp) {
            (Seen::File(before, _) | Seen::Folder(before), Some(stamp)) if before == stamp => {}
            (Seen::Nothing, None) => {}
            (Seen::File(_, digest), Some(stamp)) => {
                let now = File::open(root.join(&entry.name)).and_then(Digest::of_reader);
                if !now.is_ok_and(|now| now == digest) {
                    return Checked::Changed;
                }
                entry.seen = Seen::File(stamp, digest);
                checked = Checked::Touched;
            }
            _ => return Checked::Changed,
        }
    }
    checked
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata: io::Result<fs::Metadata> = fs::metadata(path);
    metadata.ok().map(|metadata| Stamp::of(&metadata))
}

impl Memo {
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new(MAGIC, self.answer.len() + self.entries.len() * 104);
        writer.digest(self.question);
        writer.text(&self.answer);
        for Entry { name, seen } in &self.entries {
            writer.text(name);
            match *seen {
                Seen::File(stamp, digest) => {
                    writer.number(0);
                    writer.stamp(stamp);
                    writer.digest(digest);
                }
                Seen::Folder(stamp) => {
                    writer.number(1);
                    writer.stamp(stamp);
                }
                Seen::Nothing => writer.number(2),
            }
        }
        writer.finish()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(MAGIC, bytes)?;
        let (question, answer) = (reader.digest()?, reader.text()?.to_owned());
        let mut entries = Vec::with_capacity(bytes.len() / 104);
        while !reader.is_empty() {
            let name = reader.text()?.to_owned();
            let seen = match reader.number()? {
                0 => Seen::File(reader.stamp()?, reader.digest()?),
                1 => Seen::Folder(reader.stamp()?),
                2 => Seen::Nothing,
                _ => return None,
            };
            entries.push(Entry { name, seen });
        }
        Some(Self { question, answer, entries })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// A project whose files are old enough to be told apart from younger ones.
    fn project() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(&folder.path().join("artifacts")).expect("the store opens");
        for name in ["a", "b"] {
            fs::write(folder.path().join(name), name).expect("there is room");
        }
        (folder, store)
    }

    fn memorised(folder: &Path, store: &Store) -> Memo {
        let mut look = store.look();
        for name in ["a", "b"] {
            // What no clock can be told to do: the change of a file's metadata lies two seconds back.
            let stamp = stamp(&folder.join(name)).expect("it is there");
            store.index().learn(name, stamp, Digest::of(name.as_bytes()), i64::MAX);
            look.file(name);
        }
        look.folders.retain(|_, stamp| stamp.is_none());
        store.look_at_file(&mut look, &folder.join("c"));
        let entries = store.seen(&look).expect("all of it is settled");
        Memo { question: Digest::of(b"?"), answer: "nothing to do".to_owned(), entries }
    }

    #[test]
    fn what_looks_the_same_or_has_the_same_bytes_is_no_change() {
        let (folder, store) = project();
        let mut memo = memorised(folder.path(), &store);
        assert!(store.holds(&mut memo).expect("it can be checked"));
        let touched = File::options().write(true).open(folder.path().join("a")).expect("it is there");
        touched.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(5)).expect("it is ours");
        assert!(store.holds(&mut memo).expect("it can be checked"));
    }

    #[test]
    fn an_edit_a_file_that_goes_and_one_that_comes_are_changes() {
        let changes: [fn(&Path); 3] = [
            |folder| fs::write(folder.join("a"), "c").expect("there is room"),
            |folder| fs::remove_file(folder.join("b")).expect("it is there"),
            |folder| fs::write(folder.join("c"), "c").expect("there is room"),
        ];
        for change in changes {
            let (folder, store) = project();
            let mut memo = memorised(folder.path(), &store);
            change(folder.path());
            assert!(!store.holds(&mut memo).expect("it can be checked"));
        }
    }

    #[test]
    fn a_young_folder_leaves_no_memo() {
        let (folder, store) = project();
        let mut look = store.look();
        store.look_at_folder(&mut look, folder.path());
        assert!(store.seen(&look).is_none());
    }

    #[test]
    fn it_reads_back_and_any_flipped_bit_makes_it_none() {
        let (folder, store) = project();
        let memo = memorised(folder.path(), &store);
        let bytes = memo.encode();
        let read = Memo::decode(&bytes).expect("whole bytes read back");
        assert_eq!((read.question, read.answer.as_str()), (memo.question, "nothing to do"));
        assert_eq!(read.entries.len(), memo.entries.len());
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(Memo::decode(&flipped).is_none(), "byte {place}");
        }
    }
}
