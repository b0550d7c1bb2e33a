//! The memo's files: all that was looked at, and beside it what has become otherwise since that was written.
//!
//! [`Memo`] ──write──▶ `memo`, or `memo.since` where little is news ──read──▶ [`Memo`]
//!
//! Invariants
//! - `memo.since` names the seal of the `memo` that it goes with, and counts for no other one, nor half-written.
//! - Without it, `memo` says what was so when it was written: more looks changed, and nothing less.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;

use super::Store;
use super::checksum::Checksum;
use super::error::{Doing, StoreError};
use super::look::{Entry, Seen};
use super::sealed::{Magic, Reader, Writer, seal_of};
use crate::digest::Digest;

const WHOLE: &str = "memo";
const SINCE: &str = "memo.since";

const WHOLE_MAGIC: &Magic = b"recount memo 5\n\0";
const SINCE_MAGIC: &Magic = b"recount since 2\n";

/// Every how many entries one that is news is reason enough to write all of them again.
const FEW: usize = 16;

/// A memo as it stands on the disk.
pub struct Memo {
    /// What was asked.
    pub question: Digest,
    /// What the answer was.
    pub answer: String,
    pub(super) entries: Vec<Entry>,
    /// Seal of the file that `memo.since` would go with.
    base: Option<Checksum>,
    /// Names in that file that are not looked at any more.
    gone: BTreeSet<String>,
}

impl Store {
    /// Reads the memo; `None` where there is none, or a damaged one.
    pub fn memo(&self) -> Option<Memo> {
        let mut memo = Memo::decode(&fs::read(self.folder().join(WHOLE)).ok()?)?;
        // What does not go with it is nothing.
        let _taken = fs::read(self.folder().join(SINCE)).ok().and_then(|bytes| memo.take_in(&bytes));
        Some(memo)
    }

    /// Writes a memo; to be called by whoever has the lock.
    pub(super) fn write_memo(&self, memo: &Memo) -> Result<(), StoreError> {
        match memo.encode_since() {
            Some(bytes) => self.overwrite(SINCE, &bytes),
            None => self.write_beside(WHOLE, &memo.encode()),
        }
    }

    /// Writes a file over what it holds. Another name would be safer and take longer; half a file is none, by its
    /// seal, and there is only more to do then.
    fn overwrite(&self, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
        let path = self.folder().join(name);
        let open = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let written = open.and_then(|file| {
            file.write_all_at(bytes, 0)?;
            file.set_len(bytes.len() as u64)
        });
        written.doing("written", &path)
    }
}

impl Memo {
    /// Begins a memo of which nothing is on the disk.
    pub(super) fn new(question: Digest, answer: &str) -> Self {
        let (entries, gone) = (Vec::new(), BTreeSet::new());
        Self { question, answer: answer.to_owned(), entries, base: None, gone }
    }

    /// Leaves out what has these names, for whoever looks at it anew or has no use for it any more.
    pub fn forget(&mut self, names: &[String]) {
        self.entries.retain(|entry| !names.contains(&entry.name));
        self.gone.extend(names.iter().cloned());
    }

    /// Takes in entries, in the place of those that have their names.
    pub(super) fn renew(&mut self, news: Vec<Entry>) {
        let names: BTreeSet<&str> = news.iter().map(|entry| entry.name.as_str()).collect();
        self.entries.retain(|entry| !names.contains(entry.name.as_str()));
        self.gone.retain(|name| !names.contains(name.as_str()));
        self.entries.extend(news);
    }

    /// Writes all of it down.
    fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new(WHOLE_MAGIC, self.answer.len() + self.entries.len() * 104);
        writer.digest(self.question);
        writer.text(&self.answer);
        self.entries.iter().for_each(|entry| write_entry(&mut writer, entry));
        writer.finish()
    }

    /// Writes down what `memo` does not say; `None` where there is none, or much that it does not.
    fn encode_since(&self) -> Option<Vec<u8>> {
        let news = self.entries.iter().filter(|entry| entry.news);
        if (news.clone().count() + self.gone.len()) * FEW > self.entries.len() {
            return None;
        }
        let mut writer = Writer::new(SINCE_MAGIC, self.answer.len() + self.entries.len() * 104 / FEW);
        writer.checksum(self.base?);
        writer.digest(self.question);
        writer.text(&self.answer);
        writer.number(self.gone.len() as u64);
        self.gone.iter().for_each(|name| writer.text(name));
        news.for_each(|entry| write_entry(&mut writer, entry));
        Some(writer.finish())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(WHOLE_MAGIC, bytes)?;
        let (question, answer) = (reader.digest()?, reader.text()?.to_owned());
        let entries = read_entries(&mut reader, bytes.len(), false)?;
        Some(Self { question, answer, entries, base: seal_of(bytes), gone: BTreeSet::new() })
    }

    /// Takes in what has become otherwise since; `None` for bytes that do not go with it, of which nothing is taken.
    fn take_in(&mut self, bytes: &[u8]) -> Option<()> {
        let mut reader = Reader::open(SINCE_MAGIC, bytes)?;
        if Some(reader.checksum()?) != self.base {
            return None;
        }
        let (question, answer) = (reader.digest()?, reader.text()?.to_owned());
        let gone = (0..reader.number()?).map(|_| reader.text().map(str::to_owned));
        let gone: BTreeSet<String> = gone.collect::<Option<_>>()?;
        let news = read_entries(&mut reader, bytes.len(), true)?;
        (self.question, self.answer, self.gone) = (question, answer, gone);
        self.entries.retain(|entry| !self.gone.contains(&entry.name));
        self.renew(news);
        Some(())
    }
}

fn write_entry(writer: &mut Writer, Entry { name, seen, .. }: &Entry) {
    writer.text(name);
    match *seen {
        Seen::File { stamp, digest, settled } => {
            writer.number(if settled { 0 } else { 1 });
            writer.stamp(stamp);
            writer.digest(digest);
        }
        Seen::Folder { stamp, listing } => {
            writer.number(if listing.is_none() { 2 } else { 3 });
            writer.stamp(stamp);
            listing.into_iter().for_each(|listing| writer.digest(listing));
        }
        Seen::Nothing => writer.number(4),
    }
}

/// Reads entries to the end of a file of so many bytes.
fn read_entries(reader: &mut Reader<'_>, bytes: usize, news: bool) -> Option<Vec<Entry>> {
    let mut entries = Vec::with_capacity(bytes / 104);
    while !reader.is_empty() {
        let name = reader.text()?.to_owned();
        let seen = match reader.number()? {
            tag @ (0 | 1) => {
                Seen::File { stamp: reader.stamp()?, digest: reader.digest()?, settled: tag == 0 }
            }
            2 => Seen::Folder { stamp: reader.stamp()?, listing: None },
            3 => Seen::Folder { stamp: reader.stamp()?, listing: Some(reader.digest()?) },
            4 => Seen::Nothing,
            _ => return None,
        };
        entries.push(Entry { name, seen, news });
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, news: bool) -> Entry {
        Entry { name: name.to_owned(), seen: Seen::Nothing, news }
    }

    fn memo(answer: &str, names: impl Iterator<Item = usize>) -> Memo {
        let mut memo = Memo::new(Digest::of(b"?"), answer);
        memo.renew(names.map(|name| entry(&name.to_string(), true)).collect());
        memo
    }

    fn said(memo: &Memo) -> (Digest, &str, BTreeSet<&str>) {
        (memo.question, &memo.answer, memo.entries.iter().map(|entry| entry.name.as_str()).collect())
    }

    #[test]
    fn it_reads_back_and_any_flipped_bit_makes_it_none() {
        let memo = memo("nothing to do", 0..2);
        let bytes = memo.encode();
        let read = Memo::decode(&bytes).expect("whole bytes read back");
        assert_eq!(said(&read), said(&memo));
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(Memo::decode(&flipped).is_none(), "byte {place}");
        }
    }

    #[test]
    fn what_is_news_reads_back_beside_the_memo_it_goes_with_and_no_other() {
        let base = memo("old", 0..10 * FEW).encode();
        let mut memo = Memo::decode(&base).expect("whole bytes read back");
        memo.forget(&["3".to_owned(), "4".to_owned()]);
        memo.renew(vec![entry("4", true), entry("new", true)]);
        memo.answer = "new".to_owned();
        let since = memo.encode_since().expect("it is little");
        assert!(since.len() * FEW < base.len());
        let with = |bytes: &[u8]| {
            let mut memo = Memo::decode(&base)?;
            memo.take_in(bytes).map(|()| memo)
        };
        let read = with(&since).expect("they go together");
        assert_eq!(said(&read), said(&memo));
        // What was news stays so until all is written.
        assert_eq!(read.encode_since(), Some(since.clone()));
        let mut whole = Memo::decode(&read.encode()).expect("whole bytes read back");
        assert!(whole.take_in(&since).is_none());
        assert_eq!(said(&whole), said(&memo));
        for place in 0..since.len() {
            let mut flipped = since.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(with(&flipped).is_none(), "byte {place}");
        }
    }

    #[test]
    fn much_news_is_written_as_a_whole() {
        let base = memo("old", 0..2 * FEW).encode();
        let mut memo = Memo::decode(&base).expect("whole bytes read back");
        memo.renew((0..3).map(|name| entry(&name.to_string(), true)).collect());
        assert!(memo.encode_since().is_none());
    }
}
