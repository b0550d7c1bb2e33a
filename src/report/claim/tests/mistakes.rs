//! What is wrong with a claims file, as a person sees it.

mod fields;
mod names;
mod numbers;
mod readings;

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn a_file_that_is_no_list_is_reported_and_an_empty_one_has_no_claims() {
    assert_data_eq!(
        mistakes("claims:\n  - { of: a }\n"),
        str![[r#"
error: a file of claims must be a list, not a map
 --> claims.yaml:1:1
  |
1 | claims:
  | ^^^^^^^
  |
help: write `- ` in front of each item

"#]]
    );
    assert_eq!(claims("# none yet\n").all().len(), 0);
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}") {
        mistakes(&text);
    }

    #[test]
    fn no_claim_in_yaml_makes_it_panic(fields in prop::collection::vec(any_field(), 0..7)) {
        mistakes(&format!("- {{ {} }}", fields.join(", ")));
    }
}

/// A field of a claim that may be right.
fn any_field() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![
        "of", "than", "is", "values", "runs", "within", "repeats", "says", "applies", "section", "{a: b}",
        "? ",
    ]);
    let value = prop::sample::select(vec![
        "above",
        "monotone",
        "same",
        "reported",
        "highest",
        "each",
        "range",
        "0",
        "-1",
        "0.5",
        "\"90 %\"",
        "[]",
        "{}",
        "~",
        "\"fit[svm].accuracy\"",
        "\"fit[svm].loss\"",
        "[\"fit[svm].loss\", \"fit[tree].loss\"]",
        "\"fit[\"",
        "{ x: \"fit[svm].loss\" }",
        "{ x: [], y: 0 }",
        "{ stated: 1, by: us }",
        "{ by: x }",
        "[1, 2]",
        "[2, [1]]",
        "18446744073709551616",
        "\"\"",
        "x",
        "[x, y]",
        "\"folds[fold=1,depth=3].score\"",
        "\"fit[svm]/a.csv#last/b\"",
    ]);
    (key, value).prop_map(|(key, value)| format!("{key}: {value}"))
}
