//! What a template printed and the finished text has another form of: a mark holds its place, the index of an entry.
//!
//! Invariants
//! - A mark leads to what was entered, whatever a template does with it; one that leads nowhere is found when it is read.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Two private-use characters, which stand around the index of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Brackets {
    /// Before it.
    pub open: char,
    /// Behind it.
    pub close: char,
}

/// Around a measure (see `citation`).
pub(super) const NUMBER: Brackets = Brackets { open: '\u{E000}', close: '\u{E001}' };
/// Around a word that is borne out (see `comparative`).
pub(super) const WORD: Brackets = Brackets { open: '\u{E010}', close: '\u{E011}' };
/// Around a name (see `named`).
pub(super) const NAME: Brackets = Brackets { open: '\u{E020}', close: '\u{E021}' };

/// Stands where a measure was joined into a text without a format.
pub(super) const BARE: char = '\u{E002}';

/// Everything that was entered.
#[derive(Debug)]
pub(super) struct Marks<E> {
    brackets: Brackets,
    entries: Mutex<Vec<E>>,
}

impl<E: Clone> Marks<E> {
    /// Begins with nothing entered.
    pub fn new(brackets: Brackets) -> Self {
        Self { brackets, entries: Mutex::default() }
    }

    /// Enters something and gives the mark to print in its place.
    pub fn enter(&self, entry: E) -> String {
        let mut entries = self.entries();
        entries.push(entry);
        format!("{}{}{}", self.brackets.open, entries.len() - 1, self.brackets.close)
    }

    /// Finds what was entered for the mark that `text` begins with, and gives the text behind it.
    pub fn read<'t>(&self, text: &'t str) -> Option<(E, &'t str)> {
        let (index, rest) = text.strip_prefix(self.brackets.open)?.split_once(self.brackets.close)?;
        Some((self.entries().get(index.parse::<usize>().ok()?)?.clone(), rest))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<E>> {
        // An entry is pushed whole, so what a panicking filter left behind is still sound.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
