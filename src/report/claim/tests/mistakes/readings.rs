//! Readings of a claim: names that do not fit together, and too many of them.

use snapbox::{assert_data_eq, str};

use super::*;

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
