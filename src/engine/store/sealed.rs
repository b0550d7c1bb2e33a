//! Binary files that say by a checksum of themselves whether they are whole.
//!
//! fields ──[`Writer`]──▶ magic, body, seal ──[`Reader`]──▶ fields
//!
//! Invariants
//! - A file whose seal or magic does not fit, and one that ends early, reads as nothing.
//! - What stands in one only saves time: losing it loses no result.

use super::checksum::Checksum;
use super::index::Stamp;
use crate::digest::Digest;

/// Bytes that begin every sealed file and name its format.
pub(super) type Magic = [u8; 16];

/// How much is new in what a sealed file holds: a little is not worth writing all of it again.
#[derive(Default)]
pub(super) struct News {
    entries: usize,
    bytes: u64,
}

impl News {
    /// Counts an entry that spares reading so many bytes.
    pub(super) fn add(&mut self, bytes: u64) {
        self.entries += 1;
        self.bytes += bytes;
    }

    /// Says whether a file of so many entries is worth writing.
    pub(super) fn is_worth(&self, entries: usize) -> bool {
        self.bytes > MUCH || self.entries * FEW > entries
    }
}

/// Every how many entries a new one is reason enough.
const FEW: usize = 64;

/// How many bytes that need not be read again are reason enough.
const MUCH: u64 = 8 << 20;

/// A sealed file under construction.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    /// Begins a file that will hold about `capacity` bytes.
    pub(super) fn new(magic: &Magic, capacity: usize) -> Self {
        let mut bytes = Vec::with_capacity(capacity + magic.len() + 16);
        bytes.extend_from_slice(magic);
        Self(bytes)
    }

    pub(super) fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.0.push(u8::from(flag));
    }

    pub(super) fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn digest(&mut self, digest: Digest) {
        self.0.extend_from_slice(&digest.to_bytes());
    }

    pub(super) fn checksum(&mut self, checksum: Checksum) {
        self.0.extend_from_slice(&checksum.to_bytes());
    }

    pub(super) fn stamp(&mut self, stamp: Stamp) {
        for number in stamp.to_numbers() {
            self.number(number);
        }
    }

    /// Adds the seal.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let seal = Checksum::of(&self.0);
        self.0.extend_from_slice(&seal.to_bytes());
        self.0
    }
}

/// Gives the seal of a sealed file.
pub(super) fn seal_of(bytes: &[u8]) -> Option<Checksum> {
    bytes.split_last_chunk::<16>().map(|(_, seal)| Checksum::from_bytes(*seal))
}

/// The fields of a sealed file that are still to be read; each is `None` where the file ends early.
pub(super) struct Reader<'b>(&'b [u8]);

impl<'b> Reader<'b> {
    /// Checks the seal; `None` for bytes that are no whole file of this format.
    pub(super) fn open(magic: &Magic, bytes: &'b [u8]) -> Option<Self> {
        let (body, seal) = bytes.split_last_chunk::<16>()?;
        if Checksum::of(body) != Checksum::from_bytes(*seal) {
            return None;
        }
        body.strip_prefix(magic).map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        self.take::<1>().map(|byte| byte != [0])
    }

    pub(super) fn text(&mut self) -> Option<&'b str> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }

    pub(super) fn digest(&mut self) -> Option<Digest> {
        self.take().map(Digest::from_bytes)
    }

    pub(super) fn checksum(&mut self) -> Option<Checksum> {
        self.take().map(Checksum::from_bytes)
    }

    pub(super) fn stamp(&mut self) -> Option<Stamp> {
        let mut numbers = [0; 4];
        for number in &mut numbers {
            *number = self.number()?;
        }
        Some(Stamp::from_numbers(numbers))
    }

    fn take<const LENGTH: usize>(&mut self) -> Option<[u8; LENGTH]> {
        let (first, rest) = self.0.split_first_chunk::<LENGTH>()?;
        self.0 = rest;
        Some(*first)
    }
}
