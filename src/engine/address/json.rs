//! JSON text → a tree in which every value knows its place.
//!
//! serde_json gives each part of the text as it is written ([`RawValue`]); where that begins in the whole is its place.
//!
//! Python writes the bare words `NaN`, `Infinity` and `-Infinity`, which are no JSON. serde_json gets zeros of the same
//! length in their place; what a value is, is taken from the text itself, so each of them is one float that is not finite.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::yaml::{Content, Entry, Node, Scalar, refuse_repeated};

/// How deep values may be nested.
const MAX_DEPTH: usize = 128;

/// The bare words that Python writes, each with a zero of its length.
const NOT_FINITE: [(&str, &str); 3] = [("NaN", "0e0"), ("Infinity", "0e000000"), ("-Infinity", "-0e000000")];

/// Reads the bytes `part` of a source as one JSON document; `None`, with the mistakes in `diagnostics`, for what is none.
pub(super) fn read(source: &Arc<Source>, part: Range<usize>, diagnostics: &mut Diagnostics) -> Option<Node> {
    let text = with_finite_numbers(&source.text()[part.clone()]);
    let reader = Reader { source, text: &text, start: part.start };
    match serde_json::from_str::<&RawValue>(&text) {
        Ok(raw) => reader.node(raw, 0, diagnostics),
        Err(error) => {
            let offset = reader.offset(&error);
            diagnostics.add(reader.refused(&error, offset..offset));
            None
        }
    }
}

/// Puts finite numbers in the place of the bare words that are none.
fn with_finite_numbers(text: &str) -> Cow<'_, str> {
    if !NOT_FINITE.iter().any(|(word, _)| text.contains(word)) {
        return Cow::Borrowed(text);
    }
    let is_part = |letter: char| letter.is_alphanumeric() || "+-._".contains(letter);
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = match letter {
            '"' => string_length(rest),
            _ if is_part(letter) => rest.find(|letter| !is_part(letter)).unwrap_or(rest.len()),
            _ => letter.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let zero = NOT_FINITE.iter().find(|(word, _)| *word == token).map(|(_, zero)| zero);
        written.push_str(zero.unwrap_or(&token));
        rest = after;
    }
    Cow::Owned(written)
}

/// Counts the bytes of the string that a text begins with, its quotes included.
fn string_length(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return at + 1,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    text.len()
}

struct Reader<'s> {
    source: &'s Arc<Source>,
    /// The document, with finite numbers only.
    text: &'s str,
    /// Where it begins in its source, in bytes.
    start: usize,
}

impl Reader<'_> {
    fn node(&self, raw: &RawValue, depth: usize, mistakes: &mut Diagnostics) -> Option<Node> {
        let place = self.place(raw);
        if depth > MAX_DEPTH {
            let message = format!("values are nested more than {MAX_DEPTH} deep");
            mistakes.add(Diagnostic::error(message).at(&place));
            return None;
        }
        let text = place.text();
        let content = match text.as_bytes().first()? {
            b'{' => Content::Map(self.entries(raw, depth, mistakes)?),
            b'[' => {
                let items: Vec<&RawValue> = self.parsed(raw, mistakes)?;
                let items = items.into_iter().map(|item| self.node(item, depth + 1, mistakes));
                Content::List(items.collect::<Option<_>>()?)
            }
            b'"' => Content::Scalar(Scalar::Text(self.parsed(raw, mistakes)?)),
            b't' | b'f' => Content::Scalar(Scalar::Bool(text == "true")),
            b'n' => Content::Scalar(Scalar::Null),
            _ => Content::Scalar(match text.parse() {
                Ok(whole) => Scalar::Integer(whole),
                Err(_) => Scalar::Float(text.parse().unwrap_or(f64::NAN)),
            }),
        };
        Some(Node { content, place: place.clone() })
    }

    fn entries(&self, raw: &RawValue, depth: usize, mistakes: &mut Diagnostics) -> Option<Vec<Entry>> {
        let Members(members) = self.parsed(raw, mistakes)?;
        let mut entries = Vec::with_capacity(members.len());
        for (key, value) in members {
            let (key, key_place) = (self.parsed::<String>(key, mistakes)?, self.place(key));
            let value = self.node(value, depth + 1, mistakes)?;
            entries.push(Entry { key, key_place, value });
        }
        refuse_repeated(&mut entries, mistakes);
        Some(entries)
    }

    fn parsed<'t, T: Deserialize<'t>>(&self, raw: &'t RawValue, mistakes: &mut Diagnostics) -> Option<T> {
        match serde_json::from_str(raw.get()) {
            Ok(value) => Some(value),
            Err(error) => {
                mistakes.add(self.refused(&error, self.place(raw).span()));
                None
            }
        }
    }

    fn refused(&self, error: &serde_json::Error, span: Range<usize>) -> Diagnostic {
        let message = error.to_string();
        let reason = message.split(" at line ").next().unwrap_or_default();
        Diagnostic::error(format!("this is no JSON: {reason}")).at(&Place::new(self.source, span))
    }

    /// Gives where a part of the text is: it is a slice of it.
    fn place(&self, raw: &RawValue) -> Place {
        let within = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let start = self.start + within;
        Place::new(self.source, start..start + raw.get().len())
    }

    fn offset(&self, error: &serde_json::Error) -> usize {
        let before = self.text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len);
        let offset = (before.sum::<usize>() + error.column().saturating_sub(1)).min(self.text.len());
        self.start + (0..=offset).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0)
    }
}

/// The names and values of a map as they are written, those that come twice included.
struct Members<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'t> Deserialize<'t> for Members<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collector;
        impl<'t> Visitor<'t> for Collector {
            type Value = Members<'t>;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a map")
            }

            fn visit_map<A: MapAccess<'t>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = entries.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collector)
    }
}
