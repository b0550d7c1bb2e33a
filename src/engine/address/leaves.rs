//! A value as the values without parts that it is made of, each with its address: `settings.toml#/optimiser/betas/0`.
//!
//! Invariants
//! - Two values that differ have different leaves: an empty list or map is a leaf, and so is null.
//! - No two leaves of a value have one address.

use super::number::{not_finite, whole_digits};
use super::pointer::escape;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::value::{Parameters, Value};
use crate::yaml::{Content, Node, Scalar};

/// A value without parts, with its name and its place.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its address.
    pub name: String,
    /// What it is; `None` is null.
    pub value: Option<Value>,
    /// Where it is.
    pub place: Place,
}

/// Gives the leaves of a value whose address is `name`.
///
/// A number that is not finite is a mistake, and left out.
pub fn leaves(name: &str, node: &Node, diagnostics: &mut Diagnostics) -> Vec<Leaf> {
    let mut found = Vec::new();
    collect(name, node, &mut found, diagnostics);
    found
}

fn collect(name: &str, node: &Node, found: &mut Vec<Leaf>, diagnostics: &mut Diagnostics) {
    let value = match &node.content {
        Content::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(&format!("{name}/{index}"), item, found, diagnostics);
            }
            return;
        }
        Content::Map(entries) if !entries.is_empty() => {
            for entry in entries {
                collect(&format!("{name}/{}", escape(&entry.key)), &entry.value, found, diagnostics);
            }
            return;
        }
        Content::List(_) => Some(Value::List(Vec::new())),
        Content::Map(_) => Some(Value::Map(Parameters::new())),
        Content::Scalar(Scalar::Null) => None,
        Content::Scalar(Scalar::Bool(value)) => Some(Value::Bool(*value)),
        Content::Scalar(Scalar::Integer(whole)) => Some(Value::Integer(*whole)),
        Content::Scalar(Scalar::Text(text)) => Some(Value::Text(text.clone())),
        Content::Scalar(Scalar::Float(number)) => match float(*number, &node.place) {
            Ok(value) => Some(value),
            Err(mistake) => return diagnostics.add(mistake),
        },
    };
    found.push(Leaf { name: name.to_owned(), value, place: node.place.clone() });
}

fn float(number: f64, place: &Place) -> Result<Value, Diagnostic> {
    if whole_digits(place.text()).is_some() {
        // As a number, such a large one would be the same as its neighbours.
        return Ok(Value::Text(place.text().to_owned()));
    }
    if number == 0.0 && number.is_sign_negative() {
        // So it would be the same as zero.
        return Ok(Value::Text(place.text().to_owned()));
    }
    if number.is_finite() { Ok(Value::Float(number)) } else { Err(not_finite(place)) }
}
