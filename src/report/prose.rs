//! Marked text as it is read: in blocks, and without what a reader does not see or does not take for words.
//!
//! Invariants
//! - Emphasis, zero-width characters, line ends and the sign of a quotation part no word and join none.
//! - Measures, names and words that are borne out stand as a dot, and so does code.

use super::{citation, comparative, named};

/// Characters that a reader does not see.
const UNSEEN: [char; 5] = ['\u{200B}', '\u{200C}', '\u{200D}', '\u{FEFF}', '\u{AD}'];

/// Says whether a character stands in a word without being seen as a part of it: emphasis, or nothing at all.
pub(super) fn is_unseen(symbol: char) -> bool {
    matches!(symbol, '*' | '_' | '~') || UNSEEN.contains(&symbol)
}

/// Parts a text into what is read in one breath, each with its first line, from 1.
pub(super) fn blocks(text: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut alone = true;
    for (index, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let begins = trimmed.is_empty() || trimmed.starts_with(['|', '#']) || trimmed.starts_with("- ");
        match blocks.last_mut().filter(|_| !alone && !begins) {
            Some((_, block)) => {
                block.push('\n');
                block.push_str(line);
            }
            None => blocks.push((index + 1, line.to_owned())),
        }
        alone = trimmed.is_empty() || trimmed.starts_with(['|', '#']);
    }
    blocks
}

/// Leaves out measures, words that are borne out, and code, and keeps names with their marks.
pub(super) fn without_marks(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut until: Option<char> = None;
    for symbol in text.chars() {
        match until {
            Some(end) if symbol == end => until = None,
            Some(_) => {}
            None => {
                until = closed_by(symbol);
                left.push(if until.is_some() { '·' } else { symbol });
            }
        }
    }
    left
}

/// Gives what ends a piece that a reader does not take for words, where one begins.
fn closed_by(symbol: char) -> Option<char> {
    match symbol {
        citation::OPEN => Some(citation::CLOSE),
        comparative::OPEN => Some(comparative::CLOSE),
        '`' => Some('`'),
        _ => None,
    }
}

/// What a block says, in lower case.
pub(super) struct Said {
    /// The words, with a blank between them.
    pub text: String,
    /// The line of each byte of `text`, from 0.
    lines: Vec<usize>,
}

impl Said {
    /// Reads a block; `terms` are left out, since they say nothing.
    pub fn of(block: &str, terms: &[&str]) -> Self {
        let mut said = Self { text: String::with_capacity(block.len()), lines: Vec::new() };
        let (mut line, mut begins) = (0, true);
        // What ends the piece that is left out.
        let mut until: Option<char> = None;
        for symbol in block.chars() {
            match (until, symbol) {
                (Some(end), _) if symbol == end => until = None,
                (Some(_), _) => {}
                (None, named::OPEN) => until = Some(named::CLOSE),
                (None, _) if closed_by(symbol).is_some() => until = closed_by(symbol),
                (None, '>') if begins => continue,
                (None, _) if is_unseen(symbol) => continue,
                (None, _) if symbol.is_whitespace() => {}
                (None, _) => said.push(symbol.to_lowercase(), line),
            }
            if until.is_some() && !said.text.ends_with('·') {
                said.push(['·'], line);
            }
            if symbol.is_whitespace() && until.is_none() && !said.text.ends_with(' ') {
                said.push([' '], line);
            }
            begins = symbol == '\n' || begins && symbol.is_whitespace();
            line += usize::from(symbol == '\n');
        }
        for term in terms {
            said.text = said.text.replace(term, &" ".repeat(term.len()));
        }
        said
    }

    fn push(&mut self, symbols: impl IntoIterator<Item = char>, line: usize) {
        self.text.extend(symbols);
        self.lines.resize(self.text.len(), line);
    }

    /// Finds the line, from 0, on which `word` stands alone.
    pub fn line_of(&self, word: &str) -> Option<usize> {
        let mut places = self.text.match_indices(word).map(|(at, _)| at);
        let at = places.find(|at| {
            let before = self.text[..*at].chars().next_back();
            let after = self.text[at + word.len()..].chars().next();
            ![before, after].into_iter().flatten().any(char::is_alphanumeric)
        })?;
        self.lines.get(at).copied()
    }
}
