//! Every number of a report, followed to where it is from.

use std::collections::BTreeMap;

use recount::report::{Aggregate, Measure, ReportInputs, Source};
use serde::Serialize;
use serde_json::Value as Json;

use super::report;
use super::sweep::{SWEEP, inputs};

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

fn json(output: &impl Serialize) -> Json {
    serde_json::to_value(output).expect("outputs are JSON")
}

/// Finds what a pointer names among the serialised inputs.
fn resolve<'a>(outputs: &'a BTreeMap<String, Json>, output: &str, pointer: &str) -> &'a Json {
    let json = outputs.get(output).unwrap_or_else(|| panic!("no run wrote {output}"));
    json.pointer(pointer).unwrap_or_else(|| panic!("{output} has nothing at {pointer}"))
}

/// Computes a measure again, from nothing but its source and the inputs.
fn recompute(inputs: &ReportInputs, outputs: &BTreeMap<String, Json>, measure: &Measure) -> f64 {
    let number = |json: &Json| json.as_f64().unwrap_or_else(|| panic!("{json} is no number"));
    match &measure.source {
        Source::Output { output, pointer } => number(resolve(outputs, output, pointer)),
        Source::Index { output, pointer } => {
            resolve(outputs, output, pointer);
            let (_, index) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
            index.parse().expect("the entry has an index")
        }
        Source::Seed { instance } => {
            let mut runs = inputs.variants.iter().flat_map(|variant| &variant.runs);
            runs.find(|run| run.train == *instance).expect("the training exists").seed as f64
        }
        Source::Parameter { variant, name, text } => {
            let variant = inputs.variants.iter().find(|it| it.name == *variant).expect("the variant exists");
            assert_eq!(variant.declared[name].to_string(), *text);
            number(&variant.declared[name])
        }
        Source::Quoted { section, text } => {
            assert!(inputs.source.sections.iter().any(|it| it.number == *section), "no section {section}");
            text.parse().expect("a figure is a number")
        }
        Source::Made { by, parts } => {
            let values: Vec<f64> = parts.iter().map(|part| recompute(inputs, outputs, part)).collect();
            let sum: f64 = values.iter().sum();
            match by {
                Aggregate::Mean => sum / values.len() as f64,
                Aggregate::Least => values.iter().copied().fold(f64::INFINITY, f64::min),
                Aggregate::Most => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                Aggregate::Difference => (values[0] - values[1]).abs(),
                Aggregate::Sum => sum,
                Aggregate::Count => values.len() as f64,
            }
        }
    }
}

#[test]
fn every_citation_leads_to_its_number() {
    let inputs = inputs(SWEEP);
    let mut outputs = BTreeMap::from([(inputs.data_output.clone(), json(&inputs.data))]);
    for run in inputs.variants.iter().flat_map(|variant| &variant.runs) {
        outputs.insert(format!("{}/metrics.json", run.evaluate), json(&run.metrics));
        outputs.insert(format!("{}/history.json", run.train), json(&run.history));
        outputs.insert(format!("{}/observed.json", run.train), json(&run.observed));
    }
    let citations = report(&inputs).citations;
    assert!(citations.len() > 1000, "{} citations are too few for this report", citations.len());
    for citation in citations {
        let found = recompute(&inputs, &outputs, &citation.measure);
        assert_eq!(found, citation.measure.value(), "{}: {}", citation.text, citation.measure.source);
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
