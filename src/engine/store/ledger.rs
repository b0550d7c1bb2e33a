//! The ledger: what records say was made, without reading them again.
//!
//! (key, [`Stamp`] of its record) ──recall──▶ outputs, if the record looks as it did when it was read
//!
//! Invariants
//! - The record is the truth: the ledger only spares reading one that has not changed since.
//! - A record that was written within the clock's granularity of its reading is read again.

use std::collections::BTreeMap;
use std::path::Path;

use super::index::Stamp;
use super::record::RecordedOutput;
use super::sealed::{Magic, News, Reader, Writer};
use crate::digest::{Key, ObjectId};

const MAGIC: &Magic = b"recount ledger 3";

/// What records say was made.
#[derive(Default)]
pub(super) struct Ledger {
    entries: BTreeMap<Key, Entry>,
    news: News,
    loaded: bool,
}

struct Entry {
    stamp: Stamp,
    outputs: Vec<RecordedOutput>,
}

impl Ledger {
    /// Reads the ledger at `path`, unless that is done; one that is absent or damaged is empty.
    pub(super) fn load(&mut self, path: &Path) {
        if !self.loaded {
            *self = std::fs::read(path).ok().and_then(|bytes| Self::decode(&bytes)).unwrap_or_default();
            self.loaded = true;
        }
    }

    /// Gives the outputs of a key's record, if its file still looks like this.
    pub(super) fn recall(&self, key: Key, stamp: Stamp) -> Option<Vec<RecordedOutput>> {
        let entry = self.entries.get(&key).filter(|entry| entry.stamp == stamp)?;
        Some(entry.outputs.clone())
    }

    /// Notes what a record says whose file looked like `stamp` before and after it was read, which
    /// began at `time`, in nanoseconds since 1970.
    pub(super) fn learn(&mut self, key: Key, stamp: Stamp, outputs: &[RecordedOutput], time: i64) {
        if stamp.is_settled(time) {
            self.entries.insert(key, Entry { stamp, outputs: outputs.to_vec() });
            self.news.add(stamp.size());
        }
    }

    /// Gives the bytes to keep if enough is new in them, without the entries of records
    /// that no longer exist.
    pub(super) fn encode_if_changed(&mut self, exists: impl Fn(Key) -> bool) -> Option<Vec<u8>> {
        if !self.news.is_worth(self.entries.len()) {
            return None;
        }
        self.news = News::default();
        self.entries.retain(|key, _| exists(*key));
        let mut writer = Writer::new(MAGIC, self.entries.len() * 160);
        for (key, entry) in &self.entries {
            writer.digest(key.0);
            writer.stamp(entry.stamp);
            writer.number(entry.outputs.len() as u64);
            for output in &entry.outputs {
                writer.text(&output.name);
                writer.digest(output.object.0);
                writer.flag(output.executable);
                writer.flag(output.place.is_some());
                writer.text(output.place.as_deref().unwrap_or_default());
            }
        }
        Some(writer.finish())
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::open(MAGIC, bytes)?;
        let mut entries = BTreeMap::new();
        while !reader.is_empty() {
            let (key, stamp) = (Key(reader.digest()?), reader.stamp()?);
            let count = reader.number()?;
            let mut outputs = Vec::new();
            for _ in 0..count {
                outputs.push(output(&mut reader)?);
            }
            entries.insert(key, Entry { stamp, outputs });
        }
        Some(Self { entries, ..Self::default() })
    }
}

fn output(reader: &mut Reader<'_>) -> Option<RecordedOutput> {
    let (name, object) = (reader.text()?.to_owned(), ObjectId(reader.digest()?));
    let (executable, placed, place) = (reader.flag()?, reader.flag()?, reader.text()?);
    Some(RecordedOutput { name, object, executable, place: placed.then(|| place.to_owned()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

    const SETTLED: i64 = 10_000_000_000;

    fn outputs() -> Vec<RecordedOutput> {
        let object = ObjectId(Digest::of(b"bytes"));
        let named = |name: &str, place: Option<&str>, executable| RecordedOutput {
            name: name.to_owned(),
            object,
            place: place.map(str::to_owned),
            executable,
        };
        vec![named("a", None, false), named("b/c", Some("out/c"), true)]
    }

    #[test]
    fn a_record_that_looks_the_same_is_not_read_again() {
        let (key, stamp) = (Key(Digest::of(b"key")), Stamp::from_numbers([7, 1, 2, 3]));
        let mut ledger = Ledger::default();
        ledger.learn(key, stamp, &outputs(), SETTLED);
        let bytes = ledger.encode_if_changed(|_| true).expect("something was learnt");
        let read = Ledger::decode(&bytes).expect("whole bytes read back");
        assert_eq!(read.recall(key, stamp), Some(outputs()));
        assert_eq!(read.recall(key, Stamp::from_numbers([7, 1, 9, 3])), None);
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << (place % 8);
            assert!(Ledger::decode(&flipped).is_none(), "byte {place}");
        }
    }

    #[test]
    fn a_record_read_in_the_tick_of_its_writing_is_read_again() {
        let (key, stamp) = (Key(Digest::of(b"key")), Stamp::from_numbers([7, 1, 2, 3]));
        let mut ledger = Ledger::default();
        ledger.learn(key, stamp, &outputs(), 5);
        assert_eq!(ledger.recall(key, stamp), None);
    }
}
