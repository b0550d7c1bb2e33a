//! One reason to run an instance, as data and as a line of text.

use std::{fmt, slice};

use crate::decide::excerpt::{excerpt, excerpts};
use crate::digest::{Key, ObjectId};
use crate::spec::Value;

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
    /// A file of the project has another executable bit, or is another link.
    FileForm {
        /// Its path and what it was: `fit.sh (executable)`.
        old: String,
        /// Its path and what it is.
        new: String,
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
            Self::FileForm { old, new } => write!(out, "file `{old}` is `{new}` now"),
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
