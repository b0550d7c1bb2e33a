//! Did-you-mean: the known word nearest to a mistyped one.

/// How many edits a suggestion may be from what was written: insertions, deletions, substitutions and swaps of neighbours.
const MAX_EDITS: usize = 2;

/// The longest word that gets a suggestion, in bytes.
const MAX_WORD: usize = 200;

/// Names at most, in a list of what there is.
const MAX_LISTED: usize = 12;

/// Finds the word nearest to `written`, at most two edits and at most half its length away; the first of equals.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = written.chars().take(MAX_WORD + 1).count();
    let near = known.into_iter().filter_map(|word| {
        let other = word.chars().take(MAX_WORD + 1).count();
        if length.max(other) > MAX_WORD || length.abs_diff(other) > MAX_EDITS {
            return None;
        }
        let edits = strsim::osa_distance(written, word);
        (edits <= MAX_EDITS && 2 * edits <= length.max(other)).then_some((edits, word))
    });
    near.min_by_key(|(edits, _)| *edits).map(|(_, word)| word)
}

/// Gives help for an unknown word: the nearest one if there is one, else what there is.
///
/// `one` and `many` name what the words are, such as "a stage named" and "the stages are".
pub fn help<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
    one: &str,
    many: &str,
) -> Option<String> {
    match nearest(written, known.clone()) {
        Some(word) => Some(format!("{one} `{word}` exists")),
        None => listed(known).map(|words| format!("{many} {words}")),
    }
}

/// Gives names in backticks with commas between, the first dozen of them; `None` without any.
fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut words = words.into_iter();
    let shown: Vec<String> = words.by_ref().take(MAX_LISTED).map(|word| format!("`{word}`")).collect();
    match (shown.join(", "), words.count()) {
        (shown, _) if shown.is_empty() => None,
        (shown, 0) => Some(shown),
        (shown, rest) => Some(format!("{shown} and {rest} more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_two_edits_away_is_suggested_and_one_three_away_is_not() {
        assert_eq!(nearest("prepair", ["train", "prepare"]), Some("prepare"));
        assert_eq!(nearest("trian", ["train"]), Some("train"));
        assert_eq!(nearest("abc", ["train"]), None);
        assert_eq!(nearest("a", ["b"]), None);
    }
}
