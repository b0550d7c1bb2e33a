//! Where two files that should be the same begin to differ, in the words of what they hold.

use std::fmt;

use serde_json::Value as Json;

/// The first place at which two files differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FirstDifference {
    /// A value of a JSON document.
    Value {
        /// Where, as a JSON pointer (RFC 6901).
        pointer: String,
        /// The value in either document; `None` where there is none.
        values: [Option<String>; 2],
    },
    Byte {
        /// The byte, from 0.
        offset: usize,
    },
}

/// Finds the first place at which `left` and `right`, two states of the file `name`, differ; `None` if they don't.
pub fn first_difference(name: &str, left: &[u8], right: &[u8]) -> Option<FirstDifference> {
    let offset = left.iter().zip(right).position(|(left, right)| left != right);
    let offset = offset.or_else(|| (left.len() != right.len()).then(|| left.len().min(right.len())))?;
    let found = match name.rsplit_once('.').map(|(_, suffix)| suffix) {
        Some("json") => in_json(left, right),
        _ => None,
    };
    // What differs in its spelling alone has a byte and no other place.
    Some(found.unwrap_or(FirstDifference::Byte { offset }))
}

fn in_json(left: &[u8], right: &[u8]) -> Option<FirstDifference> {
    let [left, right] = [left, right].map(serde_json::from_slice::<Json>);
    walk(Some(&left.ok()?), Some(&right.ok()?), "")
}

fn walk(left: Option<&Json>, right: Option<&Json>, pointer: &str) -> Option<FirstDifference> {
    if left == right {
        return None;
    }
    match (left, right) {
        (Some(Json::Object(own)), Some(Json::Object(other))) => {
            let names = own.keys().chain(other.keys().filter(|name| !own.contains_key(*name)));
            let mut names = names.map(|name| (name, name.replace('~', "~0").replace('/', "~1")));
            names
                .find_map(|(name, token)| walk(own.get(name), other.get(name), &format!("{pointer}/{token}")))
        }
        (Some(Json::Array(own)), Some(Json::Array(other))) => (0..own.len().max(other.len()))
            .find_map(|index| walk(own.get(index), other.get(index), &format!("{pointer}/{index}"))),
        _ => {
            let values = [left, right].map(|value| value.map(Json::to_string));
            Some(FirstDifference::Value { pointer: pointer.to_owned(), values })
        }
    }
}

impl fmt::Display for FirstDifference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { pointer, values } => {
                let [left, right] = values.each_ref().map(|value| value.as_deref().unwrap_or("nothing"));
                write!(out, "{pointer}: {left} became {right}")
            }
            Self::Byte { offset } => write!(out, "byte {offset}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, left: &[u8], right: &[u8]) -> Option<String> {
        first_difference(name, left, right).map(|place| place.to_string())
    }

    #[test]
    fn a_document_differs_at_a_place_in_a_list() {
        let history = |loss: f64| {
            format!(
                "{{\"epochs\":[{{\"epoch\":1,\"valid_loss\":0.5}},{{\"epoch\":2,\"valid_loss\":{loss}}}]}}"
            )
        };
        let (left, right) = (history(0.25), history(0.375));
        let place = described("history.json", left.as_bytes(), right.as_bytes());
        assert_eq!(place.as_deref(), Some("/epochs/1/valid_loss: 0.25 became 0.375"));
        assert_eq!(described("history.json", left.as_bytes(), left.as_bytes()), None);
    }

    #[test]
    fn a_document_differs_at_a_pointer_and_in_spelling_at_a_byte() {
        let place = described("metrics.json", b"{\"a/b\": [1, 2]}", b"{\"a/b\": [1]}");
        assert_eq!(place.as_deref(), Some("/a~1b/1: 2 became nothing"));
        assert_eq!(described("metrics.json", b"{\"a\": 1}", b"{\"a\":1}").as_deref(), Some("byte 5"));
        assert_eq!(described("figure.svg", b"<svg", b"<svg>").as_deref(), Some("byte 4"));
    }
}
