//! Decides whether an instance is stale, and says why.
//!
//! (recipe, last recipe, what the store has) ──decide──▶ [`Verdict`]
//!
//! Invariants
//! - Pure: whatever it needs is in its arguments; it knows no kind, no file system, no terminal.
//! - Fresh means that the store has the outputs of this very recipe, whatever ran last.

use std::collections::BTreeMap;
use std::{fmt, slice};

use crate::decide::changes::{excerpt, excerpts, parameter_changes};
use crate::digest::{Key, ObjectId};
use crate::recipe::Recipe;
use crate::spec::Value;
use crate::store::Flaw;

/// Whether an instance has to run.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Its outputs are there.
    Fresh {
        /// The key that they are recorded under.
        key: Key,
    },
    /// It has to run.
    Stale {
        /// The key that its outputs will be recorded under.
        key: Key,
        /// Why, at least one.
        reasons: Vec<Reason>,
    },
}

/// What the store has for a recipe's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// A record with sound objects.
    Recorded,
    /// Nothing.
    Nothing,
    /// A record that does not count.
    Flawed(Flaw),
}

/// One reason to run.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// The instance has never run.
    NeverRun,
    /// It was asked for.
    Forced,
    /// Its kind is another one.
    Kind {
        /// What it was.
        old: String,
        /// What it is.
        new: String,
    },
    /// The code of its kind changed.
    Code {
        /// The kind.
        kind: String,
    },
    /// A parameter changed, or a part of one; `None` is one that does not apply.
    Parameter {
        /// Its name, with the way to the part: `variants[2.4.2].declared.epochs`.
        name: String,
        /// What it was.
        old: Option<Value>,
        /// What it is.
        new: Option<Value>,
    },
    /// A list of values that have no names changed; without removed and added ones, its order did.
    Items {
        /// The parameter's name.
        name: String,
        /// What it no longer holds.
        removed: Vec<Value>,
        /// What it did not hold.
        added: Vec<Value>,
    },
    /// The seed changed; `None` is a run that draws nothing.
    Seed {
        /// What it was.
        old: Option<u64>,
        /// What it is.
        new: Option<u64>,
    },
    /// An input has other bytes, is new, or is no longer read.
    Input {
        /// Its name in the recipe.
        name: String,
        /// What it was.
        old: Option<ObjectId>,
        /// What it is.
        new: Option<ObjectId>,
    },
    /// A file of the project has other bytes, is new, or is no longer read.
    File {
        /// Its path.
        name: String,
        /// What it was.
        old: Option<ObjectId>,
        /// What it is.
        new: Option<ObjectId>,
    },
    /// A run that it names is another one, although what it reads of it may be the same.
    Cited {
        /// The instance.
        name: String,
        /// The key of the run it named.
        old: Option<Key>,
        /// The key of the run it names now.
        new: Option<Key>,
    },
    /// The record of the run is gone.
    RecordMissing,
    /// The record of the run is damaged.
    RecordCorrupt,
    /// An output is gone from the store.
    ObjectMissing {
        /// The output's name.
        output: String,
    },
    /// An output in the store is damaged.
    ObjectCorrupt {
        /// The output's name.
        output: String,
    },
}

/// Decides whether an instance with this recipe has to run.
pub fn decide(recipe: &Recipe, key: Key, last: Option<&Recipe>, known: &Known, forced: bool) -> Verdict {
    if is_fresh(known, forced) {
        return Verdict::Fresh { key };
    }
    Verdict::Stale { key, reasons: reasons(recipe, last, known, forced) }
}

/// Says whether an instance's outputs are there.
pub fn is_fresh(known: &Known, forced: bool) -> bool {
    !forced && *known == Known::Recorded
}

/// Says why an instance has to run that is not fresh.
pub fn reasons(recipe: &Recipe, last: Option<&Recipe>, known: &Known, forced: bool) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if forced {
        reasons.push(Reason::Forced);
    }
    match known {
        Known::Recorded => {}
        Known::Flawed(Flaw::RecordCorrupt) => reasons.push(Reason::RecordCorrupt),
        Known::Flawed(Flaw::ObjectMissing { output, .. }) => {
            reasons.push(Reason::ObjectMissing { output: output.clone() });
        }
        Known::Flawed(Flaw::ObjectCorrupt { output, .. }) => {
            reasons.push(Reason::ObjectCorrupt { output: output.clone() });
        }
        Known::Nothing => match last {
            None => reasons.push(Reason::NeverRun),
            Some(last) => reasons.extend(differences(last, recipe)),
        },
    }
    if reasons.is_empty() {
        reasons.push(Reason::RecordMissing);
    }
    reasons
}

/// Gives a reason for everything in which two recipes differ.
pub fn differences(old: &Recipe, new: &Recipe) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if old.kind != new.kind {
        reasons.push(Reason::Kind { old: old.kind.clone(), new: new.kind.clone() });
    } else if old.code != new.code {
        reasons.push(Reason::Code { kind: new.kind.clone() });
    }
    reasons.extend(parameter_changes(&old.parameters, &new.parameters));
    if old.seed != new.seed {
        reasons.push(Reason::Seed { old: old.seed, new: new.seed });
    }
    reasons.extend(changes(&old.inputs, &new.inputs).into_iter().map(|(name, old, new)| Reason::Input {
        name,
        old,
        new,
    }));
    reasons.extend(changes(&old.files, &new.files).into_iter().map(|(name, old, new)| Reason::File {
        name,
        old,
        new,
    }));
    reasons.extend(parameter_changes(&old.values, &new.values));
    reasons.extend(changes(&old.cited, &new.cited).into_iter().map(|(name, old, new)| Reason::Cited {
        name,
        old,
        new,
    }));
    reasons
}

type Change<T> = (String, Option<T>, Option<T>);

/// Names what two maps do not have in common, what is gone last; both are walked once, side by side.
fn changes<T: Clone + PartialEq>(old: &BTreeMap<String, T>, new: &BTreeMap<String, T>) -> Vec<Change<T>> {
    let (mut changes, mut gone) = (Vec::new(), Vec::new());
    let mut before = old.iter().peekable();
    for (name, value) in new {
        gone.extend(std::iter::from_fn(|| before.next_if(|(old, _)| *old < name)));
        let was = before.next_if(|(old, _)| *old == name).map(|(_, value)| value);
        if was != Some(value) {
            changes.push((name.clone(), was.cloned(), Some(value.clone())));
        }
    }
    gone.extend(before);
    changes.extend(gone.into_iter().map(|(name, value)| (name.clone(), Some(value.clone()), None)));
    changes
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeverRun => out.write_str("never run before"),
            Self::Forced => out.write_str("asked for"),
            Self::Kind { old, new } => write!(out, "kind `{old}` → `{new}`"),
            Self::Code { kind } => write!(out, "code of kind `{kind}`"),
            Self::Parameter { name, old, new } => {
                let (old, new) = match (old, new) {
                    (Some(old), Some(new)) => {
                        let (old, new) = excerpts(old, new);
                        (Some(old), Some(new))
                    }
                    (old, new) => (old.as_ref().map(alone), new.as_ref().map(alone)),
                };
                change(out, &format!("`{name}`"), &old, &new)
            }
            Self::Items { name, removed, added } => match (removed.as_slice(), added.as_slice()) {
                ([], []) => write!(out, "`{name}` in another order"),
                ([], added) => write!(out, "`{name}` gains {}", excerpt(added)),
                (removed, []) => write!(out, "`{name}` loses {}", excerpt(removed)),
                (removed, added) => {
                    write!(out, "`{name}` loses {} and gains {}", excerpt(removed), excerpt(added))
                }
            },
            Self::Seed { old, new } => change(out, "seed", old, new),
            Self::Input { name, old, new } => {
                change(out, &format!("input `{name}`"), &short(old), &short(new))
            }
            Self::File { name, old, new } => change(out, &format!("file `{name}`"), &short(old), &short(new)),
            Self::Cited { name, old, new } => {
                let short = |key: &Option<Key>| key.map(|key| format!("{}…", key.0.short()));
                change(out, &format!("run of `{name}`"), &short(old), &short(new))
            }
            Self::RecordMissing => out.write_str("its record is gone from the store"),
            Self::RecordCorrupt => out.write_str("its record in the store is damaged"),
            Self::ObjectMissing { output } => write!(out, "output `{output}` is gone from the store"),
            Self::ObjectCorrupt { output } => write!(out, "output `{output}` is damaged in the store"),
        }
    }
}

fn alone(value: &Value) -> String {
    excerpt(slice::from_ref(value))
}

fn short(object: &Option<ObjectId>) -> Option<String> {
    object.map(|object| format!("{}…", object.0.short()))
}

fn change<T: fmt::Display>(
    out: &mut fmt::Formatter<'_>,
    what: &str,
    old: &Option<T>,
    new: &Option<T>,
) -> fmt::Result {
    match (old, new) {
        (Some(old), Some(new)) => write!(out, "{what} {old} → {new}"),
        (None, Some(new)) => write!(out, "{what} is new: {new}"),
        (Some(old), None) => write!(out, "{what} {old} no longer applies"),
        (None, None) => out.write_str(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digest::Digest;

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

    fn told(new: &Recipe, last: Option<&Recipe>, known: &Known) -> Vec<String> {
        match decide(new, new.key(), last, known, false) {
            Verdict::Fresh { .. } => Vec::new(),
            Verdict::Stale { reasons, .. } => reasons.iter().map(Reason::to_string).collect(),
        }
    }

    #[test]
    fn what_is_recorded_is_fresh_whatever_ran_last() {
        let other = Recipe { seed: Some(2), ..recipe() };
        assert_eq!(told(&recipe(), Some(&other), &Known::Recorded), Vec::<String>::new());
        assert_eq!(told(&recipe(), None, &Known::Recorded), Vec::<String>::new());
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
            told(&new, Some(&recipe()), &Known::Nothing).join("\n"),
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
        let flaw = Known::Flawed(Flaw::ObjectCorrupt { output: "weights".to_owned(), object: object("w") });
        assert_eq!(told(&recipe(), Some(&recipe()), &flaw), ["output `weights` is damaged in the store"]);
        assert_eq!(told(&recipe(), Some(&recipe()), &Known::Nothing), ["its record is gone from the store"]);
        assert_eq!(told(&recipe(), None, &Known::Nothing), ["never run before"]);
    }
}
