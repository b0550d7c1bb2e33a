//! Values without a format, names that do not exist and citations that can be no link, each at its place.

use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn what_has_no_format_or_no_source_is_refused_at_the_expression() {
    let templates = [
        "text\n{{ fit[\"svm\"].accuracy }}",
        "{{ fit }}",
        "{{ fit.over(\"variant\") }}",
        "{{ compare(fit[\"svm\"].accuracy, fit[\"twin\"].accuracy) }}",
        "{{ 3 + 4 }}",
        "{{ best(fit, by=\"accuracy\") }}",
        "{{ fit[\"svm\"].params }}",
        "{{ [fit[\"svm\"].accuracy] | join }}",
        "{{ fit[\"svm\"].seconds | seconds }}",
    ];
    assert_data_eq!(
        all_refused(&templates),
        str![[r#"
error: `fit[svm]/metrics.json#/test/accuracy` is printed without a format
 --> penguins.md.j2:2:4
  |
2 | {{ fit["svm"].accuracy }}
  |    ^^^^^^^^^^^^^^^^^^^
  |
help: say how: `| fixed(3)`, `percent(1)`, `whole`, `significant(2)` or `seconds`

error: runs of a stage can't be printed
 --> penguins.md.j2:1:4
  |
1 | {{ fit }}
  |    ^^^
  |
help: print a measure of them with a format, `.MEASURE | fixed(3)`, their `.name`, or a `table`

error: runs of a stage can't be printed
 --> penguins.md.j2:1:4
  |
1 | {{ fit.over("variant") }}
  |    ^^^^^^^^^^^^^^^^^^^
  |
help: print a measure of them with a format, `.MEASURE | fixed(3)`, their `.name`, or a `table`

error: a comparison needs words
 --> penguins.md.j2:1:4
  |
1 | {{ compare(fit["svm"].accuracy, fit["twin"].accuracy) }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: say what is printed when it is above, below, or neither: `| say("…", "…", "…")`

error: `7` is a number without a source
 --> penguins.md.j2:1:4
  |
1 | {{ 3 + 4 }}
  |    ^^^^^
  |
help: cite a measure, count with `count(…)`, or say whose number it is with `| stated("…")`

error: a ranking can't be printed
 --> penguins.md.j2:1:4
  |
1 | {{ best(fit, by="accuracy") }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: print something of its `.first`, `.rivals`, `.rest` or `.incomplete`

error: all settings can't be printed at once
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].params }}
  |    ^^^^^^^^^^^^^^^^^
  |
help: name one: `.params.NAME`

error: `fit[svm]/metrics.json#/test/accuracy` is in a text without a format: say how it is printed, `| fixed(3)`
 --> report/penguins.md:1:1
  |
1 | …
  | ^

error: `fit[svm]/metrics.json#/seconds` is only observed, and a report is to be the same on every machine
 --> penguins.md.j2:1:25
  |
1 | {{ fit["svm"].seconds | seconds }}
  |                         ^^^^^^^

"#]]
    );
}

#[test]
fn names_that_do_not_exist_are_refused_with_what_there_is() {
    let templates = [
        "{{ fit.accuracy | fixed(3) }}",
        "{{ fit[\"svn\"].accuracy | fixed(3) }}",
        "{{ fit[\"svm\"].acuracy | fixed(3) }}",
        "{{ fit(fold=1).accuracy | fixed(3) }}",
        "{{ fit[\"svm\"].accuracy.avg | fixed(2) }}",
        "{{ fit[\"svm\"].params.D }}",
        "{{ fit[\"forest\"].params.C }}",
        "{{ fit.params.C }}",
        "{{ fit[\"svm\"].of(\"fti\").accuracy | fixed(2) }}",
        "{{ fit[\"svm\"].at(\"metrics.json\") | fixed(2) }}",
        "{{ data.source.gaol }}",
        "{{ figure(\"acuracy\") }}",
        "{{ figure(\"twice\") }}",
        "{{ fti }}",
    ];
    assert_data_eq!(
        all_refused(&templates),
        str![[r#"
error: `fit` leaves the coordinate `variant` open: name its value, `(variant="svm")`, go through all with `.over("variant")`, or list it under `repeats` of stage `fit`
 --> penguins.md.j2:1:4
  |
1 | {{ fit.accuracy | fixed(3) }}
  |    ^^^^^^^^^^^^

error: `fit` has no run at `svn`: one named `svm` exists
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svn"].accuracy | fixed(3) }}
  |    ^^^^^^^^^^

error: stage `fit` has no measure `acuracy`: a measure named `accuracy` exists
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].acuracy | fixed(3) }}
  |    ^^^^^^^^^^^^^^^^^^

error: stage `fit` isn't repeated over `fold`: its coordinates are `variant`, `seed`
 --> penguins.md.j2:1:4
  |
1 | {{ fit(fold=1).accuracy | fixed(3) }}
  |    ^^^^^^^^^^^

error: a number has no `avg`
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].accuracy.avg | fixed(2) }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^
  |
help: it has `mean`, `sd`, `min`, `max`, `median` and `n`

error: stage `fit` has no parameter `D`: its parameters are `C`, `model`, `test_size`
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].params.D }}
  |    ^^^^^^^^^^^^^^^^^^^

error: `fit["forest"].params.C` has no value
 --> penguins.md.j2:1:4
  |
1 | {{ fit["forest"].params.C }}
  |    ^^^^^^^^^^^^^^^^^^^^^^
  |
help: where it may be missing, say what is printed instead: `| default("–")`, or ask `is defined`

error: `fit.params.C` differs between variants: name one, `(variant="svm")`
 --> penguins.md.j2:1:4
  |
1 | {{ fit.params.C }}
  |    ^^^^^^^^^^^^

error: no stage is named `fti`: a stage named `fit` exists
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].of("fti").accuracy | fixed(2) }}
  |    ^^^^^^^^^^^^^^^^^^^^

error: `metrics.json` says no place in a file: expected `FILE#/NAME`
 --> penguins.md.j2:1:4
  |
1 | {{ fit["svm"].at("metrics.json") | fixed(2) }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

error: `data.source.gaol` has no value
 --> penguins.md.j2:1:4
  |
1 | {{ data.source.gaol }}
  |    ^^^^^^^^^^^^^^^^
  |
help: where it may be missing, say what is printed instead: `| default("–")`, or ask `is defined`

error: no figure is named `acuracy`: a figure named `accuracy` exists
 --> penguins.md.j2:1:4
  |
1 | {{ figure("acuracy") }}
  |    ^^^^^^^^^^^^^^^^^

error: the stages `plot` and `draw` both have a figure `twice`: say which, `figure("plot/twice")`
 --> penguins.md.j2:1:4
  |
1 | {{ figure("twice") }}
  |    ^^^^^^^^^^^^^^^

error: `fti` has no value
 --> penguins.md.j2:1:4
  |
1 | {{ fti }}
  |    ^^^
  |
help: where it may be missing, say what is printed instead: `| default("–")`, or ask `is defined`

"#]]
    );
}

#[test]
fn a_citation_where_no_link_can_be_is_refused_with_its_line() {
    let templates = [
        "text `{{ fit[\"svm\"].accuracy | fixed(2) }}`",
        "text\n\n    {{ fit[\"svm\"].accuracy | fixed(2) }}\n",
        "a [link {{ fit[\"svm\"].accuracy | fixed(2) }}](x.md)",
        "<b title=\"{{ fit[\"svm\"].accuracy | fixed(2) }}\">x</b>",
        "{{ \"C: \" ~ fit[\"svm\"].accuracy }}",
        "{{ (fit[\"svm\"].accuracy | fixed(2))[:3] }}",
    ];
    assert_data_eq!(
        all_refused(&templates),
        str![[r#"
error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` is in code, where it can't be a link
 --> report/penguins.md:1:7
  |
1 | text `0.98 (0.97–0.98)`
  |       ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` is in code, where it can't be a link
 --> report/penguins.md:3:5
  |
3 |     0.98 (0.97–0.98)
  |     ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` is within a link or an image, where it can't be a link
 --> report/penguins.md:1:9
  |
1 | a [link 0.98 (0.97–0.98)](x.md)
  |         ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` is in a tag of HTML, where it can't be a link
 --> report/penguins.md:1:11
  |
1 | <b title="0.98 (0.97–0.98)">x</b>
  |           ^^^^^^^^^^^^^^^^

error: `fit[svm]/metrics.json#/test/accuracy` is in a text without a format: say how it is printed, `| fixed(3)`
 --> report/penguins.md:1:4
  |
1 | C: …
  |    ^

error: a filter cut a citation apart, or a text has one of two private letters that stand for citations
 --> report/penguins.md:1:1
  |
1 | …75
  | ^

"#]]
    );
}

#[test]
fn a_mistake_within_a_macro_is_reported_where_it_is_made() {
    assert_data_eq!(
        refused(
            "{% macro row(run) %}\n{{ run.acuracy | fixed(2) }}\n{% endmacro %}\ntext\n{{ row(fit[\"svm\"]) }}"
        ),
        str![[r#"
error: stage `fit` has no measure `acuracy`: a measure named `accuracy` exists
 --> penguins.md.j2:2:4
  |
2 | {{ run.acuracy | fixed(2) }}
  |    ^^^^^^^^^^^

"#]]
    );
}
