//! The corpus: each sentence in `tests/corpus/*.md` with what the check finds in it.
//!
//! Above a sentence stands `<!-- legal -->`, or `<!-- refused: … -->` with the numerals that need a source, or
//! `<!-- error: … -->` with the whole message of another mistake, one for each. What else is in comments is prose.

use std::path::Path;

use recount_engine::command;
use recount_engine::diagnostic::{Diagnostic, Place, Source};
use recount_engine::spec::{Pipeline, load};
use tempfile::TempDir;

use super::{Checked, Project, check};
use crate::plot;

/// The project that the sentences are from: three studies, of which a few names begin with digits.
const PIPELINE: &str = r#"
recount: 1
title: Digits in week 3
stages:
  - name: fit
    each: [variant, seed]
    run: [python3, fit.py, "{params}", "{seed}", "{out}"]
    inputs: [fit.py]
    out: "runs/fit/{variant}/{seed}"
    seeds: [1, 2, 3]
    params: { C: 1, hidden: 64 }
    variants: [{ name: svm }, { name: forest, C: 2 }, { name: 3-layers, C: 3 }, { name: "64", C: 4 }, { name: 2.4.2, C: 5 }]
    measures:
      accuracy: { from: "metrics.json#/accuracy", unit: fraction, better: higher }
      loss: { from: "metrics.json#/loss" }
      seconds: { from: "metrics.json#/seconds", observed: true }
  - name: survey
    run: [python3, survey.py, "{out}"]
    inputs: [survey.py]
    out: runs/survey
    measures: { calls: { from: "calls.json#/n" } }
  - name: assay
    each: [{ route: [dry, wet] }]
    run: [python3, assay.py, "{route}", "{out}"]
    inputs: [assay.py]
    out: "runs/assay/{route}"
    measures: { recovery: { from: "assay.json#/recovery", unit: fraction } }
  - { name: plot, kind: plot, figures: { confusion: { points: fit.accuracy, over: variant } } }
"#;

/// A project on disk, loaded as any project is.
pub(super) struct Fixture {
    _folder: TempDir,
    pipeline: Pipeline,
    figures: Vec<(String, String)>,
    terms: Vec<(String, Place)>,
}

impl Fixture {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("it can be written");
        for file in ["fit.py", "survey.py", "assay.py"] {
            std::fs::write(folder.path().join(file), "").expect("it can be written");
        }
        let pipeline = load(folder.path(), &[command::schema(), plot::schema()], &[]);
        let pipeline = pipeline.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let terms = Source::file("pipeline.yaml", "20 newsgroups");
        Self {
            _folder: folder,
            pipeline,
            figures: vec![("plot".to_owned(), "confusion".to_owned())],
            terms: vec![("20 newsgroups".to_owned(), Place::new(&terms, 0..13))],
        }
    }

    pub(super) fn project(&self) -> Project<'_> {
        Project { pipeline: &self.pipeline, figures: &self.figures, terms: &self.terms }
    }

    /// Checks a template that stands alone.
    pub(super) fn check(&self, text: &str) -> Checked {
        self.check_with(text, &[])
    }

    /// Checks a template beside others, by path.
    pub(super) fn check_with(&self, text: &str, others: &[(&str, &str)]) -> Checked {
        check(&Source::file("report.md.j2", text), &self.project(), &mut |path| {
            let found = others.iter().find(|(name, _)| *name == path);
            found.map(|(name, text)| Source::file(*name, *text)).ok_or_else(|| "no such file".to_owned())
        })
    }
}

/// A sentence of the corpus, what is said of it, and its line.
struct Case {
    line: usize,
    expected: Vec<String>,
    text: String,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, part) in text.split("<!-- ").enumerate().skip(1) {
        let (said, sentence) = part.split_once("-->").expect("a comment ends");
        let expected: Vec<String> = match said.trim().split_once(": ") {
            Some(("refused", numerals)) => {
                let numerals = numerals.trim_matches('`').split("`, `");
                numerals.map(|numeral| format!("`{numeral}` is a number without a source")).collect()
            }
            Some(("error", message)) => vec![message.to_owned()],
            None if said.trim() == "legal" => Vec::new(),
            _ => continue,
        };
        let line = text.split("<!-- ").take(index).map(|part| part.matches('\n').count()).sum::<usize>() + 1;
        match cases.last_mut().filter(|last| last.text.trim().is_empty()) {
            Some(last) => {
                last.expected.extend(expected);
                last.text = sentence.to_owned();
            }
            None => cases.push(Case { line, expected, text: sentence.to_owned() }),
        }
    }
    cases
}

/// Goes through a file of the corpus; gives how many sentences it has.
fn assert_corpus(file: &str) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(file);
    let text = std::fs::read_to_string(path).expect("the corpus is there");
    let fixture = Fixture::new();
    let cases = cases(&text);
    let mut wrong = String::new();
    for case in &cases {
        let checked = fixture.check(case.text.trim_start_matches('\n'));
        let mut found: Vec<&str> = checked.diagnostics.iter().map(Diagnostic::message).collect();
        let mut expected: Vec<&str> = case.expected.iter().map(String::as_str).collect();
        found.sort_unstable();
        expected.sort_unstable();
        if found != expected {
            wrong +=
                &format!("{file}:{}: {}\nexpected {expected:#?}\nfound {found:#?}\n", case.line, case.text);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    cases.len()
}

#[test]
fn of_sixty_true_sentences_none_is_refused_but_for_a_number_that_no_file_gives() {
    assert_eq!(assert_corpus("sentences.md"), 60);
}

#[test]
fn of_forty_careless_numbers_none_gets_through() {
    assert_eq!(assert_corpus("careless.md"), 40);
}

#[test]
fn every_refused_number_passes_with_stated_round_it() {
    let fixture = Fixture::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/sentences.md");
    for case in cases(&std::fs::read_to_string(path).expect("the corpus is there")) {
        let checked = fixture.check(&case.text);
        let mut text = case.text.clone();
        let found: Vec<&Diagnostic> = checked.diagnostics.iter().collect();
        for mistake in found.into_iter().rev() {
            let place = mistake.place().expect("a numeral has a place");
            let stated = format!("{{{{ \"{}\" | stated(\"the author\") }}}}", place.text());
            text.replace_range(place.span(), &stated);
        }
        assert_eq!(fixture.check(&text).diagnostics.to_string(), "");
    }
}

#[test]
fn what_is_legal_in_literal_text_is_what_the_list_says() {
    assert_eq!(assert_corpus("legal.md"), 36);
}

#[test]
fn what_an_expression_may_print_and_name_is_known_before_anything_runs() {
    assert_eq!(assert_corpus("expressions.md"), 48);
}
