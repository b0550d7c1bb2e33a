//! Which numerals are legal in literal text, and which need a source.
//!
//! The list is design's, and is not grown: a word that begins with a letter; numbers at the start of a heading and
//! behind *section*, *§*, *figure*, *table*, *equation*; dates; a year in brackets or behind *in*, *since*, *of*; the
//! project's names and terms. What Markdown makes of numerals (list markers, footnotes, link targets) never gets here.

use std::ops::Range;

use super::names::Names;
use super::words::{is_space, unit, with_sign_and_unit, words};

/// Behind these a number names a part of a document; behind their plural several do.
const PARTS: [&str; 4] = ["section", "figure", "table", "equation"];

/// Behind these a year is a year.
const BEFORE_YEARS: [&str; 3] = ["in", "since", "of"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Four digits between these are a year where a year may be; `1797 images` are none.
const YEARS: Range<u32> = 1800..2100;

/// How far behind its bracket a year may be, in bytes: after several authors' names.
const MAX_BRACKET_BYTES: usize = 500;

/// Finds the numerals of a text that need a source, with sign and unit, in bytes; `is_heading` says what the text is.
pub(super) fn uncited(text: &str, is_heading: bool, names: &Names) -> Vec<Range<usize>> {
    if !text.contains(char::is_numeric) {
        return Vec::new();
    }
    let spared = spared(text, names);
    let line = Line { text, words: words(text), is_heading, names };
    let mut found = Vec::new();
    // Whether the last number was one of several parts: `sections 2 and 3`.
    let mut in_parts = None;
    for (index, word) in line.words.iter().enumerate() {
        let written = &text[word.clone()];
        let begins_with_letter = written.starts_with(|first: char| !first.is_numeric() && first != '.');
        if begins_with_letter || !written.contains(char::is_numeric) {
            continue;
        }
        let is_named = names.has_word(written) || spared[word.clone()].iter().all(|is_spared| *is_spared);
        let is_part = line.is_part(index, in_parts == Some(index));
        if is_part.is_some_and(|more| more) {
            in_parts = line.next_in_list(index);
        }
        if !is_named && is_part.is_none() && !line.is_date(index) && !line.is_year(index) {
            found.push(with_sign_and_unit(text, word.clone()));
        }
    }
    found
}

/// Finds what in a title is no whole number: titles name weeks, years and versions, and report nothing.
pub(super) fn uncited_in_title(title: &str, names: &Names) -> Vec<Range<usize>> {
    let is_whole = |range: &Range<usize>| title[range.clone()].chars().all(|letter| letter.is_ascii_digit());
    uncited(title, false, names).into_iter().filter(|range| !is_whole(range)).collect()
}

/// Marks the bytes of names of several words, and of addresses, which are links' targets wherever they are written.
fn spared(text: &str, names: &Names) -> Vec<bool> {
    let mut spared = vec![false; text.len()];
    names.phrases_in(text).into_iter().for_each(|range| spared[range].fill(true));
    let mut at = 0;
    while let Some(offset) = text[at..].find("http") {
        let start = at + offset;
        at = start + "http".len();
        let rest = &text[start..];
        if rest.starts_with("https://") || rest.starts_with("http://") {
            let end = rest.find(|letter: char| is_space(letter) || ">)".contains(letter));
            at = start + end.unwrap_or(rest.len());
            spared[start..at].fill(true);
        }
    }
    spared
}

/// A text, and its words.
struct Line<'a> {
    text: &'a str,
    words: Vec<Range<usize>>,
    is_heading: bool,
    names: &'a Names,
}

impl Line<'_> {
    fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| &self.text[word.clone()])
    }

    /// Gives what is between the word before and a word; all of the text before the first.
    fn gap(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.words[before].end);
        let end = self.words.get(index).map_or(self.text.len(), |word| word.start);
        &self.text[start..end]
    }

    /// Gives the word before, if nothing but a space is between.
    fn before(&self, index: usize) -> Option<&str> {
        let is_near = index > 0 && is_blank(self.gap(index));
        is_near.then(|| self.word(index - 1))
    }

    /// Says whether a word numbers a part of a document, and whether others may follow; `continued` where it follows one.
    fn is_part(&self, index: usize, continued: bool) -> Option<bool> {
        let word = &self.words[index];
        let is_name = self.names.has_number(self.word(index));
        let has_unit = unit(&self.text[word.end..]) > 0;
        if has_unit || !is_name && !self.word(index).split('-').all(is_part_number) {
            return None;
        }
        if self.is_heading && index == 0 && self.gap(0).chars().all(is_space) {
            return Some(false);
        }
        if continued || self.gap(index).trim_end_matches(is_space).ends_with('§') {
            return Some(true);
        }
        let before = self.before(index)?.to_lowercase();
        if PARTS.contains(&before.as_str()) || is_name && before == "variant" {
            return Some(false);
        }
        before.strip_suffix('s').filter(|part| PARTS.contains(part)).map(|_| true)
    }

    /// Gives the word that follows in a list of parts, which may be no number.
    fn next_in_list(&self, index: usize) -> Option<usize> {
        let next = index + 1;
        if ["and", "or", "to"].contains(&self.word(next)) {
            return Some(next + 1);
        }
        let gap = if next < self.words.len() { self.gap(next).trim_matches(is_space) } else { "" };
        [",", "–", "-", "&"].contains(&gap).then_some(next)
    }

    /// Says whether a word is a date or part of one: `2025-03-14`, `14.03.2025`, `14 March 2025`, `March 14, 2025`.
    fn is_date(&self, index: usize) -> bool {
        let word = self.word(index);
        if is_calendar_date(word) {
            return true;
        }
        let is_month_before = |index: usize| {
            index > 0
                && matches!(self.gap(index).trim_matches(is_space), "" | ".")
                && is_month(self.word(index - 1))
        };
        let is_month_after = |index: usize| {
            index + 1 < self.words.len() && is_blank(self.gap(index + 1)) && is_month(self.word(index + 1))
        };
        if word.split('-').all(is_day) {
            let is_first_of_two = index + 1 < self.words.len()
                && self.gap(index + 1) == "–"
                && is_day(self.word(index + 1))
                && is_month_after(index + 1);
            return is_month_before(index) || is_month_after(index) || is_first_of_two;
        }
        let is_behind_day = index > 0
            && matches!(self.gap(index).trim_matches(is_space), "" | ",")
            && is_day(self.word(index - 1))
            && is_month_before(index - 1);
        is_year(word) && (is_month_before(index) || is_behind_day)
    }

    /// Says whether a word is a year in brackets, or one behind *in*, *since*, *of*.
    fn is_year(&self, index: usize) -> bool {
        if !is_year(self.word(index)) {
            return false;
        }
        let before = self.before(index).map(str::to_lowercase);
        if before.is_some_and(|before| BEFORE_YEARS.contains(&before.as_str())) {
            return unit(&self.text[self.words[index].end..]) == 0;
        }
        // `(2011)`, `(Ito 2011)`, `(Srivastava et al., 2014; Ito, 2011)`.
        let start = self.words[index].start;
        let text = &self.text[self.text.floor_char_boundary(start.saturating_sub(MAX_BRACKET_BYTES))..start];
        let in_brackets = text.rfind('(') > text.rfind(')');
        let gap = self.gap(index).trim_matches(is_space);
        let is_behind_name = self.before(index).is_some_and(|name| name.starts_with(char::is_uppercase));
        let follows = self.text[self.words[index].end..].starts_with([')', ',', ';']);
        in_brackets && follows && (is_behind_name || gap.ends_with(['(', ',', ';']) || gap == ".")
    }
}

fn is_blank(gap: &str) -> bool {
    !gap.is_empty() && gap.chars().all(is_space)
}

/// Says whether a word numbers a part of a document: `2`, `2.4`, `3b`; a decimal fraction below one does not.
fn is_part_number(word: &str) -> bool {
    let number = word.strip_suffix(|last: char| last.is_ascii_lowercase()).unwrap_or(word);
    let digits =
        |part: &str| !part.is_empty() && part.len() <= 4 && part.chars().all(|it| it.is_ascii_digit());
    number.split('.').all(digits) && !number.starts_with("0.")
}

fn is_month(word: &str) -> bool {
    MONTHS.iter().any(|month| *month == word || month[..3] == *word || word == "Sept")
}

fn is_day(word: &str) -> bool {
    let number = ["st", "nd", "rd", "th"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
    number.len() <= 2 && is_within(number, 1..32)
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && is_within(word, YEARS)
}

fn is_within(word: &str, range: Range<u32>) -> bool {
    word.chars().all(|letter| letter.is_ascii_digit())
        && word.parse().is_ok_and(|number| range.contains(&number))
}

/// Says whether a word is a date in digits.
fn is_calendar_date(word: &str) -> bool {
    let parts = |separator| word.split(separator).collect::<Vec<_>>();
    let month = |word: &str| word.len() <= 2 && is_within(word, 1..13);
    match (parts('-').as_slice(), parts('.').as_slice(), parts('/').as_slice()) {
        ([year, a], ..) => is_year(year) && a.len() == 2 && month(a),
        ([year, a, day], ..) => is_year(year) && month(a) && is_day(day),
        (_, [day, a, year], _) => is_year(year) && month(a) && is_day(day),
        (.., [day, a, year]) => is_year(year) && is_day(day) && is_day(a),
        _ => false,
    }
}
