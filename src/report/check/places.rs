//! Whole checks of several templates: what is reported where, what is used, and what hostile templates do.

use proptest::prelude::*;
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use snapbox::{assert_data_eq, str};

use super::corpus::Fixture;
use super::{Project, check_title};

#[test]
fn every_mistake_is_reported_at_its_place_in_its_file() {
    let text = "# Report\n\nThe best is at 98.2 %.\n\n{% include \"parts/rest.md\" %}\n{{ fti.accuracy | fixed(1) }}\n";
    let rest =
        "| model | n |\n|---|---|\n| svm | 12 |\n\nIt {{ fit.avg | fixed(2) }}{% if fit %}.{% endif %}\n";
    assert_data_eq!(
        Fixture::new().check_with(text, &[("parts/rest.md", rest)]).diagnostics.to_string(),
        str![[r#"
error: `12` is a number without a source
 --> parts/rest.md:3:9
  |
3 | | svm | 12 |
  |         ^^
  |
help: cite it: `{{ STAGE.MEASURE | fixed(3) }}`; or say whose it is: `{{ "12" | stated("the assignment") }}`; or, if it is part of a name, list that under `terms:`

error: stage `fit` has no measure `avg`
 --> parts/rest.md:5:7
  |
5 | It {{ fit.avg | fixed(2) }}{% if fit %}.{% endif %}
  |       ^^^^^^^
  |
help: its measures are `accuracy`, `loss`, `seconds`

error: `98.2 %` is a number without a source
 --> report.md.j2:3:16
  |
3 | The best is at 98.2 %.
  |                ^^^^^^
  |
help: cite it: `{{ STAGE.MEASURE | fixed(3) }}`; or say whose it is: `{{ "98.2 %" | stated("the assignment") }}`; or, if it is part of a name, list that under `terms:`

error: there is nothing named `fti`
 --> report.md.j2:6:4
  |
6 | {{ fti.accuracy | fixed(1) }}
  |    ^^^
  |
help: a stage named `fit` exists
"#]]
    );
}

#[test]
fn what_is_used_is_what_constants_name() {
    let text = r#"
{% import "macros.md" as macros %}{% include "part.md" %}
{{ table(fit.over("variant"), ["params.C", "loss", "survey.calls", "metrics.json#/a"], sort="accuracy") }}
{% for run in fit.over("variant") %}{{ run.of("assay").recovery | fixed(2) }} {{ figure("plot/confusion") }}{% endfor %}
{{ verdict(section="2.4") }} {{ claims(group=title) }} {{ data.source.goal }}
"#;
    let macros =
        "{% macro row(run) %}{{ run.accuracy | fixed(3) }} {{ run.at(\"m.json#/b\") | whole }}{% endmacro %}";
    let others = [("macros.md", macros), ("part.md", "Nothing."), ("unused.md", "It is 0.98.")];
    let checked = Fixture::new().check_with(text, &others);
    assert_eq!(checked.diagnostics.to_string(), "");
    assert_data_eq!(
        format!("{:?}", checked.uses).replace("}, ", "},\n"),
        str![[r#"
Uses { templates: {"macros.md", "part.md", "report.md.j2"},
stages: {"assay", "fit", "plot", "survey"},
measures: {(None, "accuracy"), (Some("assay"), "recovery"), (Some("fit"), "accuracy"), (Some("fit"), "loss"), (Some("survey"), "calls")},
addresses: {(None, "m.json#/b"), (Some("fit"), "metrics.json#/a")},
figures: {"plot/confusion"},
data: {"source"},
claims: {("group", None), ("section", Some("2.4"))},
shows_claims: true }
"#]]
    );
}

#[test]
fn templates_that_include_each_other_are_read_once() {
    let others =
        [("report.md.j2", "{% include \"a.md\" %}"), ("a.md", "A 12 {% include \"report.md.j2\" %}")];
    let checked = Fixture::new().check_with(others[0].1, &others);
    let messages: Vec<&str> = checked.diagnostics.iter().map(Diagnostic::message).collect();
    assert_eq!(messages, ["`12` is a number without a source"]);
    assert_eq!(checked.uses.templates.len(), 2);
}

#[test]
fn whole_numbers_are_legal_in_a_title_and_results_are_not() {
    let fixture = Fixture::new();
    let found = |title: &str| {
        let place = Place::new(&Source::file("pipeline.yaml", title), 0..title.len());
        check_title(title, &place, &fixture.project()).map(|mistake| mistake.message().to_owned())
    };
    for title in ["2026", "Four models", "Week 3 of 12", "CIFAR-10 by 3-layers", "Digits"] {
        assert_eq!(found(title), None);
    }
    assert_eq!(found("Digits at 98.2 %"), Some("`98.2 %` in the title has no source".to_owned()));
    assert_eq!(found("Only 98 %"), Some("`98 %` in the title has no source".to_owned()));
}

#[test]
fn a_term_that_is_only_a_number_is_refused() {
    let fixture = Fixture::new();
    let terms = Source::file("pipeline.yaml", "terms: [0.98]");
    let terms = [("0.98".to_owned(), Place::new(&terms, 8..12))];
    let mut diagnostics = Diagnostics::default();
    super::Names::of(&Project { terms: &terms, ..fixture.project() }, &mut diagnostics);
    assert_data_eq!(
        diagnostics.to_string(),
        str![[r#"
error: `0.98` is a number, and no term
 --> pipeline.yaml:1:9
  |
1 | terms: [0.98]
  |         ^^^^
  |
help: a term is a name with a number in it, such as `20 newsgroups`
"#]]
    );
}

#[test]
fn hostile_templates_are_refused_or_checked_without_a_stack_overflow() {
    let fixture = Fixture::new();
    let first = |text: String| {
        let checked = fixture.check(&text);
        checked.diagnostics.iter().next().map(|mistake| mistake.message().to_owned())
    };
    let size = 100_000;
    let of = |part: &str| part.repeat(size / part.len());
    let nested = |open: &str, close: &str, times: usize| open.repeat(times) + &close.repeat(times);
    let found = [
        of("[") + "1",
        of("{{"),
        of("`") + "1",
        of("*a ") + "1",
        of("> ") + "1",
        of("<") + "1",
        of("![a](b") + "1",
        format!("{{{{ {} }}}}", of("(")),
        format!("{{{{ fit{} }}}}", of(".a")),
        format!("{{{{ fit{} }}}}", of("|e")),
        format!("{{{{ {} 1 }}}}", of("not ")),
        format!("{{{{ fit{} }}}}", ".a".repeat(490)),
        format!("{{{{ {} fit }}}}", "not ".repeat(900)),
        format!("{{% if a %}}{}{{% endif %}}", of("{% elif a %}")),
        nested("{% if fit %}", "{% endif %}", 140),
        nested("{% if fit %}", "{% endif %}", 10_000),
        nested("{% if fit %}1{% else %}", "{% endif %}", 140),
        of("word 1. ") + "{% if a %}" + &"{% elif a %}".repeat(49) + "{% endif %}",
        of("{% if fit %}{% endif %}"),
        of("{% for a in fit %}{% if a %}b{% else %}c{% endif %}{% endfor %}"),
        "x".repeat(600 << 10),
        of("12 "),
        of("1;"),
        of("{{ title }}1 2 "),
        of("(2019;"),
        of("https://a/1 "),
        of("- ") + "1",
        of("[^1]: ") + "1",
        of("|1") + "\n" + &of("|-") + "\n",
        of("[a]: b\n") + &of("[a] 1 "),
        of("$1 "),
        of("<a "),
        of("{{ fti }}"),
        of("{{ 1 }}"),
        format!("{{{{ \"{}\" }}}}", of("12 ")),
        of("\u{e000}"),
    ]
    .map(|text| {
        let start = text.chars().take(24).collect::<String>();
        format!("{start:?}: {}", first(text).unwrap_or_else(|| "legal".to_owned()))
    });
    assert_data_eq!(
        found.join("\n"),
        str![[r#"
"[[[[[[[[[[[[[[[[[[[[[[[[": `1` is a number without a source
"{{{{{{{{{{{{{{{{{{{{{{{{": this tag has more than 1000 words and signs
"````````````````````````": legal
"*a *a *a *a *a *a *a *a ": `1` is a number without a source
"> > > > > > > > > > > > ": `1` is a number without a source
"<<<<<<<<<<<<<<<<<<<<<<<<": `1` is a number without a source
"![a](b![a](b![a](b![a](b": legal
"{{ (((((((((((((((((((((": this tag has more than 1000 words and signs
"{{ fit.a.a.a.a.a.a.a.a.a": this tag has more than 1000 words and signs
"{{ fit|e|e|e|e|e|e|e|e|e": this tag has more than 1000 words and signs
"{{ not not not not not n": this tag has more than 1000 words and signs
"{{ fit.a.a.a.a.a.a.a.a.a": stage `fit` has no measure `a`
"{{ not not not not not n": legal
"{% if a %}{% elif a %}{%": this `if` has more than 50 `elif`
"{% if fit %}{% if fit %}": the template has too many branches that exclude each other
"{% if fit %}{% if fit %}": template exceeds maximum recursion limits
"{% if fit %}1{% else %}{": the template has too many branches that exclude each other
"word 1. word 1. word 1. ": the template has too many branches that exclude each other
"{% if fit %}{% endif %}{": legal
"{% for a in fit %}{% if ": legal
"xxxxxxxxxxxxxxxxxxxxxxxx": the template is longer than 512 KiB
"12 12 12 12 12 12 12 12 ": `12` is a number without a source
"1;1;1;1;1;1;1;1;1;1;1;1;": `1` is a number without a source
"{{ title }}1 2 {{ title ": `1` touches an expression, as if both were one number
"(2019;(2019;(2019;(2019;": legal
"https://a/1 https://a/1 ": legal
"- - - - - - - - - - - - ": `1` is a number without a source
"[^1]: [^1]: [^1]: [^1]: ": `1` is a number without a source
"|1|1|1|1|1|1|1|1|1|1|1|1": `1` is a number without a source
"[a]: b/n[a]: b/n[a]: b/n[a]": `1` is a number without a source
"$1 $1 $1 $1 $1 $1 $1 $1 ": `1` is a number without a source
"<a <a <a <a <a <a <a <a ": legal
"{{ fti }}{{ fti }}{{ fti": there is nothing named `fti`
"{{ 1 }}{{ 1 }}{{ 1 }}{{ ": `1` prints a number without a source
"{{ /"12 12 12 12 12 12 12": `12` is a number without a source
"/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}/u{e000}": legal
"#]]
    );
}

/// Pieces of templates, with the digits that are to be found in each.
fn piece() -> impl Strategy<Value = (String, usize)> {
    let legal = prop::sample::select(vec![
        "Some words. ",
        "\n\n",
        "\n## 2.4 Heading\n\n",
        "\n- item ",
        "\n1. item ",
        "`code` ",
        "`x = 3` ",
        "*emphasis* ",
        "{{ fit[\"svm\"].accuracy | fixed(3) }} ",
        "{% if fit %}yes {% else %}no {% endif %} ",
        "float32 ",
        "in 2019 ",
        "{# 12 #} ",
        "section 2.4 ",
        "\n| a | b |\n|---|---|\n| c | d |\n\n",
        "[link](a/2.md) ",
        "é ",
        "$y_1$ ",
        "a</b> ",
        "{% set a %}text {% endset %} ",
        "\n> quote ",
        "**bold** ",
        "variant 64 ",
        "2.4.2 ",
    ]);
    let careless = prop::sample::select(vec![
        "is 0.98 here ",
        "**12** of ",
        "98 % of ",
        "`0.5` or ",
        "\n\n| x | 7 |\n|---|---|\n| y | z |\n\n",
        "\n\n## All 8\n\n",
        "{% if fit %}the 31 {% endif %} ",
        "[5](a.md) ",
        "{% set a %}of 77 {% endset %} ",
        "![6 of](a.svg) ",
        "_4_ ",
        "$3$ ",
    ]);
    prop_oneof![legal.prop_map(|text| (text.to_owned(), 0)), careless.prop_map(|text| (text.to_owned(), 1))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_careless_digit_is_found_wherever_it_stands(pieces in prop::collection::vec(piece(), 0..20)) {
        let text: String = pieces.iter().map(|(text, _)| text.as_str()).collect();
        let careless: usize = pieces.iter().map(|(_, count)| count).sum();
        let found = Fixture::new().check(&text).diagnostics.len();
        prop_assert_eq!(found, careless, "{}", text);
    }

    #[test]
    fn no_template_panics(
        text in "([{}%#|\"`*_$<>!\\[\\]()&;.,0-9a-zé\\n \u{e000}-]|\\{\\{|\\}\\}|\\{%|%\\}|if |endif|fit|[|] fixed|for |in |set |[.]accuracy){0,60}"
    ) {
        let checked = Fixture::new().check(&text);
        for mistake in checked.diagnostics.iter() {
            let place = mistake.place().expect("each has a place");
            prop_assert!(place.source().text().get(place.span()).is_some());
        }
        checked.diagnostics.to_string();
    }

    #[test]
    fn a_digit_that_nothing_makes_legal_is_found(before in "[a-zé*_>|!\\[\\]()&\\n -]{0,30}", after in "[a-zé*_>|!\\[\\]()&\\n -]{0,30}") {
        let text = format!("Words {before}. It is 98765.4 {after}\n");
        let found = Fixture::new().check(&text).diagnostics.iter().any(|mistake| mistake.message().contains("98765.4"));
        prop_assert!(found, "{}", text);
    }
}
