//! Mistakes, each at its expression.

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::*;

fn all(templates: &[&str]) -> String {
    templates.iter().map(|template| refused(template)).collect::<Vec<_>>().join("\n")
}

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
        all(&templates),
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

error: `fit[svm]/metrics.json#/test/accuracy` stands in a text without a format: say how it is printed, `| fixed(3)`
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
        all(&templates),
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
        all(&templates),
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
        all(&templates),
        str![[r#"
error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` stands in code, where it can't be a link
 --> report/penguins.md:1:7
  |
1 | text `0.98 (0.97–0.98)`
  |       ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` stands in code, where it can't be a link
 --> report/penguins.md:3:5
  |
3 |     0.98 (0.97–0.98)
  |     ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` stands within a link or an image, where it can't be a link
 --> report/penguins.md:1:9
  |
1 | a [link 0.98 (0.97–0.98)](x.md)
  |         ^^^^^^^^^^^^^^^^

error: `0.98 (0.97–0.98)` of `fit[svm]/metrics.json#/test/accuracy` stands in a tag of HTML, where it can't be a link
 --> report/penguins.md:1:11
  |
1 | <b title="0.98 (0.97–0.98)">x</b>
  |           ^^^^^^^^^^^^^^^^

error: `fit[svm]/metrics.json#/test/accuracy` stands in a text without a format: say how it is printed, `| fixed(3)`
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
fn an_endless_template_and_a_long_report_are_refused() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ title }}{% endfor %}{% endfor %}";
    let long = "{% for a in range(99) %}{% for b in range(99) %}{{ title }} and so on and on and so on and on and on\n\n{% endfor %}{% endfor %}";
    assert_data_eq!(
        all(&[endless, long]),
        str![[r#"
error: the templates take more work than a report may
 --> penguins.md.j2:1:56
  |
1 | {% for a in range(9999) %}{% for b in range(9999) %}{{ title }}{% endfor %}{% endfor %}
  |                                                        ^^^^^
  |
help: look for a loop that goes on and on, here or around it

error: the report is 622 KiB long, and hosts show 512 KiB
--> report/penguins.md
 |
help: say less, or make two reports of it: a pipeline may have several stages of kind `render`

"#]]
    );
    let inputs = inputs("{% for a in range(9999) %}{{ title }}{% endfor %}");
    inputs.stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let stopped = render(&inputs).expect_err("it is to stop").diagnostics.to_string();
    assert!(stopped.starts_with("error: stopped on request"), "{stopped}");
}

#[test]
fn a_macro_that_calls_itself_without_end_is_refused() {
    let refused = refused("{% macro a(x) %}{{ a(x) }}{% endmacro %}{{ a(fit) }}");
    assert!(refused.starts_with("error: "), "{refused}");
}

/// Parts of expressions, right ones and wrong ones.
const PARTS: [&str; 34] = [
    "fit",
    "check",
    "(\"svm\")",
    "[\"svm\"]",
    "[\"no\"]",
    ".accuracy",
    ".score",
    ".over(\"variant\")",
    ".each(\"seed\")",
    ".of(\"check\")",
    ".at(\"metrics.json#/x\")",
    ".params",
    ".C",
    ".mean",
    ".n",
    ".sd",
    ".first",
    ".rivals",
    ".names",
    " | fixed(3)",
    " | percent(1)",
    " | whole",
    " | seconds",
    " | say(\"{a}\", \"{by}\", \"{x} {y}\")",
    " | stated(\"us\")",
    "compare(fit(\"svm\").accuracy, \"1\" | stated(\"us\"))",
    "best(fit, by=\"accuracy\")",
    "table(fit.over(\"variant\"), [\"params.C\", \"accuracy\"])",
    "count(fit)",
    "claims()",
    "tally()",
    " | upper",
    " | join",
    " ~ \"`[|\" ~ ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_template_panics(
        expressions in prop::collection::vec(prop::collection::vec(0..PARTS.len(), 1..6), 1..5),
        between in "[ `|#*\\[\\]<>a\u{f0000}\n-]{0,6}",
    ) {
        let expressions = expressions.iter().map(|parts| parts.iter().map(|at| PARTS[*at]).collect::<String>());
        let template: String = expressions.map(|expression| format!("{between}{{{{ {expression} }}}}{between}")).collect();
        let evidence = Evidence::invented(Arc::clone(inputs("").evidence.pipeline()));
        let forced = ReportInputs { evidence, forced: Some(Relation::Higher), ..inputs(&template) };
        for inputs in [inputs(&template), forced] {
            if let Err(refused) = render(&inputs) {
                prop_assert!(!refused.diagnostics.is_empty());
            }
        }
    }
}

#[test]
fn a_mistake_within_a_macro_is_told_where_it_is_made() {
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
