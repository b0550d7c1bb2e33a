//! How mistakes in claims are worded and collected.

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place};

/// Gives words in backticks with commas between.
pub(super) fn listed(words: impl Iterator<Item = &'static str>) -> String {
    words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Adds a mistake that is not known already: readings may share what they name.
pub(super) fn add_once(mistake: Diagnostic, diagnostics: &mut Diagnostics) {
    let span = |mistake: &Diagnostic| mistake.place().map(Place::span);
    let is_same = |known: &Diagnostic| known.message() == mistake.message() && span(known) == span(&mistake);
    if !diagnostics.iter().any(is_same) {
        diagnostics.add(mistake);
    }
}
