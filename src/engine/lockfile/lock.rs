//! `pipeline.lock`: each instance's key and outputs, one line an instance, for git to keep.
//!
//! text ──parse──▶ [`Lock`] ──take in what a run gave──▶ text
//!
//! Invariants
//! - Lines are sorted by their bytes, so that sorting the file changes nothing and a merge of two runs
//!   conflicts only where both changed the same instance.
//! - What was only observed (times) is not in it: equal experiments give equal lines on every machine.
//! - A text with a line that is not whole, such as one in conflict after a merge, is no lock.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::digest::{Digest, Key, ObjectId};
use crate::observed_values::{has_observed_values, lasting_digest};
use crate::recipe::EXECUTABLE;
use crate::spec::Stage;
use crate::store::{RecordedOutput, Store};

/// The first line; it sorts before every instance, since a stage's name begins with a letter or a digit.
const HEADER: &str = "# recount lock 2: instance, key, outputs; written by each run";

/// The version of the format, as [`HEADER`] has it.
pub(crate) const VERSION: u32 = 2;

/// Each instance's key and outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// By instance name.
    pub lines: BTreeMap<String, Locked>,
}

/// What a lock says of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its key.
    pub key: Key,
    /// The digests of what lasts of its outputs by name, as a recipe has it, sorted: of those that were only observed
    /// nothing, of one with observed values the rest, of all others the object. A map would take ten times as much for the
    /// one output that most have.
    pub outputs: Vec<(String, ObjectId)>,
}

impl Locked {
    /// Takes what a run recorded, which is in a store.
    pub fn of(key: Key, outputs: &[RecordedOutput], stage: &Stage, store: &Store) -> Self {
        let lasting = outputs.iter().filter(|output| !stage.is_observed(&output.name));
        let form = |output: &RecordedOutput| if output.executable { EXECUTABLE } else { "" };
        let mut outputs: Vec<(String, ObjectId)> = lasting
            .map(|output| ([&output.name, form(output)].concat(), lasting_object(output, stage, store)))
            .collect();
        outputs.sort_unstable();
        Self { key, outputs }
    }

    /// Says whether it says what a run recorded.
    pub(crate) fn is_of(&self, key: Key, outputs: &[RecordedOutput], stage: &Stage, store: &Store) -> bool {
        let mut lasting = outputs.iter().filter(|output| !stage.is_observed(&output.name));
        let is_here = |output: &RecordedOutput| {
            let fits = |name: &str| match output.executable {
                true => name.strip_suffix(EXECUTABLE) == Some(&output.name),
                false => name == output.name,
            };
            let object = lasting_object(output, stage, store);
            self.outputs.iter().any(|(name, own)| *own == object && fits(name))
        };
        self.key == key && lasting.clone().count() == self.outputs.len() && lasting.all(is_here)
    }

    /// Gives an output's object.
    pub fn output(&self, name: &str) -> Option<ObjectId> {
        self.outputs.iter().find(|(own, _)| own == name).map(|(_, object)| *object)
    }
}

/// Gives the digest of what lasts of an output.
fn lasting_object(output: &RecordedOutput, stage: &Stage, store: &Store) -> ObjectId {
    if !has_observed_values(stage, &output.name) {
        return output.object;
    }
    let bytes = store.read_object(output.object);
    bytes.map_or(output.object, |bytes| lasting_digest(stage, &output.name, &bytes))
}

impl Lock {
    /// Gives the version of the format that a text says it has.
    pub(crate) fn version(text: &str) -> Option<u32> {
        let rest = text.strip_prefix("# recount lock ")?;
        rest[..rest.find(':')?].parse().ok()
    }

    /// Reads a lock's text; `None` where a line is damaged or in conflict.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != HEADER {
            return None;
        }
        let lines: Option<BTreeMap<String, Locked>> = lines.map(parse_line).collect();
        Some(Self { lines: lines? })
    }

    /// Gives the keys of its instances.
    pub fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.lines.values().map(|locked| locked.key)
    }

    /// Writes it down.
    pub fn to_text(&self) -> String {
        // Escaped names need not be in the order of the names themselves.
        let mut lines: Vec<(Cow<'_, str>, &Locked)> =
            self.lines.iter().map(|(name, locked)| (escape(name), locked)).collect();
        lines.sort_by(|(one, _), (other, _)| line_start(one).cmp(line_start(other)));
        let mut text = format!("{HEADER}\n");
        for (name, locked) in lines {
            text.push_str(&name);
            text.push('\t');
            text.push_str(&locked.key.0.to_hex());
            for (output, object) in &locked.outputs {
                text.push('\t');
                text.push_str(&escape(output));
                text.push('=');
                text.push_str(&object.0.to_hex());
            }
            text.push('\n');
        }
        text
    }
}

/// Gives the bytes by which a line sorts: its name is unique, and ends with a tab.
fn line_start(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().chain([b'\t'])
}

fn parse_line(line: &str) -> Option<(String, Locked)> {
    let mut parts = line.split('\t');
    let name = unescape(parts.next()?)?;
    let key = Key(Digest::from_hex(parts.next()?)?);
    let output = |part: &str| {
        let (name, hex) = part.rsplit_once('=')?;
        Some((unescape(name)?, ObjectId(Digest::from_hex(hex)?)))
    };
    let outputs: Vec<(String, ObjectId)> = parts.map(output).collect::<Option<_>>()?;
    // As they are written: sorted, and each of them once.
    let is_sorted = outputs.windows(2).all(|pair| pair[0].0 < pair[1].0);
    is_sorted.then_some((name, Locked { key, outputs }))
}

/// Keeps a name on one line and in one column.
fn escape(name: &str) -> Cow<'_, str> {
    if !name.contains(['\\', '\t', '\n', '\r']) {
        return Cow::Borrowed(name);
    }
    Cow::Owned(name.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r"))
}

fn unescape(text: &str) -> Option<String> {
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let mut name = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        name.push(match letter {
            '\\' => match letters.next()? {
                '\\' => '\\',
                't' => '\t',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lock(names: &[&str]) -> Lock {
        let locked = |name: &str| Locked {
            key: Key(Digest::of(name.as_bytes())),
            outputs: vec![(format!("{name}=\t.json"), ObjectId(Digest::of(b"bytes")))],
        };
        Lock { lines: names.iter().map(|name| ((*name).to_owned(), locked(name))).collect() }
    }

    #[test]
    fn a_lock_in_conflict_or_cut_short_is_none() {
        let text = lock(&["prepare", "train"]).to_text();
        assert!(Lock::parse(&text).is_some());
        let train = text.lines().last().expect("it has a line");
        let conflict =
            text.replace(train, &format!("<<<<<<< ours\n{train}\n=======\n{train}\n>>>>>>> theirs"));
        assert_eq!(Lock::parse(&conflict), None);
        assert_eq!(Lock::parse(&text[..text.len() - 9]), None);
        assert_eq!(Lock::parse(""), None);
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_and_sorting_it_changes_nothing(names in prop::collection::btree_set("[a-z][a-z\\\\\t\n= ]{0,5}", 0..5)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let lock = lock(&names);
            let text = lock.to_text();
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            prop_assert_eq!(lines.join("\n") + "\n", text);
            prop_assert_eq!(Lock::parse(&lock.to_text()), Some(lock));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            drop(Lock::parse(&format!("{HEADER}\n{text}")));
        }
    }
}
