//! Marks in the text under construction → citations in the order of the finished text.
//!
//! A filter *enters* a measure and gets a mark; the mark travels through macros and joins like any
//! text; *settling* replaces each mark that arrived by a reference link, `[0.984][n42]`.
//!
//! Invariants
//! - A citation exists for each printed number, at its place, and for none that was formatted but
//!   never printed.
//! - Numbers that are printed alike and are from the same place share a reference; references are
//!   numbered as the text first needs them.

use std::collections::BTreeMap;

use super::error::RenderError;
use super::format::Format;
use super::marks::{BARE, Marks, NAME, NUMBER};
use super::measure::{Measure, Source};
use super::prose;

/// What no text but one under construction has.
const MARKS: [char; 5] = [NUMBER.open, NUMBER.close, BARE, NAME.open, NAME.close];

/// A measure as the report prints it.
#[derive(Clone, Debug, PartialEq)]
pub struct Citation {
    /// Index of its reference among those of the report.
    pub reference: usize,
    /// The number as printed, without its unit.
    pub text: String,
    /// Line of the report, from 1.
    pub line: usize,
    /// Column of the first character, from 1, in characters.
    pub column: usize,
    /// The number before rounding, and where it is from.
    pub measure: Measure,
}

/// What all citations of one number share.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The number as printed, without its unit.
    pub text: String,
    /// How it is printed.
    pub format: Format,
    /// The number before rounding, and where it is from.
    pub measure: Measure,
}

/// Gives the name that a reference has in the report: `n1` for the first.
pub fn reference_name(index: usize) -> String {
    format!("n{}", index + 1)
}

/// Every measure that a template formatted, and every name that it printed as one.
#[derive(Debug)]
pub(super) struct Ledger {
    numbers: Marks<Reference>,
    /// The names.
    pub names: Marks<String>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { numbers: Marks::new(NUMBER), names: Marks::new(NAME) }
    }
}

/// A text whose numbers are links.
#[derive(Debug, PartialEq)]
pub(super) struct Settled {
    /// The text.
    pub text: String,
    /// Its numbers, in their order.
    pub citations: Vec<Citation>,
    /// What they refer to, by the index that a citation has.
    pub references: Vec<Reference>,
    /// Its names, in their order.
    pub names: Vec<NamePlace>,
}

/// Where a name stands in a finished text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NamePlace {
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character, from 1, in characters.
    pub column: usize,
    /// How many characters it has.
    pub length: usize,
}

/// A mark that can't become a link.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stray {
    /// Line of the text, from 1.
    pub line: usize,
    /// The line itself, without marks.
    pub text: String,
    /// Whether it is a formatted number, and stands in code, where no link is one.
    pub in_code: bool,
}

impl Ledger {
    /// Enters a formatted measure.
    ///
    /// # Returns
    /// The mark to print in its place.
    pub fn enter(&self, text: String, format: Format, measure: &Measure) -> String {
        self.numbers.enter(Reference { text, format, measure: measure.clone() })
    }

    /// Replaces every mark by a link that shows what was entered for it, and that of a name by the name.
    ///
    /// # Errors
    /// [`Stray`] for a measure that was printed without a format, or in code.
    pub fn settle(&self, marked: &str) -> Result<Settled, Stray> {
        let mut settled = Settled {
            text: String::with_capacity(marked.len()),
            citations: Vec::new(),
            references: Vec::new(),
            names: Vec::new(),
        };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (index, line) in marked.split_inclusive('\n').enumerate() {
            let stray = |in_code| {
                let text = prose::without_marks(line, &self.names);
                let text = text.replace(MARKS, "").trim().to_owned();
                Stray { line: index + 1, text, in_code }
            };
            let mut rest = line;
            let mut column = 1;
            let mut code = false;
            while let Some(at) = rest.find(MARKS) {
                let (plain, mark) = rest.split_at(at);
                if let Some((name, after)) = self.names.read(mark) {
                    code ^= plain.matches('`').count() % 2 == 1;
                    column += plain.chars().count();
                    settled.names.push(NamePlace { line: index + 1, column, length: name.chars().count() });
                    column += name.chars().count();
                    settled.text.push_str(plain);
                    settled.text.push_str(&name);
                    rest = after;
                    continue;
                }
                let (entry, after) = self.numbers.read(mark).ok_or_else(|| stray(false))?;
                code ^= plain.matches('`').count() % 2 == 1;
                if code {
                    return Err(stray(true));
                }
                let origin = format!("{} {} {}", entry.text, entry.format, entry.measure.source);
                let next = settled.references.len();
                let reference = *known.entry(origin).or_insert(next);
                if reference == next {
                    settled.references.push(entry.clone());
                }
                let Reference { text, measure, .. } = entry;
                let name = reference_name(reference);
                let before = plain.chars().count() + 1;
                let link = format!("{plain}[{text}][{name}]");
                settled.citations.push(Citation {
                    reference,
                    text,
                    line: index + 1,
                    column: column + before,
                    measure,
                });
                column += link.chars().count();
                settled.text.push_str(&link);
                rest = after;
            }
            settled.text.push_str(rest);
        }
        Ok(settled)
    }

    /// Gives the measures of a marked text that are neither settings nor constants, each with where its mark begins.
    pub fn results(&self, marked: &str) -> Vec<(usize, Reference)> {
        let marks = marked
            .match_indices(NUMBER.open)
            .filter_map(|(at, _)| Some((at, self.numbers.read(&marked[at..])?.0)));
        let is_result = |reference: &Reference| {
            !matches!(reference.measure.source, Source::Parameter { .. } | Source::Constant(_))
        };
        marks.filter(|(_, reference)| is_result(reference)).collect()
    }
}

impl From<Stray> for RenderError {
    fn from(stray: Stray) -> Self {
        let Stray { line, text, in_code } = stray;
        if in_code { Self::InCode { line, text } } else { Self::Unformatted { line, text } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::week3::marks::Brackets;

    fn rows(number: u32) -> Measure {
        Measure::whole("prepare/data-card.json", "/rows", number)
    }

    fn entered(ledger: &Ledger, number: u32) -> String {
        ledger.enter(number.to_string(), Format::Whole, &rows(number))
    }

    #[test]
    fn citations_stand_in_the_order_of_the_text() {
        let ledger = Ledger::default();
        let (first, second) = (entered(&ledger, 7), entered(&ledger, 30));
        let settled = ledger.settle(&format!("é {second} and\n{first}\n")).expect("both marks are entered");
        assert_eq!(settled.text, "é [30][n1] and\n[7][n2]\n");
        let places: Vec<_> =
            settled.citations.iter().map(|it| (it.text.as_str(), it.line, it.column)).collect();
        assert_eq!(places, [("30", 1, 4), ("7", 2, 2)]);
    }

    #[test]
    fn equal_numbers_share_a_reference() {
        let ledger = Ledger::default();
        let marks = [7, 30, 7].map(|number| entered(&ledger, number)).join(" ");
        let rounded = ledger.enter("7".to_owned(), Format::Fixed(0), &rows(7));
        let settled = ledger.settle(&format!("{marks} {rounded}\n")).expect("all marks are entered");
        assert_eq!(settled.text, "[7][n1] [30][n2] [7][n1] [7][n3]\n");
        assert_eq!(settled.references.len(), 3);
    }

    #[test]
    fn a_name_stands_where_its_mark_stood() {
        let ledger = Ledger::default();
        let (name, number) = (ledger.names.enter("2.4".to_owned()), entered(&ledger, 7));
        let settled = ledger.settle(&format!("é {name}: {number}\n")).expect("both marks are whole");
        assert_eq!(settled.text, "é 2.4: [7][n1]\n");
        assert_eq!(settled.names, [NamePlace { line: 1, column: 3, length: 3 }]);
        assert_eq!(settled.citations[0].column, 9);
    }

    #[test]
    fn a_formatted_number_that_is_not_printed_is_not_cited() {
        let ledger = Ledger::default();
        entered(&ledger, 7);
        let settled = ledger.settle("no number\n").expect("there is no mark");
        assert_eq!((settled.text.as_str(), settled.citations), ("no number\n", Vec::new()));
    }

    #[test]
    fn a_stray_mark_is_refused_with_its_line() {
        let (ledger, Brackets { open, close }) = (Ledger::default(), NUMBER);
        for mark in [BARE.to_string(), format!("{open}0{close}"), open.to_string(), close.to_string()] {
            let text = if mark.contains('0') { "·" } else { "" };
            let text = format!("rows: {text}").trim().to_owned();
            assert_eq!(
                ledger.settle(&format!("\nrows: {mark}\n")),
                Err(Stray { line: 2, text, in_code: false })
            );
        }
    }

    #[test]
    fn a_number_in_code_is_refused_since_no_link_can_be_there() {
        let ledger = Ledger::default();
        let mark = entered(&ledger, 7);
        assert!(ledger.settle(&format!("`rows` {mark}\n")).is_ok());
        let stray = ledger.settle(&format!("`rows {mark}`\n")).expect_err("it stands in code");
        assert!(stray.in_code);
    }
}
