//! Names in a claim that the pipeline does not have.

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
