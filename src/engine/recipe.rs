//! What determines an instance's outputs, as a key and as an explanation.
//!
//! [`Recipe`] ──one walk──▶ canonical bytes → [`Key`]
//!                      └──▶ JSON for the record
//!
//! Invariants
//! - There is one walk with two writers, so what is explained is what is hashed.
//! - Maps are sorted; a whole number and one with a fraction differ; -0.0 is 0.0.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::digest::{Canonical, Digest, Key, ObjectId};
use crate::spec::{Parameters, Value};

/// What follows the name of a file that may be executed.
pub(crate) const EXECUTABLE: &str = " (executable)";

/// What is written between the name of a symbolic link and where it leads.
pub(crate) const LINK: &str = " → ";

/// Everything that determines an instance's outputs.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Recipe {
    /// The kind's name.
    pub kind: String,
    /// Digest of the kind's code.
    pub code: Digest,
    /// The effective parameters.
    pub parameters: Parameters,
    /// The seed, where the run draws from it.
    pub seed: Option<u64>,
    /// What it reads of its needs: `train/weights.safetensors`, or with coordinates where it needs
    /// several instances, `train[2.1,seed=1]/history.json`.
    pub inputs: BTreeMap<String, ObjectId>,
    /// What it reads of the project, by path relative to the root.
    pub files: BTreeMap<String, ObjectId>,
    /// Values inside files of the project, by address.
    #[serde(default)]
    pub values: Parameters,
    /// The runs whose keys its outputs name, by instance; empty for what names none.
    #[serde(default)]
    pub cited: BTreeMap<String, Key>,
}

impl Recipe {
    /// Gives the digest of the canonical bytes.
    pub fn key(&self) -> Key {
        let mut canonical = Canonical::default();
        self.walk(&mut HashWriter(&mut canonical));
        Key(canonical.finish())
    }

    /// Gives the recipe for reading.
    pub fn to_json(&self) -> Json {
        let mut json = JsonWriter::default();
        json.begin("", Branch::Map, 0);
        self.walk(&mut json);
        json.end();
        json.root
    }

    /// Reads what [`Recipe::to_json`] gave; `None` for anything else.
    pub fn from_json(json: &Json) -> Option<Self> {
        Self::deserialize(json).ok()
    }

    fn walk(&self, writer: &mut dyn Writer) {
        writer.leaf("kind", LeafValue::Text(&self.kind));
        writer.leaf("code", LeafValue::Digest(self.code));
        walk_map("parameters", &self.parameters, writer);
        if let Some(seed) = self.seed {
            writer.leaf("seed", LeafValue::Seed(seed));
        }
        walk_digests("inputs", &self.inputs, |object| object.0, writer);
        walk_digests("files", &self.files, |object| object.0, writer);
        // Absent where empty, as below: what reads no value has the key that it always had.
        if !self.values.is_empty() {
            walk_map("values", &self.values, writer);
        }
        if !self.cited.is_empty() {
            walk_digests("cited", &self.cited, |key| key.0, writer);
        }
    }
}

/// Appends a parameter to canonical bytes, as it enters a key.
pub(crate) fn write_parameter(name: &str, value: &Value, canonical: &mut Canonical) {
    walk_value(name, value, &mut HashWriter(canonical));
}

fn walk_digests<T>(
    name: &str,
    entries: &BTreeMap<String, T>,
    digest: impl Fn(&T) -> Digest,
    writer: &mut dyn Writer,
) {
    writer.begin(name, Branch::Map, entries.len());
    entries.iter().for_each(|(name, entry)| writer.leaf(name, LeafValue::Digest(digest(entry))));
    writer.end();
}

fn walk_map(name: &str, values: &Parameters, writer: &mut dyn Writer) {
    writer.begin(name, Branch::Map, values.len());
    values.iter().for_each(|(name, value)| walk_value(name, value, writer));
    writer.end();
}

fn walk_value(name: &str, value: &Value, writer: &mut dyn Writer) {
    match value {
        Value::Bool(value) => writer.leaf(name, LeafValue::Bool(*value)),
        Value::Integer(value) => writer.leaf(name, LeafValue::Integer(*value)),
        // Adding 0.0 turns -0.0 into 0.0 and leaves every other number as it is.
        Value::Float(value) => writer.leaf(name, LeafValue::Float(*value + 0.0)),
        Value::Text(value) => writer.leaf(name, LeafValue::Text(value)),
        Value::List(values) => {
            writer.begin(name, Branch::List, values.len());
            values.iter().for_each(|value| walk_value("", value, writer));
            writer.end();
        }
        Value::Map(values) => walk_map(name, values, writer),
    }
}

/// What the walk gives to its writers.
trait Writer {
    /// Begins a part that has `length` entries.
    fn begin(&mut self, name: &str, branch: Branch, length: usize);
    /// Writes one value.
    fn leaf(&mut self, name: &str, leaf: LeafValue<'_>);
    /// Ends the part that was begun last.
    fn end(&mut self);
}

#[derive(Clone, Copy)]
enum Branch {
    Map,
    List,
}

enum LeafValue<'a> {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
    Seed(u64),
    Digest(Digest),
}

struct HashWriter<'c>(&'c mut Canonical);

impl HashWriter<'_> {
    fn tagged(&mut self, name: &str, tag: &str, bytes: &[u8]) {
        self.0.field(name.as_bytes()).field(tag.as_bytes()).field(bytes);
    }
}

impl Writer for HashWriter<'_> {
    fn begin(&mut self, name: &str, branch: Branch, length: usize) {
        let tag = match branch {
            Branch::Map => "map",
            Branch::List => "list",
        };
        self.tagged(name, tag, &(length as u64).to_le_bytes());
    }

    fn leaf(&mut self, name: &str, leaf: LeafValue<'_>) {
        match leaf {
            LeafValue::Bool(value) => self.tagged(name, "bool", &[u8::from(value)]),
            LeafValue::Integer(value) => self.tagged(name, "integer", &value.to_le_bytes()),
            LeafValue::Float(value) => self.tagged(name, "float", &value.to_bits().to_le_bytes()),
            LeafValue::Text(value) => self.tagged(name, "text", value.as_bytes()),
            LeafValue::Seed(value) => self.tagged(name, "seed", &value.to_le_bytes()),
            LeafValue::Digest(value) => self.tagged(name, "digest", &value.to_bytes()),
        }
    }

    // The length at a part's beginning says where it ends.
    fn end(&mut self) {}
}

#[derive(Default)]
struct JsonWriter {
    root: Json,
    open: Vec<(String, Json)>,
}

impl JsonWriter {
    fn put(&mut self, name: &str, value: Json) {
        match self.open.last_mut() {
            Some((_, Json::Object(map))) => {
                map.insert(name.to_owned(), value);
            }
            Some((_, Json::Array(list))) => list.push(value),
            _ => self.root = value,
        }
    }
}

impl Writer for JsonWriter {
    fn begin(&mut self, name: &str, branch: Branch, _length: usize) {
        let empty = match branch {
            Branch::Map => Json::Object(serde_json::Map::new()),
            Branch::List => Json::Array(Vec::new()),
        };
        self.open.push((name.to_owned(), empty));
    }

    fn leaf(&mut self, name: &str, leaf: LeafValue<'_>) {
        let value = match leaf {
            LeafValue::Bool(value) => value.into(),
            LeafValue::Integer(value) => value.into(),
            LeafValue::Float(value) => value.into(),
            LeafValue::Text(value) => value.into(),
            LeafValue::Seed(value) => value.into(),
            LeafValue::Digest(value) => value.to_hex().into(),
        };
        self.put(name, value);
    }

    fn end(&mut self) {
        let (name, value) = self.open.pop().expect("the walk ends only what it began");
        self.put(&name, value);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::Bool),
            (-3_i64..3).prop_map(Value::Integer),
            prop_oneof![Just(0.0), Just(1.0), Just(-1.5), Just(1e-3)].prop_map(Value::Float),
            "[ab]{0,2}".prop_map(Value::Text),
        ];
        leaf.prop_recursive(2, 6, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
                prop::collection::btree_map("[ab]{1,2}", inner, 0..3).prop_map(Value::Map),
            ]
        })
    }

    fn objects() -> impl Strategy<Value = BTreeMap<String, ObjectId>> {
        let object = any::<bool>().prop_map(|bit| ObjectId(Digest::of(&[u8::from(bit)])));
        prop::collection::btree_map("[ab/]{1,2}", object, 0..3)
    }

    prop_compose! {
        fn recipes()(
            kind in "[ab]{1,2}",
            code in any::<bool>(),
            parameters in prop::collection::btree_map("[ab]{1,2}", values(), 0..3),
            seed in prop::option::of(0_u64..2),
            inputs in objects(),
            files in objects(),
            values in prop::collection::btree_map("[ab]{1,2}", values(), 0..3),
        ) -> Recipe {
            let cited = BTreeMap::new();
            Recipe { kind, code: Digest::of(&[u8::from(code)]), parameters, seed, inputs, files, values, cited }
        }
    }

    proptest! {
        #[test]
        fn keys_are_equal_exactly_when_recipes_are(one in recipes(), other in recipes()) {
            prop_assert_eq!(one == other, one.key() == other.key());
        }

        #[test]
        fn what_is_explained_is_what_is_hashed(recipe in recipes()) {
            let text = recipe.to_json().to_string();
            let read = serde_json::from_str(&text).ok().as_ref().and_then(Recipe::from_json);
            prop_assert_eq!(read.as_ref().map(Recipe::key), Some(recipe.key()));
            prop_assert_eq!(read, Some(recipe));
        }
    }

    fn with(name: &str, value: Value) -> Recipe {
        Recipe {
            kind: "train".to_owned(),
            code: Digest::of(b"code"),
            parameters: BTreeMap::from([(name.to_owned(), value)]),
            seed: None,
            inputs: BTreeMap::new(),
            files: BTreeMap::new(),
            values: BTreeMap::new(),
            cited: BTreeMap::new(),
        }
    }

    #[test]
    fn a_number_has_one_spelling_and_a_fraction_is_another_number() {
        assert_eq!(with("a", Value::Float(-0.0)).key(), with("a", Value::Float(0.0)).key());
        assert_ne!(with("a", Value::Float(1.0)).key(), with("a", Value::Integer(1)).key());
        assert_ne!(with("a", "1".into()).key(), with("a", Value::Integer(1)).key());
    }

    #[test]
    fn an_input_is_not_a_file_of_the_same_name() {
        let entry = BTreeMap::from([("a/b".to_owned(), ObjectId(Digest::of(b"x")))]);
        let input = Recipe { inputs: entry.clone(), ..with("a", 1.into()) };
        let file = Recipe { files: entry, ..with("a", 1.into()) };
        assert_ne!(input.key(), file.key());
    }

    #[test]
    fn a_run_that_is_named_enters_the_key_and_naming_none_changes_no_key() {
        let plain = with("a", 1.into());
        assert!(plain.to_json().get("cited").is_none());
        let cited = |run: &[u8]| BTreeMap::from([("train".to_owned(), Key(Digest::of(run)))]);
        let one = Recipe { cited: cited(b"one"), ..plain.clone() };
        assert_ne!(one.key(), plain.key());
        assert_ne!(one.key(), Recipe { cited: cited(b"other"), ..plain }.key());
        assert_eq!(Recipe::from_json(&one.to_json()), Some(one));
    }
}
