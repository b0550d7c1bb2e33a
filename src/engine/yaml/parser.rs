//! YAML text → [`Node`], in one pass over saphyr's events.
//!
//! Invariants
//! - In a file of the project anchors, aliases and tags stop the pass; in a data file aliases are copies, of bounded size.
//! - Depth is bounded, so recursion over a tree is, too.
//! - Places are byte ranges on character boundaries.

use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::anchors::Anchors;
use super::entries::refuse_repeated;
use super::node::{Content, Entry, Node, shortened};
use super::scalar::Scalar;
use super::syntax::{self, MAX_DEPTH, SyntaxError};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

/// The longest name of an entry, in bytes.
const MAX_KEY_BYTES: usize = 1_000;

/// Reads the bytes `part` of a source as one YAML document.
///
/// Gives `None`, with the mistakes in `diagnostics`, for what can't be read as a tree at all; an empty
/// text is a null. Repeated keys and keys that are no texts are mistakes that leave a tree.
pub fn read(source: &Arc<Source>, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    read_with(source, part, None, diagnostics)
}

/// Reads what a program wrote: as [`read`] does, with anchors and aliases, and with numbers and truth values as keys.
pub fn read_data(source: &Arc<Source>, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    read_with(source, part, Some(Anchors::default()), diagnostics)
}

fn read_with(
    source: &Arc<Source>,
    part: Range<usize>,
    anchors: Option<Anchors>,
    diagnostics: &mut Diagnostics,
) -> Option<Node> {
    let text = &source.text()[part.clone()];
    let mut builder = Builder {
        source,
        start: part.start,
        text,
        events: Parser::new_from_str(text),
        cursor: Cursor::new(text),
        mistakes: Diagnostics::default(),
        anchors,
        depth: 0,
        end: 0,
        items: Vec::new(),
        entries: Vec::new(),
    };
    let errors = match syntax::separator_errors(text) {
        errors if errors.is_empty() => match builder.document() {
            Ok(root) => {
                diagnostics.append(builder.mistakes);
                return Some(root);
            }
            Err(errors) => errors,
        },
        errors => errors,
    };
    for SyntaxError { span, message, help } in errors {
        diagnostics.add(Diagnostic::error(message).at(&builder.place(span)).help(help));
    }
    None
}

type Parsed<T> = Result<T, Vec<SyntaxError>>;

struct Builder<'a> {
    source: &'a Arc<Source>,
    /// Where the text begins in its source, in bytes.
    start: usize,
    text: &'a str,
    events: Parser<'a, StrInput<'a>>,
    cursor: Cursor<'a>,
    mistakes: Diagnostics,
    /// The anchored values, where anchors are read at all.
    anchors: Option<Anchors>,
    depth: usize,
    /// Where the last thing with an extent ended.
    end: usize,
    /// The items and entries of the lists and maps that are being read, the innermost last.
    items: Vec<Node>,
    entries: Vec<Entry>,
}

impl<'a> Builder<'a> {
    fn document(&mut self) -> Parsed<Node> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::DocumentStart(_) if root.is_some() => {
                    let help = "keep one document in a file: take the `---` away";
                    return Err(SyntaxError::at(span, "a second document starts here", help));
                }
                Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {}
                event => root = Some(self.node(event, span)?),
            }
        }
        Ok(root.unwrap_or_else(|| Node { content: Content::Scalar(Scalar::Null), place: self.place(0..0) }))
    }

    fn next(&mut self) -> Parsed<Option<(Event<'a>, Range<usize>)>> {
        match self.events.next_event() {
            Some(Ok((event, span))) => Ok(Some((event, self.cursor.range(span)))),
            Some(Err(error)) => {
                let at = self.cursor.byte(error.marker().index());
                Err(syntax::scan_errors(self.text, at, error.info()))
            }
            None => Ok(None),
        }
    }

    /// Gives the next event within a list or map.
    fn within(&mut self) -> Parsed<(Event<'a>, Range<usize>)> {
        self.next()?.ok_or_else(|| syntax::scan_errors(self.text, self.text.len(), "it ends too early"))
    }

    fn node(&mut self, event: Event<'a>, span: Range<usize>) -> Parsed<Node> {
        let start = span.start;
        let mut anchored = 0;
        if let Event::Scalar(_, _, anchor, tag)
        | Event::SequenceStart(anchor, tag)
        | Event::MappingStart(anchor, tag) = &event
        {
            // One is enough: the cure for it is the cure for all.
            if *anchor != 0 && self.anchors.is_none() {
                return Err(vec![syntax::anchor_error(self.text, start, '&')]);
            }
            if tag.is_some() {
                return Err(vec![syntax::tag_error(self.text, start)]);
            }
            anchored = *anchor;
        }
        let content = match event {
            Event::Scalar(text, style, ..) => {
                self.end = start + self.text[span].trim_end().len();
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                if block && text.trim_start_matches('\n').starts_with('\t') {
                    // YAML takes it for content, a person for indentation.
                    return Err(syntax::scan_errors(self.text, start, "a tab begins this text"));
                }
                Content::Scalar(match style {
                    ScalarStyle::Plain => Scalar::of_plain(&text),
                    _ => Scalar::Text(text.into_owned()),
                })
            }
            Event::SequenceStart(..) => self.deeper(span, Self::list)?,
            Event::MappingStart(..) => self.deeper(span, Self::map)?,
            Event::Alias(anchor) => {
                let Some(anchors) = &mut self.anchors else {
                    return Err(vec![syntax::anchor_error(self.text, start, '*')]);
                };
                self.end = span.end;
                let copied = anchors.copy(anchor, self.depth, MAX_DEPTH);
                return copied.map_err(|(message, help)| SyntaxError::at(span, message, help));
            }
            _ => return Err(syntax::scan_errors(self.text, start, "there is no value here")),
        };
        let node = Node { content, place: self.place(start..self.end.max(start)) };
        if let Some(anchors) = self.anchors.as_mut().filter(|_| anchored != 0) {
            anchors.insert(anchored, &node);
        }
        Ok(node)
    }

    fn deeper(&mut self, span: Range<usize>, parts: fn(&mut Self) -> Parsed<Content>) -> Parsed<Content> {
        if self.depth == MAX_DEPTH {
            return Err(syntax::depth_error(span));
        }
        self.depth += 1;
        let content = parts(self);
        self.depth -= 1;
        content
    }

    fn list(&mut self) -> Parsed<Content> {
        let first = self.items.len();
        loop {
            match self.within()? {
                (Event::SequenceEnd, span) => {
                    self.finish(span);
                    return Ok(Content::List(self.items.drain(first..).collect()));
                }
                (event, span) => {
                    let item = self.node(event, span)?;
                    self.items.push(item);
                }
            }
        }
    }

    fn map(&mut self) -> Parsed<Content> {
        let first = self.entries.len();
        loop {
            let (event, span) = self.within()?;
            if matches!(event, Event::MappingEnd) {
                self.finish(span);
                let mut entries = self.entries.drain(first..).collect();
                refuse_repeated(&mut entries, &mut self.mistakes);
                return Ok(Content::Map(entries));
            }
            let key = self.node(event, span)?;
            let (event, span) = self.within()?;
            let mut value = self.node(event, span)?;
            // What isn't there has no extent; its name has.
            if value.is_null() && value.place.span().is_empty() {
                value.place = key.place.clone();
            }
            let name = match &key.content {
                Content::Scalar(Scalar::Text(name)) => Some(name.clone()),
                Content::Scalar(_) if self.anchors.is_some() && !key.is_null() => {
                    Some(key.place.text().to_owned())
                }
                _ => None,
            };
            match name.filter(|name| name.len() <= MAX_KEY_BYTES) {
                Some(name) => self.entries.push(Entry { key: name, key_place: key.place, value }),
                _ => self.refuse_key(&key),
            }
        }
    }

    /// Takes in the end of a list or map: a bracket of its own, or nothing.
    fn finish(&mut self, span: Range<usize>) {
        self.end = self.end.max(span.end.min(span.start + 1));
    }

    fn refuse_key(&mut self, key: &Node) {
        let not_a_text = || format!("a name must be a text, not {}", key.described());
        let (message, help) = match key.content {
            Content::Scalar(Scalar::Text(_)) => {
                (format!("a name is longer than {MAX_KEY_BYTES} bytes"), "give it a shorter one".to_owned())
            }
            Content::Scalar(Scalar::Null) => {
                ("this value has no name".to_owned(), "write `name: value`".to_owned())
            }
            Content::Scalar(_) => {
                (not_a_text(), format!("put it in quotes: `\"{}\"`", shortened(key.place.text())))
            }
            _ => (not_a_text(), "write `name: value`".to_owned()),
        };
        self.mistakes.add(Diagnostic::error(message).at(&key.place).help(help));
    }

    fn place(&self, span: Range<usize>) -> Place {
        Place::new(self.source, self.start + span.start..self.start + span.end)
    }
}

/// Finds the bytes of characters, which saphyr counts; quick, because it asks for places near one another.
struct Cursor<'a> {
    text: &'a str,
    ascii: bool,
    character: usize,
    byte: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, ascii: text.is_ascii(), character: 0, byte: 0 }
    }

    fn byte(&mut self, character: usize) -> usize {
        if self.ascii {
            return character.min(self.text.len());
        }
        let (before, after) = self.text.split_at(self.byte);
        if let Some(back) = self.character.checked_sub(character + 1) {
            self.byte = before.char_indices().nth_back(back).map_or(0, |(at, _)| at);
            self.character = character;
        } else if let Some((at, _)) = after.char_indices().nth(character - self.character) {
            self.byte += at;
            self.character = character;
        } else {
            self.byte = self.text.len();
            self.character += after.chars().count();
        }
        self.byte
    }

    fn range(&mut self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}
