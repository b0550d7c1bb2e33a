//! The real templates and the real `source.yaml`, rendered with made-up results.

#[path = "report/citations.rs"]
mod citations;
#[path = "report/claims.rs"]
mod claims;
#[path = "report/mistakes.rs"]
mod mistakes;
#[path = "report/sweep.rs"]
mod sweep;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount::lab::data::DataCard;
use recount::lab::history::Divergence;
use recount::week3::{Rendered, ReportInputs, render};

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

/// Gives a report's text as it reads on a page: without link targets.
fn text(inputs: &ReportInputs) -> String {
    unlinked(&report(inputs).markdown)
}

fn unlinked(markdown: &str) -> String {
    let lines = markdown.lines().filter(|line| !line.starts_with("[n")).map(|line| {
        let mut plain = String::new();
        for (index, piece) in line.split("][n").enumerate() {
            let piece = if index == 0 { piece } else { piece.split_once(']').expect("a link ends").1 };
            plain.push_str(piece);
            if line.matches("][n").count() > index {
                let bracket = plain.rfind('[').expect("a link begins");
                plain.remove(bracket);
            }
        }
        plain
    });
    lines.collect::<Vec<_>>().join("\n").trim_end().to_owned() + "\n"
}

/// Gives the sweep with other accuracies.
fn with_accuracies(accuracies: &[(&str, f64)]) -> ReportInputs {
    let mut rows = SWEEP.to_vec();
    for row in &mut rows {
        if let Some((_, accuracy)) = accuracies.iter().find(|(name, _)| *name == row.0) {
            row.3 = *accuracy;
        }
    }
    inputs(&rows)
}

/// Gives the part of a report that is about `heading`, up to the next heading.
fn part<'a>(markdown: &'a str, heading: &str) -> &'a str {
    let start = markdown.find(heading).unwrap_or_else(|| panic!("no heading begins with `{heading}`"));
    let rest = &markdown[start..];
    rest[1..].find("\n#").map_or(rest, |end| &rest[..=end])
}

#[test]
fn every_section_of_the_document_stands_with_its_number() {
    let inputs = inputs(SWEEP);
    let markdown = text(&inputs);
    let mut place = 0;
    for section in &inputs.source.sections {
        let depth = section.number.split('.').count() + 1;
        let heading = format!("\n{} {} {}", "#".repeat(depth), section.number, section.heading);
        let found = markdown[place..].find(&heading);
        place += found.unwrap_or_else(|| panic!("`{heading}` is missing or out of order")) + heading.len();
    }
}

#[test]
fn prose_follows_the_numbers() {
    let sentence = |rows: &[Row]| {
        let markdown = text(&inputs(rows));
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
fn code_that_ran_under_other_settings_is_listed() {
    let markdown = text(&inputs(SWEEP));
    let found = part(&markdown, "### Code that ran something else");
    assert!(found.contains("- 1.1: 1.1-as-run ran with `epochs` 6 instead of 3.\n"), "{found}");
    assert!(found.contains("- 1.7: 1.7-as-run ran with `hidden` 64 instead of 16.\n"), "{found}");
    assert!(!found.contains("- 1.3:"), "its change never reached the model:\n{found}");
}

#[test]
fn the_best_variant_is_called_so_with_those_that_the_seeds_do_not_tell_from_it() {
    let best = |inputs: &ReportInputs| part(&text(inputs), "## The best variant").to_owned();
    let close = best(&inputs(SWEEP));
    assert!(
        close.contains("touches that of 2.6.1 and 2.7.2, so that the seeds do not tell it apart"),
        "{close}"
    );
    let alone = best(&with_accuracies(&[("2.6.2", 1.2)]));
    assert!(!alone.contains("touches that of"), "{alone}");
}

#[test]
fn the_same_experiment_under_two_names_is_said_to_be_one() {
    let markdown = text(&inputs(SWEEP));
    let same = "2.3.2 is the same experiment as 1.2, 2.2 and 2.3.1: with one layer, `dropout` has no effect.";
    assert!(part(&markdown, "#### 2.3.2").contains(same));
    assert!(
        part(&markdown, "### 2.2 ").contains("2.2 is the same experiment as 1.2. They share their runs.")
    );
    assert!(!part(&markdown, "#### 2.7.1").contains("the same experiment"));
}

#[test]
fn a_change_that_the_executed_code_did_not_make_is_named() {
    let markdown = text(&inputs(SWEEP));
    let section = part(&markdown, "### 1.3");
    assert!(section.contains("`hidden` was 64 where the text describes 256"), "{section}");
    assert!(section.contains("The change never reached the model: what ran is what had run as 1.2."));
    assert!(section.contains("| 1.3 | 1 |") && section.contains("| 1.3-as-run | 1 |"));
    assert!(!part(&markdown, "### 1.7").contains("never reached"), "its convolution did run");
}

#[test]
fn a_table_is_one_block_of_lines() {
    let markdown = text(&inputs(SWEEP));
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
    let shown = |inputs: &ReportInputs| text(inputs).matches("\n![").count();
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
    let markdown = text(&inputs);
    assert!(markdown.contains("> **Generated data.**"));
    assert!(part(&markdown, "### 1.2").contains("the comparison is not applicable"));
    for verdict in ["this holds", "contradicted", "within noise", "above every seed", "SHA-256"] {
        assert!(!markdown.contains(verdict), "`{verdict}` compares with the source");
    }
    assert!(
        part(&markdown, "### Changes that never").contains("1.3: what ran"),
        "this does not depend on data"
    );
    assert!(markdown.contains("Each sequence has bytes of its own."));
}

#[test]
fn a_smaller_sweep_has_a_smaller_report() {
    let mut rows = SWEEP.to_vec();
    rows.retain(|row| ["2.1", "2.2"].contains(&row.0));
    let markdown = text(&inputs(&rows));
    assert!(part(&markdown, "#### 2.4.2").contains("This experiment was not part of the run."));
    assert!(part(&markdown, "### 2.2").contains("is higher than that of 2.1"));
    let markdown = text(&inputs(&[]));
    assert!(markdown.contains("### 1.1 Original model"));
    assert!(!markdown.contains("## The best variant"));
}

#[test]
fn a_variant_that_no_section_names_is_reported_too() {
    let mut rows = SWEEP.to_vec();
    rows.push(("wide and deep", Some("2.4.2"), &[("layers", "2"), ("hidden", "512")], 0.993, 0.02));
    let mut inputs = inputs(&rows);
    inputs.overrides = vec!["train[2.4.2].epochs=17".to_owned()];
    let markdown = text(&inputs);
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
    let markdown = text(&inputs);
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
    let markdown = text(&inputs);
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
    let rendered = render(&templates, &inputs(SWEEP)).expect("the templates are sound");
    let markdown = unlinked(&rendered.markdown);
    assert!(part(&markdown, "#### 2.5.4").contains("A lead of its own."));
    assert!(markdown.ends_with("## Rows\n\n64,070 rows.\n"));
    assert!(part(&markdown, "#### 2.6.1").contains("Against 2.4.2 it changes"), "a section needs no file");
}
