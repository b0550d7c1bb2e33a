//! `repeats` and `paired`: the coordinates over which a stage's results are aggregated, and those of them along which two
//! results are compared pair by pair.
//!
//! Invariant: they say how results are read, and enter no key.

use super::outline::StageDraft;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;

/// Reports names that are no coordinate of their stage, and paired ones over which nothing is aggregated.
pub(super) fn check(draft: &StageDraft<'_>, diagnostics: &mut Diagnostics) {
    if draft.each_refused {
        return;
    }
    let coordinates: Vec<&str> = draft.each.iter().map(|entry| entry.axis.name()).collect();
    for (name, place) in draft.repeats.iter().flatten().chain(&draft.paired) {
        if !coordinates.contains(&name.as_str()) {
            diagnostics.add(unknown(&draft.name, name, &coordinates, place));
        }
    }
    let repeats = draft.repeats.as_ref().map(|names| names.iter().map(|(name, _)| name.as_str()));
    let repeats: Vec<&str> = repeats.map_or_else(|| vec!["seed"], Iterator::collect);
    for (name, place) in &draft.paired {
        if coordinates.contains(&name.as_str()) && !repeats.contains(&name.as_str()) {
            let message = format!("results can't be paired over `{name}`, as they aren't aggregated over it");
            let known: Vec<&str> = repeats.iter().copied().filter(|it| coordinates.contains(it)).collect();
            let all = [known.as_slice(), &[name.as_str()]].concat().join(", ");
            let help = format!("write `repeats: [{all}]` too, or take it away");
            diagnostics.add(Diagnostic::error(message).at(place).help(help));
        } else if repeats.first().is_some_and(|unit| unit != name) && coordinates.contains(&name.as_str()) {
            let message =
                format!("results can't be paired over `{name}`: it is averaged within `{}`", repeats[0]);
            let others: Vec<&str> = repeats.iter().copied().filter(|it| it != name).collect();
            let all = [&[name.as_str()], others.as_slice()].concat().join(", ");
            let help = format!("name it first, as the unit: `repeats: [{all}]`");
            diagnostics.add(Diagnostic::error(message).at(place).help(help));
        }
    }
}

fn unknown(stage: &str, name: &str, coordinates: &[&str], place: &Place) -> Diagnostic {
    let known = coordinates.iter().copied();
    let help = suggestion::help(name, known, "a coordinate named", "its coordinates are");
    let mistake = Diagnostic::error(format!("stage `{stage}` isn't repeated over `{name}`")).at(place);
    mistake.help(help.unwrap_or_else(|| "take it away".to_owned()))
}
