//! Every number of a report, followed to where it is from.

use std::collections::BTreeMap;

use recount::week3::audit::AuditFile;
use recount::week3::{Aggregate, Measure, ReportInputs, Source, reference_name};
use serde::Serialize;
use serde_json::Value as Json;

use super::report;
use super::sweep::{SWEEP, inputs};

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
        Source::Constant(constant) => constant.number().value(),
        Source::Made { by, parts } => {
            let values: Vec<f64> = parts.iter().map(|part| recompute(inputs, outputs, part)).collect();
            let sum: f64 = values.iter().sum();
            match by {
                Aggregate::Mean => sum / values.len() as f64,
                Aggregate::Least => values.iter().copied().fold(f64::INFINITY, f64::min),
                Aggregate::Most => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                Aggregate::Difference => (values[0] - values[1]).abs(),
                Aggregate::Excess => values[0] - values[1],
                Aggregate::Positive => values.iter().filter(|value| **value > 0.0).count() as f64,
                Aggregate::Negative => values.iter().filter(|value| **value < 0.0).count() as f64,
                Aggregate::Sum => sum,
                Aggregate::Count => values.len() as f64,
                Aggregate::Share => values[0] / values[1],
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
fn every_number_is_a_link_at_its_place_and_every_link_leads_to_an_anchor() {
    let rendered = report(&inputs(SWEEP));
    let lines: Vec<&str> = rendered.markdown.lines().collect();
    for citation in &rendered.citations {
        let name = reference_name(citation.reference);
        let rest: String = lines[citation.line - 1].chars().skip(citation.column - 2).collect();
        assert!(rest.starts_with(&format!("[{}][{name}]", citation.text)), "line {}: {rest}", citation.line);
    }
    let definitions: Vec<&&str> = lines.iter().filter(|line| line.starts_with("[n")).collect();
    assert_eq!(definitions.len(), rendered.references.len());
    for (index, definition) in definitions.iter().enumerate() {
        let name = reference_name(index);
        let lead = format!("[{name}]: week-3.audit.md#{name} \"");
        assert!(definition.starts_with(&lead) && definition.ends_with('"'), "{definition}");
        assert!(rendered.page.contains(&format!("<a id=\"{name}\"></a>**{name}** ")), "{name} has no anchor");
    }
}

#[test]
fn hovering_over_a_number_names_its_run() {
    let rendered = report(&inputs(SWEEP));
    let said = |wanted: &str| rendered.markdown.lines().any(|line| line.contains(wanted));
    assert!(said("\"mean of 3 · evaluate 2.4.2 · seeds 1, 2, 3 · best accuracy · keys "));
    assert!(said("\"evaluate 2.4.2 · seed 1 · best epoch 15, accuracy · key "));
    assert!(said("\"hidden of 2.4.2 · stages/train.yaml:29\""));
    assert!(said("\"quoted from the source, section 1.8 · report/claims.yaml:44\""));
}

#[test]
fn the_audit_file_reads_back_and_holds_every_citation() {
    let rendered = report(&inputs(SWEEP));
    let read = AuditFile::read(&rendered.audit.to_text()).expect("what was written reads");
    assert_eq!(read, rendered.audit);
    assert_eq!(read.references.iter().map(|it| it.places.len()).sum::<usize>(), rendered.citations.len());
    for (entry, reference) in read.references.iter().zip(&rendered.references) {
        assert_eq!(read.sources[entry.source].value, reference.measure.number, "{}", entry.name);
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
