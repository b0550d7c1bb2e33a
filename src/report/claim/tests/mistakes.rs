//! What is wrong with a claims file, as a person sees it.

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn names_that_the_pipeline_does_not_have_are_reported_at_once() {
    let text = r#"
- { is: above, than: "fit[forrest].accuracy", of: "fti[svm].accuracy" }
- { of: "fit[svm].acuracy", is: highest }
- { of: "fit.accuracy", is: highest }
- { of: "fit[model=svm].accuracy", is: highest }
- { of: "fit[svm]/metrics.json", is: highest }
- { of: "fit[svm]/metrics.json#accuracy", is: highest }
- { of: "fit[svm]/model.pickle#/accuracy", is: highest }
- { of: "folds[1].score", is: highest }
- { of: "fit[svm].accuracy", is: above, than: ["[forest", "[tre]", "[tree].loss"] }
- { of: { a: "fit[svm].accuracy", b: "fit[again].loss" }, is: above, than: "[tre]" }
- { of: "folds[fold=2,depth=4].score", is: above, than: 0 }
- { of: "folds[fold=1,depth=4].score", is: highest }
"#;
    assert_data_eq!(
        mistakes(text),
        str![[r#"
error: stage `fit` has no run at `forrest`
 --> claims.yaml:2:22
  |
2 | - { is: above, than: "fit[forrest].accuracy", of: "fti[svm].accuracy" }
  |                      ^^^^^^^^^^^^^^^^^^^^^^^
  |
help: one named `forest` exists

error: no stage is named `fti`
 --> claims.yaml:2:51
  |
2 | - { is: above, than: "fit[forrest].accuracy", of: "fti[svm].accuracy" }
  |                                                   ^^^^^^^^^^^^^^^^^^^
  |
help: a stage named `fit` exists

error: stage `fit` has no measure `acuracy`
 --> claims.yaml:3:9
  |
3 | - { of: "fit[svm].acuracy", is: highest }
  |         ^^^^^^^^^^^^^^^^^^
  |
help: a measure named `accuracy` exists

error: `fit` leaves the coordinate `variant` open
 --> claims.yaml:4:9
  |
4 | - { of: "fit.accuracy", is: highest }
  |         ^^^^^^^^^^^^^^
  |
help: name its value: `fit[variant=…]`

error: stage `fit` has no coordinate `model`
 --> claims.yaml:5:9
  |
5 | - { of: "fit[model=svm].accuracy", is: highest }
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: its coordinates are `variant`, `seed`

error: `metrics.json` is a file, and a claim is about a number
 --> claims.yaml:6:9
  |
6 | - { of: "fit[svm]/metrics.json", is: highest }
  |         ^^^^^^^^^^^^^^^^^^^^^^^
  |
help: say where it is: `fit[svm]/metrics.json#…`

error: `accuracy` is no JSON pointer: expected `/NAME/NAME`, with `~0` or `~1` for each `~`
 --> claims.yaml:7:9
  |
7 | - { of: "fit[svm]/metrics.json#accuracy", is: highest }
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `model.pickle` has no values that can be read
 --> claims.yaml:8:9
  |
8 | - { of: "fit[svm]/model.pickle#/accuracy", is: highest }
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: values are read from `.json`, `.jsonl`, `.csv`, `.tsv`, `.yaml` and `.toml`

error: `folds[1]` leaves the coordinate `depth` open
 --> claims.yaml:9:9
  |
9 | - { of: "folds[1].score", is: highest }
  |         ^^^^^^^^^^^^^^^^
  |
help: name its value: `folds[depth=…]`

error: `fit[forest` lacks a `]`
  --> claims.yaml:10:48
   |
10 | - { of: "fit[svm].accuracy", is: above, than: ["[forest", "[tre]", "[tree].loss"] }
   |                                                ^^^^^^^^^

error: stage `fit` has no run at `tre`
  --> claims.yaml:10:59
   |
10 | - { of: "fit[svm].accuracy", is: above, than: ["[forest", "[tre]", "[tree].loss"] }
   |                                                           ^^^^^^^
   |
help: one named `tree` exists

error: stage `fit` has no run at `tre`
  --> claims.yaml:11:76
   |
11 | - { of: { a: "fit[svm].accuracy", b: "fit[again].loss" }, is: above, than: "[tre]" }
   |                                                                            ^^^^^^^
   |
help: one named `tree` exists

error: stage `folds` has no run at `folds[fold=2,depth=4]`
  --> claims.yaml:12:9
   |
12 | - { of: "folds[fold=2,depth=4].score", is: above, than: 0 }
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
help: none of its runs has all of these coordinates

error: `folds[fold=1,depth=4]` does not say among which runs
  --> claims.yaml:13:9
   |
13 | - { of: "folds[fold=1,depth=4].score", is: highest }
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
help: list what it is compared with: `than: ["fit[a].accuracy", …]`

"#]]
    );
}

#[test]
fn keys_that_look_like_misspelt_ones_are_reported_and_others_are_the_project_s_own() {
    let text = r#"
- { of: "fit[svm].accuracy", is: reported, value: 0.98 }
- { of: "fit[svm].accuracy", is: above, thna: "fit[tree].accuracy" }
- { of: "fit[svm].accuracy", is: highest, repaets: 2 }
- { of: "fit[svm].accuracy", is: highest, reading: x }
- { of: "fit[svm].accuracy", is: highest, section: { a: b } }
- { of: "fit[svm].accuracy", is: highest, id: 1, tags: [a, 2.4, yes], section: "2.4", Note: x, page: 3 }
"#;
    assert_data_eq!(
        mistakes(text),
        str![[r#"
error: `is: reported` needs `values`
 --> claims.yaml:2:5
  |
2 | - { of: "fit[svm].accuracy", is: reported, value: 0.98 }
  |     ^^
  |
help: give the numbers: `values: [0.90, 0.95]`

error: `value` looks like a misspelling of `values`
 --> claims.yaml:2:44
  |
2 | - { of: "fit[svm].accuracy", is: reported, value: 0.98 }
  |                                            ^^^^^
  |
help: give a key of your own a name that is less like it

error: `is: above` needs `than`
 --> claims.yaml:3:5
  |
3 | - { of: "fit[svm].accuracy", is: above, thna: "fit[tree].accuracy" }
  |     ^^
  |
help: say what it is compared with: `than: "fit[forest].accuracy"`

error: `thna` looks like a misspelling of `than`
 --> claims.yaml:3:41
  |
3 | - { of: "fit[svm].accuracy", is: above, thna: "fit[tree].accuracy" }
  |                                         ^^^^
  |
help: give a key of your own a name that is less like it

error: `repaets` looks like a misspelling of `repeats`
 --> claims.yaml:4:43
  |
4 | - { of: "fit[svm].accuracy", is: highest, repaets: 2 }
  |                                           ^^^^^^^
  |
help: give a key of your own a name that is less like it

error: a key of your own can't be called `reading`
 --> claims.yaml:5:43
  |
5 | - { of: "fit[svm].accuracy", is: highest, reading: x }
  |                                           ^^^^^^^
  |
help: templates choose a reading of a claim by that name

error: `section` must be a text or a list of texts, not a map
 --> claims.yaml:6:52
  |
6 | - { of: "fit[svm].accuracy", is: highest, section: { a: b } }
  |                                                    ^^^^^^^^

"#]]
    );
}

#[test]
fn what_a_relation_lacks_and_what_says_nothing_beside_it_is_reported() {
    let text = r#"
- "svm is best"
- { of: "fit[svm].accuracy" }
- { is: above, than: 0 }
- { of: "fit[svm].accuracy", is: abvoe, than: 0 }
- { of: "fit[svm].accuracy", is: best }
- { of: "fit[svm].accuracy", is: above }
- { of: "fit[svm].accuracy", is: highest, values: 0.9, within: 0.1, runs: max }
- { of: "fit[svm].loss", is: near_zero }
- { of: "fit[svm].loss", is: near_zero, within: -1 }
- { of: ["fit[svm].loss"], is: monotone }
- { of: ["fit[svm].loss", "fit[tree].loss"], is: above, than: 0 }
- { of: "fit[svm].loss", is: above, than: 0.9 }
- { of: "fit[svm].loss", is: above, than: { stated: 0.9 } }
- { of: "fit[svm].loss", is: above, than: { stated: x, by: us, on: now } }
- { of: "fit[svm].loss", is: above, than: [] }
- { of: "fit[svm].loss", is: above, than: 0, says: 3 }
"#;
    assert_data_eq!(
        mistakes(text),
        str![[r#"
error: a claim must be a map, not the text `svm is best`
 --> claims.yaml:2:3
  |
2 | - "svm is best"
  |   ^^^^^^^^^^^^^
  |
help: write `- { of: "fit[svm].accuracy", is: above, than: "fit[forest].accuracy" }`

error: a claim doesn't say what it claims: it has no `is`
 --> claims.yaml:3:5
  |
3 | - { of: "fit[svm].accuracy" }
  |     ^^
  |
help: write `is:` with one of `above`, `below`, `between`, `same`, `highest`, `lowest`, `near_zero`, `reported`, `monotone`

error: a claim doesn't say what it is about: it has no `of`
 --> claims.yaml:4:5
  |
4 | - { is: above, than: 0 }
  |     ^^
  |
help: name a measure of a stage: `of: "fit[svm].accuracy"`

error: no claim is `abvoe`
 --> claims.yaml:5:34
  |
5 | - { of: "fit[svm].accuracy", is: abvoe, than: 0 }
  |                                  ^^^^^
  |
help: `above` exists

error: no claim is `best`
 --> claims.yaml:6:34
  |
6 | - { of: "fit[svm].accuracy", is: best }
  |                                  ^^^^
  |
help: write one of `above`, `below`, `between`, `same`, `highest`, `lowest`, `near_zero`, `reported`, `monotone`

error: `is: above` needs `than`
 --> claims.yaml:7:5
  |
7 | - { of: "fit[svm].accuracy", is: above }
  |     ^^
  |
help: say what it is compared with: `than: "fit[forest].accuracy"`

error: `values` says nothing beside `is: highest`
 --> claims.yaml:8:43
  |
8 | - { of: "fit[svm].accuracy", is: highest, values: 0.9, within: 0.1, runs: max }
  |                                           ^^^^^^
  |
help: it goes with `between`, `reported`

error: `within` says nothing beside `is: highest`
 --> claims.yaml:8:56
  |
8 | - { of: "fit[svm].accuracy", is: highest, values: 0.9, within: 0.1, runs: max }
  |                                                        ^^^^^^
  |
help: it goes with `same`, `near_zero`, `reported`

error: `runs` says nothing beside `is: highest`
 --> claims.yaml:8:69
  |
8 | - { of: "fit[svm].accuracy", is: highest, values: 0.9, within: 0.1, runs: max }
  |                                                                     ^^^^
  |
help: it goes with `reported`

error: `is: near_zero` needs `within`
 --> claims.yaml:9:5
  |
9 | - { of: "fit[svm].loss", is: near_zero }
  |     ^^
  |
help: say how near: `within: 0.05`

error: `within` must be 0 or more, not `-1`
  --> claims.yaml:10:49
   |
10 | - { of: "fit[svm].loss", is: near_zero, within: -1 }
   |                                                 ^^

error: `is: monotone` needs several measures in `of`
  --> claims.yaml:11:9
   |
11 | - { of: ["fit[svm].loss"], is: monotone }
   |         ^^^^^^^^^^^^^^^^^
   |
help: list measures from the lowest to the highest: `of: ["fit[small].loss", "fit[large].loss"]`

error: `of` must be one measure, not a list
  --> claims.yaml:12:9
   |
12 | - { of: ["fit[svm].loss", "fit[tree].loss"], is: above, than: 0 }
   |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
   |
help: write a claim for each of them; only `is: monotone` takes a list

error: nobody is named who states `0.9`
  --> claims.yaml:13:43
   |
13 | - { of: "fit[svm].loss", is: above, than: 0.9 }
   |                                           ^^^
   |
help: say who does: `than: { stated: "0.9", by: "the assignment" }`

error: a stated number has no `by`
  --> claims.yaml:14:43
   |
14 | - { of: "fit[svm].loss", is: above, than: { stated: 0.9 } }
   |                                           ^^^^^^^^^^^^^^^
   |
help: write `{ stated: "90 %", by: "the assignment" }`

error: `stated` must be a number, not the text `x`
  --> claims.yaml:15:53
   |
15 | - { of: "fit[svm].loss", is: above, than: { stated: x, by: us, on: now } }
   |                                                     ^
   |
help: write it as the source prints it: `0.91`, `"90 %"`

error: a stated number has no field `on`
  --> claims.yaml:15:64
   |
15 | - { of: "fit[svm].loss", is: above, than: { stated: x, by: us, on: now } }
   |                                                                ^^
   |
help: its fields are `stated`, `by`

error: `than` names nothing to compare with
  --> claims.yaml:16:43
   |
16 | - { of: "fit[svm].loss", is: above, than: [] }
   |                                           ^^

error: `says` must be a text, not `3`
  --> claims.yaml:17:52
   |
17 | - { of: "fit[svm].loss", is: above, than: 0, says: 3 }
   |                                                    ^
   |
help: put it in quotes: `"3"`

"#]]
    );
}

#[test]
fn numbers_that_can_t_be_meant_are_reported() {
    let text = r#"
- { of: "fit[svm].accuracy", is: reported, values: 98 }
- { of: "fit[svm].accuracy", is: above, than: { stated: 90, by: "the assignment" } }
- { of: "fit[svm].loss", is: reported, values: [0.1, 0.2] }
- { of: "fit[svm].loss", is: reported, values: [0.1, 0.2], runs: max }
- { of: "fit[svm].loss", is: reported, values: [0.2, 0.1], runs: range }
- { of: "fit[svm].loss", is: reported, values: 0.2, runs: range }
- { of: "fit[svm].loss", is: reported, values: 0.2, runs: three }
- { of: "fit[svm].loss", is: reported, values: [] }
- { of: "fit[svm].loss", is: reported, values: [many, 0x10, 1e999, .nan] }
- { of: "fit[svm].loss", is: between, values: [3, 2, 1] }
- { of: "fit[svm].loss", is: between, values: [3, 2] }
- { of: "fit[svm].loss", is: above, than: 0, repeats: 0 }
"#;
    assert_data_eq!(
        mistakes(text),
        str![[r#"
error: `98` is not from 0 to 1, as this measure is
 --> claims.yaml:2:52
  |
2 | - { of: "fit[svm].accuracy", is: reported, values: 98 }
  |                                                    ^^
  |
help: write a percentage with its sign: `"98 %"`

error: `90` is not from 0 to 1, as this measure is
 --> claims.yaml:3:57
  |
3 | - { of: "fit[svm].accuracy", is: above, than: { stated: 90, by: "the assignment" } }
  |                                                         ^^
  |
help: write a percentage with its sign: `"90 %"`

error: several numbers, and no `runs` that says of what
 --> claims.yaml:4:48
  |
4 | - { of: "fit[svm].loss", is: reported, values: [0.1, 0.2] }
  |                                                ^^^^^^^^^^
  |
help: write `runs: each` for a number of each run, `runs: range` for the lowest and the highest

error: `runs: max` takes one number
 --> claims.yaml:5:48
  |
5 | - { of: "fit[svm].loss", is: reported, values: [0.1, 0.2], runs: max }
  |                                                ^^^^^^^^^^
  |
help: write `runs: each` for a number of each run, `runs: range` for the lowest and the highest

error: `0.2` is not below `0.1`
 --> claims.yaml:6:48
  |
6 | - { of: "fit[svm].loss", is: reported, values: [0.2, 0.1], runs: range }
  |                                                ^^^^^^^^^^
  |
help: write the lower number first

error: `runs: range` takes the lowest and the highest number
 --> claims.yaml:7:48
  |
7 | - { of: "fit[svm].loss", is: reported, values: 0.2, runs: range }
  |                                                ^^^

error: `three` does not say which runs are meant
 --> claims.yaml:8:59
  |
8 | - { of: "fit[svm].loss", is: reported, values: 0.2, runs: three }
  |                                                           ^^^^^
  |
help: write one of `single`, `each`, `range`, `max`

error: `values` has no number
 --> claims.yaml:9:48
  |
9 | - { of: "fit[svm].loss", is: reported, values: [] }
  |                                                ^^

error: each of `values` must be a number, not the text `many`
  --> claims.yaml:10:49
   |
10 | - { of: "fit[svm].loss", is: reported, values: [many, 0x10, 1e999, .nan] }
   |                                                 ^^^^
   |
help: write it as the source prints it: `0.91`, `"90 %"`

error: each of `values` must be a number, not `0x10`
  --> claims.yaml:10:55
   |
10 | - { of: "fit[svm].loss", is: reported, values: [many, 0x10, 1e999, .nan] }
   |                                                       ^^^^
   |
help: write it as the source prints it: `0.91`, `"90 %"`

error: each of `values` must be a number, not the text `1e999`
  --> claims.yaml:10:61
   |
10 | - { of: "fit[svm].loss", is: reported, values: [many, 0x10, 1e999, .nan] }
   |                                                             ^^^^^
   |
help: write it as the source prints it: `0.91`, `"90 %"`

error: each of `values` must be a number, not `.nan`
  --> claims.yaml:10:68
   |
10 | - { of: "fit[svm].loss", is: reported, values: [many, 0x10, 1e999, .nan] }
   |                                                                    ^^^^
   |
help: write it as the source prints it: `0.91`, `"90 %"`

error: `between` takes two numbers
  --> claims.yaml:11:47
   |
11 | - { of: "fit[svm].loss", is: between, values: [3, 2, 1] }
   |                                               ^^^^^^^^^

error: `3` is not below `2`
  --> claims.yaml:12:47
   |
12 | - { of: "fit[svm].loss", is: between, values: [3, 2] }
   |                                               ^^^^^^
   |
help: write the lower number first

error: `repeats` must be a whole number from 1 on, not `0`
  --> claims.yaml:13:55
   |
13 | - { of: "fit[svm].loss", is: above, than: 0, repeats: 0 }
   |                                                       ^
   |
help: it says in how many of the repeats the claim is so, at least: `repeats: 2`

"#]]
    );
}

#[test]
fn readings_that_do_not_fit_together_are_reported() {
    let text = r#"
- { of: { planned: "fit[svm].loss", done: "fit[tree].loss" }, is: above, than: { planed: "fit[svm].loss" } }
- { of: { planned: "fit[svm].loss" }, is: above, than: 0, applies: [done] }
- { of: "fit[svm].loss", is: above, than: 0, applies: done }
- { of: {}, is: highest }
- { of: { planned: "fit[svm].los", done: "fit[tree].loss" }, is: above, than: "fit[svn].loss" }
"#;
    assert_data_eq!(
        mistakes(text),
        str![[r#"
error: `than` has no reading `planned`
 --> claims.yaml:2:11
  |
2 | - { of: { planned: "fit[svm].loss", done: "fit[tree].loss" }, is: above, than: { planed: "fit[svm].loss" } }
  |           ^^^^^^^
  |
help: a reading named `planed` exists

error: `than` has no reading `done`
 --> claims.yaml:2:37
  |
2 | - { of: { planned: "fit[svm].loss", done: "fit[tree].loss" }, is: above, than: { planed: "fit[svm].loss" } }
  |                                     ^^^^
  |
help: its readings are `planed`

error: `of` has no reading `planed`
 --> claims.yaml:2:82
  |
2 | - { of: { planned: "fit[svm].loss", done: "fit[tree].loss" }, is: above, than: { planed: "fit[svm].loss" } }
  |                                                                                  ^^^^^^
  |
help: a reading named `planned` exists

error: this claim has no reading `done`
 --> claims.yaml:3:69
  |
3 | - { of: { planned: "fit[svm].loss" }, is: above, than: 0, applies: [done] }
  |                                                                     ^^^^
  |
help: its readings are `planned`

error: `applies` chooses among readings, and this claim has one
 --> claims.yaml:4:55
  |
4 | - { of: "fit[svm].loss", is: above, than: 0, applies: done }
  |                                                       ^^^^
  |
help: give them names: `of: { as planned: A, as done: B }`

error: a map of readings without a reading
 --> claims.yaml:5:3
  |
5 | - { of: {}, is: highest }
  |   ^^^^^^^^^^^^^^^^^^^^^^^

error: stage `fit` has no measure `los`
 --> claims.yaml:6:20
  |
6 | - { of: { planned: "fit[svm].los", done: "fit[tree].loss" }, is: above, than: "fit[svn].loss" }
  |                    ^^^^^^^^^^^^^^
  |
help: a measure named `loss` exists

error: stage `fit` has no run at `svn`
 --> claims.yaml:6:79
  |
6 | - { of: { planned: "fit[svm].los", done: "fit[tree].loss" }, is: above, than: "fit[svn].loss" }
  |                                                                               ^^^^^^^^^^^^^^^
  |
help: one named `svm` exists

"#]]
    );
}

#[test]
fn a_claim_has_a_bounded_number_of_readings() {
    let readings: Vec<String> = (0..21).map(|at| format!("r{at}: \"fit[svm].loss\"")).collect();
    let text = format!("- is: above\n  than: 0\n  of: {{ {} }}\n", readings.join(", "));
    assert_data_eq!(
        mistakes(&text),
        str![[r#"
error: a claim has at most 20 readings, and this one 21
 --> claims.yaml:1:3
  |
1 | - is: above
  |   ^^^^^^^^^
  |
help: write several claims

"#]]
    );
}

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
