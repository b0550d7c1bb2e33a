//! Comparisons with a number that is written in a template: they say nothing of a measure.
//!
//! The template language compares a measure with a measure. Against a bare number it compares their sorts, and `m > 0.9`
//! is always true, so that it would choose the wrong sentence without a word.
//!
//! Invariants
//! - What counts items, such as `list | length` and `loop.index`, may be compared with a number.

use super::error::RenderError;

/// Refuses a template that compares something else than a count of items with a number.
///
/// # Errors
/// [`RenderError::Literal`] for the first such comparison, with its line.
pub(super) fn check(template: &str, text: &str) -> Result<(), RenderError> {
    let mut from = 0;
    while let Some(at) = ["{{", "{%"].iter().filter_map(|open| text[from..].find(open)).min() {
        let begin = from + at + 2;
        let close = if text[..begin].ends_with("{{") { "}}" } else { "%}" };
        let end = text[begin..].find(close).map_or(text.len(), |length| begin + length);
        if let Some((at, comparison)) = literal(&text[begin..end]) {
            return Err(RenderError::Literal {
                template: template.to_owned(),
                line: 1 + text[..begin + at].matches('\n').count(),
                comparison,
            });
        }
        from = end;
    }
    Ok(())
}

/// Finds a comparison with a number, and where it stands.
fn literal(code: &str) -> Option<(usize, String)> {
    let mut quote = None;
    for (at, symbol) in code.char_indices() {
        match (quote, symbol) {
            (Some(open), _) if symbol == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(symbol),
            (None, '<' | '>') | (None, '=' | '!') if is_comparison(&code[at..]) => {
                let rest = code[at..].trim_start_matches(['<', '>', '=', '!']);
                let operator = &code[at..code.len() - rest.len()];
                let is_part = |symbol: char| symbol.is_alphanumeric() || matches!(symbol, '.' | '_');
                let left = code[..at].trim_end();
                let left = &left[left.trim_end_matches(is_part).len()..];
                let right = rest.trim_start();
                let right = &right[..right.find(|symbol| !is_part(symbol)).unwrap_or(right.len())];
                let is_number = |word: &str| word.starts_with(|symbol: char| symbol.is_ascii_digit());
                let counts = |word: &str| word == "length" || word.starts_with("loop.") || is_number(word);
                if is_number(right) && !counts(left) || is_number(left) && !counts(right) {
                    return Some((at, format!("{left} {operator} {right}").trim().to_owned()));
                }
            }
            _ => {}
        }
    }
    None
}

/// Says whether an operator of comparison begins here.
fn is_comparison(code: &str) -> bool {
    ["<", ">", "==", "!="].iter().any(|operator| code.starts_with(operator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measure_does_not_compare_with_a_number() {
        let found = |text: &str| match check("a.md.j2", text) {
            Err(RenderError::Literal { line, comparison, .. }) => Some((line, comparison)),
            other => other.map(|()| None).expect("only this error can come"),
        };
        for (text, line, comparison) in [
            ("a\n{% if best.mean > 0.9 %}", 2, "best.mean > 0.9"),
            ("{{ 1 if m<3 }}", 1, "m < 3"),
            ("{% if 0.9\n <= m %}", 2, "0.9 <= m"),
            ("{% if a.b == 3 %}", 1, "a.b == 3"),
            ("{% if x(1) != 3 %}", 1, "!= 3"),
        ] {
            assert_eq!(found(text), Some((line, comparison.to_owned())), "{text}");
        }
        for text in [
            "m > 0.9",
            "{% if list | length > 1 %}{% if loop.revindex > 2 %}",
            "{% if a.mean > b.mean and name == \"1.1\" %}",
            "{{ \"a > 3\" }}{% set a = 5 %}{{ x | fixed(3) }}{% set b = [1]%}",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
