//! `data.source.…`: values of the project's own files, each number a measure at its address.
//!
//! name + file ──[`DataFiles::read`]──▶ trees; of tables a list with a map for each row
//!
//! Invariants
//! - A number, and a text with digits, prints as it is spelled, cited at its line.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};
use recount_engine::address::{Address, DataFile, Format, Pointer};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::yaml::{Content, Entry, Node, Scalar};

use super::numbers::NumberValue;
use super::state::ReportState;
use crate::claim::ReportedValue;
use crate::quantity::{WrittenAt, written};

/// The project's own files that a report has values of, by name.
#[derive(Clone, Default)]
pub struct DataFiles(BTreeMap<String, Arc<Tree>>);

struct Tree {
    file: String,
    root: Node,
}

impl DataFiles {
    /// Reads files, each with the name that a template has for it.
    ///
    /// # Errors
    /// What is wrong with a file, with its place.
    pub fn read<'s>(files: impl Iterator<Item = (&'s str, &'s Arc<Source>)>) -> Result<Self, Diagnostics> {
        let (mut all, mut mistakes) = (BTreeMap::new(), Diagnostics::default());
        for (name, source) in files {
            match read_tree(source) {
                Ok(root) => {
                    all.insert(name.to_owned(), Arc::new(Tree { file: source.name().to_owned(), root }));
                }
                Err(found) => mistakes.append(found),
            }
        }
        if mistakes.is_empty() { Ok(Self(all)) } else { Err(mistakes) }
    }

    /// Gives what a template calls `data`.
    pub(super) fn value(&self, state: &Arc<ReportState>) -> Value {
        let file = |(name, tree): (&String, &Arc<Tree>)| (name.clone(), value(state, tree, Vec::new()));
        Value::from(self.0.iter().map(file).collect::<BTreeMap<_, _>>())
    }
}

fn read_tree(source: &Arc<Source>) -> Result<Node, Diagnostics> {
    let format = Format::of(source.name()).ok_or_else(|| {
        let message = format!("`{}` has no values that can be read", source.name());
        let help = "values are read from `.json`, `.jsonl`, `.csv`, `.tsv`, `.yaml` and `.toml`";
        Diagnostic::error(message).at(&Place::whole(source)).help(help)
    })?;
    let file = DataFile::read(source, format)?;
    let whole = Pointer::default();
    if !format.has_rows() {
        let address = Address { file: source.name().to_owned(), format, row: None, pointer: whole };
        return Ok(file.find(&address)?.into_owned());
    }
    let table = file.table(&whole)?;
    let columns = table.columns().iter().filter(|name| !name.is_empty());
    let columns: Vec<_> =
        columns.map(|name| Ok((*name, table.column(name)?))).collect::<Result<_, Diagnostic>>()?;
    let row = |row: usize| {
        let place = table.row_place(row);
        let cells = columns.iter().filter_map(|(name, column)| {
            let value = table.value(row, column)?.into_owned();
            Some(Entry { key: (*name).to_owned(), key_place: place.clone(), value })
        });
        Node { content: Content::Map(cells.collect()), place: place.clone() }
    };
    Ok(Node { content: Content::List((0..table.len()).map(row).collect()), place: Place::whole(source) })
}

/// A list or a map of a file.
struct DataValue {
    state: Arc<ReportState>,
    tree: Arc<Tree>,
    /// The names that lead to it.
    names: Vec<String>,
}

/// Gives what is at a place of a file.
fn value(state: &Arc<ReportState>, tree: &Arc<Tree>, names: Vec<String>) -> Value {
    let pointer = Pointer::of(names.iter().map(String::as_str));
    let Some(node) = pointer.get(&tree.root) else { return Value::UNDEFINED };
    let (spelled, number) = match &node.content {
        Content::List(_) | Content::Map(_) => {
            let (state, tree) = (Arc::clone(state), Arc::clone(tree));
            return Value::from_object(DataValue { state, tree, names });
        }
        Content::Scalar(Scalar::Null) => return Value::from(()),
        Content::Scalar(Scalar::Bool(value)) => return Value::from(*value),
        Content::Scalar(Scalar::Text(text)) => {
            let number = ReportedValue::parse(text, &node.place).map(|reported| reported.value);
            (text.clone(), number)
        }
        Content::Scalar(_) => {
            let number = recount_engine::address::number(node).ok().filter(|number| number.digits.is_none());
            (node.place.text().to_owned(), number.map(|number| number.value))
        }
    };
    let at =
        WrittenAt { file: Some(tree.file.clone()), line: Some(node.place.line()), ..WrittenAt::default() };
    NumberValue::written(state, written(format!("{}#{pointer}", tree.file), spelled, number, at))
}

impl DataValue {
    fn node(&self) -> &Node {
        let pointer = Pointer::of(self.names.iter().map(String::as_str));
        pointer.get(&self.tree.root).unwrap_or(&self.tree.root)
    }

    fn below(&self, name: String) -> Value {
        value(&self.state, &self.tree, self.names.iter().cloned().chain([name]).collect())
    }
}

impl Object for DataValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.node().content {
            Content::List(_) => ObjectRepr::Seq,
            _ => ObjectRepr::Map,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.to_string();
        let is_there = match &self.node().content {
            Content::Map(entries) => entries.iter().any(|entry| entry.key == name),
            Content::List(items) => name.parse().is_ok_and(|at: usize| at < items.len()),
            Content::Scalar(_) => false,
        };
        is_there.then(|| self.below(name))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &self.node().content {
            Content::Map(entries) => {
                Enumerator::Values(entries.iter().map(|entry| Value::from(entry.key.as_str())).collect())
            }
            Content::List(items) => Enumerator::Seq(items.len()),
            Content::Scalar(_) => Enumerator::Empty,
        }
    }
}

impl fmt::Debug for DataValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "DataValue({}#/{})", self.tree.file, self.names.join("/"))
    }
}

impl fmt::Debug for DataFiles {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_set().entries(self.0.keys()).finish()
    }
}
