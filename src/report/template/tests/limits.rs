//! Templates without an end, reports that are too long, and random templates.

use proptest::prelude::*;
use snapbox::{assert_data_eq, str};

use super::*;

#[test]
fn an_endless_template_and_a_long_report_are_refused() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ title }}{% endfor %}{% endfor %}";
    let long = "{% for a in range(99) %}{% for b in range(99) %}{{ title }} and so on and on and so on and on and on\n\n{% endfor %}{% endfor %}";
    assert_data_eq!(
        all_refused(&[endless, long]),
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
