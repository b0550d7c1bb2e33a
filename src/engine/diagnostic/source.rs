//! A text that a person wrote, and a place in it.

use std::ops::Range;
use std::sync::Arc;

/// A text that a person wrote, and what it is called.
#[derive(Debug)]
pub struct Source {
    name: Arc<str>,
    text: String,
    /// Position on the command line, for a text that is an argument.
    pub(super) argument: Option<usize>,
    /// Where each line starts, in bytes.
    lines: Vec<usize>,
}

impl Source {
    /// Takes the text of a file; `path` is relative to the project, with forward slashes.
    pub fn file(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Self::new(&path.into(), text.into(), None)
    }

    /// Takes a command-line argument; `name` is its option, such as `--set`.
    pub fn argument(name: impl Into<String>, position: usize, text: impl Into<String>) -> Arc<Self> {
        Self::new(&name.into(), text.into(), Some(position))
    }

    fn new(name: &str, text: String, argument: Option<usize>) -> Arc<Self> {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(breaks).collect();
        Arc::new(Self { name: name.into(), text, argument, lines })
    }

    /// Gives the file's path, or the option's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives the file's path, or the option's name, to be kept.
    pub(crate) fn shared_name(&self) -> &Arc<str> {
        &self.name
    }

    /// Gives the whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Finds the line and the column, from 1 and in characters, of a byte's offset.
    pub(super) fn line_and_column(&self, offset: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= offset);
        let before = self.text.get(self.lines[line - 1]..offset).unwrap_or("");
        (line, before.chars().count() + 1)
    }

    /// Gives the bytes of a line, counted from 1, without its end.
    pub(super) fn line(&self, line: usize) -> Range<usize> {
        let start = self.lines[line - 1];
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\n', '\r']).len()
    }
}

/// Somewhere in a [`Source`].
#[derive(Clone, Debug)]
pub struct Place {
    source: Arc<Source>,
    /// In bytes, on character boundaries; `start` is [`WHOLE`] for the source as a whole.
    start: u32,
    end: u32,
}

/// Where a place begins that is a source as a whole; no text is as long.
const WHOLE: u32 = u32::MAX;

impl Place {
    /// Points at the bytes `span`, which are on character boundaries of the text.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Self {
        let small = |at: usize| u32::try_from(at).unwrap_or(WHOLE);
        Self { source: Arc::clone(source), start: small(span.start), end: small(span.end) }
    }

    /// Points at a source as a whole, without a line.
    pub fn whole(source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), start: WHOLE, end: WHOLE }
    }

    /// Says whether it is a source as a whole.
    pub fn is_whole(&self) -> bool {
        self.start == WHOLE
    }

    /// Gives the source that it is in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Gives the bytes that it covers; the whole text if it is not narrower.
    pub fn span(&self) -> Range<usize> {
        if self.is_whole() { 0..self.source.text.len() } else { self.start as usize..self.end as usize }
    }

    /// Gives the text that it covers.
    pub fn text(&self) -> &str {
        self.source.text.get(self.span()).unwrap_or("")
    }

    /// Gives the line it starts on, from 1.
    pub fn line(&self) -> usize {
        self.line_and_column().0
    }

    /// Gives the line and the column it starts at, both from 1, in characters.
    pub fn line_and_column(&self) -> (usize, usize) {
        self.source.line_and_column(self.span().start)
    }

    /// Narrows to a part of `value`, the text that is written here.
    ///
    /// A text may be written otherwise than it reads, as over several indented lines; so the part is
    /// found by counting the same words before it. Where they are not written, the place stays as it is.
    pub fn narrowed_to(&self, value: &str, part: Range<usize>) -> Self {
        let (Some(words), Some(before)) = (value.get(part.clone()), value.get(..part.start)) else {
            return self.clone();
        };
        match self.text().match_indices(words).nth(before.matches(words).count()) {
            Some((at, _)) => {
                let start = self.span().start + at;
                Self::new(&self.source, start..start + words.len())
            }
            None => self.clone(),
        }
    }
}
