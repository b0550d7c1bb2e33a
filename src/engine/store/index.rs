//! The stat index: recognises a file that was hashed before, without reading it.
//!
//! (name, [`Stamp`]) ──recall──▶ digest, if the file looks as it did when it was hashed
//!
//! Invariants
//! - A file that was modified within a clock tick of its hashing is not recognised: a later edit in the
//!   same tick would look the same (git calls such an entry racy).
//! - A damaged file of the index counts as empty: it is sealed.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::sealed::{Magic, News, Reader, Writer};
use crate::digest::Digest;

/// The coarsest tick of a file system's clock that is reckoned with, in nanoseconds: FAT counts by two seconds.
const COARSE: i64 = 2_000_000_000;

/// The coarsest tick of a clock whose times are no whole milliseconds, in nanoseconds: such times are a kernel's, which
/// ticks at least every ten milliseconds. It may be a server's, and its clock behind ours by the rest of this.
const FINE: i64 = 100_000_000;

/// Nanoseconds of a millisecond.
const MILLISECOND: i64 = 1_000_000;

const MAGIC: &Magic = b"recount index 3\n";

/// What a file looks like from outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Stamp {
    size: u64,
    /// When its bytes were last changed, in nanoseconds since 1970.
    modified: i64,
    /// When its bytes or its metadata were last changed, in nanoseconds since 1970.
    changed: i64,
    inode: u64,
    /// Whether its owner may execute it.
    executable: bool,
}

/// The bit of a file's mode that lets its owner execute it.
const OWNER_EXECUTES: u32 = 0o100;

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
            executable: metadata.mode() & OWNER_EXECUTES != 0,
        }
    }

    /// Takes what matters from what the system says of a file.
    pub(super) fn of_stat(stat: &rustix::fs::Stat) -> Self {
        let nanoseconds = |seconds: i64, rest: u64| {
            seconds.saturating_mul(1_000_000_000).saturating_add(i64::try_from(rest).unwrap_or(0))
        };
        Self {
            size: u64::try_from(stat.st_size).unwrap_or(0),
            modified: nanoseconds(stat.st_mtime, stat.st_mtime_nsec),
            changed: nanoseconds(stat.st_ctime, stat.st_ctime_nsec),
            inode: stat.st_ino,
            executable: stat.st_mode & OWNER_EXECUTES != 0,
        }
    }

    /// Says whether an edit after `time`, in nanoseconds since 1970, would make a file look different.
    pub(super) fn is_settled(self, time: i64) -> bool {
        // Only the system sets when a file was last changed; when it was modified, any program may.
        let tick = if self.changed % MILLISECOND == 0 { COARSE } else { FINE };
        self.modified.max(self.changed).saturating_add(tick) < time
    }

    /// Says whether its owner may execute the file.
    pub(super) fn executable(self) -> bool {
        self.executable
    }

    /// Gives how many bytes the file has.
    pub(super) fn size(self) -> u64 {
        self.size
    }

    pub(super) fn to_numbers(self) -> [u64; 4] {
        let inode = self.inode << 1 | u64::from(self.executable);
        [self.size, self.modified.cast_unsigned(), self.changed.cast_unsigned(), inode]
    }

    pub(super) fn from_numbers([size, modified, changed, inode]: [u64; 4]) -> Self {
        let (modified, changed) = (modified.cast_signed(), changed.cast_signed());
        Self { size, modified, changed, inode: inode >> 1, executable: inode & 1 == 1 }
    }
}

/// What is known of files without reading them again.
#[derive(Default)]
pub(super) struct StatIndex {
    entries: HashMap<String, Entry>,
    news: News,
    loaded: bool,
}

struct Entry {
    stamp: Stamp,
    digest: Digest,
    settled: bool,
    used: bool,
}

impl StatIndex {
    /// Reads the index at `path`, unless that is done; one that is absent or damaged is empty.
    pub(super) fn load(&mut self, path: &Path) {
        if !self.loaded {
            *self = std::fs::read(path).ok().and_then(|bytes| Self::decode(&bytes)).unwrap_or_default();
            self.loaded = true;
        }
    }

    /// Gives the digest of the file called `name`, if it still looks like this.
    pub(super) fn recall(&mut self, name: &str, stamp: Stamp) -> Option<Digest> {
        let entry = self.entries.get_mut(name)?;
        entry.used = true;
        (entry.settled && entry.stamp == stamp).then_some(entry.digest)
    }

    /// Gives how the file called `name` looks as long as it holds these bytes, if it is known to have held them.
    pub(super) fn look_of(&mut self, name: &str, digest: Digest) -> Option<Stamp> {
        let entry = self.entries.get_mut(name)?;
        entry.used = true;
        (entry.settled && entry.digest == digest).then_some(entry.stamp)
    }

    /// Gives how a file looked when it was hashed, if it was asked for since the index was read, and whether
    /// an edit since would make it look different.
    pub(super) fn asked(&self, name: &str) -> Option<(Stamp, Digest, bool)> {
        let entry = self.entries.get(name).filter(|entry| entry.used)?;
        Some((entry.stamp, entry.digest, entry.settled))
    }

    /// Notes what a file held that looked like `stamp` before and after it was read, which began at
    /// `time`, in nanoseconds since 1970.
    pub(super) fn learn(&mut self, name: &str, stamp: Stamp, digest: Digest, time: i64) {
        let entry = Entry { stamp, digest, settled: stamp.is_settled(time), used: true };
        self.entries.insert(name.to_owned(), entry);
        self.news.add(stamp.size());
    }

    /// Notes that a link made or removed by us changed how a file looks, and nothing else.
    pub(super) fn carry(&mut self, name: &str, before: Stamp, after: Stamp) {
        if let Some(entry) = self.entries.get_mut(name)
            && entry.stamp == before
            && before == (Stamp { changed: before.changed, ..after })
        {
            entry.stamp = after;
            self.news.add(after.size());
        }
    }

    /// Gives the bytes to keep if enough is new in them, without the entries of files that were not asked for
    /// and no longer exist; where most were not asked for, nobody looked at most of the project.
    pub(super) fn encode_if_changed(&mut self, exists: impl Fn(&str) -> bool) -> Option<Vec<u8>> {
        if !self.news.is_worth(self.entries.len()) {
            return None;
        }
        self.news = News::default();
        let unused = self.entries.values().filter(|entry| !entry.used).count();
        if unused * 2 < self.entries.len() {
            self.entries.retain(|name, entry| entry.used || exists(name));
        }
        let mut entries: Vec<(&String, &Entry)> = self.entries.iter().collect();
        entries.sort_unstable_by_key(|(name, _)| *name);
        let mut writer = Writer::new(MAGIC, entries.len() * 128);
        for (name, entry) in entries {
            writer.text(name);
            writer.stamp(entry.stamp);
            writer.flag(entry.settled);
            writer.digest(entry.digest);
        }
        Some(writer.finish())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(MAGIC, bytes)?;
        let mut entries = HashMap::with_capacity(bytes.len() / 80);
        while !reader.is_empty() {
            let (name, stamp) = (reader.text()?.to_owned(), reader.stamp()?);
            let (settled, digest) = (reader.flag()?, reader.digest()?);
            entries.insert(name, Entry { stamp, digest, settled, used: false });
        }
        Some(Self { entries, ..Self::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: Stamp = Stamp { size: 3, modified: 1_000, changed: 2_000, inode: 7, executable: false };
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
        let tenth = 100_000_000;
        for (changed, settled) in
            [(LATER - 15 * tenth, false), (LATER - tenth + 7, false), (LATER - 15 * tenth + 7, true)]
        {
            let young = Stamp { modified: changed, changed, ..OLD };
            index.learn("a", young, Digest::of(b"abc"), LATER);
            assert_eq!(index.recall("a", young).is_some(), settled, "{changed}");
        }
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
