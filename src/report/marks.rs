//! What a template printed and the finished text has another form of: a mark holds its place, the index of an entry.
//!
//! Invariants
//! - A mark leads to what was entered, whatever a template does with it; one that leads nowhere is found when it is read.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Everything that was entered, and the private-use characters around an index.
#[derive(Debug)]
pub(super) struct Marks<E> {
    open: char,
    close: char,
    entries: Mutex<Vec<E>>,
}

impl<E: Clone> Marks<E> {
    /// Begins with nothing entered.
    pub fn new(open: char, close: char) -> Self {
        Self { open, close, entries: Mutex::default() }
    }

    /// Enters something and gives the mark to print in its place.
    pub fn enter(&self, entry: E) -> String {
        let mut entries = self.entries();
        entries.push(entry);
        format!("{}{}{}", self.open, entries.len() - 1, self.close)
    }

    /// Finds what was entered for the mark that `text` begins with, and gives the text behind it.
    pub fn read<'t>(&self, text: &'t str) -> Option<(E, &'t str)> {
        let (index, rest) = text.strip_prefix(self.open)?.split_once(self.close)?;
        Some((self.entries().get(index.parse::<usize>().ok()?)?.clone(), rest))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<E>> {
        // An entry is pushed whole, so what a panicking filter left behind is still sound.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
