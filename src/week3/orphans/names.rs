//! Names that hold digits and state no quantity: of sections and variants, the titles, and the words of the field.
//!
//! Invariants
//! - A name stands alone: no sign before it and no unit behind it, and a whole number only behind `#`, `section` or `§`.

use std::collections::BTreeSet;

use super::super::citation::NamePlace;
use super::super::inputs::ReportInputs;
use super::super::named;
use super::numeral::{blank, is_digit};
use super::words::is_counted;

/// Words of the field that hold digits.
const TERMS: [&str; 2] = ["SHA-256", "F1"];

/// Units that a name is never written with.
const UNITS: [&str; 8] = ["nats", "nat", "s", "ms", "min", "h", "per", "percent"];

/// Names that hold digits, and headings.
pub struct Names {
    /// Names that hold digits, the longest first, so that none is taken for a part of another.
    pub(super) all: Vec<String>,
    /// The headings of the source document, which may count in words.
    pub(super) headings: Vec<String>,
}

impl Names {
    /// Gathers the names in a report.
    pub fn of(inputs: &ReportInputs) -> Self {
        let mut named: BTreeSet<String> = named::known(inputs);
        named.extend([inputs.title.clone(), inputs.source.document.clone()]);
        named.extend(TERMS.map(str::to_owned));
        named.retain(|name| name.contains(is_digit));
        let mut all: Vec<String> = named.into_iter().collect();
        all.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        let headings = inputs.source.sections.iter().map(|section| section.heading.clone());
        Self { all, headings: headings.collect() }
    }

    /// Blanks names that do not look like a number, and in a heading that of the source.
    pub fn blank_plain(&self, line: &mut [char]) {
        for name in self.all.iter().filter(|name| name.parse::<f64>().is_err()) {
            blank_name(line, name, |_| true);
        }
        if line.first() == Some(&'#') {
            for heading in &self.headings {
                blank_name(line, heading, |_| true);
            }
        }
    }
}

/// Blanks a marked name, if it is one still, and may stand there.
pub fn blank_place(line: &mut [char], place: NamePlace, names: &Names) {
    let (at, end) = (place.column - 1, place.column - 1 + place.length);
    let name: String = line[at..end].iter().collect();
    let bare = name.chars().all(is_digit);
    if names.all.contains(&name) && begins(line, at) && ends(line, end) && (!bare || introduced(line, at)) {
        blank(line, at, place.length);
    }
}

/// Says whether what stands before `at` says that a section follows.
fn introduced(line: &[char], at: usize) -> bool {
    let lead: String = line[..at].iter().collect();
    let lead = lead.trim_end();
    lead.chars().all(|symbol| symbol == '#') && !lead.is_empty()
        || lead.ends_with("section")
        || lead.ends_with('§')
}

/// Blanks a name wherever it stands alone and may stand.
fn blank_name(line: &mut [char], name: &str, may: impl Fn(usize) -> bool) {
    let name: Vec<char> = name.chars().collect();
    let mut at = 0;
    while at + name.len() <= line.len() {
        let end = at + name.len();
        if line[at..end] == name[..] && begins(line, at) && ends(line, end) && may(at) {
            blank(line, at, name.len());
            at = end;
        } else {
            at += 1;
        }
    }
}

/// Whether a word or a number may begin at `at`.
fn begins(line: &[char], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map(|at| line[at]);
    match before(1) {
        None => true,
        Some('.' | ',') => !before(2).is_some_and(is_digit),
        Some('-' | '−' | '+') => !line[at].is_numeric(),
        Some(symbol) => !symbol.is_alphanumeric(),
    }
}

/// Whether a word or a number may end before `end`.
fn ends(line: &[char], end: usize) -> bool {
    match line.get(end) {
        None => true,
        Some('.' | ',') => !line.get(end + 1).copied().is_some_and(is_digit),
        Some('-') => !line.get(end + 1).is_some_and(|symbol| symbol.is_alphanumeric()),
        Some('%' | '‰' | '°') => false,
        // A heading's number stands before its title: `## 2 Second series`.
        Some(' ' | '\u{a0}' | '\u{202f}') => line.first() == Some(&'#') || !is_measured(&line[end + 1..]),
        Some(symbol) => !symbol.is_alphanumeric(),
    }
}

/// Says whether a unit or something that is counted stands here, so that what is before it is a quantity.
fn is_measured(rest: &[char]) -> bool {
    let word: String = rest.iter().take_while(|symbol| !symbol.is_whitespace()).collect();
    let word = word.trim_end_matches(|symbol: char| symbol.is_ascii_punctuation() && symbol != '%');
    word.starts_with(['%', '‰', '°']) || UNITS.contains(&word) || is_counted(word)
}
