//! Numerals that nothing answers for: in templates, where they are typed, and in the finished text.
//!
//! template ──without expressions, code, link targets, terms──▶ no numeral, and no counted noun in words
//! report   ──without links, code, link targets, names──▶ no numeral
//!
//! What may hold digits without stating a quantity: code, a link's target, the number of a section that exists, the
//! name of a variant, the titles, and the [`TERMS`].
//!
//! Invariants
//! - A typed section or variant may not look like a number: whoever types `2.2` in a template may mean a quantity. In the
//!   finished text it may, since it came from a name; a whole number only behind `#`, `section` or `§`.

use std::collections::BTreeSet;

use super::citation::{Citation, reference_name};
use super::error::RenderError;
use super::inputs::ReportInputs;

/// Words of the field that hold digits.
const TERMS: [&str; 2] = ["SHA-256", "F1"];

/// Counts that prose writes as words.
const WORDS: [&str; 13] = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "twenty",
];

/// What is counted or measured, in the singular: a count in words before it is a quantity.
const COUNTED: [&str; 14] = [
    "channel",
    "epoch",
    "experiment",
    "gesture",
    "label",
    "minute",
    "parameter",
    "repeat",
    "row",
    "second",
    "seed",
    "sequence",
    "training",
    "user",
];

/// A numeral and its column, from 1.
type Numeral = (usize, String);

/// Names that hold digits.
pub(super) struct Names {
    /// The longest first, so that none is taken for a part of another.
    all: Vec<String>,
}

impl Names {
    /// Gathers the names in a report.
    pub fn of(inputs: &ReportInputs) -> Self {
        let sections = inputs.source.sections.iter().map(|section| section.number.as_str());
        let variants = inputs.variants.iter().map(|variant| variant.name.as_str());
        let declared = inputs.source.sections.iter().flat_map(|it| it.described.iter().chain(&it.as_run));
        let named: BTreeSet<&str> = sections
            .chain(variants)
            .chain(declared.map(String::as_str))
            .chain([inputs.title.as_str(), inputs.source.document.as_str()])
            .chain(TERMS)
            .filter(|name| name.contains(is_digit))
            .collect();
        let mut all: Vec<String> = named.into_iter().map(str::to_owned).collect();
        all.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        Self { all }
    }
}

/// Refuses a template that states a quantity itself.
///
/// # Errors
/// [`RenderError::Typed`] for the first one, with its place.
pub(super) fn check_template(template: &str, text: &str, names: &Names) -> Result<(), RenderError> {
    let mut fenced = false;
    for (index, line) in without_expressions(text).lines().enumerate() {
        let mut left: Vec<char> = line.chars().collect();
        blank_code(&mut left, &mut fenced);
        blank_targets(&mut left);
        for name in names.all.iter().filter(|name| name.parse::<f64>().is_err()) {
            blank_name(&mut left, name, |_| true);
        }
        if let Some((column, numeral)) = numeral(&left).or_else(|| counted(&left)) {
            return Err(RenderError::Typed {
                template: template.to_owned(),
                line: index + 1,
                column,
                numeral,
            });
        }
    }
    Ok(())
}

/// Refuses a finished text with a numeral that is no link and no name.
///
/// # Errors
/// [`RenderError::Orphan`] for the first one, with its place.
pub(super) fn check_text(text: &str, citations: &[Citation], names: &Names) -> Result<(), RenderError> {
    let mut fenced = false;
    let mut citations = citations.iter().peekable();
    for (index, line) in text.lines().enumerate() {
        let mut left: Vec<char> = line.chars().collect();
        while let Some(citation) = citations.next_if(|citation| citation.line == index + 1) {
            let link = format!("{}][{}", citation.text, reference_name(citation.reference));
            blank(&mut left, citation.column - 1, link.chars().count());
        }
        blank_code(&mut left, &mut fenced);
        blank_targets(&mut left);
        blank_names(&mut left, names);
        if let Some((column, numeral)) = numeral(&left) {
            return Err(RenderError::Orphan { line: index + 1, column, numeral });
        }
    }
    Ok(())
}

/// Finds the first numeral in a figure's text that belongs to no name; a name may be shortened to its
/// beginning and `…`.
pub(super) fn numeral_beside_names(text: &str, names: &Names) -> Option<String> {
    let (before, after) = text.split_once('…').unwrap_or((text, ""));
    let cut = before.len() < text.len();
    let last = before.rsplit(" = ").next().filter(|_| cut).unwrap_or("");
    let known = !last.is_empty() && names.all.iter().any(|name| name.starts_with(last));
    let before = if known { before.strip_suffix(last).unwrap_or(before) } else { before };
    [before, after].into_iter().find_map(|part| {
        let mut left: Vec<char> = part.chars().collect();
        blank_names(&mut left, names);
        numeral(&left).map(|(_, numeral)| numeral)
    })
}

fn is_digit(symbol: char) -> bool {
    symbol.is_numeric()
}

/// Blanks expressions, statements and comments, and keeps every line and column.
fn without_expressions(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        kept.push_str(&rest[..at]);
        let end = match &rest[at..at + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let length = rest[at..].find(end).map_or(rest.len() - at, |length| length + 2);
        kept.extend(rest[at..at + length].chars().map(|symbol| if symbol == '\n' { '\n' } else { ' ' }));
        rest = &rest[at + length..];
    }
    kept.push_str(rest);
    kept
}

fn blank(line: &mut [char], from: usize, length: usize) {
    line.iter_mut().skip(from).take(length).for_each(|symbol| *symbol = ' ');
}

/// Blanks code between backticks, and whole lines between fences.
fn blank_code(line: &mut [char], fenced: &mut bool) {
    let text: String = line.iter().collect();
    let fence = text.trim_start().starts_with("```");
    if fence || *fenced {
        *fenced ^= fence;
        return blank(line, 0, usize::MAX);
    }
    let mut open: Option<usize> = None;
    for index in 0..line.len() {
        if line[index] == '`' {
            match open.take() {
                Some(begin) => blank(line, begin, index + 1 - begin),
                None => open = Some(index),
            }
        }
    }
}

/// Blanks where links lead: `](…)`.
fn blank_targets(line: &mut [char]) {
    let mut at = 0;
    while at + 1 < line.len() {
        if line[at] == ']' && line[at + 1] == '(' {
            let length = line[at..].iter().position(|symbol| *symbol == ')').unwrap_or(line.len() - at);
            blank(line, at, length);
            at += length;
        }
        at += 1;
    }
}

fn blank_names(line: &mut [char], names: &Names) {
    let before = line.to_vec();
    for name in &names.all {
        let bare = name.chars().all(is_digit);
        blank_name(line, name, |at| {
            let lead: String = before[..at].iter().collect();
            let lead = lead.trim_end();
            !bare
                || lead.chars().all(|symbol| symbol == '#') && !lead.is_empty()
                || lead.ends_with("section")
                || lead.ends_with('§')
        });
    }
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
        Some('%') => false,
        Some(' ' | '\u{a0}') => line.get(end + 1) != Some(&'%'),
        Some(symbol) => !symbol.is_alphanumeric(),
    }
}

fn numeral(line: &[char]) -> Option<Numeral> {
    let at = line.iter().position(|symbol| is_digit(*symbol))?;
    let part = |symbol: &&char| is_digit(**symbol) || matches!(**symbol, '.' | ',');
    let numeral: String = line[at..].iter().take_while(part).collect();
    Some((at + 1, numeral.trim_end_matches(['.', ',']).to_owned()))
}

/// Finds a count in words before what is counted: `three seeds`.
fn counted(line: &[char]) -> Option<Numeral> {
    let mut words: Vec<(usize, String)> = Vec::new();
    for (index, symbol) in line.iter().enumerate() {
        match words.last_mut() {
            Some((begin, word)) if symbol.is_alphabetic() && *begin + word.chars().count() == index => {
                word.push(*symbol)
            }
            _ if symbol.is_alphabetic() => words.push((index, symbol.to_string())),
            _ => {}
        }
    }
    words.windows(2).find_map(|pair| {
        let [(at, count), (_, noun)] = pair else { return None };
        let is_count = WORDS.contains(&count.to_lowercase().as_str());
        let is_counted = COUNTED.contains(&noun.strip_suffix('s').unwrap_or(noun));
        (is_count && is_counted).then(|| (at + 1, format!("{count} {noun}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let all = ["Summary week 3", "1.1-as-run", "SHA-256", "2.4.2", "2.4", "1.1", "F1", "2"];
        Names { all: all.map(str::to_owned).to_vec() }
    }

    fn typed(text: &str) -> Option<(usize, usize, String)> {
        match check_template("main.md.j2", text, &names()) {
            Err(RenderError::Typed { line, column, numeral, .. }) => Some((line, column, numeral)),
            other => other.map(|()| None).expect("only this error can come"),
        }
    }

    fn orphan(text: &str) -> Option<(usize, usize, String)> {
        match check_text(text, &[], &names()) {
            Err(RenderError::Orphan { line, column, numeral }) => Some((line, column, numeral)),
            other => other.map(|()| None).expect("only this error can come"),
        }
    }

    #[test]
    fn a_typed_quantity_is_found_with_its_place() {
        for (text, expected) in [
            ("rows:\nabout 64,070.\n", (2, 7, "64,070")),
            ("a loss of 2.4\n", (1, 11, "2.4")),
            ("{{ a }} in {# 7 #} 8 of\n", (1, 20, "8")),
            ("1. first\n", (1, 1, "1")),
            ("Over three seeds it\n", (1, 6, "three seeds")),
            ("x²\n", (1, 2, "²")),
            ("0.2.4.2\n", (1, 1, "0.2.4.2")),
        ] {
            let (line, column, numeral) = expected;
            assert_eq!(typed(text), Some((line, column, numeral.to_owned())), "{text}");
        }
    }

    #[test]
    fn names_code_targets_and_expressions_state_nothing() {
        for text in [
            "as 2.4.2 and 1.1-as-run do\n",
            "SHA-256 `{{ digest }}` and `cargo run 3`\n",
            "{{ x | fixed(3) }} {% set a = 5 %}{# 1 \n 2 #}\n",
            "[it](plots/curves-2.4.svg) the two differ\n",
            "```\n1 2 3\n```\nmacro-averaged F1\n",
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn a_finished_text_may_name_what_exists_and_nothing_else() {
        for text in [
            "## 2 Second\n",
            "# Summary week 3\n",
            "of section 2: 2.4, then 1.1.\n",
            "| 2.4 | 1.1-as-run |\n",
        ] {
            assert_eq!(orphan(text), None, "{text}");
        }
        for (text, numeral) in [
            ("over 2 seeds\n", "2"),
            ("is 2.5\n", "2.5"),
            ("week 3\n", "3"),
            ("2.4 % of\n", "2.4"),
            ("-1.1\n", "1.1"),
        ] {
            assert_eq!(orphan(text).map(|(_, _, numeral)| numeral).as_deref(), Some(numeral), "{text}");
        }
    }
}
