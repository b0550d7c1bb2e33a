//! A document, read as Markdown → the numerals in it that need a source.
//!
//! Document ──pulldown-cmark──▶ [`Line`]s of text, code, formulas ──[`legal`], [`code`]──▶ [`Found`]
//!
//! Invariants
//! - What is a heading, a list's marker, code, a link's target or a footnote, the parser says.
//! - A line is a paragraph, heading or cell, with its emphasis taken away and a word for each code and formula.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

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
    // How deep it is within links that show their own target.
    let mut addresses = 0_usize;
    for (event, at) in Parser::new_ext(text, OPTIONS).into_offset_iter() {
        match event {
            Event::Start(Tag::Link { link_type, title, .. }) => {
                let is_address =
                    matches!(link_type, pulldown_cmark::LinkType::Autolink | pulldown_cmark::LinkType::Email);
                addresses += usize::from(is_address || addresses > 0);
                hover_text(text, &title, at, names, &mut found);
            }
            Event::End(TagEnd::Link) => addresses = addresses.saturating_sub(1),
            Event::Start(Tag::Image { title, .. }) => hover_text(text, &title, at, names, &mut found),
            Event::Start(tag) => {
                if is_block(&tag.to_end()) {
                    line.finish(block, names, &mut found);
                }
                match tag {
                    Tag::Heading { .. } => block = Block::Heading,
                    Tag::CodeBlock(_) => block = Block::Code,
                    Tag::HtmlBlock => {
                        html_text(&text[at.clone()]).into_iter().for_each(|part| {
                            line.push(
                                &text[at.start + part.start..at.start + part.end],
                                at.start + part.start,
                            );
                            line.push_opaque(at.start + part.end);
                        });
                        line.finish(Block::Text, names, &mut found);
                        block = Block::Html;
                    }
                    _ => {}
                }
            }
            Event::End(tag) => {
                if is_block(&tag) {
                    line.finish(block, names, &mut found);
                    block = Block::Text;
                }
            }
            Event::Text(_) if addresses > 0 => line.push_opaque(at.start),
            Event::Text(words) => line.push_read(&words, text, at),
            Event::Code(content) => {
                let start = text[at.clone()].find(&*content).map_or(at.start, |offset| at.start + offset);
                line.push_opaque(at.start);
                let mut code = Line::default();
                code.push(&content, start);
                code.finish(Block::Code, names, &mut found);
            }
            Event::InlineMath(formula) | Event::DisplayMath(formula) => {
                let start = text[at.clone()].find(&*formula).map_or(at.start, |offset| at.start + offset);
                line.push_opaque(at.start);
                let mut mathematics = Line::default();
                mathematics.push(&formula, start);
                mathematics.finish(Block::Mathematics, names, &mut found);
            }
            Event::InlineHtml(_) => {
                for part in html_text(&text[at.clone()]) {
                    line.push_opaque(at.start);
                    line.push(&text[at.start + part.start..at.start + part.end], at.start + part.start);
                }
                line.push_opaque(at.start);
            }
            Event::SoftBreak | Event::HardBreak => line.push(" ", at.start),
            Event::Html(_) | Event::FootnoteReference(_) | Event::Rule | Event::TaskListMarker(_) => {}
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
    Html,
}

/// A line of text, and where in the document its parts are.
#[derive(Default)]
struct Line {
    text: String,
    /// Where a part of the text begins, where it begins in the document, and how long it is there.
    parts: Vec<(usize, Range<usize>)>,
}

impl Line {
    fn push(&mut self, text: &str, at: usize) {
        self.parts.push((self.text.len(), at..at + text.len()));
        self.text.push_str(text);
    }

    fn push_opaque(&mut self, at: usize) {
        self.parts.push((self.text.len(), at..at));
        self.text.push(OPAQUE);
    }

    /// Adds what the parser read, which is written otherwise where it has entities.
    fn push_read(&mut self, words: &str, document: &str, at: Range<usize>) {
        if document[at.clone()].len() == words.len() {
            self.push(words, at.start);
        } else {
            self.parts.push((self.text.len(), at));
            self.text.push_str(words);
        }
    }

    /// Gives the document's bytes for a part of the text.
    fn place(&self, range: &Range<usize>) -> Range<usize> {
        let at = |offset: usize| {
            let part = self.parts.partition_point(|(start, _)| *start <= offset).saturating_sub(1);
            self.parts.get(part).map_or(0..0, |(start, place)| {
                let at = place.start + (offset - start).min(place.len());
                at..(at + 1).min(place.end).max(at)
            })
        };
        let start = at(range.start).start;
        start..at(range.end.saturating_sub(1)).end.max(start)
    }

    /// Looks for numerals, and begins anew.
    fn finish(&mut self, block: Block, names: &Names, found: &mut Vec<Found>) {
        let text = std::mem::take(&mut self.text);
        let uncited = match block {
            Block::Text => legal::uncited(&text, false, names),
            Block::Heading => legal::uncited(&text, true, names),
            Block::Code => code::numerals_of_code(&text, names),
            Block::Mathematics => code::numerals_of_mathematics(&text),
            Block::Html => Vec::new(),
        };
        let touching = touching(&text);
        let is_other = |range: &Range<usize>| {
            !touching.iter().any(|other| other.start < range.end && range.start < other.end)
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

/// Looks through what appears when the mouse is over a link or an image.
fn hover_text(document: &str, title: &str, at: Range<usize>, names: &Names, found: &mut Vec<Found>) {
    if title.is_empty() {
        return;
    }
    let start = document[at.clone()].rfind(title).map_or(at.start, |offset| at.start + offset);
    let mut line = Line::default();
    line.push(title, start);
    line.finish(Block::Text, names, found);
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
