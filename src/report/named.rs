//! Names in text: a variant's and a section's may look like a number, so that a template says which is a name.
//!
//! `variant.name | name` ──▶ a marked name, or an error if there is none of that name; a mark goes when the text is settled
//!
//! Invariants
//! - What looks like a number and is printed without a mark is a quantity, and has nothing to answer for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::{Environment, Error, ErrorKind};

use super::inputs::ReportInputs;

/// Private-use characters around a name.
pub(super) const OPEN: char = '\u{E020}';
pub(super) const CLOSE: char = '\u{E021}';

/// Where a name stands in a finished text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The line, from 1.
    pub line: usize,
    /// The column of its first character, from 1, in characters.
    pub column: usize,
    /// How many characters it has.
    pub length: usize,
}

/// Gathers the names of variants and sections.
pub(super) fn known(inputs: &ReportInputs) -> BTreeSet<String> {
    let sections = inputs.source.sections.iter().map(|section| &section.number);
    let declared = inputs.source.sections.iter().flat_map(|it| it.described.iter().chain(&it.as_run));
    let variants = inputs.variants.iter().map(|variant| &variant.name);
    sections.chain(declared).chain(variants).cloned().collect()
}

/// Gives `environment` the filter `name`.
pub(super) fn install(environment: &mut Environment<'_>, known: BTreeSet<String>) {
    let known = Arc::new(known);
    environment.add_filter("name", move |text: &str| match known.contains(text) {
        true => Ok(format!("{OPEN}{text}{CLOSE}")),
        false => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("`{text}` is the name of no variant and of no section"),
        )),
    });
}

/// Takes the marks out.
pub(super) fn unmarked(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}
