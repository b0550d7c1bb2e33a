//! A document, read as Markdown → the numerals in it that need a source.
//!
//! Document ──pulldown-cmark──▶ [`Line`]s of text, code, formulas ──[`legal`], [`code`]──▶ [`Found`]
//!
//! Invariants
//! - What is a heading, a list's marker, code, a link's target or a footnote, the parser says.
//! - A line is a paragraph, heading or cell, with its emphasis taken away and a word for each code and formula.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::document::{Document, EXPRESSION};
use super::names::Names;
use super::{code, legal};

/// Stands in a line for code, a formula or a tag of HTML.
const OPAQUE: char = '\u{e001}';

/// What GitHub and GitLab read beside CommonMark.
const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_GFM)
    .union(Options::ENABLE_MATH);

/// A numeral that may not stay as it is, in bytes of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// One without a source.
    Uncited(Range<usize>),
    /// One that touches an expression, so that both read as one number.
    Touches(Range<usize>),
}

/// Finds the numerals of a document that need a source.
pub(super) fn numerals(document: &Document, names: &Names) -> Vec<Found> {
    if !document.text.contains(char::is_numeric) {
        return Vec::new();
    }
    let text = document.text.as_str();
    let mut found = Vec::new();
    let mut line = Line::default();
    let mut block = Block::Text;
    // Whether it is within a link that shows its own target.
    let mut is_address = false;
    let parser = Parser::new_ext(text, OPTIONS);
    let definitions: Vec<_> = parser.reference_definitions().iter().map(|(_, link)| link.clone()).collect();
    for link in definitions {
        if let Some(title) = link.title {
            Line::of(&title, text, link.span).finish(Block::Text, names, &mut found);
        }
    }
    for (event, at) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Link { link_type, title, .. } | Tag::Image { link_type, title, .. }) => {
                is_address |= matches!(link_type, LinkType::Autolink | LinkType::Email);
                if link_type == LinkType::Inline {
                    Line::of(&title, text, at).finish(Block::Text, names, &mut found);
                }
            }
            Event::End(TagEnd::Link) => is_address = false,
            Event::Start(tag) => {
                if is_block(&tag.to_end()) {
                    line.finish(block, names, &mut found);
                }
                match tag {
                    Tag::Heading { .. } => block = Block::Heading,
                    Tag::CodeBlock(_) => block = Block::Code,
                    Tag::HtmlBlock => {
                        line.push_html(text, at);
                        line.finish(Block::Text, names, &mut found);
                    }
                    _ => {}
                }
            }
            Event::End(tag) if is_block(&tag) => {
                line.finish(block, names, &mut found);
                block = Block::Text;
            }
            Event::Text(_) if is_address => line.push_opaque(at.start),
            Event::Text(words) if text[at.clone()].len() == words.len() => line.push(&words, at.start),
            // An entity: what is read is none of what is written.
            Event::Text(words) => line.push_whole(&words, at),
            Event::Code(code) => {
                line.push_opaque(at.start);
                Line::of(&code, text, at).finish(Block::Code, names, &mut found);
            }
            Event::InlineMath(formula) | Event::DisplayMath(formula) => {
                line.push_opaque(at.start);
                Line::of(&formula, text, at).finish(Block::Mathematics, names, &mut found);
            }
            // What is lowered or raised is part of its word: `H<sub>2</sub>O`.
            Event::InlineHtml(tag) if ["sub", "sup"].contains(&tag.trim_matches(['<', '/', '>'])) => {}
            Event::InlineHtml(_) => line.push_html(text, at),
            Event::SoftBreak | Event::HardBreak => line.push(" ", at.start),
            _ => {}
        }
    }
    line.finish(block, names, &mut found);
    found
}

/// What a line is part of.
#[derive(Clone, Copy, PartialEq)]
enum Block {
    Text,
    Heading,
    Code,
    Mathematics,
}

/// A line of text, and where in the document its parts are.
#[derive(Default)]
struct Line {
    text: String,
    parts: Vec<Part>,
}

/// A part of a line.
struct Part {
    /// Where it begins in the line.
    start: usize,
    /// Its bytes in the document.
    place: Range<usize>,
    /// Whether it is written there letter by letter.
    is_verbatim: bool,
}

impl Line {
    /// Makes a line of what was read of `at`.
    fn of(words: &str, document: &str, at: Range<usize>) -> Self {
        let mut line = Self::default();
        match document[at.clone()].rfind(words) {
            Some(offset) => line.push(words, at.start + offset),
            None => line.push_whole(words, at),
        }
        line
    }

    fn push(&mut self, text: &str, at: usize) {
        self.parts.push(Part { start: self.text.len(), place: at..at + text.len(), is_verbatim: true });
        self.text.push_str(text);
    }

    fn push_whole(&mut self, text: &str, place: Range<usize>) {
        self.parts.push(Part { start: self.text.len(), place, is_verbatim: false });
        self.text.push_str(text);
    }

    fn push_opaque(&mut self, at: usize) {
        self.push_whole(&OPAQUE.to_string(), at..at);
    }

    /// Adds what is read of HTML.
    fn push_html(&mut self, document: &str, at: Range<usize>) {
        self.push_opaque(at.start);
        for part in html_text(&document[at.clone()]) {
            let part = at.start + part.start..at.start + part.end;
            self.push(&document[part.clone()], part.start);
            self.push_opaque(part.end);
        }
    }

    /// Gives the document's bytes for a part of the text.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        let place_of = |byte: usize| {
            let part = &self.parts[self.parts.partition_point(|part| part.start <= byte) - 1];
            let at = part.place.start + (byte - part.start);
            if part.is_verbatim { at..at + 1 } else { part.place.clone() }
        };
        place_of(range.start).start..place_of(range.end - 1).end
    }

    /// Looks for numerals, and begins anew.
    fn finish(&mut self, block: Block, names: &Names, found: &mut Vec<Found>) {
        let text = std::mem::take(&mut self.text);
        let uncited = match block {
            Block::Text => legal::uncited(&text, false, names),
            Block::Heading => legal::uncited(&text, true, names),
            Block::Code => code::numerals_of_code(&text, names),
            Block::Mathematics => code::numerals_of_mathematics(&text),
        };
        let touching = touching(&text);
        let is_other = |range: &Range<usize>| {
            let next = touching.partition_point(|other| other.end <= range.start);
            touching.get(next).is_none_or(|other| other.start >= range.end)
        };
        let uncited = uncited.into_iter().filter(is_other).map(|range| Found::Uncited(self.place(&range)));
        found.extend(uncited.chain(touching.iter().map(|range| Found::Touches(self.place(range)))));
        self.parts.clear();
    }
}

/// Finds the digits that touch an expression, with their decimal point: `2{{ x }}`, `{{ x }}.5`.
fn touching(text: &str) -> Vec<Range<usize>> {
    let is_of_number = |letter: char| letter.is_numeric() || letter == '.' || letter == ',';
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(EXPRESSION) {
        let end = at + EXPRESSION.len_utf8();
        let before = at - (text[..at].len() - text[..at].trim_end_matches(is_of_number).len());
        let after = end + text[end..].len() - text[end..].trim_start_matches(is_of_number).len();
        let beside = [before..at, end..after];
        found.extend(beside.into_iter().filter(|range| touches(&text[range.clone()], range.end == at)));
    }
    found.dedup();
    found
}

/// Says whether a number beside an expression touches it: the end of a sentence and a comma with a space do not.
fn touches(number: &str, is_before: bool) -> bool {
    let separators = |letter: char| letter == '.' || letter == ',';
    let nearest =
        if is_before { number.trim_end_matches(separators) } else { number.trim_start_matches(separators) };
    !nearest.is_empty() && number.len() - nearest.len() <= 1
}

/// Gives the parts of HTML that are read: what is outside of tags, and what `alt` and `title` say.
fn html_text(html: &str) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut at = 0;
    while at < html.len() {
        let open = html[at..].find('<').map_or(html.len(), |offset| at + offset);
        parts.push(at..open);
        let tag = &html[open..];
        let (end, length) = if tag.starts_with("<!--") { ("-->", 3) } else { (">", 1) };
        let close = tag.find(end).map_or(html.len(), |offset| open + offset + length);
        if length == 1 {
            for name in ["alt=\"", "title=\""] {
                let value = html[open..close].find(name).map(|offset| open + offset + name.len());
                let value = value.and_then(|start| Some(start..start + html[start..close].find('"')?));
                parts.extend(value);
            }
        }
        at = close;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Says whether a tag ends a line of text.
fn is_block(tag: &TagEnd) -> bool {
    use TagEnd as T;
    !matches!(
        tag,
        T::Emphasis | T::Strong | T::Strikethrough | T::Superscript | T::Subscript | T::Link | T::Image
    )
}
