//! Keys of a claim: misspelt ones, missing ones, and ones that say nothing beside its relation.

use snapbox::{assert_data_eq, str};

use super::*;

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
