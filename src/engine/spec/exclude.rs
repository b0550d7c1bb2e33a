//! `exclude`: the points of its `each` that a stage leaves out.

use super::repeats;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::yaml::{Node, entries, items};

/// Values by coordinate: every point that has them all is left out.
pub(super) struct Excluded {
    pub values: Vec<(String, String)>,
    /// Where each value is written, in the same order.
    pub places: Vec<Place>,
    pub place: Place,
}

/// Reads a list of maps from coordinates to a value.
pub(super) fn read(node: &Node, diagnostics: &mut Diagnostics) -> Vec<Excluded> {
    let mut excluded = Vec::new();
    for node in items(node, "`exclude`", diagnostics).unwrap_or_default() {
        let Some(entries) = entries(node, "each of `exclude`", diagnostics) else { continue };
        let (mut values, mut places) = (Vec::new(), Vec::new());
        for entry in entries {
            if let Some(value) = repeats::value(&entry.value, &entry.key, diagnostics) {
                values.push((entry.key.clone(), value));
                places.push(entry.value.place.clone());
            }
        }
        if entries.is_empty() {
            let mistake = Diagnostic::error("this leaves out every point").at(&node.place);
            diagnostics.add(mistake.help("name a coordinate and its value: `{ fold: 3 }`"));
        } else if values.len() == entries.len() {
            excluded.push(Excluded { values, places, place: node.place.clone() });
        }
    }
    excluded
}
