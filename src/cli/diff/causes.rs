//! Which change of a setting, a file or code is behind an instance's change, through all it needs.
//!
//! two locks + the records they name ──▶ for each instance the changes at the root
//!
//! Invariants
//! - A change of an input, or of a cited run, is never named where the instance behind it is known: what
//!   changed there is named instead.
//! - What changed elsewhere comes first; a nested parameter that only repeats it, as a report's account of the
//!   variants does, is left out.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::digest::{Key, ObjectId};
use recount_engine::instance_name::{InstanceName, split};
use recount_engine::store::{Record, Store, StoreError};
use recount_engine::{Lock, Reason, Recipe, differences};

/// A change: the instance it was made to, and what it is.
pub(super) type Change = (String, Reason);

/// Two locks, the store that has their records, and what was found so far.
pub(super) struct Causes<'c> {
    store: &'c Store,
    old: &'c Lock,
    new: &'c Lock,
    /// The instances of which an output changed from the one object to the other.
    makers: BTreeMap<(ObjectId, ObjectId), Vec<String>>,
    known: BTreeMap<String, Vec<Change>>,
}

impl<'c> Causes<'c> {
    /// Sets two locks side by side.
    pub(super) fn between(store: &'c Store, old: &'c Lock, new: &'c Lock) -> Self {
        let mut makers: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for (name, after) in &new.lines {
            let Some(before) = old.lines.get(name) else { continue };
            for (output, object) in &after.outputs {
                if let Some(was) = before.output(output) {
                    makers.entry((was, *object)).or_default().push(name.clone());
                }
            }
        }
        Self { store, old, new, makers, known: BTreeMap::new() }
    }

    /// Gives the changes behind an instance that both locks have; none where the store lacks a record.
    pub(super) fn of(&mut self, name: &str) -> Result<Vec<Change>, StoreError> {
        if let Some(known) = self.known.get(name) {
            return Ok(known.clone());
        }
        // In the way of a circle, which only an edited lock can have.
        self.known.insert(name.to_owned(), Vec::new());
        let keys = self.old.lines.get(name).zip(self.new.lines.get(name));
        let Some((old, new)) = keys.map(|(old, new)| (old.key, new.key)) else { return Ok(Vec::new()) };
        let (Some(old), Some(new)) = (self.recipe(old)?, self.recipe(new)?) else { return Ok(Vec::new()) };
        let mut changes: Vec<Change> = Vec::new();
        let mut asked = BTreeSet::new();
        for reason in differences(&old, &new) {
            if let Some(alone) = self.alone(&reason) {
                // An instance that only one of the two has; one line is for all its seeds and outputs.
                if asked.insert(alone) {
                    changes.push((name.to_owned(), reason));
                }
                continue;
            }
            let behind = match self.maker(&reason, name) {
                Some(maker) if !asked.insert(maker.clone()) => continue,
                Some(maker) => self.of(&maker)?,
                None => Vec::new(),
            };
            if behind.is_empty() {
                changes.push((name.to_owned(), reason));
            }
            for change in behind {
                if !changes.contains(&change) {
                    changes.push(change);
                }
            }
        }
        let (own, elsewhere): (Vec<Change>, Vec<Change>) =
            changes.into_iter().partition(|(instance, _)| instance == name);
        let own = own.into_iter().filter(|(_, reason)| !elsewhere.iter().any(|it| repeats(reason, &it.1)));
        let own: Vec<Change> = own.collect();
        let changes: Vec<Change> = elsewhere.into_iter().chain(own).collect();
        self.known.insert(name.to_owned(), changes.clone());
        Ok(changes)
    }

    /// Finds the instance whose change a reason of `reader` comes from.
    fn maker(&self, reason: &Reason, reader: &str) -> Option<String> {
        let other_run = |instance: &str| {
            let (old, new) = (self.old.lines.get(instance)?, self.new.lines.get(instance)?);
            (old.key != new.key).then(|| instance.to_owned())
        };
        match reason {
            Reason::Input { name: input, old: Some(old), new: Some(new) } => {
                let mut makers = self.makers.get(&(*old, *new)).into_iter().flatten();
                let maker = makers.find(|maker| makes(maker, input, reader)).cloned();
                // An observed output is in no lock; its name says whose it is.
                maker.or_else(|| other_run(split(input).0))
            }
            Reason::Cited { name: run, old: Some(_), new: Some(_) } => other_run(run),
            _ => None,
        }
    }

    /// Gives the instance, without its seed, that a reason is about and that only one of the locks has.
    fn alone(&self, reason: &Reason) -> Option<String> {
        let instance = match reason {
            Reason::Input { name, .. } => split(name).0,
            Reason::Cited { name, .. } => name,
            _ => return None,
        };
        let there = [self.old, self.new].map(|lock| lock.lines.contains_key(instance));
        (there[0] != there[1]).then(|| InstanceName::of(instance).without_seed())
    }

    fn recipe(&self, key: Key) -> Result<Option<Recipe>, StoreError> {
        let record: Option<Record> = self.store.record(key)?;
        Ok(record.and_then(|record| Recipe::from_json(&record.recipe)))
    }
}

/// Says whether a parameter within another one changed as a parameter elsewhere did.
fn repeats(own: &Reason, elsewhere: &Reason) -> bool {
    let (Reason::Parameter { name, old, new }, Reason::Parameter { name: other, old: was, new: is }) =
        (own, elsewhere)
    else {
        return false;
    };
    (old, new) == (was, is) && name.rsplit_once('.').is_some_and(|(_, inner)| inner == other)
}

/// Says whether an input of the instance `reader` is an output of `maker`: it is named after that instance, or
/// only after its stage where all coordinates are shared.
fn makes(maker: &str, input: &str, reader: &str) -> bool {
    let named_by = |name: &str| input.strip_prefix(name).is_some_and(|rest| rest.starts_with('/'));
    let (made, read) = (InstanceName::of(maker), InstanceName::of(reader));
    named_by(maker) || named_by(made.stage) && made.parts.iter().all(|part| read.parts.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nested_parameter_repeats_one_of_its_name_and_values_alone() {
        let changed = |name: &str, new: i64| Reason::Parameter {
            name: name.to_owned(),
            old: Some(16.into()),
            new: Some(new.into()),
        };
        assert!(repeats(&changed("variants[2.4.1].declared.epochs", 8), &changed("epochs", 8)));
        assert!(!repeats(&changed("variants[2.4.1].declared.epochs", 9), &changed("epochs", 8)));
        assert!(!repeats(&changed("variants[2.4.1].declared.batch", 8), &changed("epochs", 8)));
        assert!(!repeats(&changed("epochs", 8), &changed("epochs", 8)));
    }

    #[test]
    fn an_input_is_of_the_instance_it_is_named_after_or_of_the_one_with_the_same_coordinates() {
        assert!(makes("train[2.1,seed=1]", "train/weights", "evaluate[2.1,seed=1]"));
        assert!(!makes("train[2.1,seed=2]", "train/weights", "evaluate[2.1,seed=1]"));
        assert!(makes("train[2.1,seed=2]", "train[2.1,seed=2]/history.json", "plot"));
        assert!(!makes("train[2.1,seed=1]", "train[2.1,seed=2]/history.json", "plot"));
        assert!(makes("prepare", "prepare/dataset", "train[2.1,seed=1]"));
    }
}
