//! Numbers in files of every format: those that are none, those with many digits, and all of a file.

use recount_engine::address::AddressedNumber;
use snapbox::{assert_data_eq, str};

use super::*;

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
    for part in ["last/step", "max val~1acc/step"] {
        assert_data_eq!(
            shown("log.jsonl", LINES, part),
            str![[r#"
error: this is no JSON: EOF while parsing an object
 --> log.jsonl:4:10
  |
4 | {"step": 3
  |          ^

"#]]
        );
    }
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
        let file = read(file, text).expect("it can be read");
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
