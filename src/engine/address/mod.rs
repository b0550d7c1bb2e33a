//! `FILE#/json/pointer`: a value inside a JSON, YAML or TOML file.
//!
//! text ──[`Address::parse`]──▶ [`Address`]
//! a file's text ──[`read`]──▶ [`Node`] ──[`Pointer::find`]──▶ [`Node`] ──[`leaves()`]──▶ [`Leaf`]s, or [`number`]
//!
//! | file | its duty |
//! |---|---|
//! | `pointer` | JSON pointers (RFC 6901), and the way that they lead |
//! | `json`, `toml` | texts of these formats as trees whose values know their places; YAML is [`crate::yaml`]'s |
//! | `leaves` | a value as the values without parts that it is made of |
//!
//! Invariants
//! - Pure: it takes texts and gives values; who reads files is elsewhere.
//! - Every mistake has its place in the file.

mod json;
mod leaves;
mod pointer;
mod toml;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostics, Source};
use crate::yaml::{self, Node};

pub use leaves::{Leaf, leaves, number};
pub use pointer::Pointer;

/// A value inside a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The file, as it was written.
    pub file: String,
    /// What format it has.
    pub format: Format,
    /// Where in it the value is.
    pub pointer: Pointer,
}

/// What a file with values is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JSON (RFC 8259).
    Json,
    /// YAML, as [`crate::spec`] reads it.
    Yaml,
    /// TOML.
    Toml,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The file is not of a format that has addresses.
    #[error("`{file}` has no addresses: expected a name that ends in `.json`, `.yaml`, `.yml` or `.toml`")]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// The pointer is no JSON pointer.
    #[error("`{pointer}` is no JSON pointer: expected `~0` or `~1` for each `~`")]
    Pointer {
        /// What was written.
        pointer: String,
    },
}

impl Address {
    /// Splits a text into file and pointer; `None` where it is the path of a file alone.
    pub fn split(text: &str) -> Option<(&str, &str)> {
        let at = text.find("#/")?;
        Some((&text[..at], &text[at + 1..]))
    }

    /// Reads an address; `None` where the text is the path of a file alone.
    ///
    /// # Errors
    /// An [`AddressError`].
    pub fn parse(text: &str) -> Result<Option<Self>, AddressError> {
        let Some((file, pointer)) = Self::split(text) else { return Ok(None) };
        let unknown = || AddressError::UnknownFormat { file: file.to_owned() };
        let format = Format::of(file).ok_or_else(unknown)?;
        let invalid = || AddressError::Pointer { pointer: pointer.to_owned() };
        let pointer = Pointer::parse(pointer).ok_or_else(invalid)?;
        Ok(Some(Self { file: file.to_owned(), format, pointer }))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}#{}", self.file, self.pointer)
    }
}

impl Format {
    /// Knows a format by the end of a file's name.
    pub fn of(file: &str) -> Option<Self> {
        match Path::new(file).extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

/// Reads a file's text as a tree in which every value knows its place.
///
/// Gives `None`, with the mistakes in `diagnostics`, for what can't be read at all.
pub fn read(source: &Arc<Source>, format: Format, diagnostics: &mut Diagnostics) -> Option<Node> {
    match format {
        Format::Yaml => yaml::read(source, 0..source.text().len(), diagnostics),
        Format::Json => json::read(source, diagnostics),
        Format::Toml => toml::read(source, diagnostics),
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    const JSON: &str = r#"{
  "model": { "kind": "svm", "C": 0.5, "a.b": [1, { "x": null }], "none": [], "big": 123456789012345678901 },
  "n\u00e4me": true
}"#;
    const YAML: &str = "model:\n  kind: svm\n  C: 0.5\n  a.b: [1, { x: null }]\n  none: []\n  \
                        big: 123456789012345678901\nnäme: true\n";
    const TOML: &str = "\"näme\" = true\n[model]\nkind = \"svm\"\nC = 0.5\n\"a.b\" = [1, { x = 1979-05-27 }]\n\
                        none = []\n";

    fn shown(file: &str, text: &str, pointer: &str) -> String {
        let address = Address::parse(&format!("{file}#{pointer}"));
        let address = address.expect("it is an address").expect("it has a pointer");
        let mut diagnostics = Diagnostics::default();
        let Some(root) = read(&Source::file(file, text), address.format, &mut diagnostics) else {
            return diagnostics.render(false);
        };
        let found = match address.pointer.find(&root) {
            Ok(node) => leaves("it", node, &mut diagnostics),
            Err(mistake) => {
                diagnostics.add(mistake);
                Vec::new()
            }
        };
        if !diagnostics.is_empty() {
            return diagnostics.render(false);
        }
        let line = |leaf: &Leaf| {
            let value = leaf.value.as_ref().map_or("null".to_owned(), |value| format!("{value:?}"));
            let (line, column) = leaf.place.line_and_column();
            format!("{line}:{column} {} = {value}", leaf.name)
        };
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn a_path_is_no_address_and_an_address_needs_a_format_that_has_them() {
        assert_eq!(Address::parse("data/a#1.csv"), Ok(None));
        let parse = |text| Address::parse(text).map(|address| address.map(|address| address.to_string()));
        assert_eq!(parse("settings.toml#/a~1b/0"), Ok(Some("settings.toml#/a~1b/0".to_owned())));
        let refused = |text| parse(text).expect_err("it is none").to_string();
        assert_data_eq!(
            refused("a.csv#/0/x"),
            str![
                "`a.csv` has no addresses: expected a name that ends in `.json`, `.yaml`, `.yml` or `.toml`"
            ]
        );
        assert_data_eq!(
            refused("a.json#/a~2"),
            str!["`/a~2` is no JSON pointer: expected `~0` or `~1` for each `~`"]
        );
    }

    #[test]
    fn the_formats_give_the_same_values_with_their_places() {
        assert_data_eq!(
            shown("a.json", JSON, "/model"),
            str![[r#"
2:22 it/kind = Text("svm")
2:34 it/C = Float(0.5)
2:47 it/a.b/0 = Integer(1)
2:57 it/a.b/1/x = null
2:74 it/none = List([])
2:85 it/big = Text("123456789012345678901")
"#]]
        );
        assert_data_eq!(
            shown("a.yaml", YAML, "/model"),
            str![[r#"
2:9 it/kind = Text("svm")
3:6 it/C = Float(0.5)
4:9 it/a.b/0 = Integer(1)
4:17 it/a.b/1/x = null
5:9 it/none = List([])
6:8 it/big = Text("123456789012345678901")
"#]]
        );
        assert_data_eq!(
            shown("a.toml", TOML, "/model"),
            str![[r#"
4:5 it/C = Float(0.5)
5:10 it/a.b/0 = Integer(1)
5:19 it/a.b/1/x = Text("1979-05-27")
3:8 it/kind = Text("svm")
6:8 it/none = List([])
"#]]
        );
        for (file, text) in [("a.json", JSON), ("a.yaml", YAML), ("a.toml", TOML)] {
            assert!(shown(file, text, "/näme").ends_with(" it = Bool(true)"), "{file}");
            assert!(shown(file, text, "/model/a.b/0").ends_with(" it = Integer(1)"), "{file}");
        }
    }

    #[test]
    fn a_pointer_that_leads_nowhere_is_named_at_the_place_where_it_ends() {
        assert_data_eq!(
            shown("a.json", JSON, "/model/knid"),
            str![[r#"
error: there is nothing at `/model/knid`
 --> a.json:2:12
  |
2 |   "model": { "kind": "svm", "C": 0.5, "a.b": [1, { "x": null }], "none": [], "big": 123456789012345678901 },
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: a name `kind` exists

"#]]
        );
        assert_data_eq!(
            shown("a.yaml", YAML, "/model/a.b/2"),
            str![[r#"
error: there is nothing at `/model/a.b/2`
 --> a.yaml:4:8
  |
4 |   a.b: [1, { x: null }]
  |        ^^^^^^^^^^^^^^^^
  |
help: the list has 2 items, counted from 0

"#]]
        );
        assert_data_eq!(
            shown("a.toml", TOML, "/model/kind/x"),
            str![[r#"
error: there is nothing at `/model/kind/x`
 --> a.toml:3:8
  |
3 | kind = "svm"
  |        ^^^^^
  |
help: the text `svm` has no parts

"#]]
        );
    }

    #[test]
    fn a_mistake_in_the_file_has_its_place() {
        for (file, text) in [
            ("a.json", "{\n  \"a\": 1,\n  \"a\": 2 }"),
            ("b.json", "{\n  \"a\": 1,\n}"),
            ("c.json", "{ \"a\": \"\\ud800\" }"),
            ("a.toml", "a = 1\na = 2\n"),
            ("b.toml", "a = \n"),
            ("c.toml", "a = nan\n"),
        ] {
            let refused = shown(file, text, "/a");
            assert!(
                refused.starts_with("error: ") && refused.contains(&format!(" --> {file}:")),
                "{refused}"
            );
        }
        assert_data_eq!(
            shown("a.json", "{\n  \"a\": 1,\n  \"a\": 2 }", "/a"),
            str![[r#"
error: `a` is written twice here
 --> a.json:3:3
  |
3 |   "a": 2 }
  |   ^^^
  |
help: line 2 has it already; keep one of the two

"#]]
        );
        assert_data_eq!(
            shown("c.toml", "a = nan\n", "/a"),
            str![[r#"
error: expected a finite number, found `nan`
 --> c.toml:1:5
  |
1 | a = nan
  |     ^^^

"#]]
        );
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(shown("a.json", &deep, "/0").starts_with("error: values are nested more than 128 deep"));
    }

    #[test]
    fn a_number_is_asked_for_by_name() {
        let source = Source::file("a.json", r#"{ "a": 1, "b": "x" }"#);
        let root = read(&source, Format::Json, &mut Diagnostics::default()).expect("it is JSON");
        let at = |pointer: &str| {
            let node = Pointer::parse(pointer).and_then(|pointer| pointer.find(&root).ok());
            number(node.expect("it is there")).map_err(|mistake| mistake.message().to_owned())
        };
        assert_eq!(at("/a"), Ok(1.0));
        assert_eq!(at("/b"), Err("expected a number, found the text `x`".to_owned()));
    }
}
