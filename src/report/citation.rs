//! Marks in the text under construction → citations in the order of the finished text.
//!
//! A filter *enters* a measure and gets a mark; the mark travels through macros and joins like any
//! text; *settling* replaces each mark that arrived by its printed form.
//!
//! Invariants
//! - A citation exists for each printed number, at its place, and for none that was formatted but
//!   never printed.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::measure::Measure;

/// Private-use characters: a mark is the index of an entry between the first two.
pub(super) const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// Stands where a measure was joined into a text without a format.
pub(super) const BARE: char = '\u{E002}';

/// A measure as the report prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// The number as printed, without its unit.
    pub text: String,
    /// Line of the report, from 1.
    pub line: usize,
    /// Column of the first character, from 1, in characters.
    pub column: usize,
    /// The number before rounding, and where it is from.
    pub measure: Measure,
}

/// Every measure that a template formatted.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Vec<(String, Measure)>>);

/// A mark that stands for no formatted measure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stray {
    /// Line of the text, from 1.
    pub line: usize,
    /// The line itself, without marks.
    pub text: String,
}

impl Ledger {
    /// Enters a formatted measure.
    ///
    /// # Returns
    /// The mark to print in its place.
    pub fn enter(&self, text: String, measure: &Measure) -> String {
        let mut entries = self.entries();
        let mark = format!("{OPEN}{}{CLOSE}", entries.len());
        entries.push((text, measure.clone()));
        mark
    }

    /// Replaces every mark by what was entered for it.
    ///
    /// # Errors
    /// [`Stray`] for a measure that was printed without a format.
    pub fn settle(&self, marked: &str) -> Result<(String, Vec<Citation>), Stray> {
        let entries = self.entries();
        let mut settled = String::with_capacity(marked.len());
        let mut citations = Vec::new();
        for (index, line) in marked.split_inclusive('\n').enumerate() {
            let stray =
                || Stray { line: index + 1, text: line.replace([OPEN, CLOSE, BARE], "").trim().to_owned() };
            let mut rest = line;
            let mut column = 1;
            while let Some(at) = rest.find([OPEN, CLOSE, BARE]) {
                let (plain, mark) = rest.split_at(at);
                let (number, after) =
                    mark.strip_prefix(OPEN).and_then(|mark| mark.split_once(CLOSE)).ok_or_else(stray)?;
                let entry = number.parse::<usize>().ok().and_then(|number| entries.get(number));
                let (text, measure) = entry.ok_or_else(stray)?;
                settled.push_str(plain);
                settled.push_str(text);
                column += plain.chars().count();
                citations.push(Citation {
                    text: text.clone(),
                    line: index + 1,
                    column,
                    measure: measure.clone(),
                });
                column += text.chars().count();
                rest = after;
            }
            settled.push_str(rest);
        }
        Ok((settled, citations))
    }

    fn entries(&self) -> MutexGuard<'_, Vec<(String, Measure)>> {
        // An entry is pushed whole, so what a panicking filter left behind is still sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(number: u32) -> Measure {
        Measure::whole("prepare/data-card.json", "/rows", number)
    }

    #[test]
    fn citations_stand_in_the_order_of_the_text() {
        let ledger = Ledger::default();
        let (first, second) = (ledger.enter("7".into(), &rows(7)), ledger.enter("30".into(), &rows(30)));
        let (text, citations) =
            ledger.settle(&format!("é {second} and\n{first}\n")).expect("both marks are entered");
        assert_eq!(text, "é 30 and\n7\n");
        let places: Vec<_> = citations.iter().map(|it| (it.text.as_str(), it.line, it.column)).collect();
        assert_eq!(places, [("30", 1, 3), ("7", 2, 1)]);
    }

    #[test]
    fn a_formatted_number_that_is_not_printed_is_not_cited() {
        let ledger = Ledger::default();
        ledger.enter("7".into(), &rows(7));
        assert_eq!(ledger.settle("no number\n"), Ok(("no number\n".to_owned(), Vec::new())));
    }

    #[test]
    fn a_stray_mark_is_refused_with_its_line() {
        let ledger = Ledger::default();
        for mark in [format!("{BARE}"), format!("{OPEN}0{CLOSE}"), format!("{OPEN}"), format!("{CLOSE}")] {
            let text = mark.replace([OPEN, CLOSE, BARE], "");
            assert_eq!(
                ledger.settle(&format!("\nrows: {mark}\n")),
                Err(Stray { line: 2, text: format!("rows: {text}").trim().to_owned() })
            );
        }
    }
}
