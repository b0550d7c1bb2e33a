//! What a word of comparison was borne out of, held against the names in its sentence.
//!
//! a variant, and those it was compared with + the text before and after a word ──▶ the name that does not belong there
//!
//! Invariants
//! - A sentence, or a cell of a table, with a word that compares two variants names the one before the word, the other
//!   behind it, and none besides; with a verdict it names no other. What leads an item (`- 2.4.2: …`) is its place in the
//!   document.
//! - A name that holds no digit is known as one by its mark alone (see `named`): it may be a word of the language.

use std::collections::BTreeSet;

use super::audit::{InstanceName, split};
use super::measure::{Measure, Source};
use super::named;
use super::prose;
use super::spread::Spread;

/// Words that judge a comparison as a whole, which may name its sides in any order.
const VERDICTS: [&str; 4] = ["holds", "contradicted", "within noise", "beyond noise"];

/// A variant, and the variants that it is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    subject: String,
    others: Vec<String>,
}

impl Compared {
    /// Says that `subject` is compared with `others`, or with nothing but a figure.
    pub fn of<'n>(subject: &str, others: impl IntoIterator<Item = &'n str>) -> Self {
        Self { subject: subject.to_owned(), others: others.into_iter().map(str::to_owned).collect() }
    }

    /// Says that the variant of one quantity is compared with that of another.
    pub fn of_spreads(left: &Spread, right: &Spread) -> Self {
        let variant = |spread: &Spread| spread.parts.first().and_then(variant).unwrap_or_default();
        Self { subject: variant(left), others: vec![variant(right)] }
    }
}

/// Finds the variant that a measure is of.
fn variant(measure: &Measure) -> Option<String> {
    match &measure.source {
        Source::Output { output, .. } | Source::Index { output, .. } => {
            InstanceName::of(split(output).0).variant().map(str::to_owned)
        }
        Source::Made { parts, .. } => parts.first().and_then(variant),
        Source::Seed { .. } | Source::Parameter { .. } | Source::Quoted { .. } | Source::Constant(_) => None,
    }
}

/// Says what is wrong with the names around `word`, which was borne out of `compared`: the variant, then the others.
pub(super) fn misnamed(
    word: &str,
    compared: &Compared,
    [before, after]: [&str; 2],
    names: &BTreeSet<String>,
) -> Option<String> {
    let subject = compared.subject.as_str();
    let others: Vec<&str> = compared.others.iter().map(String::as_str).collect();
    let [before, after] = [before, after].map(prose::without_marks);
    let row = before.trim_start().starts_with('|');
    let before = names_in(without_label(last_sentence(&before, row)), names);
    let after = names_in(first_sentence(&after, row), names);
    let all = || std::iter::once(subject).chain(others.iter().copied()).collect::<Vec<_>>();
    let told = |names: &[&str]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let directed = !others.is_empty() && !VERDICTS.contains(&word);
    if directed && !row && before.is_empty() && after.is_empty() {
        return Some(format!("names neither `{subject}` nor {}", told(&others)));
    }
    let (may_before, may_after) = if directed { (vec![subject], others.clone()) } else { (all(), all()) };
    let stray =
        |names: &[String], may: &[&str]| names.iter().find(|name| !may.contains(&name.as_str())).cloned();
    if let Some(name) = stray(&before, &may_before) {
        return Some(format!("names `{name}` before it, where {} can stand", told(&may_before)));
    }
    let name = stray(&after, &may_after)?;
    Some(format!("names `{name}` behind it, where {} can stand", told(&may_after)))
}

/// Leaves out what leads an item.
fn without_label(sentence: &str) -> &str {
    let item = sentence.trim_start();
    match item.strip_prefix("- ").and_then(|item| item.split_once(':')) {
        Some((label, rest)) if !label.contains(' ') => rest,
        _ => sentence,
    }
}

/// Gives the end of a text from where its last sentence, or cell, begins.
fn last_sentence(text: &str, row: bool) -> &str {
    let begin = ends(text, row).last().unwrap_or(0);
    &text[begin..]
}

/// Gives a text up to where its first sentence, or cell, ends.
fn first_sentence(text: &str, row: bool) -> &str {
    let end = ends(text, row).next().unwrap_or(text.len());
    &text[..end]
}

/// Finds where sentences end: behind a full stop before a blank; in a row, behind each bar.
fn ends(text: &str, row: bool) -> impl DoubleEndedIterator<Item = usize> {
    text.char_indices().filter_map(move |(at, symbol)| {
        let end = at + symbol.len_utf8();
        let ended = match symbol {
            '|' => row,
            '.' | '?' | '!' => text[end..].starts_with(char::is_whitespace),
            _ => false,
        };
        ended.then_some(end)
    })
}

/// Finds the names in a text.
fn names_in(text: &str, names: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((typed, marked)) = rest.split_once(named::OPEN) {
        found.extend(typed_in(typed, names));
        let (name, after) = marked.split_once(named::CLOSE).unwrap_or((marked, ""));
        found.push(name.to_owned());
        rest = after;
    }
    found.extend(typed_in(rest, names));
    found
}

/// Finds the names in a text that has no marks.
fn typed_in<'t>(text: &'t str, names: &'t BTreeSet<String>) -> impl Iterator<Item = String> + 't {
    let is_part = |symbol: char| symbol.is_alphanumeric() || matches!(symbol, '.' | '-' | '_');
    let words = text.split(move |symbol| !is_part(symbol)).map(|word| word.trim_matches(['.', '-']));
    let is_name = |word: &&str| word.contains(|symbol: char| symbol.is_numeric()) && names.contains(*word);
    words.filter(is_name).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(word: &str, compared: &[&str], before: &str, after: &str) -> Option<String> {
        let names = ["2.4", "2.4.1", "2.4.2", "2.4.2-new", "wide"].map(str::to_owned).into();
        let compared = Compared::of(compared[0], compared[1..].iter().copied());
        misnamed(word, &compared, [before, after], &names)
    }

    #[test]
    fn each_side_stands_on_its_own_side_of_the_word() {
        let pair = ["2.4.2", "2.4.1"];
        for (before, after) in [
            ("2.4.2 is ", " than 2.4.1."),
            ("It is ", " than that of 2.4.1 by 7. 2.4 is not."),
            ("Of 2.4 more. With 2.4.2 it is ", "."),
            ("- 2.4: the source says that 2.4.2 is ", " than 2.4.1"),
            ("| 2.4 | 2.4.2 | ", " | 2.4 |"),
        ] {
            assert_eq!(found("higher", &pair, before, after), None, "{before} … {after}");
        }
        for (before, after, name) in [
            ("2.4.1 is ", " than 2.4.2.", "2.4.1"),
            ("It is ", " than that of 2.4.2.", "2.4.2"),
            ("It is ", " than 2.4.1 and\n2.4.2-new.", "2.4.2-new"),
            ("In 2.4: it is ", " than 2.4.1.", "2.4"),
            ("\u{E020}wide\u{E021} is ", " than 2.4.1.", "wide"),
        ] {
            let what = found("higher", &pair, before, after).unwrap_or_default();
            assert!(what.starts_with(&format!("names `{name}`")), "{before} … {after}: {what}");
        }
        assert_eq!(
            found("higher", &pair, "A wide one is ", ".").as_deref(),
            Some("names neither `2.4.2` nor `2.4.1`")
        );
    }

    #[test]
    fn a_verdict_names_its_sides_in_any_order_and_no_other() {
        let pair = ["2.4.2", "2.4.1"];
        assert_eq!(found("holds", &pair, "This ", " against 2.4.1."), None);
        assert_eq!(found("holds", &pair, "At 7 (2.4.1) and 8 (2.4.2) this ", "."), None);
        assert!(found("holds", &pair, "This ", " against 2.4.").is_some());
        assert!(found("falls", &["2.4.2-new"], "- 2.4.2-new: 2.4.2 ", ".").is_some());
    }
}
