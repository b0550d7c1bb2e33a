//! Coordinates in braces: `counts/{word}.txt` at `word=alpha` is `counts/alpha.txt`.
//!
//! `{{` and `}}` are the braces themselves.

use std::ops::Range;

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Literal(&'a str),
    /// A name in braces.
    Coordinate(&'a str),
    /// A brace without its counterpart.
    Stray(char),
}

/// Puts the values of an instance's coordinates into a template.
///
/// What is no coordinate stays as it is: a pipeline that was loaded has none of it.
pub fn substitute(template: &str, coordinates: &[(String, String)]) -> String {
    fill(template, |name| {
        coordinates.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    })
}

/// Puts the values that `value` gives for names into a template.
pub fn fill<V: AsRef<str>>(template: &str, mut value: impl FnMut(&str) -> Option<V>) -> String {
    let mut text = String::with_capacity(template.len());
    for (piece, _) in pieces(template) {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Stray(brace) => text.push(brace),
            Piece::Coordinate(name) => match value(name) {
                Some(value) => text.push_str(value.as_ref()),
                None => {
                    text.push('{');
                    text.push_str(name);
                    text.push('}');
                }
            },
        }
    }
    text
}

/// Puts the values that `value` gives for names into a template, and leaves it a template: names without one stay,
/// and braces that are meant as such stay doubled.
pub fn fill_partly<V: AsRef<str>>(template: &str, mut value: impl FnMut(&str) -> Option<V>) -> String {
    let doubled = |text: &str| text.replace('{', "{{").replace('}', "}}");
    let piece = |(piece, _): (Piece<'_>, Range<usize>)| match piece {
        Piece::Literal(literal) => doubled(literal),
        Piece::Stray(brace) => doubled(&brace.to_string()),
        Piece::Coordinate(name) => match value(name) {
            Some(value) => doubled(value.as_ref()),
            None => format!("{{{name}}}"),
        },
    };
    pieces(template).into_iter().map(piece).collect()
}

/// Gives the names that a template has in braces.
pub fn template_names(template: &str) -> Vec<&str> {
    names(template).into_iter().map(|(name, _)| name).collect()
}

/// Gives the names that a template has in braces, with their places in it.
pub(super) fn names(template: &str) -> Vec<(&str, Range<usize>)> {
    let name = |(piece, place)| match piece {
        Piece::Coordinate(name) => Some((name, place)),
        _ => None,
    };
    pieces(template).into_iter().filter_map(name).collect()
}

/// Takes a template apart; each piece comes with the bytes that it was written in.
pub(super) fn pieces(template: &str) -> Vec<(Piece<'_>, Range<usize>)> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while let Some(at) = template[start..].find(['{', '}']).map(|at| start + at) {
        if at > start {
            pieces.push((Piece::Literal(&template[start..at]), start..at));
        }
        let braces = &template[at..];
        let opens = braces.starts_with('{');
        let next = braces[1..].find(['{', '}']).map(|next| at + 1 + next);
        let (piece, end) = match next {
            Some(next) if next == at + 1 && template[next..].starts_with('{') == opens => {
                (Piece::Literal(&template[at..next]), next + 1)
            }
            Some(next) if opens && template[next..].starts_with('}') => {
                (Piece::Coordinate(&template[at + 1..next]), next + 1)
            }
            _ => (Piece::Stray(if opens { '{' } else { '}' }), at + 1),
        };
        pieces.push((piece, at..end));
        start = end;
    }
    if start < template.len() {
        pieces.push((Piece::Literal(&template[start..]), start..template.len()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_alpha(template: &str) -> String {
        substitute(template, &[("word".to_owned(), "alpha".to_owned())])
    }

    #[test]
    fn a_coordinate_is_replaced_and_doubled_braces_are_braces() {
        assert_eq!(at_alpha("counts/{word}.txt"), "counts/alpha.txt");
        assert_eq!(at_alpha("awk '{{print $1}}' {word}{word}"), "awk '{print $1}' alphaalpha");
        assert_eq!(at_alpha("{{word}}"), "{word}");
        assert_eq!(at_alpha(""), "");
        let partly = |template: &str| fill_partly(template, |name| (name == "word").then_some("{a}"));
        assert_eq!(partly("{word} {out} {{x}} {fit.out}"), "{{a}} {out} {{x}} {fit.out}");
    }

    #[test]
    fn what_is_no_coordinate_is_a_mistake_and_stays() {
        assert_eq!(at_alpha("{wrod} } {"), "{wrod} } {");
        use Piece::{Coordinate, Literal, Stray};
        assert_eq!(
            pieces("{wrod} } {"),
            [
                (Coordinate("wrod"), 0..6),
                (Literal(" "), 6..7),
                (Stray('}'), 7..8),
                (Literal(" "), 8..9),
                (Stray('{'), 9..10)
            ]
        );
    }
}
