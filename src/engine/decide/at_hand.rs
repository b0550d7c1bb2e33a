//! Whether the outputs at an instance's places are those that `pipeline.lock` has.
//!
//! lock + key + what is at the places ──▶ the outputs, or the first thing that is lacking
//!
//! Invariants
//! - Lock and places are believed no more than a stranger's: the key is that of a run now, every byte is digested here, no
//!   link is followed, and nothing else may be at the places.
//! - Of what was only observed the lock says nothing: it is taken as it is found.

use std::fmt;

use crate::digest::{Digest, Key, ObjectId};
use crate::folder::FileKind;
use crate::lockfile::lock::Lock;
use crate::plan::graph::InstanceId;
use crate::plan::work::Work;
use crate::project_path::ProjectPath;
use crate::store::{OutputPlace, RecordedOutput, Store};

/// What an empty folder's output has for its permissions, as a run records it.
const FOLDER_MODE: u32 = 0o644;

/// Why an instance's outputs do not count as at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// There is no lock, or no whole one.
    Lock,
    /// The lock does not name the instance.
    Line,
    /// The lock names a run with other settings, inputs or code.
    Key,
    /// The lock names no outputs, so that nothing can be compared.
    Outputs,
    /// An output has no place in the project: only the store has it.
    Place {
        /// The output's name.
        output: String,
    },
    /// Nothing is at a place.
    File {
        /// The place.
        place: String,
    },
    /// A place holds something else than the lock says.
    Bytes {
        /// The place.
        place: String,
    },
    /// Something is at a place that the lock does not name.
    Name {
        /// Where it is.
        place: String,
    },
}

impl fmt::Display for Lacking {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lock => write!(formatter, "there is no whole pipeline.lock"),
            Self::Line => write!(formatter, "pipeline.lock does not name it"),
            Self::Key => {
                write!(formatter, "pipeline.lock has a run with other settings, inputs, tools or code")
            }
            Self::Outputs => write!(formatter, "it has no outputs that could be compared"),
            Self::Place { output } => write!(formatter, "its output `{output}` is kept in the store only"),
            Self::File { place } => write!(formatter, "`{place}` is not there"),
            Self::Bytes { place } => write!(formatter, "`{place}` is not what pipeline.lock says"),
            Self::Name { place } => write!(formatter, "pipeline.lock names nothing for `{place}`"),
        }
    }
}

/// Gives an instance's outputs by a lock, if it has this key there and they all are at their places, alone.
pub(crate) fn at_hand(
    work: &Work<'_>,
    store: &Store,
    lock: Option<&Lock>,
    id: InstanceId,
    key: Key,
) -> Result<Vec<RecordedOutput>, Lacking> {
    let locked = lock.ok_or(Lacking::Lock)?.lines.get(work.name(id)).ok_or(Lacking::Line)?;
    if locked.key != key {
        return Err(Lacking::Key);
    }
    // One whose settings are refused has no key, so it has places here.
    let places = work.effective(id).map(|effective| effective.places.as_slice()).unwrap_or_default();
    let found = locked.outputs.iter().map(|(name, object)| find(store, places, name, *object));
    let mut outputs: Vec<RecordedOutput> = found.collect::<Result<_, _>>()?;
    if outputs.is_empty() {
        return Err(Lacking::Outputs);
    }
    for path in store.misplaced(places, &outputs) {
        let observed = observed(store, places, &path);
        outputs.push(observed.ok_or_else(|| Lacking::Name { place: path.to_string() })?);
    }
    let is_filled = |place: &&OutputPlace| {
        let mut paths = outputs.iter().filter_map(|output| OutputPlace::find(places, &output.name));
        paths.any(|path| path.is_within(&place.path))
    };
    match places.iter().find(|place| !is_filled(place)) {
        Some(place) => Err(Lacking::Name { place: place.path.to_string() }),
        None => Ok(outputs),
    }
}

/// Finds one output at its place.
fn find(
    store: &Store,
    places: &[OutputPlace],
    name: &str,
    object: ObjectId,
) -> Result<RecordedOutput, Lacking> {
    let place = OutputPlace::find(places, name).ok_or_else(|| Lacking::Place { output: name.to_owned() })?;
    let lacking = || Lacking::File { place: place.to_string() };
    let differs = || Lacking::Bytes { place: place.to_string() };
    let entry = store.project().entry(place.as_str()).map_err(|_| differs())?.ok_or_else(lacking)?;
    let (is_same, mode) = if name.ends_with('/') {
        (entry.kind == FileKind::Folder && object.0 == Digest::of(b""), FOLDER_MODE)
    } else {
        (store.digest_place(&place).is_ok_and(|digest| digest == object.0), entry.stamp.mode)
    };
    if is_same { Ok(RecordedOutput::new(name, object, mode)) } else { Err(differs()) }
}

/// Takes in a file at a place that holds only what was observed of a run.
fn observed(store: &Store, places: &[OutputPlace], path: &ProjectPath) -> Option<RecordedOutput> {
    let place = places.iter().find(|place| path.is_within(&place.path))?;
    let name = match (place.name.as_str(), path.below(&place.path)?) {
        ("", rest) => rest.to_owned(),
        (name, "") => name.to_owned(),
        (name, rest) => format!("{name}/{rest}"),
    };
    let entry = store.project().entry(path.as_str()).ok()??;
    let output = RecordedOutput::new(name, ObjectId(store.digest_place(path).ok()?), entry.stamp.mode);
    output.is_observed().then_some(output)
}
