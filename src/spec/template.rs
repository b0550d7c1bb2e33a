//! Coordinates in braces: `counts/{word}.txt` at `word=alpha` is `counts/alpha.txt`.
//!
//! `{{` and `}}` stand for the braces themselves.

/// What is wrong with the braces of a template; the text is the part to point at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// No coordinate has this name; with the braces around it.
    Unknown(String),
    /// A brace without its counterpart.
    Single(char),
}

enum Piece<'a> {
    Literal(&'a str),
    Coordinate(&'a str),
    Stray(char),
}

/// Puts the values of an instance's coordinates into a template.
///
/// What is no coordinate stays as it is: a pipeline that was loaded has none of it.
pub fn substitute(template: &str, coordinates: &[(String, String)]) -> String {
    let mut text = String::with_capacity(template.len());
    for piece in pieces(template) {
        match piece {
            Piece::Literal(literal) => text.push_str(literal),
            Piece::Stray(brace) => text.push(brace),
            Piece::Coordinate(name) => match coordinates.iter().find(|(known, _)| known == name) {
                Some((_, value)) => text.push_str(value),
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

/// Finds what is wrong with a template when the coordinates are those in `known`.
pub(super) fn faults(template: &str, known: &[&str]) -> Vec<Fault> {
    pieces(template)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Coordinate(name) if !known.contains(&name) => Some(Fault::Unknown(format!("{{{name}}}"))),
            Piece::Stray(brace) => Some(Fault::Single(brace)),
            _ => None,
        })
        .collect()
}

fn pieces(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, braces) = rest.split_at(at);
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let inner = braces[1..].find(['{', '}']);
        rest = if braces.starts_with("{{") || braces.starts_with("}}") {
            pieces.push(Piece::Literal(&braces[..1]));
            &braces[2..]
        } else if let Some(end) =
            inner.filter(|end| braces.starts_with('{') && braces[1 + end..].starts_with('}'))
        {
            pieces.push(Piece::Coordinate(&braces[1..=end]));
            &braces[end + 2..]
        } else {
            pieces.push(Piece::Stray(if braces.starts_with('{') { '{' } else { '}' }));
            &braces[1..]
        };
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
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
    }

    #[test]
    fn what_is_no_coordinate_is_a_fault_and_stays() {
        assert_eq!(at_alpha("{wrod} } {"), "{wrod} } {");
        assert_eq!(
            faults("{wrod} } { {word}", &["word"]),
            [Fault::Unknown("{wrod}".to_owned()), Fault::Single('}'), Fault::Single('{')]
        );
    }
}
