//! A line of text → its words, as a reader separates them.
//!
//! Invariants
//! - Each letter and each digit is in exactly one word.

use std::ops::Range;

/// Signs within a word, where a letter or digit is on both sides: `well-known`, `2.4.2`, `don't`.
const JOINERS: [char; 6] = ['-', '\u{2011}', '_', '.', '\'', '’'];

/// Signs within a number, where a digit is on both sides: `64,070`, `14:30`, `1/3`.
const NUMBER_JOINERS: [char; 3] = [',', ':', '/'];

/// Symbols of units that belong to the number before them.
const UNITS: [&str; 58] = [
    "%", "‰", "°", "°C", "°F", "K", "s", "ms", "µs", "μs", "us", "ns", "min", "h", "d", "m", "km", "cm",
    "mm", "µm", "μm", "nm", "px", "g", "kg", "mg", "µg", "μg", "t", "l", "L", "mL", "ml", "µL", "μL", "mol",
    "M", "mM", "Hz", "kHz", "MHz", "GHz", "B", "kB", "KB", "MB", "GB", "KiB", "MiB", "GiB", "W", "kW", "V",
    "eV", "Pa", "bar", "ppm", "dB",
];

/// Gives the words of a text, in bytes.
pub(super) fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut before = (' ', ' ');
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map_or(' ', |(_, next)| *next);
        let is_within = words.last().is_some_and(|word| word.end == at);
        let is_joiner = if is_within {
            JOINERS.contains(&letter) && next.is_alphanumeric()
                || NUMBER_JOINERS.contains(&letter) && before.0.is_numeric() && next.is_numeric()
        } else {
            letter == '.' && next.is_numeric()
        };
        if letter.is_alphanumeric() || is_joiner {
            let end = at + letter.len_utf8();
            match words.last_mut() {
                Some(word) if is_within => word.end = end,
                _ => words.push(at..end),
            }
        }
        before = (letter, before.0);
    }
    words
}

/// Widens a number to its sign and its unit: `−0.3`, `98 %`.
pub(super) fn with_sign_and_unit(text: &str, word: Range<usize>) -> Range<usize> {
    if !is_number(&text[word.clone()]) {
        return word;
    }
    let is_sign = |letter: &char| ['-', '−', '+', '±'].contains(letter);
    let before = &text[..word.start];
    let sign = before.chars().next_back().filter(is_sign).map_or(0, char::len_utf8);
    let beside = before[..before.len() - sign].chars().next_back();
    let is_signed = beside.is_none_or(|letter| !letter.is_alphanumeric() && !is_sign(&letter));
    let start = word.start - if is_signed { sign } else { 0 };
    start..word.end + unit(&text[word.end..])
}

/// Gives how many bytes the unit takes that a text begins with, with the space before it; 0 without one.
pub(super) fn unit(text: &str) -> usize {
    let gap = text.chars().next().filter(|letter| is_space(*letter)).map_or(0, char::len_utf8);
    let fits = |unit: &&&str| {
        let rest = text[gap..].strip_prefix(**unit);
        rest.is_some_and(|rest| unit.ends_with('%') || !rest.starts_with(char::is_alphanumeric))
    };
    UNITS.iter().filter(fits).map(|unit| gap + unit.len()).max().unwrap_or(0)
}

/// Says whether a word is nothing but a number: digits with separators, a decimal point, an exponent.
pub(super) fn is_number(word: &str) -> bool {
    let (mantissa, exponent) = word.split_once(['e', 'E']).unwrap_or((word, "0"));
    let exponent = exponent.strip_prefix(['-', '−', '+']).unwrap_or(exponent);
    let points = mantissa.matches('.').count();
    mantissa.contains(char::is_numeric)
        && mantissa.chars().all(|letter| letter.is_numeric() || ".,_'/:".contains(letter))
        && points <= 1
        && !exponent.is_empty()
        && exponent.chars().all(|letter| letter.is_ascii_digit())
}

/// Says whether a letter is a space within a line, be it one at which no line breaks.
pub(super) fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{202f}' || letter == '\u{a0}'
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    #[test]
    fn a_word_ends_where_a_reader_ends_it() {
        let text = "A well-known 2.4.2, about 64,070 (p<0.05; n=30) of 0.97–0.99. So .98 or 10^5, CO₂, 1/3 and/or e.g. 5.";
        let found: Vec<&str> = words(text).into_iter().map(|word| &text[word]).collect();
        assert_data_eq!(
            found.join(" | "),
            str![
                "A | well-known | 2.4.2 | about | 64,070 | p | 0.05 | n | 30 | of | 0.97 | 0.99 | So | .98 | or | 10 | 5 | CO₂ | 1/3 | and | or | e.g | 5"
            ]
        );
    }

    #[test]
    fn a_number_takes_its_sign_and_its_unit() {
        let widened = |text: &str| {
            let number = words(text).into_iter().find(|word| text[word.clone()].contains(char::is_numeric));
            text[with_sign_and_unit(text, number.expect("there is a number"))].to_owned()
        };
        for (text, number) in [
            ("is −0.3 points", "−0.3"),
            ("is 98 %.", "98 %"),
            ("98%", "98%"),
            ("5 s", "5 s"),
            ("5 seconds", "5"),
            ("20\u{202f}°C", "20\u{202f}°C"),
            ("a-3x", "a-3x"),
            ("C++17", "17"),
        ] {
            assert_eq!(widened(text), number);
        }
    }
}
