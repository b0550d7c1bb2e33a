//! YAML as programs write it: a value that stands twice is an anchor and its aliases, and keys may be numbers.

use std::fmt::Write as _;

use snapbox::{assert_data_eq, str};

use super::{number_at, read};

#[test]
fn an_alias_is_the_value_that_it_repeats_and_lies_where_that_is_written() {
    let text = "\
best: &id001
  accuracy: 0.91
  losses: [0.5, 0.25]
last: *id001
epochs:
  1: *id001
  2: {accuracy: 0.7}
";
    let file = read("scores.yaml", text).expect("it is YAML");
    for (address, value) in [
        ("scores.yaml#/last/accuracy", 0.91),
        ("scores.yaml#/epochs/1/losses/1", 0.25),
        ("scores.yaml#/epochs/2/accuracy", 0.7),
    ] {
        assert_eq!(number_at(&file, address).ok(), Some((value, None)), "{address}");
    }
    let theirs: serde_yaml::Value = serde_yaml::from_str(text).expect("it is YAML");
    assert_eq!(theirs["last"]["accuracy"].as_f64(), Some(0.91));
}

#[test]
fn aliases_that_multiply_or_go_in_a_circle_are_refused() {
    let mut bomb = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![before; 9].join(", "))
            .expect("a String takes any text");
    }
    let mut deep = "a0: &a0 [1]\n".to_owned();
    for level in 1..400 {
        writeln!(deep, "a{level}: &a{level} [*a{}]", level - 1).expect("a String takes any text");
    }
    let refused = |text: &str| read("a.yaml", text).expect_err("it is refused").render(false);
    assert_data_eq!(
        refused(&bomb),
        str![[r#"
error: the aliases repeat more than can be read
 --> a.yaml:7:10
  |
7 | a6: &a6 [*a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5, *a5]
  |          ^^^
  |
help: write out the values that are needed

"#]]
    );
    assert_data_eq!(
        refused(&deep),
        str![[r#"
error: the aliases repeat more than can be read
  --> a.yaml:16:12
   |
16 | a15: &a15 [*a14]
   |            ^^^^
   |
help: write out the values that are needed

"#]]
    );
    assert_data_eq!(
        refused("a: &a [1, *a]\n"),
        str![[r#"
error: this alias is within the value that it repeats
 --> a.yaml:1:11
  |
1 | a: &a [1, *a]
  |           ^^
  |
help: write the value without a circle

"#]]
    );
}
