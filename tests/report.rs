//! The real templates and the real `source.yaml`, rendered with made-up results.

#[path = "report/sweep.rs"]
mod sweep;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount::lab::data::DataCard;
use recount::lab::history::Divergence;
use recount::report::{MAIN_TEMPLATE, RenderError, Rendered, ReportInputs, Source, render};

use sweep::{Row, SWEEP, card, inputs};

fn templates() -> BTreeMap<String, String> {
    fn gather(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("the template folder is readable") {
            let entry = entry.expect("the entry is readable");
            let name = format!("{prefix}{}", entry.file_name().to_str().expect("names are UTF-8"));
            if entry.path().is_dir() {
                gather(&entry.path(), &format!("{name}/"), found);
            } else {
                found.insert(name, fs::read_to_string(entry.path()).expect("a template is a text"));
            }
        }
    }
    let mut found = BTreeMap::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("report/template"), "", &mut found);
    found
}

fn report(inputs: &ReportInputs) -> Rendered {
    render(&templates(), inputs).unwrap_or_else(|error| panic!("{error} ({:?})", error.help()))
}

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

/// Gives the part of a report that is about `heading`, up to the next heading.
fn part<'a>(markdown: &'a str, heading: &str) -> &'a str {
    let start = markdown.find(heading).unwrap_or_else(|| panic!("no heading begins with `{heading}`"));
    let rest = &markdown[start..];
    rest[1..].find("\n#").map_or(rest, |end| &rest[..=end])
}

/// Drops what may hold digits without being a number: code, link targets, names.
fn without_names(line: &str, names: &[String]) -> String {
    let mut text = String::new();
    for (index, piece) in line.split('`').enumerate() {
        if index % 2 == 0 {
            text.push_str(piece);
        }
    }
    if let (Some(start), Some(end)) = (text.find("]("), text.rfind(')')) {
        text.replace_range(start..=end, "");
    }
    for name in names {
        text = text.replace(name.as_str(), "");
    }
    text
}

#[test]
fn every_section_of_the_document_stands_with_its_number() {
    let inputs = inputs(SWEEP);
    let markdown = report(&inputs).markdown;
    let mut place = 0;
    for section in &inputs.source.sections {
        let depth = section.number.split('.').count() + 1;
        let heading = format!("\n{} {} {}", "#".repeat(depth), section.number, section.heading);
        let found = markdown[place..].find(&heading);
        place += found.unwrap_or_else(|| panic!("`{heading}` is missing or out of order")) + heading.len();
    }
}

#[test]
fn every_numeral_answers_for_itself() {
    let inputs = inputs(SWEEP);
    let rendered = report(&inputs);
    let sections = inputs.source.sections.iter().map(|section| section.number.clone());
    let mut names: Vec<String> = inputs.variants.iter().map(|it| it.name.clone()).chain(sections).collect();
    names.extend(["SHA-256", "F1", "Summary week 3"].map(str::to_owned));
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for (index, line) in rendered.markdown.lines().enumerate() {
        let mut rest: Vec<char> = line.chars().collect();
        for citation in rendered.citations.iter().filter(|it| it.line == index + 1).rev() {
            let start = citation.column - 1;
            let cited: String = rest.drain(start..start + citation.text.chars().count()).collect();
            assert_eq!(cited, citation.text, "line {}: the citation is elsewhere", index + 1);
        }
        let rest = without_names(&rest.into_iter().collect::<String>(), &names);
        assert!(!rest.contains(|it: char| it.is_ascii_digit()), "line {}: {line}\nleft: {rest}", index + 1);
    }
}

#[test]
fn a_mean_answers_with_the_runs_it_is_made_of() {
    let rendered = report(&inputs(SWEEP));
    let (line, _) = rendered
        .markdown
        .lines()
        .enumerate()
        .find(|(_, line)| line.starts_with("| 2.4.1 |"))
        .expect("the overview has a row");
    let citation = rendered
        .citations
        .iter()
        .find(|it| it.line == line + 1 && matches!(it.measure.source, Source::Made { .. }))
        .expect("the row has a mean");
    assert_eq!(
        citation.measure.source.to_string(),
        "mean(evaluate[2.4.1,seed=1]/metrics.json#/best/accuracy; \
         evaluate[2.4.1,seed=2]/metrics.json#/best/accuracy; \
         evaluate[2.4.1,seed=3]/metrics.json#/best/accuracy)"
    );
    assert_eq!(citation.text, format!("{:.3}", citation.measure.value()));
}

#[test]
fn settings_and_figures_of_the_source_are_cited_as_such() {
    let rendered = report(&inputs(SWEEP));
    let cites = |wanted: &str, text: &str| {
        rendered.citations.iter().any(|it| it.measure.source.to_string() == wanted && it.text == text)
    };
    assert!(cites("setting hidden of 2.4.1", "32"));
    assert!(cites("the source document, section 1.8", "0.9656"));
    assert!(cites("the source document, section 2.6.2", "0.985"));
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
fn mistakes_in_templates_have_their_place() {
    let (message, line, help) = refusal("one\ntwo\n{{ titel }}\n");
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
fn prose_follows_the_numbers() {
    let sentence = |rows: &[Row]| {
        let markdown = report(&inputs(rows)).markdown;
        let section = part(&markdown, "#### 2.4.1").to_owned();
        let line = section.lines().find(|line| line.starts_with("The accuracy of the best epochs"));
        line.expect("it is compared with its parent").to_owned()
    };
    let with = |accuracy: f64| {
        let mut rows = SWEEP.to_vec();
        for row in rows.iter_mut().filter(|row| row.0 == "2.4.1") {
            row.3 = accuracy;
        }
        rows
    };
    let lower = sentence(&with(0.65));
    assert!(lower.contains("is lower than that of 2.3.1 by 0."), "{lower}");
    let higher = sentence(&with(0.95));
    assert!(higher.contains("is higher than that of 2.3.1 by 0."), "{higher}");
    let close = sentence(&with(0.911));
    assert!(close.contains("within the range of the seeds"), "{close}");
    let equal = sentence(&with(0.91));
    assert!(equal.ends_with("is identical to that of 2.3.1."), "{equal}");
}

#[test]
fn a_statement_is_borne_out_or_not_by_the_means() {
    let mut rows = SWEEP.to_vec();
    let says = "The source says that 2.6.2 is more accurate than 2.6.3.";
    let section = |rows: &[Row]| part(&report(&inputs(rows)).markdown, "#### 2.6.2").to_owned();
    let before = section(&rows);
    let line = before.lines().find(|line| line.contains(says)).expect("the statement is read");
    assert!(line.ends_with("the means agree."), "{line}");
    for row in rows.iter_mut().filter(|row| row.0 == "2.6.3") {
        row.3 = 0.99;
    }
    let after = section(&rows);
    let line = after.lines().find(|line| line.contains(says)).expect("the statement is read");
    assert!(line.ends_with("the means do not agree."), "{line}");
    let markdown = report(&inputs(&rows)).markdown;
    assert!(part(&markdown, "### Statements that").contains("2.6.2 is more accurate than 2.6.3"));
}

#[test]
fn a_figure_outside_the_range_of_the_seeds_is_a_discrepancy() {
    let markdown = report(&inputs(SWEEP)).markdown;
    let found = part(&markdown, "### Figures outside");
    assert!(found.contains("| 1.1 | 0.50–0.55 | 1.1 | 0.280 (0.276–0.284) |"), "{found}");
    assert!(found.contains("above every seed"), "{found}");
    assert!(!found.contains("| 2.4.2 |"), "its figures agree:\n{found}");
}

#[test]
fn the_same_experiment_under_two_names_is_said_to_be_one() {
    let markdown = report(&inputs(SWEEP)).markdown;
    let same = "2.3.2 is the same experiment as 1.2, 2.2 and 2.3.1: with one layer, `dropout` has no effect.";
    assert!(part(&markdown, "#### 2.3.2").contains(same));
    assert!(
        part(&markdown, "### 2.2 ").contains("2.2 is the same experiment as 1.2. They share their runs.")
    );
    assert!(!part(&markdown, "#### 2.7.1").contains("the same experiment"));
}

#[test]
fn a_change_that_the_executed_code_did_not_make_is_named() {
    let markdown = report(&inputs(SWEEP)).markdown;
    let section = part(&markdown, "### 1.3");
    assert!(section.contains("`hidden` was 64 where the text describes 256"), "{section}");
    assert!(section.contains("The change never reached the model: what ran is what had run as 1.2."));
    assert!(section.contains("| 1.3 | 1 |") && section.contains("| 1.3-as-run | 1 |"));
    assert!(!part(&markdown, "### 1.7").contains("never reached"), "its convolution did run");
}

#[test]
fn a_table_is_one_block_of_lines() {
    let markdown = report(&inputs(SWEEP)).markdown;
    let lines: Vec<&str> = markdown.lines().collect();
    for window in lines.windows(3) {
        let torn = window[0].starts_with('|') && window[1].is_empty() && window[2].starts_with('|');
        assert!(!torn, "a table is torn before `{}`", window[2]);
    }
    for (head, rule) in lines.iter().zip(&lines[1..]).filter(|(_, rule)| rule.starts_with("|---")) {
        assert_eq!(head.matches('|').count(), rule.matches('|').count(), "{head}");
    }
}

#[test]
fn only_figures_that_exist_are_shown() {
    let mut inputs = inputs(SWEEP);
    let shown = |inputs: &ReportInputs| report(inputs).markdown.matches("\n![").count();
    assert_eq!(shown(&inputs), inputs.plots.len());
    inputs.plots.retain(|plot| plot.name == "curves-2.4");
    assert_eq!(shown(&inputs), 1);
    inputs.plots.clear();
    assert_eq!(shown(&inputs), 0);
}

#[test]
fn generated_data_is_not_held_against_the_source() {
    let mut inputs = inputs(SWEEP);
    inputs.synthetic = true;
    inputs.data =
        DataCard { source: "synthetic".to_owned(), archive: None, duplicates: Vec::new(), ..card() };
    let markdown = report(&inputs).markdown;
    assert!(markdown.contains("> **Generated data.**"));
    assert!(part(&markdown, "### 1.2").contains("the comparison is not applicable"));
    for verdict in ["the means", "agrees with", "every seed of", "SHA-256", "Figures outside"] {
        assert!(!markdown.contains(verdict), "`{verdict}` compares with the source");
    }
    assert!(
        part(&markdown, "### Changes that never").contains("1.3: what ran"),
        "this does not depend on data"
    );
    assert!(markdown.contains("No two sequences have the same bytes."));
}

#[test]
fn a_smaller_sweep_has_a_smaller_report() {
    let mut rows = SWEEP.to_vec();
    rows.retain(|row| ["2.1", "2.2"].contains(&row.0));
    let markdown = report(&inputs(&rows)).markdown;
    assert!(part(&markdown, "#### 2.4.2").contains("This experiment was not part of the run."));
    assert!(part(&markdown, "### 2.2").contains("is higher than that of 2.1"));
    let markdown = report(&inputs(&[])).markdown;
    assert!(markdown.contains("### 1.1 Original model"));
    assert!(!markdown.contains("## The best variant"));
}

#[test]
fn a_variant_that_no_section_names_is_reported_too() {
    let mut rows = SWEEP.to_vec();
    rows.push(("wide and deep", Some("2.4.2"), &[("layers", "2"), ("hidden", "512")], 0.993, 0.02));
    let mut inputs = inputs(&rows);
    inputs.overrides = vec!["train[2.4.2].epochs=17".to_owned()];
    let markdown = report(&inputs).markdown;
    let section = part(&markdown, "### wide and deep");
    assert!(section.contains("`layers` from 1 to 2 and `hidden` from 128 to 512"), "{section}");
    assert!(section.contains("is higher than that of 2.4.2"), "{section}");
    assert!(markdown.contains("\n| wide and deep |"), "it stands in the overview");
    assert!(markdown.contains("- **Overrides:** `train[2.4.2].epochs=17`."));
}

#[test]
fn runs_without_a_finished_epoch_have_no_accuracy() {
    let mut inputs = inputs(SWEEP);
    let variant = inputs.variants.iter_mut().find(|it| it.name == "2.5.4").expect("the sweep has it");
    for (run, gradient_norm) in variant.runs.iter_mut().zip([None, Some(12.345), Some(3.2e7)]) {
        run.history.epochs.clear();
        let diverged = Divergence { epoch: 1, step: 4, learning_rate: 1.0, gradient_norm };
        let metrics = &mut run.metrics;
        (metrics.best, metrics.last, metrics.loss_gap, metrics.epochs) = (None, None, None, 0);
        metrics.diverged = Some(diverged);
    }
    let markdown = report(&inputs).markdown;
    let section = part(&markdown, "#### 2.5.4");
    assert!(section.contains("No epoch of 2.5.4 finished with a finite loss"), "{section}");
    assert!(section.contains("| 0, diverged in 1 |"), "{section}");
    assert!(section.contains("The loss stopped being finite in 3 of 3 trainings."), "{section}");
    for sentence in [
        "With seed 1 that was step 4 of epoch 1, at a learning rate of 1.",
        "With seed 2 that was step 4 of epoch 1, at a learning rate of 1, after a gradient whose norm was 12.3.",
        "after a gradient whose norm was 3.2e7.",
    ] {
        assert!(section.contains(sentence), "{section}");
    }
}

#[test]
fn one_seed_has_a_value_and_no_range() {
    let mut inputs = inputs(SWEEP);
    inputs.variants.iter_mut().for_each(|variant| variant.runs.truncate(1));
    let markdown = report(&inputs).markdown;
    assert!(part(&markdown, "### 2.2").contains("With one seed, 2.2 reaches an accuracy of 0.9"));
    let overview = part(&markdown, "## Overview");
    assert!(!overview.contains("(0."), "{overview}");
}

#[test]
fn the_same_inputs_give_the_same_report() {
    assert_eq!(report(&inputs(SWEEP)), report(&inputs(SWEEP)));
}

#[test]
fn a_new_section_is_a_new_file() {
    let mut templates = templates();
    let own = "{% extends \"section.md.j2\" %}\n{% block lead %}\nA lead of its own.\n{% endblock %}\n";
    templates.insert("sections/2-5-4.md.j2".to_owned(), own.to_owned());
    templates
        .insert("closing/95-rows.md.j2".to_owned(), "## Rows\n\n{{ data.rows | whole }} rows.\n".to_owned());
    templates.insert("closing/95-rows.md.j2~".to_owned(), "an older draft\n".to_owned());
    templates.remove("sections/2-6-1.md.j2");
    let markdown = render(&templates, &inputs(SWEEP)).expect("the templates are sound").markdown;
    assert!(part(&markdown, "#### 2.5.4").contains("A lead of its own."));
    assert!(markdown.ends_with("## Rows\n\n64,070 rows.\n"));
    assert!(part(&markdown, "#### 2.6.1").contains("Against 2.4.2 it changes"), "a section needs no file");
}
