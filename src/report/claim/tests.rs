//! Claims on a comparison of classifiers: how they are read, checked, judged and shown.

mod documented;
mod judged;
mod mistakes;
mod shown;

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use recount_engine::diagnostic::Source;
use recount_engine::digest::{Digest, Key};
use recount_engine::spec::{Pipeline, load};

use super::{Claims, JudgedClaims, MeasuredValues, Quantities, Verdict};
use crate::measure::cases;
use crate::reference::{Reference, What};
use crate::statistics::Sample;

/// Four classifiers over three seeds, and a stage over folds of which one point is left out.
const PIPELINE: &str = r#"
recount: 1
title: Digits
stages:
  - name: fit
    each: [variant, seed]
    run: [python3, fit.py, --config, "{params}", --seed, "{seed}", --out, "{out}"]
    inputs: [fit.py]
    out: "runs/{variant}/{seed}"
    seeds: [1, 2, 3]
    params: { model: svm }
    variants:
      - { name: svm }
      - { name: again }
      - { name: forest, model: forest }
      - { name: tree, model: tree }
    measures:
      accuracy: { from: "metrics.json#/accuracy", unit: fraction, better: higher }
      loss: "metrics.json#/loss"
      seconds: { from: "metrics.json#/seconds", observed: true }
      weights: { from: "metrics.json#/weights", exact: true }
  - name: folds
    each: { fold: [1, 2], depth: [3, 4] }
    exclude: [{ fold: 2, depth: 4 }]
    run: [python3, folds.py, "{fold}", "{depth}", "{out}"]
    inputs: [folds.py]
    out: "folds/{fold}/{depth}"
    measures: { score: "score.json#/score" }
"#;

fn pipeline() -> Pipeline {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("a file can be written");
    for script in ["fit.py", "folds.py"] {
        fs::write(folder.path().join(script), "").expect("a file can be written");
    }
    let schemas = [recount_engine::command::schema()];
    load(folder.path(), &schemas, &[]).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn source(text: &str) -> Arc<Source> {
    Source::file("claims.yaml", text)
}

fn claims(text: &str) -> Claims {
    Claims::load(&source(text), &pipeline()).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Gives what is wrong with a claims file.
fn mistakes(text: &str) -> String {
    match Claims::load(&source(text), &pipeline()) {
        Ok(_) => String::new(),
        Err(mistakes) => mistakes.render(false),
    }
}

/// Values by variant and measure.
struct Measured {
    values: BTreeMap<(&'static str, &'static str), Vec<Option<f64>>>,
    is_stand_in: bool,
    is_paired: bool,
    /// The variant whose repeats are other ones.
    shifted: Option<&'static str>,
}

impl Measured {
    /// `svm` and `again` have equal keys.
    fn new() -> Self {
        let accuracy = [
            ("svm", [0.975, 0.979, 0.977]),
            ("again", [0.975, 0.979, 0.977]),
            ("forest", [0.961, 0.957, 0.96]),
            ("tree", [0.976, 0.971, 0.983]),
        ];
        let loss = [("svm", [0.01, 0.012, 0.011]), ("forest", [0.2, -0.1, 0.3]), ("tree", [0.21, 0.22, 0.2])];
        let weights = [("svm", [1_000.0; 3]), ("forest", [14_548.0; 3])];
        let all = accuracy.map(|it| ("accuracy", it)).into_iter();
        let all = all.chain(loss.map(|it| ("loss", it))).chain(weights.map(|it| ("weights", it)));
        let values = all.map(|(measure, (variant, values))| ((variant, measure), values.map(Some).to_vec()));
        Self { values: values.collect(), is_stand_in: false, is_paired: false, shifted: None }
    }

    fn first(&self, variant: &str) -> usize {
        usize::from(self.shifted == Some(variant))
    }

    fn with(mut self, variant: &'static str, measure: &'static str, values: &[Option<f64>]) -> Self {
        self.values.insert((variant, measure), values.to_vec());
        self
    }
}

impl Quantities for Measured {
    fn measured(&self, reference: &Reference) -> Result<MeasuredValues, String> {
        let What::Measure(measure) = &reference.what else { return Err("it has not run".to_owned()) };
        let variant = reference.coordinates.first().map(|(_, variant)| variant.as_str()).unwrap_or_default();
        let known = self.values.iter().find(|((of, name), _)| *of == variant && name == measure);
        let values = known.ok_or("it has not run")?.1;
        let sample = Sample::new(values.iter().copied());
        let sample = match measure.as_str() {
            "weights" => sample.exact(),
            "accuracy" => sample.out_of(cases(None, 10_000.try_into().ok()).expect("there are cases")),
            _ => sample,
        };
        let experiment = if variant == "again" { "svm" } else { variant };
        let key = |seed: usize| Key(Digest::of(format!("{experiment} {seed}").as_bytes()));
        Ok(MeasuredValues {
            repeats: (1..=values.len()).map(|seed| (seed + self.first(variant)).to_string()).collect(),
            keys: Some((1..=values.len()).map(key).collect()),
            sample,
            is_paired: self.is_paired,
        })
    }

    fn is_stand_in(&self) -> bool {
        self.is_stand_in
    }
}

/// Gives a line for each reading of each claim: its verdict, and why where that is none.
fn verdicts(judged: &JudgedClaims) -> String {
    let mut lines = String::new();
    for (claim, judgements) in judged.iter() {
        for judgement in judgements {
            let why = match &judgement.verdict {
                Verdict::NotShown(doubt) => format!(" · {}", doubt.words()),
                Verdict::NotApplicable(elsewhere) => format!(" · {}", elsewhere.words()),
                _ => String::new(),
            };
            let reading = judgement.reading.as_ref().map_or(String::new(), |reading| format!(" {reading}:"));
            let mark = judgement.verdict.mark();
            let line = claim.place.line();
            lines.push_str(&format!("{line}:{reading} {mark} {}{why}\n", judgement.verdict));
        }
    }
    lines
}
