//! Which lines of a Markdown text stand in a fenced block of code (CommonMark 0.31, section 4.5).
//!
//! Invariants
//! - A fence closes only by its own sign, at least as long, with nothing behind it.
//! - A fence opens at the beginning of its line alone: an indented one may belong to a list, and end with it.

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Text.
    Text,
    /// Code, or one of its two fences.
    Code,
    /// A fence that is indented, of which only a list could say where it ends.
    Indented,
}

/// Reads a text line by line.
#[derive(Debug, Default)]
pub(super) struct Fences {
    /// The sign of the open fence, how many of them, and its line, from 1.
    open: Option<(char, usize, usize)>,
    line: usize,
}

impl Fences {
    /// Says what the next line is.
    pub fn read(&mut self, line: &str) -> Line {
        self.line += 1;
        let rest = line.trim_start_matches(' ');
        let indent = line.len() - rest.len();
        let sign = rest.chars().next().filter(|sign| matches!(sign, '`' | '~'));
        let length = rest.chars().take_while(|symbol| Some(*symbol) == sign).count();
        let info = &rest[length..];
        let fence = sign.filter(|_| length >= 3 && indent <= 3);
        match (self.open, fence) {
            (Some((open, least, _)), Some(sign)) if sign == open && length >= least => {
                if info.trim().is_empty() {
                    self.open = None;
                }
                Line::Code
            }
            (Some(_), _) => Line::Code,
            (None, Some(sign)) if sign == '~' || !info.contains('`') => {
                if indent > 0 {
                    return Line::Indented;
                }
                self.open = Some((sign, length, self.line));
                Line::Code
            }
            (None, _) => Line::Text,
        }
    }

    /// Gives the line of a fence that is still open, from 1.
    pub fn open_since(&self) -> Option<usize> {
        self.open.map(|(_, _, line)| line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<Line>, Option<usize>) {
        let mut fences = Fences::default();
        let lines = text.lines().map(|line| fences.read(line)).collect();
        (lines, fences.open_since())
    }

    #[test]
    fn a_fence_ends_by_its_own_kind_alone() {
        use Line::{Code, Text};
        assert_eq!(read("````\n```\n````\na"), (vec![Code, Code, Code, Text], None));
        assert_eq!(read("~~~\n```\n~~~\na"), (vec![Code, Code, Code, Text], None));
        assert_eq!(read("```\n``` rust\n   ```\na"), (vec![Code, Code, Code, Text], None));
    }

    #[test]
    fn what_only_looks_like_a_fence_opens_nothing() {
        for text in ["```x```", "    ```", "\t```", "``", "a ```"] {
            assert_eq!(read(text), (vec![Line::Text], None), "{text}");
        }
        assert_eq!(read("  ```"), (vec![Line::Indented], None));
    }

    #[test]
    fn a_fence_that_stays_open_is_known_by_its_line() {
        assert_eq!(read("a\n```\nb").1, Some(2));
    }
}
