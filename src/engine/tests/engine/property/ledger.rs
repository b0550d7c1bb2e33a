//! What the store must know by now: what has run and was not damaged since.
//!
//! Invariants
//! - It knows only what a run did and what was damaged; it never looks into the store.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::digest::Key;

use super::oracle::{Made, Recipe};

/// What the store has for a recipe.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StoredState {
    /// A record and every object.
    Sound,
    /// A record, of which an object was damaged or is gone; or nobody can say whether there is a record.
    Doubtful,
    /// No record.
    Unknown,
}

/// What the store must have.
#[derive(Default)]
pub struct Ledger {
    known: BTreeMap<Recipe, Vec<Vec<u8>>>,
    keys: BTreeMap<Recipe, Key>,
    damaged: BTreeSet<Vec<u8>>,
    doubted: BTreeSet<Recipe>,
}

impl Ledger {
    /// Says what the store has for a recipe.
    pub fn state_of(&self, recipe: &Recipe) -> StoredState {
        match self.known.get(recipe) {
            None if self.doubted.contains(recipe) => StoredState::Doubtful,
            None => StoredState::Unknown,
            Some(objects) if objects.iter().any(|bytes| self.damaged.contains(bytes)) => {
                StoredState::Doubtful
            }
            Some(_) => StoredState::Sound,
        }
    }

    /// Notes that a recipe's outputs are in the store, whoever put them there.
    pub fn note(&mut self, recipe: &Recipe, made: &[Made]) {
        let objects: Vec<Vec<u8>> = made.iter().map(|made| made.bytes.clone()).collect();
        for bytes in &objects {
            self.damaged.remove(bytes);
        }
        self.known.insert(recipe.clone(), objects);
    }

    /// Notes that a recipe may have been recorded by a run that failed later on.
    pub fn doubt(&mut self, recipe: &Recipe) {
        self.doubted.insert(recipe.clone());
    }

    /// Notes a recipe's key; recipes are equal exactly when their keys are.
    pub fn note_key(&mut self, recipe: &Recipe, key: Key) {
        let other = self.keys.iter().find(|(_, other)| **other == key).map(|(recipe, _)| recipe);
        assert!(other.is_none_or(|other| other == recipe), "two recipes have one key: {other:?}, {recipe:?}");
        let before = self.keys.insert(recipe.clone(), key);
        assert!(before.is_none_or(|before| before == key), "one recipe has two keys: {recipe:?}");
    }

    /// Gives the bytes of every object that should be sound.
    pub fn objects(&self) -> Vec<Vec<u8>> {
        let all: BTreeSet<&Vec<u8>> = self.known.values().flatten().collect();
        all.into_iter().filter(|bytes| !self.damaged.contains(*bytes)).cloned().collect()
    }

    /// Gives the keys of every record.
    pub fn records(&self) -> Vec<Key> {
        self.known.keys().filter_map(|recipe| self.keys.get(recipe)).copied().collect()
    }

    /// Notes that an object was damaged or removed.
    pub fn damage(&mut self, bytes: &[u8]) {
        self.damaged.insert(bytes.to_vec());
    }

    /// Notes that a record was damaged or removed.
    pub fn forget(&mut self, key: Key) {
        let keys = &self.keys;
        self.known.retain(|recipe, _| keys.get(recipe) != Some(&key));
    }
}
