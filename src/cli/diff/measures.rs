//! Every number of a run's JSON outputs, by its address: `metrics.json#/accuracy`.
//!
//! Invariants
//! - What was only observed is no measure: a lock does not have it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use recount_engine::Locked;

use crate::cli::outputs::{OutputFinder, measured};

/// The address of a number.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MeasurePlace {
    pub(super) output: String,
    pub(super) pointer: String,
    /// Whether it is in a list, as each epoch's numbers are.
    pub(super) listed: bool,
}

/// Reads the numbers of an instance's outputs; `None` where one of them can't be found.
pub(super) fn measures(finder: &OutputFinder<'_>, locked: &Locked) -> Option<BTreeMap<MeasurePlace, f64>> {
    let mut found = BTreeMap::new();
    for (output, object) in measured(locked) {
        let bytes = finder.find(object)?;
        let Ok(json) = serde_json::from_slice::<Json>(&bytes) else { continue };
        walk(
            &json,
            &MeasurePlace { output: output.to_owned(), pointer: String::new(), listed: false },
            &mut found,
        );
    }
    Some(found)
}

fn walk(json: &Json, place: &MeasurePlace, found: &mut BTreeMap<MeasurePlace, f64>) {
    let below = |part: &str, listed: bool| MeasurePlace {
        output: place.output.clone(),
        pointer: format!("{}/{}", place.pointer, part.replace('~', "~0").replace('/', "~1")),
        listed: place.listed || listed,
    };
    match json {
        Json::Number(number) => {
            found.extend(number.as_f64().map(|number| (place.clone(), number)));
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &below(&index.to_string(), true), found);
            }
        }
        Json::Object(fields) => {
            for (name, value) in fields {
                walk(value, &below(name, false), found);
            }
        }
        Json::Null | Json::Bool(_) | Json::String(_) => {}
    }
}
