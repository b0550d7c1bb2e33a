//! Files that are large, deep or in one line: they are read, or refused, in time and memory that grow with the text.

use std::fmt::Write as _;

use super::{number_at, read};

#[test]
fn what_is_nested_too_deep_is_refused() {
    let deep = |open: &str, close: &str| open.repeat(30_000) + &close.repeat(30_000);
    for (name, text) in [
        ("a.json", deep("[", "]")),
        ("b.json", deep("{\"a\":", "}")),
        ("c.json", deep("[", "")),
        ("a.yaml", deep("[", "]")),
        ("a.toml", format!("a = {}", deep("[", "]"))),
        ("b.toml", format!("a{} = 1", ".a".repeat(30_000))),
        ("a.csv", deep("\"", ",")),
    ] {
        let refused = read(name, &text).expect_err(name).render(false);
        assert!(refused.contains(&format!("--> {name}")) && refused.len() < 50_000, "{refused}");
    }
    let lines = read("a.jsonl", &format!("{}\n[7]\n", deep("[", "]"))).expect("each line is read by itself");
    assert_eq!(number_at(&lines, "a.jsonl#1/0").ok(), Some((7.0, None)));
    let mistake = number_at(&lines, "a.jsonl#0/0").expect_err("it is too deep");
    assert!(mistake.message().starts_with("values are nested more than"), "{}", mistake.message());
}

#[test]
fn a_large_file_in_one_line_and_a_large_table_are_read_once() {
    let numbers: Vec<String> = (0..50_000).map(|number| number.to_string()).collect();
    let file = read("a.json", &format!("[{},NaN]", numbers.join(","))).expect("it is JSON");
    assert_eq!(file.numbers().len(), 50_001);
    assert_eq!(number_at(&file, "a.json#/49999").ok(), Some((49_999.0, None)));
    let mut text = "step,loss,note\n".to_owned();
    for step in 0..50_000 {
        writeln!(text, "{step},{},\"a, b\"", 50_000 - step).expect("a String takes any text");
    }
    let file = read("a.csv", &text).expect("it is a table");
    assert_eq!(number_at(&file, "a.csv#min loss/step").ok(), Some((49_999.0, None)));
    assert_eq!(number_at(&file, "a.csv#step=30000/loss").ok(), Some((20_000.0, None)));
    let mistake = number_at(&file, "a.csv#note=a, b/loss").expect_err("many rows fit");
    assert_eq!(mistake.message(), "50000 rows fit `note=a, b`: lines 2, 3, 4, 5, 6 and 49995 more");
}
