//! Values of parameters as short texts, for messages.
//!
//! Invariant: a value is printed on one line of at most about [`MAX_VALUE_CHARACTERS`] characters.

use crate::digest::Digest;
use crate::spec::Value;

/// How many characters of a value are printed.
const MAX_VALUE_CHARACTERS: usize = 60;

/// How many characters before the first difference of two long values are printed.
const CONTEXT_CHARACTERS: usize = 16;

/// Gives two values as short texts that differ.
pub(crate) fn excerpts(old: &Value, new: &Value) -> (String, String) {
    let (old, new) = (one_line(&text(old)), one_line(&text(new)));
    let same = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let from = if same > MAX_VALUE_CHARACTERS - CONTEXT_CHARACTERS { same - CONTEXT_CHARACTERS } else { 0 };
    (cut(&old, from), cut(&new, from))
}

/// Gives values as one short text.
pub(crate) fn excerpt(values: &[Value]) -> String {
    let texts: Vec<String> = values.iter().map(text).collect();
    cut(&one_line(&texts.join(", ")), 0)
}

/// Gives a value as a text, and a digest by its first digits.
fn text(value: &Value) -> String {
    value.as_text().and_then(Digest::from_hex).map_or_else(|| value.to_string(), Digest::short)
}

fn one_line(text: &str) -> Vec<char> {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

fn cut(text: &[char], from: usize) -> String {
    let shown: String = text.iter().skip(from).take(MAX_VALUE_CHARACTERS).collect();
    let before = if from > 0 { "…" } else { "" };
    let after = if text.len() > from + MAX_VALUE_CHARACTERS { "…" } else { "" };
    format!("{before}{shown}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_to_where_they_differ() {
        let long = "0123456789".repeat(12);
        let (old, new) = (format!("{long}\nold {long}"), format!("{long}\nnew"));
        let tens = "0123456789".repeat(4);
        let expected = (format!("…567890123456789 old {tens}…"), "…567890123456789 new".to_owned());
        assert_eq!(excerpts(&old.into(), &new.into()), expected);
        assert_eq!(excerpt(&[long.as_str().into()]).chars().count(), MAX_VALUE_CHARACTERS + 1);
    }
}
