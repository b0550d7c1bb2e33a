//! A line of Markdown without its code and link targets, as far as a reader can't take them for a quantity.
//!
//! Invariants
//! - A span of code ends on its line, and in its cell of a table: what opens and stays open is a fault, since where
//!   it ends then depends on text around it.
//! - A number is no code: neither at the beginning of a span, nor with a decimal point or a `%`.
//! - Of a link only the target goes; its title is read. What is not closed is no target.

use super::super::error::Fault;
use super::numeral::{blank, is_digit};

/// What is wrong with a line, and its column, from 1.
pub(super) type Found = (usize, Fault);

/// Blanks code between backticks.
pub(super) fn blank_spans(line: &mut [char]) -> Result<(), Found> {
    let table = line.iter().find(|symbol| !symbol.is_whitespace()) == Some(&'|');
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            '\\' => at += 2,
            '`' => {
                let length = run(line, at);
                let begin = at + length;
                let end = (begin..line.len())
                    .find(|end| line[*end] == '`' && line[end - 1] != '`' && run(line, *end) == length)
                    .filter(|end| !table || !line[begin..*end].contains(&'|'));
                let Some(end) = end else {
                    return Err((at + 1, Fault::Unclosed(line[at..begin].iter().collect())));
                };
                check(&line[begin..end]).map_err(|(offset, fault)| (begin + offset, fault))?;
                blank(line, at, end + length - at);
                at = end + length;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

/// Checks a piece of code for a number that is none.
///
/// # Errors
/// The first one with its column in `code`, from 1.
pub(super) fn check(code: &[char]) -> Result<(), Found> {
    let text: String = code.iter().collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    for (index, word) in words.iter().enumerate() {
        let next = words.get(index + 1).copied().unwrap_or_default();
        let set = index.checked_sub(1).is_some_and(|before| words[before] == "--set");
        let stated = match word.split_once('=') {
            Some((name, value)) => {
                !set && !name.contains('[') && is_number(value) && value.contains(['.', '%', '‰'])
            }
            None => {
                is_number(word)
                    && (index == 0 || word.contains(['.', '%', '‰']) || next.starts_with(['%', '‰']))
            }
        };
        if stated {
            let at = text.find(word).map_or(0, |at| text[..at].chars().count());
            return Err((at + 1, Fault::InCode((*word).to_owned())));
        }
    }
    Ok(())
}

/// Finds a tag or an entity in a line without its code.
pub(super) fn html(line: &[char]) -> Option<Found> {
    line.iter().enumerate().find_map(|(at, symbol)| {
        let rest = &line[at + 1..];
        let next = rest.first().copied().unwrap_or(' ');
        let end = match symbol {
            '<' if next.is_alphabetic() || matches!(next, '/' | '!') => rest.iter().position(|it| *it == '>'),
            '&' if next.is_alphanumeric() || next == '#' => {
                let end = rest.iter().position(|it| !it.is_alphanumeric() && *it != '#')?;
                (rest[end] == ';').then_some(end)
            }
            _ => return None,
        };
        let written: String =
            line[at..].iter().take(end.map_or(usize::MAX, |end| end.saturating_add(2))).collect();
        (*symbol == '<' || end.is_some()).then(|| (at + 1, Fault::Html(written)))
    })
}

/// Says whether `word` is a number, with or without a sign and a `%`.
fn is_number(word: &str) -> bool {
    let bare = word.trim_matches(|symbol: char| !symbol.is_alphanumeric() && !matches!(symbol, '.'));
    bare.contains(is_digit)
        && (bare.replace(',', "").parse::<f64>().is_ok() || !bare.contains(char::is_alphabetic))
        && !bare.contains(['/', ':', '=', '[', '_'])
}

fn run(line: &[char], from: usize) -> usize {
    line[from..].iter().take_while(|symbol| **symbol == '`').count()
}

/// Blanks the captions of pictures, which are the titles of figures (see `shown`).
pub(super) fn blank_captions(line: &mut [char]) {
    let mut at = 0;
    while let Some(begin) = line[at..].windows(2).position(|pair| *pair == ['!', '[']) {
        let begin = at + begin + 2;
        let length = line[begin..].windows(2).position(|pair| *pair == [']', '(']).unwrap_or(0);
        blank(line, begin, length);
        at = begin + length;
    }
}

/// Blanks where links lead: `](…`, up to the title or the end.
pub(super) fn blank_targets(line: &mut [char]) {
    let mut open = 0_usize;
    let mut at = 0;
    while at < line.len() {
        match line[at] {
            '\\' => at += 1,
            '[' => open += 1,
            ']' if open > 0 => {
                open -= 1;
                let target = |symbol: &char| *symbol == ')' || symbol.is_whitespace();
                let closed = line.get(at + 1) == Some(&'(') && line[at..].contains(&')');
                let end = line[at..].iter().position(target).filter(|_| closed);
                if let Some(length) = end {
                    blank(line, at + 1, length - 1);
                    at += length - 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
}
