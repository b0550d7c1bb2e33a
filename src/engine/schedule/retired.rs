//! Outputs of instances that the pipeline no longer has are taken away by a run of the whole pipeline.
//!
//! Invariants
//! - Only places that recount has filled are touched: the log of runs names them.
//! - What the store has is removed; all else goes to `artifacts/edited/`. What git keeps, and what is an input by now, stays.

use std::ops::Bound;

use crate::decide::work::Work;
use crate::exec::execute::format_kept;
use crate::options::Options;
use crate::project_path::ProjectPath;
use crate::schedule::observer::{Event, Observer};
use crate::store::{Session, StoreError};

/// What became of the places that no instance writes any more.
#[derive(Default)]
pub(crate) struct Retired {
    /// The places that went.
    pub(crate) removed: Vec<ProjectPath>,
    /// Whether one could not be looked at, so that the next run has to see to it.
    pub(crate) is_blocked: bool,
}

/// Takes away what no instance writes any more.
pub(crate) fn remove(
    work: &Work<'_>,
    session: &Session<'_>,
    options: &Options<'_>,
    observer: &dyn Observer,
) -> Result<Retired, StoreError> {
    let written = work.written_paths();
    let left: Vec<ProjectPath> =
        session.filled()?.into_iter().filter(|place| !written.contains(place.as_str())).collect();
    if left.is_empty() {
        return Ok(Retired::default());
    }
    let places = work.places();
    let is_declared = |path: &ProjectPath| {
        if places.contains_key(path) || path.folders().any(|folder| places.contains_key(&folder)) {
            return true;
        }
        // A place in which another one is by now.
        let inside = format!("{path}/");
        let next = places.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).next();
        next.is_some_and(|(next, _)| next.is_within(path))
    };
    let mut retired = Retired::default();
    let mut forgotten = Vec::new();
    for place in left.into_iter().filter(|place| !is_declared(place)) {
        let entry = session.project().entry(place.as_str());
        if matches!(entry, Ok(None)) {
            // Only folders that are empty by now may be left of it.
            session.remove_place(&place)?;
            forgotten.push(place);
            continue;
        }
        let why = if entry.is_err() {
            retired.is_blocked = true;
            Some("a link is in the way, or a folder that can't be read")
        } else if (options.is_tracked)(&place) {
            Some("git keeps it")
        } else if work.is_input(&place) {
            Some("it is an input now")
        } else {
            None
        };
        if let Some(why) = why {
            observer.event(Event::Retired { place: place.as_str(), stays: Some(why) });
            continue;
        }
        for kept in session.remove_place(&place)? {
            observer.event(Event::Kept { line: &format_kept(&kept) });
        }
        observer.event(Event::Retired { place: place.as_str(), stays: None });
        forgotten.push(place.clone());
        retired.removed.push(place);
    }
    session.forget_filled(&forgotten)?;
    Ok(retired)
}
