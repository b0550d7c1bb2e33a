//! Every number of a run's JSON outputs, by where it stands: `metrics.json#/accuracy`.
//!
//! Invariants
//! - What was only observed is no measure; nor is what a report's audit file repeats of others' measures.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value as Json;

use recount_engine::store::{Record, Store};

/// Where a number stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) output: String,
    pub(super) pointer: String,
    /// Whether it stands in a list, as each epoch's numbers do.
    pub(super) listed: bool,
}

/// Reads the numbers of a record's outputs; an output that the store lacks has none.
pub(super) fn measures(store: &Store, record: &Record) -> BTreeMap<Place, f64> {
    let mut found = BTreeMap::new();
    let outputs = record.outputs.iter().filter(|output| {
        !output.is_observed() && output.name.ends_with(".json") && !output.name.ends_with(".audit.json")
    });
    for output in outputs {
        let json = fs::read(store.object_path(output.object)).ok();
        let Some(json) = json.and_then(|bytes| serde_json::from_slice::<Json>(&bytes).ok()) else { continue };
        let place = Place { output: output.name.clone(), pointer: String::new(), listed: false };
        walk(&json, &place, &mut found);
    }
    found
}

fn walk(json: &Json, place: &Place, found: &mut BTreeMap<Place, f64>) {
    let below = |part: &str, listed: bool| Place {
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
