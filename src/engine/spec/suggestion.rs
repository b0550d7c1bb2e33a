//! Did-you-mean: the known word nearest to a mistyped one.
//!
//! Distances count insertions, deletions, substitutions and swaps of neighbours, each as one
//! (optimal string alignment; F. J. Damerau, "A technique for computer detection and correction of
//! spelling errors", CACM 7 (1964), 171–176).

/// How far a suggestion may be from what was written.
const FARTHEST: usize = 2;

/// Names at most, in a list of what there is.
const LISTED: usize = 12;

/// Finds the word nearest to `written`, at most two edits and less than its whole length away; the
/// first of equals.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = written.chars().count();
    known
        .into_iter()
        .filter(|word| word.chars().count().abs_diff(length) <= FARTHEST)
        .map(|word| (distance(written, word), word))
        .filter(|(distance, word)| *distance <= FARTHEST && *distance < length.max(word.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
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
pub(super) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    let shown = quoted.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
    let rest = quoted.len().saturating_sub(LISTED);
    match (quoted.is_empty(), rest) {
        (true, _) => None,
        (false, 0) => Some(shown),
        (false, rest) => Some(format!("{shown} and {rest} more")),
    }
}

fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    rows[0] = (0..=right.len()).collect();
    for i in 1..=left.len() {
        rows[i][0] = i;
        for j in 1..=right.len() {
            let differs = usize::from(left[i - 1] != right[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + differs);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[left.len()][right.len()]
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

    #[test]
    fn distances_are_the_known_ones() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ca", "abc"), 3);
        assert_eq!(distance("", "ab"), 2);
        assert_eq!(distance("ab", "ba"), 1);
    }
}
