//! Parameters of any name, as a program takes them: maps of any depth, leaf by leaf.
//!
//! Invariants
//! - Maps merge name by name, lists replace; `null` takes an inherited parameter away.
//! - Every leaf knows where it is written.

use std::sync::Arc;

use super::names::{is_name, refuse_name};
use super::settings::{Origin, Settings};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::value::{Parameters, Value};
use crate::yaml::{Content, Entry, Node, Scalar};

/// Names that no parameter has: `{params}` and `{out}` are something else, and variants have a `name` and a `from`.
const RESERVED: [&str; 6] = ["params", "out", "name", "from", "variant", "seed"];

/// A leaf as somebody set it.
#[derive(Clone, Debug)]
pub(super) struct OpenParam {
    pub name: String,
    /// The names that lead to it in a parameter that is a map.
    pub below: Vec<String>,
    /// `None` takes an inherited one away.
    pub value: Option<Value>,
    pub place: Place,
    pub origin: Origin,
}

/// Reads the parameters of a map but for `besides`; `variant` is whose they are, if not the stage's.
pub(super) fn read(
    entries: &[Entry],
    besides: &[&str],
    variant: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> Vec<OpenParam> {
    let mut leaves = Vec::new();
    for entry in entries.iter().filter(|entry| !besides.contains(&entry.key.as_str())) {
        if !is_name(&entry.key, "") {
            refuse_name("a parameter", &entry.key, "", &entry.key_place, diagnostics);
        } else if RESERVED.contains(&entry.key.as_str()) {
            let mistake = Diagnostic::error(format!("a parameter can't be named `{}`", entry.key));
            diagnostics.add(mistake.at(&entry.key_place).help("that word has a meaning of its own here"));
        } else {
            let origin = |node: &Node| {
                let (line, column) = node.place.line_and_column();
                let path = Arc::clone(node.place.source().shared_name());
                Origin::File { path, line, column, variant: variant.map(Arc::from) }
            };
            walk(&entry.key, &mut Vec::new(), &entry.value, &origin, &mut leaves, diagnostics);
        }
    }
    leaves
}

/// Gathers the leaves of a value.
pub(super) fn walk(
    name: &str,
    below: &mut Vec<String>,
    node: &Node,
    origin: &dyn Fn(&Node) -> Origin,
    leaves: &mut Vec<OpenParam>,
    diagnostics: &mut Diagnostics,
) {
    if let Content::Map(entries) = &node.content
        && !entries.is_empty()
    {
        for entry in entries {
            below.push(entry.key.clone());
            walk(name, below, &entry.value, origin, leaves, diagnostics);
            below.pop();
        }
        return;
    }
    let value = if node.is_null() { Some(None) } else { value(node, diagnostics).map(Some) };
    let Some(value) = value else { return };
    let (name, below) = (name.to_owned(), below.clone());
    leaves.push(OpenParam { name, below, value, place: node.place.clone(), origin: origin(node) });
}

/// Reads a value that is not nothing.
fn value(node: &Node, diagnostics: &mut Diagnostics) -> Option<Value> {
    let (message, help) = match &node.content {
        Content::Scalar(Scalar::Bool(value)) => return Some(Value::Bool(*value)),
        Content::Scalar(Scalar::Integer(whole)) => return Some(Value::Integer(*whole)),
        Content::Scalar(Scalar::Float(number)) if number.is_finite() => {
            return Some(Value::Float(number + 0.0));
        }
        Content::Scalar(Scalar::Text(text)) => return Some(Value::Text(text.clone())),
        Content::List(nodes) => {
            let values: Vec<Option<Value>> = nodes.iter().map(|node| value(node, diagnostics)).collect();
            return values.into_iter().collect::<Option<Vec<Value>>>().map(Value::List);
        }
        Content::Map(entries) => {
            let entry = |entry: &Entry| Some((entry.key.clone(), value(&entry.value, diagnostics)?));
            let values: Vec<Option<(String, Value)>> = entries.iter().map(entry).collect();
            return values.into_iter().collect::<Option<Parameters>>().map(Value::Map);
        }
        Content::Scalar(Scalar::Null) => ("a list can't hold nothing", "give it a value, or take it out"),
        Content::Scalar(Scalar::Float(_)) => {
            ("a parameter can't be infinite or no number", "give it as a text, in quotes")
        }
    };
    diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
    None
}

/// Puts parameters over those that hold so far.
pub(super) fn put(settings: &mut Settings, params: &[OpenParam], diagnostics: &mut Diagnostics) {
    for param in params {
        let OpenParam { name, below, value, place, origin } = param;
        match value {
            Some(value) => settings.set_leaf(name, below, value.clone(), origin.clone()),
            None if settings.remove(name, below) => {}
            None => {
                let path = [std::slice::from_ref(name), below].concat().join(".");
                let mistake = Diagnostic::error(format!("there is no `{path}` to take away")).at(place);
                diagnostics.add(mistake.help("`null` takes an inherited parameter away; leave it out here"));
            }
        }
    }
}
