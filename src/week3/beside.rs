//! What stands around a printed number: nothing that would make another number of it.
//!
//! finished text + its citations ──▶ no sign before one, and no digit, unit or further number behind it
//!
//! Invariants
//! - Marks of emphasis part nothing: `**{{ a }}**{{ b }}` reads as one number.
//! - A dash is a sign unless it leads from a number to the next.

use super::citation::{Citation, Reference, reference_name};
use super::error::{Fault, RenderError};

/// Words that change the number before them.
const UNITS: [&str; 9] =
    ["per cent", "percent", "per mille", "hundred", "thousand", "million", "billion", "dozen", "times"];

/// Refuses a finished text in which a number is changed by what stands around it.
///
/// # Errors
/// [`RenderError::Fault`] for the first one, with its place.
pub(super) fn check(text: &str, citations: &[Citation], references: &[Reference]) -> Result<(), RenderError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut last: Option<(usize, usize)> = None;
    for citation in citations {
        let line: Vec<char> = lines.get(citation.line - 1).copied().unwrap_or_default().chars().collect();
        let begin = citation.column - 2;
        let link = format!("[{}][{}]", citation.text, reference_name(citation.reference)).chars().count();
        let from = last.filter(|(line, _)| *line == citation.line).map_or(0, |(_, end)| end);
        let between: String = line[from..begin].iter().filter(|symbol| !emphasises(**symbol)).collect();
        let unit: Vec<char> =
            references.get(citation.reference).map_or("", |it| it.format.unit()).chars().collect();
        let mut end = begin + link;
        if line[end..].starts_with(&unit) {
            end += unit.len();
        }
        let behind: String = line[end..].iter().filter(|symbol| !emphasises(**symbol)).collect();
        let changed = before(&between, from > 0).or_else(|| after(&behind));
        if let Some(by) = changed {
            return Err(RenderError::Fault {
                place: "the report".to_owned(),
                line: citation.line,
                column: citation.column,
                fault: Fault::Changed { number: citation.text.clone(), by },
            });
        }
        last = Some((citation.line, end));
    }
    Ok(())
}

fn emphasises(symbol: char) -> bool {
    matches!(symbol, '*' | '_' | '~')
}

/// Finds what changes a number from before it, in the text since the line's beginning or the number before.
fn before(text: &str, behind_number: bool) -> Option<String> {
    let near = text.trim_end();
    let touches = near.len() == text.len();
    let sign = near.chars().next_back()?;
    let lead = near.trim_end_matches(sign).trim();
    let range = behind_number && lead.is_empty() && sign == '–';
    let item = !behind_number && lead.is_empty() && !touches && matches!(sign, '-' | '+');
    let word = near.rsplit(|symbol: char| !symbol.is_alphabetic()).next().unwrap_or_default();
    match sign {
        '-' | '−' | '–' | '+' | '±' | '‐' | '‑' | '‒' | '—' if !range && !item => {
            Some(sign.to_string())
        }
        '.' | ',' | '<' | '>' | '\'' if touches => Some(sign.to_string()),
        _ if touches && sign.is_alphanumeric() => Some(sign.to_string()),
        _ if ["minus", "plus", "negative"].contains(&word.to_lowercase().as_str()) => Some(word.to_owned()),
        _ => None,
    }
}

/// Finds what changes a number from behind it.
fn after(text: &str) -> Option<String> {
    let near = text.trim_start();
    let touches = near.len() == text.len();
    let mut symbols = near.chars();
    let symbol = symbols.next()?;
    let next = symbols.next();
    let unit = UNITS.into_iter().find(|unit| near.to_lowercase().starts_with(unit));
    match symbol {
        '%' | '‰' | '×' | '⋅' | '·' | '^' => Some(symbol.to_string()),
        // The next number's link.
        '[' if near.starts_with('[') && is_link(near) => Some("the next number".to_owned()),
        '.' | ',' if touches && next.is_some_and(|next| next.is_alphanumeric() || next == '[') => {
            Some(symbol.to_string())
        }
        '<' | '>' | '\'' if touches => Some(symbol.to_string()),
        _ if touches && symbol.is_alphanumeric() => Some(symbol.to_string()),
        _ => unit.map(str::to_owned),
    }
}

/// Says whether a reference link begins here.
fn is_link(text: &str) -> bool {
    text.split_once("][n").is_some_and(|(shown, _)| !shown[1..].contains(['[', ']']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_a_digit_and_a_unit_change_a_number() {
        for text in ["−", "-", "a − ", "±", "0.", "a", "minus ", "by -"] {
            assert!(before(text, false).is_some(), "{text}");
        }
        for text in ["", "- ", "is ", "(", "| ", "→ ", "from 0 to "] {
            assert_eq!(before(text, false), None, "{text}");
        }
        assert_eq!((before("–", true), before(" (", true)), (None, None));
        assert!(before("–", false).is_some());
        for text in
            ["%", " %", "\u{a0}%", "k", "[1][n2]", " [1][n2]", ",[1][n2]", " million", " per cent", "²"]
        {
            assert!(after(text).is_some(), "{text}");
        }
        for text in ["", ".", ", so", " seeds", "–[1][n2]", ")", " of [1][n2]", " | a"] {
            assert_eq!(after(text), None, "{text}");
        }
    }
}
