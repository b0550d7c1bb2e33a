//! Counts that prose writes as words: `three seeds`.

use super::numeral::Numeral;

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

/// Says whether a word, in lower case, is something that is counted.
pub fn is_counted(word: &str) -> bool {
    COUNTED.contains(&word.strip_suffix('s').unwrap_or(word))
}

/// Finds a count in words before what is counted: `three seeds`.
pub fn counted(line: &[char]) -> Option<Numeral> {
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
        (is_count && is_counted(noun)).then(|| (at + 1, format!("{count} {noun}")))
    })
}
