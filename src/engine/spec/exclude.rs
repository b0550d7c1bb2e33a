//! `exclude`: the points of its `each` that a stage leaves out.

use super::outline::StageDraft;
use super::repeats;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;
use crate::yaml::{Node, entries, items};

/// Values by coordinate: every point that has them all is left out.
pub(super) struct Excluded {
    pub values: Vec<(String, String)>,
    /// Where each value is written, in the same order.
    places: Vec<Place>,
    place: Place,
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

/// Reports what a stage leaves out that it has not, and a stage of which nothing is left.
pub(super) fn check(draft: &StageDraft<'_>, left: usize, diagnostics: &mut Diagnostics) {
    let known = || draft.axes.iter().map(|axis| axis.name.as_str());
    for excluded in &draft.exclude {
        for ((name, value), place) in excluded.values.iter().zip(&excluded.places) {
            let axis = draft.axes.iter().find(|axis| axis.name == *name);
            let (message, help) = match axis {
                None => (
                    format!("stage `{}` isn't repeated over `{name}`", draft.name),
                    suggestion::help(name, known(), "a coordinate named", "its coordinates are"),
                ),
                // Whose values they are may be what is wrong.
                Some(axis) if axis.values.is_empty() || axis.values.contains(value) => continue,
                Some(axis) => (
                    format!("no `{name}` is `{value}`"),
                    suggestion::help(
                        value,
                        axis.values.iter().map(String::as_str),
                        "a value",
                        "its values are",
                    ),
                ),
            };
            let mistake = Diagnostic::error(message).at(place);
            diagnostics.add(match help {
                Some(help) => mistake.help(help),
                None => mistake.help("take it away"),
            });
        }
    }
    if let (0, Some(last)) = (left, draft.exclude.last()) {
        let mistake = Diagnostic::error(format!("nothing is left of stage `{}`", draft.name));
        diagnostics.add(mistake.at(&last.place).help("leave out fewer points"));
    }
}
