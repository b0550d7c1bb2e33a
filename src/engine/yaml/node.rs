//! A YAML text as a tree in which every value knows its place.
//!
//! Invariants
//! - A tree has no anchors, aliases or tags, and its depth is bounded: `parser` copies or refuses them.
//! - Keys are texts of bounded length, and unique; of two equal ones the first stays.

use super::scalar::Scalar;
use crate::diagnostic::Place;

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub content: Content,
    /// Where it is written.
    pub place: Place,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value without parts.
    Scalar(Scalar),
    /// Its items, in order.
    List(Vec<Node>),
    /// Its entries, in order.
    Map(Vec<Entry>),
}

/// One entry of a map.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Where the name is written.
    pub key_place: Place,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// Says whether it is nothing.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Scalar(Scalar::Null))
    }

    /// Gives the whole number, 0 or more, that it is.
    pub fn whole(&self) -> Option<u64> {
        match self.content {
            Content::Scalar(Scalar::Integer(whole)) => u64::try_from(whole).ok(),
            _ => None,
        }
    }

    /// Gives the items of a list; of anything else, itself alone.
    pub fn items_or_itself(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => std::slice::from_ref(self),
        }
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

/// Shortens a text so that it fits into a sentence.
pub(super) fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
