//! Outputs of instances that the pipeline no longer has are taken away by any run that is no trial.
//!
//! Invariants
//! - Only places that recount has filled are touched: the log of runs names them.
//! - What the store has is removed; all else goes to `artifacts/edited/`. What git keeps stays, and so does what is an input
//!   by now: by its own name, or in a folder if it is no longer what a run made.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Bound;

use crate::decide::work::Work;
use crate::exec::execute::format_kept;
use crate::options::Options;
use crate::project_path::ProjectPath;
use crate::schedule::observer::{Event, Observer};
use crate::spec::{StageId, is_reserved};
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
    let mut retired = Retired::default();
    let mut forgotten = Vec::new();
    let declared = Declared { places: if left.is_empty() { None } else { Some(work.places()) } };
    for place in left.into_iter().filter(|place| !declared.holds(place)) {
        let entry = session.project().entry(place.as_str());
        if matches!(entry, Ok(None)) {
            // Only folders that are empty by now may be left of it.
            session.remove_place(&place, &|path| declared.meets(path))?;
            forgotten.push(place);
            continue;
        }
        let why = if is_reserved(place.as_str()) {
            Some("no stage can have written it")
        } else if entry.is_err() {
            retired.is_blocked = true;
            Some("a link is in the way, or a folder that can't be read")
        } else if (options.is_tracked)(&place) && !declared.meets(&place) {
            Some("git keeps it")
        } else if work.is_input(&place) || work.is_in_input(&place) && !session.has_all_bytes_of(&place) {
            Some("it is an input now")
        } else {
            None
        };
        if let Some(why) = why {
            observer.event(Event::Retired { place: place.as_str(), stays: Some(why) });
            continue;
        }
        // A folder that holds places of now stays with them, and with what git keeps.
        let holds_places = declared.meets(&place);
        let stays = RefCell::new(Vec::new());
        let keeps = |path: &ProjectPath| {
            let is_kept = holds_places && !declared.meets(path) && (options.is_tracked)(path);
            if is_kept {
                stays.borrow_mut().push(path.clone());
            }
            is_kept || declared.meets(path)
        };
        for kept in session.remove_place(&place, &keeps)? {
            observer.event(Event::SetAside { line: &format_kept(&kept) });
        }
        for path in stays.into_inner() {
            observer.event(Event::Retired { place: path.as_str(), stays: Some("git keeps it") });
        }
        forgotten.push(place.clone());
        if !holds_places {
            observer.event(Event::Retired { place: place.as_str(), stays: None });
            retired.removed.push(place);
        }
    }
    session.forget_filled(&forgotten)?;
    Ok(retired)
}

/// The places of the outputs that there are now.
struct Declared<'w> {
    places: Option<&'w BTreeMap<ProjectPath, StageId>>,
}

impl Declared<'_> {
    /// Says whether a path is a place, or in one.
    fn holds(&self, path: &ProjectPath) -> bool {
        let is_place = |path: &ProjectPath| self.places.is_some_and(|places| places.contains_key(path));
        is_place(path) || path.folders().any(|folder| is_place(&folder))
    }

    /// Says whether a path is a place, in one, or a folder that holds one.
    fn meets(&self, path: &ProjectPath) -> bool {
        let inside = format!("{path}/");
        let from = (Bound::Included(inside.as_str()), Bound::Unbounded);
        let next = self.places.and_then(|places| places.range::<str, _>(from).next());
        self.holds(path) || next.is_some_and(|(next, _)| next.is_within(path))
    }
}
