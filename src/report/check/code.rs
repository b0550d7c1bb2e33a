//! Code and mathematics that hold nothing but numbers, signs and units: they report a number as prose does.

use std::ops::Range;

use super::document::EXPRESSION;
use super::names::Names;
use super::words::{is_number, is_space, unit, with_sign_and_unit, words};

/// Commands of mathematics that are signs or spaces.
const SIGN_COMMANDS: [&str; 24] = [
    "pm", "mp", "times", "cdot", "approx", "sim", "simeq", "le", "leq", "ge", "geq", "lt", "gt", "ll", "gg",
    "quad", "qquad", "circ", "degree", "left", "right", "frac", "dfrac", "tfrac",
];

/// Commands of mathematics whose argument is words, such as a unit.
const TEXT_COMMANDS: [&str; 6] = ["text", "mathrm", "textrm", "operatorname", "unit", "si"];

/// Finds the numerals of code that is nothing but numbers, signs and units, in bytes.
pub(super) fn numerals_of_code(code: &str, names: &Names) -> Vec<Range<usize>> {
    let words = words(code);
    let mut numbers = Vec::new();
    let mut is_behind_number = false;
    for word in words {
        let written = &code[word.clone()];
        if names.has_word(written) || names.has_number(written) {
            return Vec::new();
        }
        let digits = written.trim_end_matches(char::is_alphabetic);
        let has_unit =
            digits.len() < written.len() && unit(&written[digits.len()..]) == written.len() - digits.len();
        if is_number(written) || has_unit && is_number(digits) {
            numbers.push(with_sign_and_unit(code, word));
            is_behind_number = true;
        } else if is_behind_number && written.chars().all(char::is_alphabetic) && is_apart(code, &word) {
            is_behind_number = false;
        } else {
            return Vec::new();
        }
    }
    numbers
}

/// Says whether what is between a word and what is before it is a space alone: then it may be a unit.
fn is_apart(code: &str, word: &Range<usize>) -> bool {
    code[..word.start].ends_with(is_space)
        && code[..word.start].trim_end_matches(is_space).ends_with(char::is_alphanumeric)
}

/// Finds the numerals of mathematics that is nothing but numbers, signs and units, in bytes.
pub(super) fn numerals_of_mathematics(formula: &str) -> Vec<Range<usize>> {
    let mut rest = formula;
    let mut is_text = false;
    while let Some(letter) = rest.chars().next() {
        let mut length = letter.len_utf8();
        if letter == '\\' {
            let name: &str = &rest[1..];
            let name = &name[..name.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(name.len())];
            length += name.len();
            if TEXT_COMMANDS.contains(&name) {
                is_text = true;
            } else if !name.is_empty() && !SIGN_COMMANDS.contains(&name) {
                return Vec::new();
            }
        } else if letter == '}' {
            is_text = false;
        } else if (letter.is_alphabetic() || letter == EXPRESSION) && !is_text {
            return Vec::new();
        }
        rest = &rest[length..];
    }
    let is_numeral = |word: &Range<usize>| formula[word.clone()].contains(char::is_numeric);
    words(formula).into_iter().filter(is_numeral).map(|word| with_sign_and_unit(formula, word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_a_number_when_it_is_nothing_else() {
        let names = Names::default();
        let found = |code| numerals_of_code(code, &names).into_iter().map(|at| &code[at]).collect::<Vec<_>>();
        assert_eq!(found("0.98"), ["0.98"]);
        assert_eq!(found("−1,300"), ["−1,300"]);
        assert_eq!(found("98 %"), ["98 %"]);
        assert_eq!(found("5ms"), ["5ms"]);
        assert_eq!(found("12 images"), ["12"]);
        assert_eq!(found("[0.97, 0.98]\n0.99 ± 0.01"), ["0.97", "0.98", "0.99", "0.01"]);
        for code in [
            "lr=0.01",
            "git checkout 3",
            "2to3",
            "7z",
            "3.12.1",
            "4a6c5ac1",
            "127.0.0.1:8000",
            "2 * x + 3",
            "",
            "C",
        ] {
            assert_eq!(found(code), [""; 0], "{code}");
        }
    }

    #[test]
    fn mathematics_is_a_number_when_it_has_no_letter_but_a_unit() {
        let found =
            |formula| numerals_of_mathematics(formula).into_iter().map(|at| &formula[at]).collect::<Vec<_>>();
        assert_eq!(found("0.98"), ["0.98"]);
        assert_eq!(found(r"95\,\%"), ["95"]);
        assert_eq!(found(r"0.98 \pm 0.01"), ["0.98", "0.01"]);
        assert_eq!(found(r"5\,\mathrm{ms}"), ["5"]);
        assert_eq!(found(r"\frac{1}{3}"), ["1", "3"]);
        for formula in ["2n", "x = 3", r"\alpha = 0.05", r"\sum_{i=1}^{n} y_i", r"\mathrm{ms} x 3"] {
            assert_eq!(found(formula), [""; 0], "{formula}");
        }
    }
}
