//! Whether the outputs at an instance's places are those that `pipeline.lock` has.
//!
//! lock + key + what is at the places ──▶ the outputs, or the first thing that is lacking
//!
//! Invariants
//! - Lock and places are believed no more than a stranger's: the key is that of a run now, every byte is digested here, no
//!   link is followed, and nothing else may be at the places.
//! - Of what was only observed the lock says nothing: it is taken as it is found, a file of its own as well as a value in
//!   another one.

use std::path::Path;

use crate::decide::work::Work;
use crate::digest::{Digest, Key, ObjectId};
use crate::error::EngineError;
use crate::folder::FileKind;
use crate::kind::Kind;
use crate::lockfile::lock::Lock;
use crate::observed_values::{has_observed_values, lasting_digest};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::project_path::ProjectPath;
use crate::recipe::EXECUTABLE;
use crate::spec::{Pipeline, Stage};
use crate::store::{OutputPlace, RecordedOutput, Store};

/// What an empty folder's output has for its permissions, as a run records it.
const FOLDER_MODE: u32 = 0o644;

/// The largest file with observed values that is compared with the lock, in bytes.
const MAX_OBSERVED_BYTES: u64 = 1 << 30;

/// Why an instance's outputs do not count as at hand.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lacking {
    /// There is no lock, or no whole one.
    #[error("there is no whole pipeline.lock")]
    Lock,
    /// The lock does not name the instance.
    #[error("pipeline.lock does not name it")]
    Line,
    /// The lock names a run with other settings, inputs or code.
    #[error("pipeline.lock has a run with other settings, inputs, tools or code")]
    Key,
    /// The lock names no outputs, so that nothing can be compared.
    #[error("it has no outputs that could be compared")]
    Outputs,
    /// An output has no place in the project: only the store has it.
    #[error("its output `{output}` is kept in the store only")]
    Place {
        /// The output's name.
        output: String,
    },
    /// Nothing is at a place.
    #[error("`{place}` is not there")]
    File {
        /// The place.
        place: String,
    },
    /// A place holds something else than the lock says.
    #[error("`{place}` is not what pipeline.lock says")]
    Bytes {
        /// The place.
        place: String,
    },
    /// Something is at a place that the lock does not name.
    #[error("pipeline.lock names nothing for `{place}`")]
    Name {
        /// Where it is.
        place: String,
    },
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
    let places = work.own_places(id);
    let stage = work.context(id).stage;
    let found = locked.outputs.iter().map(|(name, object)| find(store, (stage, places), name, *object));
    let mut outputs: Vec<RecordedOutput> = found.collect::<Result<_, _>>()?;
    if outputs.is_empty() {
        return Err(Lacking::Outputs);
    }
    for path in store.amiss(places, &outputs, true) {
        let observed = found_at(store, places, &path);
        let observed = observed.filter(|output| stage.is_observed(&output.name));
        outputs.push(observed.ok_or_else(|| Lacking::Name { place: path.to_string() })?);
    }
    let is_filled = |place: &&OutputPlace| {
        let mut paths = outputs.iter().filter_map(|output| OutputPlace::find(places, &output.name));
        paths.any(|path| path.is_within(&place.path))
    };
    // Of what is only observed none is promised.
    match places.iter().find(|place| !is_filled(place) && !stage.is_observed(&place.name)) {
        Some(place) => Err(Lacking::Name { place: place.path.to_string() }),
        None => Ok(outputs),
    }
}

/// Names each place that holds something else than the lock says, with the instance that it is of. What is not there is
/// left out, as a clone has only what git keeps.
///
/// # Errors
/// [`EngineError`] when the pipeline does not fit together.
pub fn misplaced_by_lock(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    store: &Store,
    lock: &Lock,
    options: &Options<'_>,
) -> Result<Vec<(String, String)>, EngineError> {
    let work = Work::of(root, pipeline, registry, options)?;
    let mut misplaced = Vec::new();
    for id in work.plan.ids() {
        let Some(locked) = lock.lines.get(work.name(id)) else { continue };
        let own = (work.context(id).stage, work.own_places(id));
        for (name, object) in &locked.outputs {
            if let Err(Lacking::Bytes { place }) = find(store, own, name, *object) {
                misplaced.push((work.name(id).to_owned(), place));
            }
        }
    }
    Ok(misplaced)
}

/// Finds one output at its place.
fn find(
    store: &Store,
    (stage, places): (&Stage, &[OutputPlace]),
    name: &str,
    object: ObjectId,
) -> Result<RecordedOutput, Lacking> {
    let (name, executable) = name.strip_suffix(EXECUTABLE).map_or((name, false), |name| (name, true));
    let place = OutputPlace::find(places, name).ok_or_else(|| Lacking::Place { output: name.to_owned() })?;
    let lacking = || Lacking::File { place: place.to_string() };
    let differs = || Lacking::Bytes { place: place.to_string() };
    let entry = store.project().entry(place.as_str()).map_err(|_| differs())?.ok_or_else(lacking)?;
    if name.ends_with('/') {
        let is_same = entry.kind == FileKind::Folder && object.0 == Digest::of(b"");
        return if is_same { Ok(RecordedOutput::new(name, object, FOLDER_MODE)) } else { Err(differs()) };
    }
    let digest = ObjectId(store.digest_place(&place).map_err(|_| differs())?);
    let lasts = |bytes: Vec<u8>| {
        ObjectId(Digest::of(&bytes)) == digest && lasting_digest(stage, name, &bytes) == object
    };
    let is_same = digest == object
        || has_observed_values(stage, name)
            && store.project().read(place.as_str(), MAX_OBSERVED_BYTES).is_ok_and(lasts);
    match is_same && entry.stamp.is_executable() == executable {
        true => Ok(RecordedOutput::new(name, digest, entry.stamp.mode)),
        false => Err(differs()),
    }
}

/// Takes in a file at a place, as the output that it would be.
fn found_at(store: &Store, places: &[OutputPlace], path: &ProjectPath) -> Option<RecordedOutput> {
    let place = places.iter().find(|place| path.is_within(&place.path))?;
    let name = match (place.name.as_str(), path.below(&place.path)?) {
        ("", rest) => rest.to_owned(),
        (name, "") => name.to_owned(),
        (name, rest) => format!("{name}/{rest}"),
    };
    let entry = store.project().entry(path.as_str()).ok()??;
    Some(RecordedOutput::new(name, ObjectId(store.digest_place(path).ok()?), entry.stamp.mode))
}
