//! The stat index: recognises a file that was hashed before, without reading it.
//!
//! (name, [`Stamp`]) ──recall──▶ digest, if the file looks as it did when it was hashed
//!
//! Invariants
//! - A file that was modified within [`GRANULARITY`] of its hashing is not recognised: a later edit
//!   in the same clock tick would look the same (git calls such an entry racy).
//! - The file of the index ends with a digest of itself; one that does not fit counts as empty.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::digest::Digest;

/// The coarsest tick of a file system's clock that is reckoned with, in nanoseconds.
const GRANULARITY: i64 = 2_000_000_000;

const MAGIC: &[u8; 16] = b"recount index 1\n";

/// What a file looks like from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    size: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    modified: i64,
    /// When its bytes or its metadata were last changed, in nanoseconds since 1970.
    changed: i64,
    inode: u64,
}

impl Stamp {
    /// Takes what matters from a file's metadata.
    pub(super) fn of(metadata: &Metadata) -> Self {
        let nanoseconds =
            |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
        Self {
            size: metadata.size(),
            modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

/// What is known of files without reading them again.
#[derive(Default)]
pub(super) struct StatIndex {
    entries: BTreeMap<String, Entry>,
    changed: bool,
}

struct Entry {
    stamp: Stamp,
    digest: Digest,
    settled: bool,
    used: bool,
}

impl StatIndex {
    /// Reads the index at `path`; one that is absent or damaged is empty.
    pub(super) fn load(path: &Path) -> Self {
        std::fs::read(path).ok().and_then(|bytes| Self::decode(&bytes)).unwrap_or_default()
    }

    /// Gives the digest of the file called `name`, if it still looks like this.
    pub(super) fn recall(&mut self, name: &str, stamp: Stamp) -> Option<Digest> {
        let entry = self.entries.get_mut(name)?;
        entry.used = true;
        (entry.settled && entry.stamp == stamp).then_some(entry.digest)
    }

    /// Notes what a file held that looked like `stamp` before and after it was read, which began at
    /// `time`, in nanoseconds since 1970.
    pub(super) fn learn(&mut self, name: &str, stamp: Stamp, digest: Digest, time: i64) {
        let latest = stamp.modified.max(stamp.changed);
        let settled = latest.saturating_add(GRANULARITY) < time;
        let entry = Entry { stamp, digest, settled, used: true };
        self.entries.insert(name.to_owned(), entry);
        self.changed = true;
    }

    /// Notes that a link made or removed by us changed how a file looks, and nothing else.
    pub(super) fn carry(&mut self, name: &str, before: Stamp, after: Stamp) {
        if let Some(entry) = self.entries.get_mut(name)
            && entry.stamp == before
            && before == (Stamp { changed: before.changed, ..after })
        {
            entry.stamp = after;
            self.changed = true;
        }
    }

    /// Gives the bytes to keep if there is something new in them, without the entries of files
    /// that were not asked for and no longer exist.
    pub(super) fn encode_if_changed(&mut self, exists: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
        if !std::mem::take(&mut self.changed) {
            return None;
        }
        self.entries.retain(|name, entry| entry.used || exists(name));
        let mut bytes = Vec::with_capacity(64 + self.entries.len() * 160);
        bytes.extend_from_slice(MAGIC);
        for (name, entry) in &self.entries {
            bytes.extend_from_slice(&(name.len() as u64).to_le_bytes());
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(&entry.stamp.size.to_le_bytes());
            bytes.extend_from_slice(&entry.stamp.modified.to_le_bytes());
            bytes.extend_from_slice(&entry.stamp.changed.to_le_bytes());
            bytes.extend_from_slice(&entry.stamp.inode.to_le_bytes());
            bytes.push(u8::from(entry.settled));
            bytes.extend_from_slice(&entry.digest.to_bytes());
        }
        let seal = Digest::of(&bytes);
        bytes.extend_from_slice(&seal.to_bytes());
        Some(bytes)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (body, seal) = bytes.split_last_chunk::<32>()?;
        if Digest::of(body) != Digest::from_bytes(*seal) {
            return None;
        }
        let mut rest = body.strip_prefix(MAGIC)?;
        let mut entries = BTreeMap::new();
        while !rest.is_empty() {
            let length = usize::try_from(u64::from_le_bytes(take(&mut rest)?)).ok()?;
            let (name, after) = rest.split_at_checked(length)?;
            rest = after;
            let stamp = Stamp {
                size: u64::from_le_bytes(take(&mut rest)?),
                modified: i64::from_le_bytes(take(&mut rest)?),
                changed: i64::from_le_bytes(take(&mut rest)?),
                inode: u64::from_le_bytes(take(&mut rest)?),
            };
            let settled = take::<1>(&mut rest)? != [0];
            let digest = Digest::from_bytes(take(&mut rest)?);
            let name = String::from_utf8(name.to_owned()).ok()?;
            entries.insert(name, Entry { stamp, digest, settled, used: false });
        }
        Some(Self { entries, changed: false })
    }
}

fn take<const LENGTH: usize>(rest: &mut &[u8]) -> Option<[u8; LENGTH]> {
    let (first, after) = rest.split_first_chunk::<LENGTH>()?;
    *rest = after;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Stamp = Stamp { size: 3, modified: 1_000, changed: 2_000, inode: 7 };
    const LATER: i64 = 10_000_000_000;

    #[test]
    fn a_file_that_looks_the_same_is_recognised() {
        let mut index = StatIndex::default();
        index.learn("a", OLD, Digest::of(b"abc"), LATER);
        assert_eq!(index.recall("a", OLD), Some(Digest::of(b"abc")));
        for other in [
            Stamp { size: 4, ..OLD },
            Stamp { modified: 1_001, ..OLD },
            Stamp { changed: 2_001, ..OLD },
            Stamp { inode: 8, ..OLD },
        ] {
            assert_eq!(index.recall("a", other), None);
        }
        assert_eq!(index.recall("b", OLD), None);
    }

    #[test]
    fn a_file_edited_in_the_tick_of_its_hashing_is_hashed_again() {
        let mut index = StatIndex::default();
        let young = Stamp { modified: LATER - 1_000_000_000, ..OLD };
        index.learn("a", young, Digest::of(b"abc"), LATER);
        assert_eq!(index.recall("a", young), None);
        let from_the_future = Stamp { modified: LATER + 5, ..OLD };
        index.learn("a", from_the_future, Digest::of(b"abc"), LATER);
        assert_eq!(index.recall("a", from_the_future), None);
    }

    #[test]
    fn a_link_of_our_own_does_not_hide_an_edit() {
        let mut index = StatIndex::default();
        index.learn("a", OLD, Digest::of(b"abc"), LATER);
        let linked = Stamp { changed: 3_000, ..OLD };
        index.carry("a", OLD, linked);
        assert_eq!(index.recall("a", linked), Some(Digest::of(b"abc")));
        let edited = Stamp { changed: 4_000, modified: 4_000, ..OLD };
        index.carry("a", linked, edited);
        assert_eq!(index.recall("a", edited), None);
    }

    #[test]
    fn it_reads_back_and_any_flipped_bit_makes_it_empty() {
        let mut index = StatIndex::default();
        index.learn("data/ä.txt", OLD, Digest::of(b"abc"), LATER);
        index.learn("b", OLD, Digest::of(b"b"), LATER);
        let bytes = index.encode_if_changed(|_| true).expect("something was learnt");
        assert!(index.encode_if_changed(|_| true).is_none());
        let mut read = StatIndex::decode(&bytes).expect("whole bytes read back");
        assert_eq!(read.recall("data/ä.txt", OLD), Some(Digest::of(b"abc")));
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(StatIndex::decode(&flipped).is_none(), "byte {place}");
        }
        for length in 0..bytes.len() {
            assert!(StatIndex::decode(&bytes[..length]).is_none());
        }
    }
}
