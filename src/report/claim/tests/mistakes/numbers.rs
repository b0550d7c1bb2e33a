//! Numbers of a claim that can not be meant.

use snapbox::{assert_data_eq, str};

use super::*;

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
