//! Wrong arguments of functions and filters, each at its expression.

use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn wrong_arguments_are_refused() {
    let templates = [
        "{{ fit[\"svm\"] | fixed(3) }}",
        "{{ fit[\"svm\"].accuracy | fixed(99) }}",
        "{{ fit[\"svm\"].accuracy | whole(1) }}",
        "{{ compare(fit[\"svm\"].accuracy | fixed(3), fit[\"twin\"].accuracy) | say(\"a\", \"b\", \"c\") }}",
        "{{ compare(fit[\"svm\"].accuracy, 0.9) | say(\"a\", \"b\", \"c\") }}",
        "{{ compare(fit[\"svm\"].accuracy, fit[\"twin\"].accuracy) | say(\"a\", \"b\") }}",
        "{{ compare(fit[\"svm\"].accuracy, fit[\"twin\"].accuracy) | say(\"a\", \"b\", \"{c}\") }}",
        "{{ best(fit) }}",
        "{{ best(fit, by=\"weights\").first.name }}",
        "{{ \"90 %\" | stated }}",
        "{{ claims(section=\"9\") }}",
        "{{ verdict(section=\"3\", reading=\"as don\") }}",
        "{{ table(fit.over(\"variant\"), \"accuracy\") }}",
        "{{ difference(fit[\"svm\"].accuracy, fit[\"svm\"].params.model) | fixed(2) }}",
    ];
    assert_data_eq!(
        all_refused(&templates),
        str![[r#"
error: `fixed` takes a number, and this is runs of a stage
 --> penguins.md.j2:1:17
  |
1 | {{ fit["svm"] | fixed(3) }}
  |                 ^^^^^^^^
  |
help: name a measure of the runs, `.MEASURE`

error: `fixed` prints at most 12 digits
 --> penguins.md.j2:1:26
  |
1 | {{ fit["svm"].accuracy | fixed(99) }}
  |                          ^^^^^^^^^

error: `whole` takes no digits
 --> penguins.md.j2:1:26
  |
1 | {{ fit["svm"].accuracy | whole(1) }}
  |                          ^^^^^^^^

error: `compare` takes a number, and this is a text that is formatted
 --> penguins.md.j2:1:4
  |
1 | {{ compare(fit["svm"].accuracy | fixed(3), fit["twin"].accuracy) | say("a", "b", "c") }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: leave the format away: it makes a text of a number

error: `compare` takes a number, and this is the number 0.9
 --> penguins.md.j2:1:4
  |
1 | {{ compare(fit["svm"].accuracy, 0.9) | say("a", "b", "c") }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: give it a measure, such as `fit["svm"].accuracy`

error: `say` takes three texts, found 2
 --> penguins.md.j2:1:57
  |
1 | {{ compare(fit["svm"].accuracy, fit["twin"].accuracy) | say("a", "b") }}
  |                                                         ^^^^^^^^^^^^^
  |
help: one for when the first is above, one for below, one for neither; a fourth for the same runs

error: `{c}` stands for nothing: there are `{a}`, `{b}`, `{by}`, `{x}` and `{y}`
 --> penguins.md.j2:1:57
  |
1 | {{ compare(fit["svm"].accuracy, fit["twin"].accuracy) | say("a", "b", "{c}") }}
  |                                                         ^^^^^^^^^^^^^^^^^^^^

error: `best` doesn't say by what
 --> penguins.md.j2:1:4
  |
1 | {{ best(fit) }}
  |    ^^^^^^^^^
  |
help: name a measure: `best(fit, by="accuracy")`

error: nothing says which values of `weights` are better
 --> penguins.md.j2:1:4
  |
1 | {{ best(fit, by="weights").first.name }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^
  |
help: say it where the measure is declared: `better: higher`

error: `stated` doesn't say by whom
 --> penguins.md.j2:1:13
  |
1 | {{ "90 %" | stated }}
  |             ^^^^^^
  |
help: name who states it: `| stated("the assignment")`

error: no claim has `section: 9`: there are `2`, `3`, `4`
 --> penguins.md.j2:1:4
  |
1 | {{ claims(section="9") }}
  |    ^^^^^^^^^^^^^^^^^^^

error: the claim in line 4 has no reading `as don`: a reading named `as done` exists
 --> penguins.md.j2:1:4
  |
1 | {{ verdict(section="3", reading="as don") }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `table` takes a list of columns
 --> penguins.md.j2:1:4
  |
1 | {{ table(fit.over("variant"), "accuracy") }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: name them: `table(fit.over("variant"), ["params.C", "accuracy"])`

error: `difference` takes a number, and this is the text `svm`
 --> penguins.md.j2:1:4
  |
1 | {{ difference(fit["svm"].accuracy, fit["svm"].params.model) | fixed(2) }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: a text is a number only as somebody's: `"90 %" | stated("the assignment")`

"#]]
    );
}
