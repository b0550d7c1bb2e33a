//! What makes a text unreadable as a tree, where, and what to do about it.

use std::ops::Range;

/// Why a text can't be read.
pub(super) struct SyntaxError {
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

/// Lists and maps within one another, at most.
pub(super) const MAX_DEPTH: usize = 16;

/// Errors of one sort that are reported, at most.
const MAX_ERRORS: usize = 100;

impl SyntaxError {
    /// Makes the only error of a text.
    pub fn at(span: Range<usize>, message: impl Into<String>, help: &'static str) -> Vec<Self> {
        vec![Self { span, message: message.into(), help }]
    }
}

/// Refuses a list or map that is nested too deep.
pub(super) fn depth_error(span: Range<usize>) -> Vec<SyntaxError> {
    SyntaxError::at(span, format!("more than {MAX_DEPTH} lists and maps are nested here"), "write it flatter")
}

/// Finds the line ends that only some readers of YAML take for such, so that two may differ on a text.
pub(super) fn separator_errors(text: &str) -> Vec<SyntaxError> {
    if text.is_ascii() {
        return Vec::new();
    }
    let found = text.match_indices(['\u{85}', '\u{2028}', '\u{2029}']);
    let error = |(at, separator): (usize, &str)| SyntaxError {
        span: at..at + separator.len(),
        message: format!("there is an invisible line separator: {}", separator.escape_unicode()),
        help: "delete it, or press Enter in its place",
    };
    found.take(MAX_ERRORS).map(error).collect()
}

/// Refuses the anchor or alias (`sign`) of the node that begins at `start`.
pub(super) fn anchor_error(text: &str, start: usize, sign: char) -> SyntaxError {
    SyntaxError {
        span: marked(text, start, sign),
        message: "anchors and aliases are not supported".to_owned(),
        help: "write the value out where it is needed; a pattern that begins with `*` wants quotes",
    }
}

/// Refuses the tag of the node that begins at `start`.
pub(super) fn tag_error(text: &str, start: usize) -> SyntaxError {
    SyntaxError {
        span: marked(text, start, '!'),
        message: "tags are not supported".to_owned(),
        help: "write the value without a tag",
    }
}

/// Finds the word that begins with `sign`, at or before the node that it belongs to.
fn marked(text: &str, start: usize, sign: char) -> Range<usize> {
    let from =
        if text[start..].starts_with(sign) { start } else { text[..start].rfind(sign).unwrap_or(start) };
    let word = text[from..].find(|character: char| character.is_whitespace() || ",]}".contains(character));
    from..word.map_or(text.len(), |length| from + length)
}

/// Explains where a scanner stopped, with what it says (`info`); tabs are the usual reason and deserve their own words.
pub(super) fn scan_errors(text: &str, at: usize, info: &str) -> Vec<SyntaxError> {
    if info.contains("unknown anchor") {
        return vec![anchor_error(text, at, '*')];
    }
    if info.contains("recursion limit") {
        return depth_error(at..at);
    }
    let mut errors = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t').filter(|_| indent < line.trim_end().len()) {
            let message = "this line is indented with a tab".to_owned();
            errors.push(SyntaxError {
                span: start + tab..start + indent,
                message,
                help: "indent with spaces",
            });
        }
        if errors.len() == MAX_ERRORS {
            break;
        }
        start += line.len();
    }
    if !errors.is_empty() {
        return errors;
    }
    let help = if info.contains("mapping values") {
        "a text that holds `: ` needs quotes; otherwise check the indentation"
    } else {
        "check brackets, quotes and indentation here and on the line before"
    };
    SyntaxError::at(at..at, format!("this can't be read as YAML: {info}"), help)
}
