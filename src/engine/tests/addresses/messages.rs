//! What an address leads to, and how it is said why it leads to no number.

use recount_engine::address::{Address, AddressedNumber, DataFile, Format, Pointer};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Source};
use snapbox::{assert_data_eq, str};

const LOG: &str =
    "epoch,loss,acc,note\r\n1,0.9,0.5,\r\n2,nan,0.7,\"a, b\"\r\n2,0.4,0.7,x\r\n,0.3,,\"1\"\"2\"\r\n";
const LINES: &str =
    "{\"step\": 1, \"val\": {\"acc\": 0.5}}\n\n{\"step\": 2, \"val\": {\"acc\": NaN}}\n{\"step\": 3\n";

fn reported(result: Result<String, Diagnostic>) -> String {
    result.unwrap_or_else(|mistake| {
        let mut mistakes = Diagnostics::default();
        mistakes.add(mistake);
        mistakes.render(false)
    })
}

/// Gives the number at an address, or the report of why there is none.
fn shown(file: &str, text: &str, part: &str) -> String {
    let address = Address::parse(&format!("{file}#{part}")).expect("it is valid").expect("it is an address");
    let file = match DataFile::read(&Source::file(file, text), address.format) {
        Ok(file) => file,
        Err(mistakes) => return mistakes.render(false),
    };
    reported(file.number(&address).map(|number| match number.digits {
        Some(digits) => format!("{:e}, exactly {digits}", number.value),
        None => number.value.to_string(),
    }))
}

#[test]
fn a_row_is_named_by_its_number_a_value_or_an_extreme() {
    for (part, number) in [
        ("0/loss", "0.9"),
        ("last/loss", "0.3"),
        ("loss=0.4/epoch", "2"),
        ("note=a, b/acc", "0.7"),
        ("note=1\"2/loss", "0.3"),
        ("epoch=1.0/acc", "0.5"),
        ("max acc/epoch", "2"),
        ("min epoch/loss", "0.9"),
    ] {
        assert_eq!(shown("log.csv", LOG, part), number, "{part}");
        assert_eq!(
            shown("log.tsv", &LOG.replace(", ", "; ").replace(',', "\t"), &part.replace(", ", "; ")),
            number
        );
    }
    let lines = LINES.replace("NaN", "0.6").replace("{\"step\": 3\n", "");
    assert_eq!(shown("log.jsonl", &lines, "step=1/val/acc"), "0.5");
    assert_eq!(shown("log.jsonl", &lines, "max val~1acc/step"), "2");
}

#[test]
fn what_is_no_number_is_reported_at_its_cell() {
    assert_data_eq!(
        shown("log.csv", LOG, "1/loss"),
        str![[r#"
error: expected a finite number, found `nan`
 --> log.csv:3:3
  |
3 | 2,nan,0.7,"a, b"
  |   ^^^

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "last/acc"),
        str![[r#"
error: expected a number, found an empty cell
 --> log.csv:5:6
  |
5 | ,0.3,,"1""2"
  |      ^

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "1/note"),
        str![[r#"
error: expected a number, found the text `a, b`
 --> log.csv:3:12
  |
3 | 2,nan,0.7,"a, b"
  |            ^^^^

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "max loss/epoch"),
        str![[r#"
error: expected a finite number, found `nan`
 --> log.csv:3:3
  |
3 | 2,nan,0.7,"a, b"
  |   ^^^

"#]]
    );
}

#[test]
fn a_row_or_column_that_is_not_there_or_not_alone_is_reported() {
    assert_data_eq!(
        shown("log.csv", LOG, "last/los"),
        str![[r#"
error: there is no column `los`
 --> log.csv:1:1
  |
1 | epoch,loss,acc,note
  | ^^^^^^^^^^^^^^^^^^^
  |
help: a column `loss` exists

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "4/loss"),
        str![[r#"
error: there is no row 4
 --> log.csv:1:1
  |
1 | epoch,loss,acc,note
  | ^^^^^^^^^^^^^^^^^^^
  |
help: there are 4 rows, counted from 0

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "epoch=2/loss"),
        str![[r#"
error: 2 rows fit `epoch=2`: lines 3 and 4
 --> log.csv:3:1
  |
3 | 2,nan,0.7,"a, b"
  | ^^^^^^^^^^^^^^^^
  |
help: name one by its number from 0, or by a column whose values differ

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "epoch=7/loss"),
        str![[r#"
error: no row fits `epoch=7`
 --> log.csv:1:1
  |
1 | epoch,loss,acc,note
  | ^^^^^^^^^^^^^^^^^^^
  |
help: in `epoch` the values are `1`, `2`

"#]]
    );
    assert_data_eq!(
        shown("log.csv", LOG, "max acc/loss"),
        str![[r#"
error: 2 rows fit `max acc`, with different values: lines 3 and 4
 --> log.csv:3:3
  |
3 | 2,nan,0.7,"a, b"
  |   ^^^
  |
help: name one by its number from 0, or by a column whose values differ

"#]]
    );
}

#[test]
fn a_text_that_is_no_table_is_reported_at_its_lines() {
    assert_data_eq!(
        shown("a.csv", "", "last/a"),
        str![[r#"
error: the table is empty: expected a line with the columns' names
--> a.csv

"#]]
    );
    assert_data_eq!(
        shown("a.csv", "\u{feff}a,b\n", "last/a"),
        str![[r#"
error: there are no rows
 --> a.csv:1:2
  |
1 | ﻿a,b
  | ^^^

"#]]
    );
    assert_data_eq!(
        shown("a.csv", "a,b,a\n1,2\n3,4,5,6\n", "last/a"),
        str![[r#"
error: two columns are named `a`
 --> a.csv:1:5
  |
1 | a,b,a
  |     ^
  |
help: give each a name of its own

error: expected 3 cells, found 2 cells
 --> a.csv:2:1
  |
2 | 1,2
  | ^^^
  |
help: line 1 names the columns; a cell with a separator in it needs quotes

error: expected 3 cells, found 4 cells
 --> a.csv:3:1
  |
3 | 3,4,5,6
  | ^^^^^^^
  |
help: line 1 names the columns; a cell with a separator in it needs quotes

"#]]
    );
    assert_data_eq!(
        shown("a.csv", "a,b\n1,\"2\" x\n3,\"4\n", "last/a"),
        str![[r#"
error: there is something behind the quotes of this cell
 --> a.csv:2:3
  |
2 | 1,"2" x
  |   ^^^^^
  |
help: a quote in a quoted cell is written twice: `""`

error: this quote is never closed
 --> a.csv:3:3
  |
3 | 3,"4
  |   ^^
  |
help: close it, or take it away

"#]]
    );
}

#[test]
fn a_number_that_is_not_finite_or_a_broken_line_leaves_the_others_readable() {
    let json =
        "{ \"a\": NaN, \"b\": [-Infinity, 1], \"NaN\": \"\\\"NaN\", \"c\": null, \"d\": true, \"e\": 1e400 }";
    assert_eq!(shown("m.json", json, "/b/1"), "1");
    assert_data_eq!(
        shown("m.json", json, "/a"),
        str![[r#"
error: expected a finite number, found `NaN`
 --> m.json:1:8
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |        ^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", json, "/b/0"),
        str![[r#"
error: expected a finite number, found `-Infinity`
 --> m.json:1:19
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |                   ^^^^^^^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", json, "/NaN"),
        str![[r#"
error: expected a number, found the text `"NaN`
 --> m.json:1:41
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |                                         ^^^^^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", json, "/c"),
        str![[r#"
error: expected a number, found nothing
 --> m.json:1:55
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |                                                       ^^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", json, "/d"),
        str![[r#"
error: expected a number, found `true`
 --> m.json:1:66
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |                                                                  ^^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", json, "/e"),
        str![[r#"
error: expected a finite number, found `1e400`
 --> m.json:1:77
  |
1 | { "a": NaN, "b": [-Infinity, 1], "NaN": "/"NaN", "c": null, "d": true, "e": 1e400 }
  |                                                                             ^^^^^

"#]]
    );
    assert_data_eq!(
        shown("m.json", "{ \"a\": -NaN }", "/a"),
        str![[r#"
error: this is no JSON: invalid number
 --> m.json:1:9
  |
1 | { "a": -NaN }
  |         ^

"#]]
    );
    assert_eq!(shown("log.jsonl", LINES, "0/val/acc"), "0.5");
    assert_data_eq!(
        shown("log.jsonl", LINES, "1/val/acc"),
        str![[r#"
error: expected a finite number, found `NaN`
 --> log.jsonl:3:28
  |
3 | {"step": 2, "val": {"acc": NaN}}
  |                            ^^^

"#]]
    );
    assert_data_eq!(
        shown("log.jsonl", LINES, "last/step"),
        str![[r#"
error: this is no JSON: EOF while parsing an object
 --> log.jsonl:4:10
  |
4 | {"step": 3
  |          ^

"#]]
    );
    assert_data_eq!(
        shown("log.jsonl", LINES, "max val~1acc/step"),
        str![[r#"
error: this is no JSON: EOF while parsing an object
 --> log.jsonl:4:10
  |
4 | {"step": 3
  |          ^

"#]]
    );
}

#[test]
fn a_whole_number_that_a_float_can_not_hold_comes_with_its_digits() {
    let json = "[9007199254740991, 9007199254740993, -123456789012345678901, 1e300]";
    assert_eq!(shown("a.json", json, "/0"), "9007199254740991");
    assert_eq!(shown("a.json", json, "/1"), "9.007199254740992e15, exactly 9007199254740993");
    assert_eq!(shown("a.json", json, "/2"), "-1.2345678901234568e20, exactly -123456789012345678901");
    assert!(!shown("a.json", json, "/3").contains("exactly"));
    assert_eq!(
        shown("a.toml", "a = 9_223_372_036_854_775_808\n", "/a"),
        "9.223372036854776e18, exactly 9223372036854775808"
    );
    assert_eq!(
        shown("a.yaml", "a: 0xFFFFFFFFFFFFFFFF\n", "/a"),
        "1.8446744073709552e19, exactly 18446744073709551615"
    );
    assert_eq!(
        shown("a.csv", "a\n\"9007199254740993\"\n", "a=9007199254740993/a"),
        "9.007199254740992e15, exactly 9007199254740993"
    );
}

#[test]
fn the_numbers_of_a_file_come_in_its_order_with_their_addresses() {
    let listed = |file: &str, text: &str| {
        let format = Format::of(file).expect("its format is known");
        let file = DataFile::read(&Source::file(file, text), format).expect("it can be read");
        let line = |found: AddressedNumber| {
            let number = found.number.map(|number| number.value.to_string());
            format!("{} = {}", found.at, number.unwrap_or_else(|mistake| mistake.message().to_owned()))
        };
        file.numbers().into_iter().map(line).collect::<Vec<_>>().join("\n")
    };
    assert_data_eq!(
        listed("a.json", r#"{ "b": [1, NaN], "a/b": { "~": 2.5 }, "c": "x", "d": null }"#),
        str![[r#"
/b/0 = 1
/b/1 = expected a finite number, found `NaN`
/a~1b/~0 = 2.5
"#]]
    );
    assert_data_eq!(
        listed("a.toml", "z = 1\na = 2\n[t]\ny = 3\nb = nan\n"),
        str![[r#"
/z = 1
/a = 2
/t/y = 3
/t/b = expected a finite number, found `nan`
"#]]
    );
    assert_data_eq!(
        listed("log.csv", ",epoch,val/acc,note\n0,1,0.5,x\n1,2,0.6,y\n"),
        str![[r#"
last/epoch = 2
last/val~1acc = 0.6
"#]]
    );
    assert_data_eq!(listed("log.jsonl", "{\"a\": 1}\n{\"b\": {\"c\": 2}}\n"), str!["last/b/c = 2"]);
    assert_data_eq!(listed("log.jsonl", LINES), str!["last = this is no JSON: EOF while parsing an object"]);
    assert_eq!(listed("log.csv", "a,b\n"), "");
}

#[test]
fn a_list_of_maps_is_a_table_like_any_other() {
    let json = r#"{ "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }"#;
    let file = DataFile::read(&Source::file("a.json", json), Format::Json).expect("it can be read");
    let at = |pointer: &str| file.table(&Pointer::parse(pointer).expect("it is a pointer"));
    let table = at("/folds").expect("it is a table");
    assert_eq!((table.columns(), table.len()), (["fold", "acc", "time"].as_slice(), 3));
    let numbers = |name: &str| {
        let column = table.column(name).expect("there is one");
        let number = |row| table.number(row, &column).map_err(|mistake| mistake.message().to_owned());
        (0..table.len())
            .map(|row| number(row).map(|number| number.map(|number| number.value)))
            .collect::<Vec<_>>()
    };
    assert_eq!(numbers("acc"), [Ok(Some(0.5)), Ok(None), Ok(None)]);
    assert_eq!(numbers("time/s"), [Ok(None), Ok(Some(3.0)), Ok(None)]);
    assert_eq!(numbers("fold").last(), Some(&Err("expected a number, found the text `x`".to_owned())));
    assert_data_eq!(
        reported(at("/folds/0").map(|_| String::new())),
        str![[r#"
error: expected a list of maps, one for each row, found a map
 --> a.json:1:13
  |
1 | { "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^

"#]]
    );
    assert_data_eq!(
        reported(at("/folds/1/time").map(|_| String::new())),
        str![[r#"
error: expected a list of maps, one for each row, found a map
 --> a.json:1:74
  |
1 | { "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }
  |                                                                          ^^^^^^^^^^

"#]]
    );
    let lists = DataFile::read(&Source::file("a.json", "[[1], [2]]"), Format::Json).expect("it can be read");
    assert_data_eq!(
        reported(lists.table(&Pointer::default()).map(|_| String::new())),
        str![[r#"
error: expected a map of names and values for each row, found a list
 --> a.json:1:2
  |
1 | [[1], [2]]
  |  ^^^

"#]]
    );
}
