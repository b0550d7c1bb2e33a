//! `FILE#/json/pointer` and `FILE#ROW/COLUMN`: a value inside a file.
//!
//! text ──[`Address::parse`]──▶ [`Address`]
//! a file's text ──[`DataFile::read`]──▶ [`DataFile`] ──▶ the value, the [`Number`] or the [`Table`] at an address
//!
//! | file | its duty |
//! |---|---|
//! | `syntax`, `row`, `pointer` | an address as a text: its file, its row, and a JSON pointer (RFC 6901) or a column |
//! | `json`, `toml` | texts of these formats as trees whose values know their places; YAML is [`crate::yaml`]'s |
//! | `json_lines`, `delimited` | texts with rows: a JSON document a line; CSV and TSV |
//! | `table` | rows and columns, whatever they are written in; which row is meant |
//! | `data_file` | a file of any format, asked for what is at an address |
//! | `number` | a value as a finite number |
//! | `leaves` | a value as the values without parts that it is made of |
//! | `output_name` | which output of a stage the file of an address means |
//!
//! Invariants
//! - Pure: it takes texts and gives values; who reads files is elsewhere.
//! - Every mistake has its place in the file, and a number that is not finite is a mistake only where it is asked for.
//! - A number is never another one than was written: one that a float can't hold comes with its digits.
//! - Time and memory grow with the text, whatever is in it.

mod data_file;
mod delimited;
mod json;
mod json_lines;
mod leaves;
mod number;
mod output_name;
mod pointer;
mod row;
mod syntax;
mod table;
mod toml;

pub use data_file::{AddressedNumber, DataFile};
pub use leaves::{Leaf, leaves};
pub use number::{Number, number};
pub use output_name::output_named;
pub use pointer::Pointer;
pub use row::Row;
pub use syntax::{Address, AddressError, Format};
pub use table::{Column, Table};

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;
    use crate::diagnostic::{Diagnostics, Source};

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
        let file = match DataFile::read(&Source::file(file, text), address.format) {
            Ok(file) => file,
            Err(mistakes) => return mistakes.render(false),
        };
        let found = match file.find(&address) {
            Ok(node) => leaves("it", &node, &mut diagnostics),
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
3:8 it/kind = Text("svm")
4:5 it/C = Float(0.5)
5:10 it/a.b/0 = Integer(1)
5:19 it/a.b/1/x = Text("1979-05-27")
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
}
