//! The sentences of a block of text, or the cells of a row, and the variants that they name.
//!
//! Invariants
//! - A text is one that [`without_marks`](super::prose::without_marks) gave: names stand between the characters of their mark.
//! - A name that holds no digit is known as one by its mark alone (see `named`): it may be a word of the language.

use std::collections::BTreeSet;

use super::marks::NAME;

/// Says whether a block is a row of a table, whose cells are its sentences.
pub(super) fn is_row(block: &str) -> bool {
    block.trim_start().starts_with('|')
}

/// Gives the end of a text from where its last sentence begins.
pub(super) fn last(text: &str, row: bool) -> &str {
    let begin = ends(text, row).last().unwrap_or(0);
    &text[begin..]
}

/// Gives a text up to where its first sentence ends.
pub(super) fn first(text: &str, row: bool) -> &str {
    let end = ends(text, row).next().unwrap_or(text.len());
    &text[..end]
}

/// Words that a full stop shortens, so that it ends nothing.
const SHORTENED: [&str; 6] = ["cf", "e.g", "etc", "i.e", "vs", "approx"];

/// Finds where sentences end: behind a full stop before a blank and no small letter; in a row, behind each bar.
pub(super) fn ends(text: &str, row: bool) -> impl DoubleEndedIterator<Item = usize> {
    text.char_indices().filter_map(move |(at, symbol)| {
        let end = at + symbol.len_utf8();
        let ended = match symbol {
            '|' => row,
            '.' | '?' | '!' => {
                let goes_on = text[end..].trim_start().starts_with(char::is_lowercase);
                let word =
                    text[..at].rsplit(|it: char| it.is_whitespace() || it == '(').next().unwrap_or_default();
                text[end..].starts_with(char::is_whitespace) && !goes_on && !SHORTENED.contains(&word)
            }
            _ => false,
        };
        ended.then_some(end)
    })
}

/// Parts an item's label from the rest: `- 2.4.2: …`.
pub(super) fn label(sentence: &str) -> (Option<&str>, &str) {
    match sentence.trim_start().strip_prefix("- ").and_then(|item| item.split_once(':')) {
        Some((label, rest)) if !label.contains(' ') => (Some(label), rest),
        _ => (None, sentence),
    }
}

/// Finds the variants that a text names.
pub(super) fn names_in(text: &str, variants: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((typed, marked)) = rest.split_once(NAME.open) {
        found.extend(typed_in(typed));
        let (name, after) = marked.split_once(NAME.close).unwrap_or((marked, ""));
        found.push(name);
        rest = after;
    }
    found.extend(typed_in(rest));
    found.into_iter().filter(|name| variants.contains(*name)).map(str::to_owned).collect()
}

/// Finds what may be a name in a text that has no marks.
fn typed_in(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |symbol: char| symbol.is_alphanumeric() || matches!(symbol, '.' | '-' | '_');
    let words = text.split(move |symbol| !is_part(symbol)).map(|word| word.trim_matches(['.', '-']));
    words.filter(|word| word.contains(char::is_numeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_marked_or_has_a_digit() {
        let variants = ["2.4.2", "2.4.2-new", "wide"].map(str::to_owned).into();
        let text = "A wide \u{E020}wide\u{E021}, 2.4.2's and 2.4.2-new. 2.4 and 12.4.2 are none";
        assert_eq!(names_in(text, &variants), ["wide", "2.4.2", "2.4.2-new"]);
    }

    #[test]
    fn a_sentence_ends_before_a_blank_and_a_cell_at_its_bar() {
        let text = "As 2.4.2 is. 2.4.1 is\nnot. So";
        let sentences = |row| {
            let ends: Vec<usize> = ends(text, row).collect();
            ends.len()
        };
        assert_eq!((last(text, false), first(text, false)), (" So", "As 2.4.2 is."));
        assert_eq!((sentences(false), ends("| a | b |", true).count()), (2, 3));
        assert_eq!(first("2.4.2 etc. is (cf. 2.4.1). So", false), "2.4.2 etc. is (cf. 2.4.1).");
        assert_eq!(label("- 2.4.2: it is"), (Some("2.4.2"), " it is"));
        assert_eq!(label("- as it is: so"), (None, "- as it is: so"));
    }
}
