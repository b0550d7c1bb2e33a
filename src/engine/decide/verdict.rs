//! Decides whether an instance is stale, and says why.
//!
//! what the store has ──[`is_fresh`]──▶ fresh, or stale: (recipe, last recipe) ──[`reasons`]──▶ why
//!
//! Invariants
//! - Pure: whatever it needs is in its arguments; it knows no kind, no file system, no terminal.
//! - Fresh means that the store has the outputs of this very recipe, whatever ran last.

use crate::decide::changes::differences;
use crate::decide::reason::Reason;
use crate::recipe::Recipe;
use crate::store::Flaw;

/// What the store has for a recipe's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RecordState {
    /// A record with sound objects.
    Recorded,
    Nothing,
    /// A record that does not count.
    Flawed(Flaw),
}

/// Says whether an instance's outputs are there.
pub(crate) fn is_fresh(record: &RecordState, forced: bool) -> bool {
    !forced && *record == RecordState::Recorded
}

/// Says why an instance has to run that is not fresh; there is at least one reason.
pub(crate) fn reasons(
    recipe: &Recipe,
    last: Option<&Recipe>,
    record: &RecordState,
    forced: bool,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if forced {
        reasons.push(Reason::Forced);
    }
    match record {
        RecordState::Recorded => {}
        RecordState::Flawed(Flaw::RecordCorrupt) => reasons.push(Reason::RecordCorrupt),
        RecordState::Flawed(Flaw::ObjectMissing { output, .. }) => {
            reasons.push(Reason::ObjectMissing { output: output.clone() });
        }
        RecordState::Flawed(Flaw::ObjectCorrupt { output, .. }) => {
            reasons.push(Reason::ObjectCorrupt { output: output.clone() });
        }
        RecordState::Nothing => match last {
            None => reasons.push(Reason::NeverRun),
            Some(last) => reasons.extend(differences(last, recipe)),
        },
    }
    if reasons.is_empty() {
        reasons.push(Reason::RecordMissing);
    }
    reasons
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::digest::{Digest, ObjectId};

    fn object(text: &str) -> ObjectId {
        ObjectId(Digest::of(text.as_bytes()))
    }

    fn recipe() -> Recipe {
        Recipe {
            kind: "train".to_owned(),
            code: Digest::of(b"code"),
            parameters: BTreeMap::from([
                ("learning_rate".to_owned(), 0.001.into()),
                ("hidden".to_owned(), 64.into()),
            ]),
            seed: Some(1),
            inputs: BTreeMap::from([("prepare/dataset".to_owned(), object("old"))]),
            files: BTreeMap::new(),
            values: BTreeMap::new(),
            cited: BTreeMap::new(),
        }
    }

    fn reason_texts(new: &Recipe, last: Option<&Recipe>, record: &RecordState) -> Vec<String> {
        reasons(new, last, record, false).iter().map(Reason::to_string).collect()
    }

    #[test]
    fn every_difference_is_a_reason_with_old_and_new() {
        let mut new = recipe();
        new.code = Digest::of(b"new code");
        new.parameters =
            BTreeMap::from([("learning_rate".to_owned(), 0.01.into()), ("dropout".to_owned(), 0.5.into())]);
        new.seed = None;
        new.inputs = BTreeMap::from([("prepare/dataset".to_owned(), object("new"))]);
        new.files = BTreeMap::from([("notes.txt".to_owned(), object("notes"))]);
        snapbox::assert_data_eq!(
            reason_texts(&new, Some(&recipe()), &RecordState::Nothing).join("\n"),
            snapbox::str![[r#"
code of kind `train`
`dropout` is new: 0.5
`learning_rate` 0.001 → 0.01
`hidden` 64 no longer applies
seed 1 no longer applies
input `prepare/dataset` cba06b… → 11507a…
file `notes.txt` is new: ab5aa9…
"#]]
        );
    }

    #[test]
    fn a_flaw_of_the_store_is_the_reason() {
        let flaw =
            RecordState::Flawed(Flaw::ObjectCorrupt { output: "weights".to_owned(), object: object("w") });
        assert_eq!(
            reason_texts(&recipe(), Some(&recipe()), &flaw),
            ["output `weights` is damaged in the store"]
        );
        assert_eq!(
            reason_texts(&recipe(), Some(&recipe()), &RecordState::Nothing),
            ["its record is gone from the store"]
        );
        assert_eq!(reason_texts(&recipe(), None, &RecordState::Nothing), ["never run before"]);
    }
}
