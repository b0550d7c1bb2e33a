//! The citations of a report, and the reference of each.
//!
//! Invariants
//! - Citations of one address in one format share a reference, wherever they are.
//! - Where two references would agree, these two are longer, and no other one.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use recount_engine::digest::Digest;

use super::{Citation, Format};

/// Letters of a reference at least.
const MIN_LENGTH: usize = 6;

/// What a number is cited by, such as `k3f9ac`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReferenceId(String);

impl ReferenceId {
    /// Takes a reference that was written; `None` where it is not that of this address and format.
    pub fn of_written(reference: &str, address: &str, format: &str) -> Option<Self> {
        let is_own = reference.len() >= MIN_LENGTH && spell(address, format).starts_with(reference);
        is_own.then(|| Self(reference.to_owned()))
    }
}

impl fmt::Display for ReferenceId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// The citations of a report, in the order in which they are first made.
#[derive(Debug, Default)]
pub struct CitationRegistry {
    citations: Vec<Citation>,
    known: HashMap<(String, Format), usize>,
}

impl CitationRegistry {
    /// Adds a citation; gives its position, which is that of an equal one where there is one.
    pub fn add(&mut self, citation: Citation) -> usize {
        let at = (citation.quantity.address.clone(), citation.format);
        *self.known.entry(at).or_insert_with(|| {
            self.citations.push(citation);
            self.citations.len() - 1
        })
    }

    /// Gives a citation by its position.
    pub fn get(&self, at: usize) -> Option<&Citation> {
        self.citations.get(at)
    }

    /// Gives all citations.
    pub fn citations(&self) -> &[Citation] {
        &self.citations
    }

    /// Gives the reference of each of these citations, which are those that are printed.
    pub fn references(&self, used: impl IntoIterator<Item = usize>) -> BTreeMap<usize, ReferenceId> {
        let spelled: BTreeMap<usize, String> = used
            .into_iter()
            .filter_map(|at| {
                let Citation { quantity, format, .. } = self.citations.get(at)?;
                Some((at, spell(&quantity.address, &format.to_string())))
            })
            .collect();
        let mut lengths: BTreeMap<usize, usize> = spelled.keys().map(|at| (*at, MIN_LENGTH)).collect();
        loop {
            let mut same: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (at, length) in &lengths {
                let letters = &spelled[at];
                same.entry(&letters[..(*length).min(letters.len())]).or_default().push(*at);
            }
            let longer: Vec<usize> = same
                .into_values()
                .filter(|same| same.len() > 1)
                .flatten()
                .filter(|at| lengths[at] < spelled[at].len())
                .collect();
            if longer.is_empty() {
                break;
            }
            longer.into_iter().for_each(|at| *lengths.get_mut(&at).expect("each has a length") += 1);
        }
        lengths
            .into_iter()
            .map(|(at, length)| (at, ReferenceId(spelled[&at][..length.min(spelled[&at].len())].to_owned())))
            .collect()
    }
}

/// Spells all letters that a reference may have: base 32 (RFC 4648, lower-case) of the SHA-256 of address and format, from
/// its first letter on.
fn spell(address: &str, format: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let digest = Digest::of(format!("{address}\n{format}").as_bytes());
    let mut spelled = String::with_capacity(52);
    let (mut buffer, mut bits) = (0_u32, 0);
    for byte in digest.to_bytes() {
        buffer = (buffer << 8 | u32::from(byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            spelled.push(char::from(LETTERS[(buffer >> bits & 31) as usize]));
        }
    }
    let first = spelled.find(|letter: char| letter.is_ascii_lowercase()).unwrap_or(0);
    spelled.split_off(first)
}
