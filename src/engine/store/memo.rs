//! The memo of a whole project that was brought up to date: what it looked like then, and what was said.
//!
//! [`Look`], filled while looking ──memorise──▶ `memo` ──compare──▶ what has changed since
//!
//! Invariants
//! - A memo is written only of files whose bytes are known, each with a stamp from before its reading, but for what is
//!   too young for a later edit to make it look different: that is read when it is compared.
//! - A file that looks different and has the same bytes is no change.
//! - It only says what changed; what to do about a change is decided without it.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use rustix::fs::{AtFlags, statat};

use super::Store;
use super::checksum::Checksum;
use super::error::StoreError;
use super::files::{now, open_folder, read_digest, write_whole};
use super::index::Stamp;
use super::look::{Entry, Look, Seen, listing};
use super::memo_file::Memo;
use super::shares::in_shares;
use crate::digest::Digest;

/// Something worth keeping beside a memo, and read only when it is asked for.
pub struct Detail {
    /// Its name, unique among those of a memo.
    pub name: &'static str,
    /// Its bytes; the answer should hold their checksum, since a kill may leave those of another memo.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Reads a detail of the memo; `None` unless its bytes have the checksum.
    pub fn detail(&self, name: &str, checksum: Checksum) -> Option<Vec<u8>> {
        fs::read(self.folder().join(file_of(name))).ok().filter(|bytes| Checksum::of(bytes) == checksum)
    }

    /// Names, relative to the project, what is no longer as a memo's look saw it; writes the memo anew where
    /// files only look different.
    ///
    /// # Errors
    /// [`StoreError`] when the memo can't be written.
    pub fn compare(&self, memo: &mut Memo) -> Result<Vec<String>, StoreError> {
        let root = self.folder().parent().unwrap_or(Path::new("")).to_owned();
        let shares = in_shares(&mut memo.entries, |entries| compare(&root, entries));
        let compared = shares.into_iter().fold(Compared::default(), Compared::with);
        if compared.touched
            && compared.changed.is_empty()
            && let Some(_lock) = self.acquire(|| false)?
        {
            self.write_memo(memo)?;
        }
        Ok(compared.changed)
    }

    /// Writes the memo of a look, unless something that it saw has changed since, or would take long to
    /// tell apart; then there is none. What the look did not look at is as `before` saw it.
    ///
    /// # Errors
    /// [`StoreError`] when it can't be written.
    pub fn memorise(
        &self,
        question: Digest,
        answer: &str,
        details: &[Detail],
        look: &Look,
        before: Option<&mut Memo>,
    ) -> Result<(), StoreError> {
        let Some(_lock) = self.acquire(|| false)? else { return Ok(()) };
        let temporary = fs::read_dir(self.folder().join("temporary"));
        if !self.is_swept() || temporary.is_ok_and(|mut entries| entries.next().is_some()) {
            // The next session sweeps, and a memo would have nobody begin one.
            return Ok(());
        }
        let Some(seen) = self.seen(look) else { return Ok(()) };
        for Detail { name, bytes } in details {
            self.write_beside(&file_of(name), bytes)?;
        }
        let mut first = Memo::new(question, answer);
        let memo = before.unwrap_or(&mut first);
        memo.question = question;
        answer.clone_into(&mut memo.answer);
        memo.renew(seen);
        self.write_memo(memo)
    }

    /// Writes a file of the store's folder; to be called by whoever has the lock.
    pub(super) fn write_beside(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        write_whole(&self.folder().join("temporary").join(name), &self.folder().join(name), bytes)
    }
}

/// Names the file that a detail is in.
fn file_of(detail: &str) -> String {
    format!("memo.{detail}")
}

/// What a comparison found.
#[derive(Default)]
struct Compared {
    changed: Vec<String>,
    /// Whether something looked different, or might have been.
    touched: bool,
}

impl Compared {
    fn with(mut self, other: Self) -> Self {
        self.changed.extend(other.changed);
        Self { touched: self.touched || other.touched, ..self }
    }
}

/// Compares entries with what is there, and takes over what only looks different.
fn compare(root: &Path, entries: &mut [Entry]) -> Compared {
    let mut compared = Compared::default();
    let open = open_folder(root);
    for entry in entries {
        let stamp = match open.as_ref().map(|folder| statat(folder, entry.name.as_str(), AtFlags::empty())) {
            Ok(Ok(stat)) => Some(Stamp::of_stat(&stat)),
            Ok(Err(rustix::io::Errno::NOENT)) => None,
            Ok(Err(_)) | Err(_) => {
                compared.changed.push(entry.name.clone());
                continue;
            }
        };
        let now = match (entry.seen, stamp) {
            (Seen::File { stamp: before, settled: true, .. }, Some(stamp)) if before == stamp => continue,
            (Seen::Folder { stamp: before, listing: None }, Some(stamp)) if before == stamp => continue,
            (Seen::Nothing, None) => continue,
            (Seen::File { stamp: before, .. }, Some(stamp)) if before.executable() != stamp.executable() => {
                None
            }
            (Seen::File { digest, .. }, Some(stamp)) => {
                open.as_ref().ok().and_then(|folder| again(folder, &entry.name, stamp, digest).ok())
            }
            (Seen::Folder { listing: Some(before), .. }, Some(_)) => {
                relisted(&root.join(&entry.name), before)
            }
            _ => None,
        };
        match now {
            Some(now) => {
                (entry.seen, entry.news) = (now, true);
                compared.touched = true;
            }
            None => compared.changed.push(entry.name.clone()),
        }
    }
    compared
}

/// Reads a file, named from `folder`, that had this stamp, and a digest once.
fn again(folder: &File, name: &str, stamp: Stamp, digest: Digest) -> io::Result<Seen> {
    let time = now();
    if read_digest(folder, name, stamp.size())? != digest {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(Seen::File { stamp, digest, settled: stamp.is_settled(time) })
}

/// Lists a folder again that had these entries when it was young.
fn relisted(path: &Path, before: Digest) -> Option<Seen> {
    let time = now();
    let stamp = Stamp::of(&fs::metadata(path).ok()?);
    let same = listing(path) == before;
    let listing = (!stamp.is_settled(time)).then_some(before);
    same.then_some(Seen::Folder { stamp, listing })
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    /// Puts a file's time far back, as it is for most files of a project.
    fn age(file: &Path) {
        let open = File::options().write(true).open(file).expect("it is there");
        open.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(5)).expect("it is ours");
    }

    /// A project of two files, an empty folder, and a name where nothing is.
    fn project() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store::open(&folder.path().join("artifacts")).expect("the store opens");
        fs::create_dir_all(folder.path().join("artifacts/temporary")).expect("it can be made");
        fs::create_dir(folder.path().join("d")).expect("it can be made");
        for name in ["a", "b"] {
            fs::write(folder.path().join(name), name).expect("there is room");
        }
        (folder, store)
    }

    fn look(folder: &Path, store: &Store) -> Look {
        let mut look = Look::default();
        for name in ["a", "b", "c"] {
            store.look_at_file(&mut look, &folder.join(name));
        }
        store.look_at_folder(&mut look, &folder.join("d"));
        look
    }

    fn memorised(folder: &Path, store: &Store) -> Memo {
        let look = look(folder, store);
        store.memorise(Digest::of(b"?"), "nothing to do", &[], &look, None).expect("it can be written");
        store.memo().expect("all of it is known")
    }

    fn changed(store: &Store, memo: &mut Memo) -> Vec<String> {
        store.compare(memo).expect("it can be compared")
    }

    #[test]
    fn what_looks_the_same_or_has_the_same_bytes_is_no_change() {
        let (folder, store) = project();
        let mut memo = memorised(folder.path(), &store);
        assert_eq!(changed(&store, &mut memo), [""; 0]);
        age(&folder.path().join("a"));
        assert_eq!(changed(&store, &mut memo), [""; 0]);
        // A name that came and went leaves the folder with another time and the same entries.
        fs::write(folder.path().join("d/e"), "e").expect("there is room");
        fs::remove_file(folder.path().join("d/e")).expect("it is there");
        assert_eq!(changed(&store, &mut memo), [""; 0]);
    }

    #[test]
    fn an_edit_is_a_change_even_in_the_tick_of_the_look_and_so_is_what_comes_or_goes() {
        type Change = (&'static str, fn(&Path));
        let changes: [Change; 4] = [
            ("a", |folder| fs::write(folder.join("a"), "z").expect("there is room")),
            ("b", |folder| fs::remove_file(folder.join("b")).expect("it is there")),
            ("c", |folder| fs::write(folder.join("c"), "c").expect("there is room")),
            ("d", |folder| fs::write(folder.join("d/e"), "e").expect("there is room")),
        ];
        for (name, change) in changes {
            let (folder, store) = project();
            let mut memo = memorised(folder.path(), &store);
            change(folder.path());
            assert_eq!(changed(&store, &mut memo), [name]);
        }
    }

    #[test]
    fn what_changed_since_the_look_is_a_change_and_what_was_seen_twice_otherwise_leaves_no_memo() {
        let (folder, store) = project();
        let first = look(folder.path(), &store);
        fs::write(folder.path().join("a"), "other").expect("there is room");
        let mut torn = look(folder.path(), &store);
        store.memorise(Digest::of(b"?"), "", &[], &first, None).expect("it can be written");
        assert!(store.memo().is_none_or(|mut memo| changed(&store, &mut memo) == ["a"]));
        fs::remove_file(folder.path().join("artifacts/memo")).unwrap_or_default();
        torn.join(first);
        store.memorise(Digest::of(b"?"), "", &[], &torn, None).expect("it can be written");
        assert!(store.memo().is_none());
    }

    #[test]
    fn what_was_not_looked_at_again_is_as_the_memo_before_saw_it() {
        let (folder, store) = project();
        let mut before = memorised(folder.path(), &store);
        fs::write(folder.path().join("a"), "other").expect("there is room");
        let mut look = Look::default();
        store.look_at_file(&mut look, &folder.path().join("a"));
        let detail = Detail { name: "part", bytes: b"bytes".to_vec() };
        store.memorise(Digest::of(b"?"), "", &[detail], &look, Some(&mut before)).expect("it can be written");
        assert_eq!(store.detail("part", Checksum::of(b"bytes")), Some(b"bytes".to_vec()));
        assert_eq!(store.detail("part", Checksum::of(b"others")), None);
        let mut memo = store.memo().expect("all of it is known");
        assert_eq!(changed(&store, &mut memo), [""; 0]);
        fs::write(folder.path().join("b"), "other").expect("there is room");
        assert_eq!(changed(&store, &mut memo), ["b"]);
    }
}
