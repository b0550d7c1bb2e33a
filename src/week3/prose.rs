//! Marked text as it is read: in blocks, and without what a reader does not see or does not take for words.
//!
//! Invariants
//! - Emphasis, zero-width characters, line ends and the sign of a quotation part no word and join none.
//! - Measures, names and words that are borne out stand as a dot, and so does code.

use super::marks::{Brackets, Marks, NAME, NUMBER, WORD};

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

/// Leaves out measures, words that are borne out, and code; a name stands between the characters of its mark.
pub(super) fn without_marks(text: &str, names: &Marks<String>) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(symbol) = rest.chars().next() {
        let length = unread(rest).unwrap_or(0);
        match names.read(rest) {
            Some((name, _)) => left.extend([NAME.open.to_string(), name, NAME.close.to_string()]),
            None => left.push(if length > 0 { '·' } else { symbol }),
        }
        rest = &rest[length.max(symbol.len_utf8())..];
    }
    left
}

/// Gives the beginning of a line as a reader sees it, for an error; a measure and a word that is borne out are a dot.
pub(super) fn seen(line: &str, names: &Marks<String>) -> String {
    const LENGTH: usize = 90;
    let text = without_marks(line, names).replace([NAME.open, NAME.close], "");
    shortened(text.trim(), LENGTH)
}

/// Cuts a text to so many characters.
pub(super) fn shortened(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Gives the length of the mark, or of the code, that a text begins with.
fn unread(text: &str) -> Option<usize> {
    let symbol = text.chars().next()?;
    if let Some(Brackets { close, .. }) = [NUMBER, WORD, NAME].iter().find(|it| it.open == symbol) {
        return text.find(*close).map(|at| at + close.len_utf8());
    }
    let run = |text: &str| text.len() - text.trim_start_matches('`').len();
    let length = run(text);
    let mut at = length;
    // Code ends at as many signs as it begins with.
    while let Some(next) = text[at..].find('`').filter(|_| length > 0) {
        let closing = run(&text[at + next..]);
        at += next + closing;
        if closing == length {
            return Some(at);
        }
    }
    None
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
        let mut rest = block;
        while let Some(symbol) = rest.chars().next() {
            let target = if rest.starts_with("](") { rest.find(')').map(|at| at + 1) } else { None };
            let length = unread(rest).or(target);
            match symbol {
                _ if target.is_some() => {}
                _ if length.is_some() => said.push(['·'], line),
                '>' if begins => {}
                '[' => {}
                _ if is_unseen(symbol) => {}
                _ if symbol.is_whitespace() && said.text.ends_with(' ') => {}
                _ if symbol.is_whitespace() => said.push([' '], line),
                _ => said.push(symbol.to_lowercase(), line),
            }
            // What is escaped opens no code.
            let escaped = if symbol == '\\' { rest.chars().nth(1) } else { None };
            said.push(escaped.into_iter().flat_map(char::to_lowercase), line);
            let read = length.unwrap_or(symbol.len_utf8()) + escaped.map_or(0, char::len_utf8);
            line += rest[..read].matches('\n').count();
            begins = symbol == '\n' || begins && symbol.is_whitespace();
            rest = &rest[read..];
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
