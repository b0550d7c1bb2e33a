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
//! - A tree has no anchors, aliases or tags, and its depth is bounded: `events` refuses others.
//! - Keys are texts and unique; the first of two stays.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::events::{Fault, Step, events, scan_faults};
use super::scalar::{Scalar, scalars};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};

/// From how many bytes on a text is long enough for two threads.
const LONG: usize = 32 << 10;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// What stands there.
    pub content: Content,
    /// Where.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value without parts.
    Scalar(Scalar),
    /// Its items, in order.
    List(Vec<Node>),
    /// Its lines, in order.
    Map(Vec<Entry>),
}

/// One line of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name stands.
    pub key_place: Place,
    /// What stands behind it.
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
pub fn read(source: &Arc<Source>, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = &source.text()[part.clone()];
    let place = |span: Range<usize>| Place::new(source, part.start + span.start..part.start + span.end);
    let (events, typed) = read_twice(text);
    let events = match events {
        Ok(events) => events,
        Err(faults) => {
            refuse(faults, &place, diagnostics);
            return None;
        }
    };
    if events.is_empty() {
        return Some(Node { content: Content::Scalar(Scalar::Null), place: place(0..0) });
    }
    let typed = match typed {
        Ok(typed) => typed,
        Err(error) => {
            let at = error.location().map_or(0, |location| boundary(text, location.index()));
            let info = error.to_string();
            let info = info.split(" at line ").next().unwrap_or_default();
            refuse(scan_faults(text, at, info), &place, diagnostics);
            return None;
        }
    };
    let mut mistakes = Diagnostics::default();
    let mut builder = Builder {
        text,
        events: events.into_iter(),
        scalars: typed.into_iter(),
        place: &place,
        diagnostics: &mut mistakes,
        end: 0,
    };
    let root = builder.node().filter(|_| builder.scalars.next().is_none());
    if root.is_some() {
        diagnostics.append(mistakes);
    } else {
        let message = "this can be read in two ways";
        let help = "quote the texts in it that hold punctuation, and indent it more plainly";
        diagnostics.add(Diagnostic::error(message).at(&place(0..text.len())).help(help));
    }
    root
}

type Events = Result<Vec<(Step, Range<usize>)>, Vec<Fault>>;
type Scalars = Result<Vec<Scalar>, serde_yaml::Error>;

/// Reads a text with both parsers, side by side if it is long.
///
/// serde_yaml is given nothing that may hold anchors before saphyr has refused them: it would follow
/// them wherever they lead.
fn read_twice(text: &str) -> (Events, Scalars) {
    if text.len() < LONG || may_hold_anchors(text) {
        let events = events(text);
        let typed = if events.is_ok() { scalars(text) } else { Ok(Vec::new()) };
        return (events, typed);
    }
    std::thread::scope(|scope| {
        let typed = scope.spawn(|| scalars(text));
        let events = events(text);
        // A panic of the parser is a bug, and goes on here as it would have there.
        let typed = typed.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (events, typed)
    })
}

/// Says whether a sign stands somewhere that begins an anchor wherever a value may.
fn may_hold_anchors(text: &str) -> bool {
    let named = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' || !byte.is_ascii();
    text.as_bytes().windows(2).any(|pair| pair[0] == b'&' && named(pair[1]))
}

fn refuse(faults: Vec<Fault>, place: &impl Fn(Range<usize>) -> Place, diagnostics: &mut Diagnostics) {
    for (span, message, help) in faults {
        diagnostics.add(Diagnostic::error(message).at(&place(span)).help(help));
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
                let other = "write `name: value`".to_owned();
                self.diagnostics.add(mistake.help(if plain { help } else { other }));
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
