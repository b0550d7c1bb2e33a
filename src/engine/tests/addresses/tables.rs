//! Rows and columns of tables: what they lead to, and why they lead to no number.

use recount_engine::address::{Pointer, Table};
use snapbox::{assert_data_eq, str};

use super::*;

const LOG: &str =
    "epoch,loss,acc,note\r\n1,0.9,0.5,\r\n2,nan,0.7,\"a, b\"\r\n2,0.4,0.7,x\r\n,0.3,,\"1\"\"2\"\r\n";

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
fn a_list_of_maps_is_a_table_like_any_other() {
    let json = r#"{ "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }"#;
    let file = read("a.json", json).expect("it can be read");
    let mistake =
        |table: Result<Table<'_>, Diagnostic>| report(table.map(|_| ()).expect_err("it is no table"));
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
        mistake(at("/folds/0")),
        str![[r#"
error: expected a list of maps, one for each row, found a map
 --> a.json:1:13
  |
1 | { "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }
  |             ^^^^^^^^^^^^^^^^^^^^^^^^^

"#]]
    );
    assert_data_eq!(
        mistake(at("/folds/1/time")),
        str![[r#"
error: expected a list of maps, one for each row, found a map
 --> a.json:1:74
  |
1 | { "folds": [{ "fold": 1, "acc": 0.5 }, { "fold": 2, "acc": null, "time": { "s": 3 } }, { "fold": "x" }] }
  |                                                                          ^^^^^^^^^^

"#]]
    );
    let lists = read("a.json", "[[1], [2]]").expect("it can be read");
    assert_data_eq!(
        mistake(lists.table(&Pointer::default())),
        str![[r#"
error: expected a map of names and values for each row, found a list
 --> a.json:1:2
  |
1 | [[1], [2]]
  |  ^^^

"#]]
    );
}
