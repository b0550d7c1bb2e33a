//! YAML text → a tree in which every value knows its place.
//!
//! text ──saphyr──▶ events with places ┐
//! text ──serde_yaml──▶ typed scalars ─┴▶ [`Node`]
//!
//! One parser can't do both: serde_yaml decides what a scalar is (`1e-3` is a number, `yes` a text)
//! but keeps no places and drops repeated keys silently; saphyr has the places. Both read scalars
//! in the same order, so the tree takes its shape from one and its values from the other.
//!
//! Invariants
//! - No anchors, aliases or tags: a value stands where it is read, so nothing can multiply.
//! - Depth is bounded, so recursion over a tree is too.
//! - Keys are texts and unique; the first of two stays.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, Span};

use super::scalar::{Scalar, scalars};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

/// Lists and maps within one another, at most.
const DEPTH: usize = 16;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub content: Content,
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Content {
    Scalar(Scalar),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One line of a map.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub key_place: Place,
    pub value: Node,
}

impl Node {
    /// Says whether nothing stands there.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Scalar::Null))
    }

    /// Names it for a sentence: "the text `abc`", "a list".
    pub fn described(&self) -> String {
        match &self.content {
            Content::Scalar(Scalar::Null) => "nothing".to_owned(),
            Content::Scalar(Scalar::Text(text)) if text.trim().is_empty() => "an empty text".to_owned(),
            Content::Scalar(Scalar::Text(text)) => format!("the text `{}`", shortened(text)),
            Content::Scalar(_) => format!("`{}`", shortened(self.place.text())),
            Content::List(_) => "a list".to_owned(),
            Content::Map(_) => "a map".to_owned(),
        }
    }
}

/// Reads the bytes `part` of a source as one YAML document.
///
/// Gives `None`, with the mistakes in `diagnostics`, for what can't be read as a tree at all; an empty
/// text is a null. Repeated keys and keys that are no texts are mistakes that leave a tree.
pub(super) fn read(source: &Arc<Source>, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = &source.text()[part.clone()];
    let place = |span: Range<usize>| Place::new(source, part.start + span.start..part.start + span.end);
    let events = match events(text) {
        Ok(events) => events,
        Err(faults) => {
            for (span, message, help) in faults {
                diagnostics.add(Diagnostic::error(message).at(&place(span)).help(help));
            }
            return None;
        }
    };
    if events.is_empty() {
        return Some(Node { content: Content::Scalar(Scalar::Null), place: place(0..0) });
    }
    let typed = match scalars(text) {
        Ok(typed) => typed,
        Err(error) => {
            let at = error.location().map_or(0, |location| boundary(text, location.index()));
            let message = format!("this can't be read as YAML: {error}");
            diagnostics.add(Diagnostic::error(message).at(&place(at..at)));
            return None;
        }
    };
    let mut builder = Builder {
        text,
        events: events.into_iter(),
        scalars: typed.into_iter(),
        place: &place,
        diagnostics,
        end: 0,
    };
    let root = builder.node();
    if root.is_none() || builder.scalars.next().is_some() {
        let message = "this file can be read in two ways";
        let help = "quote the texts in it that hold punctuation";
        diagnostics.add(Diagnostic::error(message).at(&Place::whole(source)).help(help));
        return None;
    }
    root
}

/// What stops a text from being a tree: where, what, and what to do.
type Fault = (Range<usize>, String, &'static str);

enum Step {
    Scalar,
    List,
    Map,
    End,
}

/// Walks the text once and gives its steps; none for a text without a document.
fn events(text: &str) -> Result<Vec<(Step, Range<usize>)>, Vec<Fault>> {
    let offsets = Offsets::of(text);
    let mut steps = Vec::new();
    let mut faults: Vec<Fault> = Vec::new();
    let (mut depth, mut documents) = (0, 0);
    for event in Parser::new_from_str(text) {
        let (event, span) = match event {
            Ok((event, span)) => (event, offsets.range(span)),
            Err(error) => {
                faults.extend(scan_faults(text, offsets.byte(error.marker().index()), error.info()));
                break;
            }
        };
        match &event {
            Event::Alias(_) => faults.push(anchor_fault(text, span.start, '*')),
            Event::Scalar(_, _, anchor, tag) => {
                faults.extend((*anchor != 0).then(|| anchor_fault(text, span.start, '&')));
                faults.extend(tag.is_some().then(|| tag_fault(text, span.start)));
            }
            Event::SequenceStart(anchor, tag) | Event::MappingStart(anchor, tag) => {
                faults.extend((*anchor != 0).then(|| anchor_fault(text, span.start, '&')));
                faults.extend(tag.is_some().then(|| tag_fault(text, span.start)));
            }
            _ => {}
        }
        // One anchor is enough said: the cure for it is the cure for all.
        if !faults.is_empty() {
            break;
        }
        let step = match event {
            Event::Scalar(..) => Step::Scalar,
            Event::SequenceStart(..) => Step::List,
            Event::MappingStart(..) => Step::Map,
            Event::SequenceEnd | Event::MappingEnd => Step::End,
            Event::DocumentStart(_) => {
                documents += 1;
                if documents > 1 {
                    let message = "a second document starts here".to_owned();
                    faults.push((span, message, "keep one document in a file: take the `---` away"));
                    break;
                }
                continue;
            }
            _ => continue,
        };
        match step {
            Step::List | Step::Map => depth += 1,
            Step::End => depth -= 1,
            Step::Scalar => {}
        }
        if depth > DEPTH {
            let message = format!("more than {DEPTH} lists and maps stand within one another here");
            faults.push((span, message, "write it flatter"));
            break;
        }
        steps.push((step, span));
    }
    if faults.is_empty() { Ok(steps) } else { Err(faults) }
}

fn anchor_fault(text: &str, start: usize, sign: char) -> Fault {
    let help = "write the value out where it is needed; variants share settings by `from`";
    (marked(text, start, sign), "anchors and aliases are not taken here".to_owned(), help)
}

fn tag_fault(text: &str, start: usize) -> Fault {
    (marked(text, start, '!'), "tags are not taken here".to_owned(), "write the value without a tag")
}

/// Finds the word that begins with `sign`, at or before the node that it belongs to.
fn marked(text: &str, start: usize, sign: char) -> Range<usize> {
    let from =
        if text[start..].starts_with(sign) { start } else { text[..start].rfind(sign).unwrap_or(start) };
    let word = text[from..].find(|character: char| character.is_whitespace() || ",]}".contains(character));
    from..word.map_or(text.len(), |length| from + length)
}

/// Explains where the scanner stopped; tabs are the usual reason and deserve their own words.
fn scan_faults(text: &str, at: usize, info: &str) -> Vec<Fault> {
    if info.contains("unknown anchor") {
        return vec![anchor_fault(text, at, '*')];
    }
    let mut faults = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line[..indent].find('\t').filter(|_| !line.trim().is_empty()) {
            let message = "a tab indents this line".to_owned();
            faults.push((start + tab..start + indent, message, "indent with spaces"));
        }
        start += line.len();
    }
    if faults.is_empty() {
        let help = if info.contains("mapping values") {
            "a text that holds `: ` needs quotes; otherwise check the indentation"
        } else {
            "check brackets, quotes and indentation here and on the line before"
        };
        faults.push((at..at, format!("this can't be read as YAML: {info}"), help));
    }
    faults
}

/// Byte offsets of characters: saphyr counts characters.
struct Offsets {
    starts: Vec<usize>,
    length: usize,
}

impl Offsets {
    fn of(text: &str) -> Self {
        let starts =
            if text.is_ascii() { Vec::new() } else { text.char_indices().map(|(at, _)| at).collect() };
        Self { starts, length: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let byte = if self.starts.is_empty() { Some(index) } else { self.starts.get(index).copied() };
        byte.map_or(self.length, |byte| byte.min(self.length))
    }

    fn range(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start.index());
        start..self.byte(span.end.index()).max(start)
    }
}

/// Gives the character boundary at or before `index`.
fn boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Shortens a text so that it fits into a sentence.
fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Joins steps and scalars; `None` where the two parsers disagree.
struct Builder<'a, Events, Scalars, At> {
    text: &'a str,
    events: Events,
    scalars: Scalars,
    place: &'a At,
    diagnostics: &'a mut Diagnostics,
    /// Where the last thing with an extent ended.
    end: usize,
}

impl<Events, Scalars, At> Builder<'_, Events, Scalars, At>
where
    Events: Iterator<Item = (Step, Range<usize>)>,
    Scalars: Iterator<Item = Scalar>,
    At: Fn(Range<usize>) -> Place,
{
    fn node(&mut self) -> Option<Node> {
        let (step, span) = self.events.next()?;
        self.after(step, span)
    }

    fn after(&mut self, step: Step, span: Range<usize>) -> Option<Node> {
        let start = span.start;
        let content = match step {
            Step::Scalar => {
                self.end = start + self.text[span].trim_end().len();
                Content::Scalar(self.scalars.next()?)
            }
            Step::List => Content::List(self.list()?),
            Step::Map => Content::Map(self.map()?),
            Step::End => return None,
        };
        Some(Node { content, place: (self.place)(start..self.end.max(start)) })
    }

    fn list(&mut self) -> Option<Vec<Node>> {
        let mut items = Vec::new();
        loop {
            match self.events.next()? {
                (Step::End, span) => {
                    self.end = self.end.max(span.end.min(span.start + 1));
                    return Some(items);
                }
                (step, span) => items.push(self.after(step, span)?),
            }
        }
    }

    fn map(&mut self) -> Option<Vec<Entry>> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut known = BTreeMap::new();
        loop {
            let (step, span) = self.events.next()?;
            if matches!(step, Step::End) {
                self.end = self.end.max(span.end.min(span.start + 1));
                return Some(entries);
            }
            let key = self.after(step, span)?;
            let mut value = self.node()?;
            // What isn't there has no extent; its name has.
            if value.is_null() && value.place.span().is_empty() {
                value.place = key.place.clone();
            }
            let Content::Scalar(Scalar::Text(name)) = key.content else {
                let message = format!("a name must be a text, not {}", key.described());
                let help = format!("put it in quotes: `\"{}\"`", shortened(key.place.text()));
                let mistake = Diagnostic::error(message).at(&key.place);
                let plain = matches!(key.content, Content::Scalar(_));
                self.diagnostics.add(if plain { mistake.help(help) } else { mistake });
                continue;
            };
            if let Some(line) = known.get(&name) {
                let mistake = Diagnostic::error(format!("`{}` stands here twice", shortened(&name)));
                let help = format!("line {line} has it already; keep one of the two");
                self.diagnostics.add(mistake.at(&key.place).help(help));
                continue;
            }
            known.insert(name.clone(), key.place.line());
            entries.push(Entry { key: name, key_place: key.place, value });
        }
    }
}
