//! Mistakes in templates, and the messages they get.

use std::collections::BTreeMap;

use recount::week3::{Fault, MAIN_TEMPLATE, RenderError, Rendered, render};

use super::sweep::{SWEEP, inputs};
use super::templates;

/// Renders `main` in place of the real report's main template.
fn render_main(main: &str) -> Result<Rendered, RenderError> {
    let templates = BTreeMap::from([(MAIN_TEMPLATE.to_owned(), main.to_owned())]);
    render(&templates, &inputs(SWEEP))
}

/// Renders `main`, which must fail, and gives the message, the line and the help.
fn refusal(main: &str) -> (String, usize, Option<String>) {
    match render_main(main).expect_err("the template is wrong") {
        RenderError::Template { template, line, message, help } => {
            assert_eq!(template, MAIN_TEMPLATE);
            (message, line, help)
        }
        other => panic!("`{other}` has no place in a template"),
    }
}

#[test]
fn a_number_without_a_format_is_refused() {
    let (message, line, _) = refusal("rows:\n{{ data.rows }}\n");
    assert_eq!(line, 2);
    assert!(message.contains(
        "format the number: `| fixed(3)`, `| percent(1)`, `| whole`, `| significant(3)`, `| seconds`"
    ));
    let joined = render_main("text\n{{ \"rows \" ~ data.rows }}\n").expect_err("the measure has no format");
    assert_eq!(joined, RenderError::Unformatted { line: 2, text: "rows".to_owned() });
    let (message, line, _) = refusal("{{ sections | length }}");
    assert_eq!((message.contains("no run answers for"), line), (true, 1));
    let (message, ..) = refusal("{{ 5 | fixed(3) }}");
    assert!(message.contains("no run answers for"), "{message}");
}

#[test]
fn a_filter_refuses_a_number_of_another_sort() {
    for (template, expected) in [
        ("{{ data.length.mean | whole }}", "use `fixed`"),
        ("{{ data.rows | quoted }}", "our own"),
        ("{{ data.train | seconds }}", "times"),
        ("{{ data.valid | percent(0) }}", "shares"),
        ("{{ totals.seconds | fixed(1) }}", "use `seconds`"),
        ("{{ data.rows | parameter }}", "measured"),
        ("{{ data.source | fixed(3) }}", "not a number"),
        ("{{ none | fixed(3) }}", "`is none`"),
        ("{{ none }}", "`is none`"),
        ("{{ data }}", "not a text"),
    ] {
        let (message, ..) = refusal(template);
        assert!(message.contains(expected), "{template}: {message}");
    }
}

#[test]
fn a_template_that_goes_on_for_ever_or_grows_without_end_is_stopped() {
    let doubling =
        "{% set n = namespace(s=\"long\") %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}";
    let nested = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}";
    for template in [doubling, nested] {
        let (message, line, help) = refusal(&format!("# A\n{template}\n"));
        assert_eq!((line, message.as_str()), (2, "the templates have more to do than a report may ask for"));
        assert_eq!(
            help.as_deref(),
            Some("look for a loop without an end, or a text that grows with each turn")
        );
    }
}

#[test]
fn a_typed_quantity_is_refused_in_any_template() {
    let mut templates = templates();
    let lead = "{% extends \"section.md.j2\" %}\n{% block lead %}\nIt reaches 0.98.\n{% endblock %}\n";
    templates.insert("sections/2-4-1.md.j2".to_owned(), lead.to_owned());
    let error = render(&templates, &inputs(SWEEP)).expect_err("no run answers for it");
    assert_eq!(
        error.to_string(),
        "sections/2-4-1.md.j2:3:12: `0.98` is typed, so that nothing answers for it"
    );
    let error = render_main("It takes\nthree seeds.\n").expect_err("a count in words is one");
    assert_eq!(error.to_string(), "main.md.j2:2:1: `three` is typed, so that nothing answers for it");
    let error = render_main("At {{ \"ninety\" }}-nine of a hundred.\n").expect_err("it is one in words");
    assert!(matches!(error, RenderError::Typed { numeral, .. } if numeral == "nine"));
    let error = render_main("At {{ \"ninety\" }}.\n").expect_err("it is one in words");
    assert_eq!(
        error.to_string(),
        "line 1, column 4 of the report: nothing answers for `ninety` in `At ninety.`"
    );
}

#[test]
fn a_number_that_comes_as_a_text_is_refused_in_the_report() {
    let error = render_main("# Report\n\nIt is {{ \"0.98\" }}.\n").expect_err("no run answers for it");
    assert_eq!(
        error.to_string(),
        "line 3, column 7 of the report: nothing answers for `0.98` in `It is 0.98.`"
    );
    assert!(error.help().is_some());
    render_main("# Report\n\nAs {{ \"2.4.2\" }} did.\n").expect("it is the name of a section");
    for quantity in ["{{ \"2.4\" }}", "{{ 2.2 ~ \"\" }}", "{{ 1.1 | string }}", "{{ \"2.4\" | name }} nats"] {
        let error = render_main(&format!("The loss is {quantity}.\n")).expect_err("it reads as a number");
        assert!(matches!(error, RenderError::Orphan { line: 1, .. }), "{quantity}: {error}");
    }
    render_main("As section {{ \"2.4\" | name }} says.\n").expect("it is marked as a name");
    let (message, ..) = refusal("As {{ \"2.9\" | name }} did.\n");
    assert!(message.contains("`2.9` is the name of no variant and of no section"), "{message}");
    let code = render_main("`rows {{ data.rows | whole }}`\n").expect_err("no link can be in code");
    assert!(matches!(code, RenderError::InCode { line: 1, .. }), "{code}");
}

#[test]
fn a_number_that_the_program_decides_by_is_cited() {
    let rendered = render_main(
        "In {{ constants.level | percent(0) }} of cases, within {{ constants.same | fixed(2) }}.\n",
    )
    .expect("both are constants");
    assert!(
        rendered.markdown.starts_with("In [5][n1] % of cases, within [0.01][n2].\n"),
        "{}",
        rendered.markdown
    );
    let said = "\"constant same of recount, src/week3/constant.rs\"";
    assert!(rendered.markdown.contains(said), "{}", rendered.markdown);
    assert!(rendered.audit.to_text().contains("{\"constant\":\"same\"}"));
    let (message, ..) = refusal("{{ constants.near_zero | percent(0) }}\n");
    assert!(message.contains("shares"), "{message}");
}

#[test]
fn mistakes_in_templates_have_their_place() {
    let (message, line, help) = refusal("a\nb\n{{ titel }}\n");
    assert_eq!((message.as_str(), line), ("`titel` is not defined", 3));
    assert!(help.is_some());
    let (message, line, _) = refusal("\n{{ data.colour }}\n");
    assert_eq!((message.as_str(), line), ("`data.colour` is not defined", 2));
    let (message, line, help) = refusal("\n{{ data.rows | round_up }}\n");
    assert!(message.contains("round_up") && line == 2, "{message}");
    assert!(help.expect("it helps").contains("`fixed`"));
    let (_, line, _) = refusal("\n\n{% if %}\n");
    assert_eq!(line, 3);
    let (message, _, help) = refusal("{% include \"other.md.j2\" %}");
    assert!(message.contains("other.md.j2"), "{message}");
    assert_eq!(help.as_deref(), Some("add the file to the template folder"));
    let error = render(&BTreeMap::new(), &inputs(SWEEP)).expect_err("there is no template");
    assert_eq!(error, RenderError::NoMain { name: MAIN_TEMPLATE.to_owned() });
}

#[test]
fn a_mistake_in_an_included_template_has_its_place_there() {
    let mut templates = templates();
    let lead = "{% extends \"section.md.j2\" %}\n{% block lead %}\n{{ titel }}\n{% endblock %}\n";
    templates.insert("sections/2-4-1.md.j2".to_owned(), lead.to_owned());
    match render(&templates, &inputs(SWEEP)).expect_err("the section's template is wrong") {
        RenderError::Template { template, line, message, .. } => {
            assert_eq!((template.as_str(), line), ("sections/2-4-1.md.j2", 3));
            assert_eq!(message, "`titel` is not defined");
        }
        other => panic!("`{other}` has no place in a template"),
    }
}

#[test]
fn what_stands_beside_a_number_cannot_change_it() {
    for (around, by) in [
        ("−{{ m | whole }}", "−"),
        ("by -{{ m | whole }}", "-"),
        ("minus {{ m | whole }}", "minus"),
        ("{{ m | whole }} %", "%"),
        ("{{ m | whole }}{{ data.valid | whole }}", "the next number"),
        ("**{{ m | whole }}**{{ data.valid | whole }}", "the next number"),
        ("{{ m | whole }} {{ \"million\" }}", "million"),
    ] {
        let main = format!("{{% set m = data.train %}}\nIt is {around}.\n");
        match render_main(&main).expect_err("another number stands there") {
            RenderError::Fault { line, fault, .. } => {
                let expected = Fault::Changed { number: "2,600".to_owned(), by: by.to_owned() };
                assert_eq!((line, fault), (1, expected), "{around}");
            }
            other => panic!("{around}: {other}"),
        }
    }
    render_main("({{ data.train | whole }}–{{ data.valid | whole }}), {{ totals.seconds | seconds }}.\n")
        .expect("a range and a unit of the filter's own change nothing");
}

#[test]
fn a_picture_is_one_of_the_figures() {
    let own = "{% set figure = plot(\"accuracy\") %}\n![{{ figure.title }}]({{ figure.path }})\n";
    render_main(own).expect("it is shown under its own title");
    let error = render_main("![Accuracy of all]({{ plot(\"accuracy\").path }})\n")
        .expect_err("it is called otherwise");
    assert_eq!(
        error.to_string(),
        "the report:1:1: `Accuracy of all` is the caption of a figure that is called `Figure accuracy`"
    );
    assert!(error.help().is_some());
    for (text, path) in
        [("![a](plots/none.svg)", "plots/none.svg"), ("so ![a]", ""), ("![a](x.svg \"b\")", "x.svg \"b\"")]
    {
        let error = render_main(text).expect_err(text);
        assert!(
            matches!(&error, RenderError::Fault { line: 1, fault: Fault::NoFigure(found), .. } if found == path),
            "{error}"
        );
    }
}
