//! Numbers that prose writes as words: `three`, `a third`, `ninety per cent`, `one seed`.
//!
//! Invariants
//! - `one` is a number only before what is counted, and `third` to `ninth` only as a part; `first`, `second`, `once`,
//!   `both`, `none` and `zero` are no quantities.
//! - What is not seen, such as emphasis, parts no word.

use super::super::prose::is_unseen;
use super::numeral::Numeral;

/// Words that are numbers wherever they stand, without an `s` at their end.
const NUMBERS: [&str; 44] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
    "million",
    "billion",
    "dozen",
    "twice",
    "thrice",
    "double",
    "triple",
    "half",
    "halve",
    "quarter",
    "tenth",
    "hundredth",
    "thousandth",
    "percent",
    "trillion",
    "couple",
];

/// Words that are numbers behind `a` or `one`, and with an `s` at their end.
const PARTS: [&str; 7] = ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"];

/// What is counted or measured, in the singular: `one` before it is a quantity.
const COUNTED: [&str; 18] = [
    "channel",
    "epoch",
    "experiment",
    "gesture",
    "hour",
    "label",
    "minute",
    "parameter",
    "point",
    "repeat",
    "row",
    "second",
    "seed",
    "sequence",
    "step",
    "training",
    "user",
    "variant",
];

/// Says whether a word, in lower case, is something that is counted.
pub fn is_counted(word: &str) -> bool {
    COUNTED.contains(&singular(word))
}

/// Finds the first number in words.
pub fn in_words(line: &[char]) -> Option<Numeral> {
    let words = words(line);
    words.iter().enumerate().find_map(|(index, (at, word))| {
        let lower = word.to_lowercase();
        let next = words.get(index + 1).map(|(_, word)| word.to_lowercase()).unwrap_or_default();
        let before = index.checked_sub(1).map(|index| words[index].1.to_lowercase()).unwrap_or_default();
        let text = match singular(&lower) {
            number if NUMBERS.contains(&number.strip_suffix("fold").unwrap_or(number)) => word.clone(),
            "one" if is_counted(&next) => format!("{word} {next}"),
            "per" if next == "cent" || next == "mille" => format!("{word} {next}"),
            part if PARTS.contains(&part) && (lower != part || before == "a" || before == "one") => {
                word.clone()
            }
            _ => return None,
        };
        Some((at + 1, text))
    })
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

/// Takes a line apart into words, each with where it begins, from 0.
fn words(line: &[char]) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let mut goes_on = false;
    for (index, symbol) in line.iter().enumerate() {
        match words.last_mut() {
            Some((_, word)) if goes_on && symbol.is_alphabetic() => word.push(*symbol),
            _ if symbol.is_alphabetic() => words.push((index, symbol.to_string())),
            _ => {}
        }
        goes_on = symbol.is_alphabetic() || goes_on && is_unseen(*symbol);
    }
    words
}
