//! A stranger's project for tests: classifiers of penguins over seeds, a check over folds, and what their runs left.

use std::collections::HashMap;
use std::fs;
use std::sync::Arc;

use recount_engine::digest::{Digest, Key, ObjectId};
use recount_engine::spec::{Pipeline, load};

use crate::evidence::Evidence;
use crate::measure::{Left, Objects};
use crate::selection::Selection;

pub(crate) const PIPELINE: &str = r#"
recount: 1
title: Telling penguins apart
stages:
  - name: fit
    each: [variant, seed]
    run: [python3, fit.py, --config, "{params}", --seed, "{seed}", --out, "{out}"]
    inputs: [fit.py]
    out: "runs/{variant}/{seed}"
    seeds: [1, 2, 3]
    params: { model: svm, C: 1, test_size: 0.3 }
    variants:
      - { name: svm }
      - { name: twin }
      - { name: soft_margin, from: svm, C: 0.1 }
      - { name: forest, from: svm, model: forest, n_estimators: 100, C: null }
      - { name: lame, from: svm, C: 9 }
    measures:
      accuracy: { from: "metrics.json#/test/accuracy", unit: fraction, better: higher, out_of: "metrics.json#/test/examples" }
      train_accuracy: { from: "metrics.json#/train/accuracy", unit: fraction }
      gap: { difference: [train_accuracy, accuracy] }
      weights: { from: "metrics.json#/weights", exact: true }
      seconds: { from: "metrics.json#/seconds", unit: s, better: lower, observed: true }
  - name: check
    each: { route: [wet, dry], fold: [1, 2, 3, 4, 5] }
    repeats: [fold]
    paired: [fold]
    run: [python3, check.py, "{route}", "{fold}", "{out}"]
    inputs: [check.py]
    out: "check/{route}/{fold}"
    measures: { score: { from: "score.json#/score", better: higher } }
"#;

/// What each run left: its instance, which one's key it has, and its file.
const RUNS: [(&str, &str, &str); 22] = [
    ("fit[svm,seed=1]", "", "0.975 0.99 512"),
    ("fit[svm,seed=2]", "", "0.98 0.995 512"),
    ("fit[svm,seed=3]", "", "0.97 0.99 512"),
    ("fit[twin,seed=1]", "fit[svm,seed=1]", "0.975 0.99 512"),
    ("fit[twin,seed=2]", "fit[svm,seed=2]", "0.98 0.995 512"),
    ("fit[twin,seed=3]", "fit[svm,seed=3]", "0.97 0.99 512"),
    ("fit[soft_margin,seed=1]", "", "0.965 0.97 512"),
    ("fit[soft_margin,seed=2]", "", "0.985 0.97 512"),
    ("fit[soft_margin,seed=3]", "", "0.975 0.98 512"),
    ("fit[forest,seed=1]", "", "0.81 1.0 12345"),
    ("fit[forest,seed=2]", "", "0.805 1.0 12345"),
    ("fit[forest,seed=3]", "", "0.815 1.0 12345"),
    ("fit[lame,seed=1]", "", "0.5 0.5 512"),
    ("fit[lame,seed=2]", "", "NaN 0.5 512"),
    ("fit[lame,seed=3]", "", "0.6 0.5 512"),
    ("check[route=wet,fold=1]", "", "10.5"),
    ("check[route=wet,fold=2]", "", "11"),
    ("check[route=wet,fold=3]", "", "12.5"),
    ("check[route=wet,fold=4]", "", "9"),
    ("check[route=wet,fold=5]", "", "10"),
    ("check[route=dry,fold=1]", "", "9.5"),
    ("check[route=dry,fold=2]", "", "10.25"),
];

struct Memory(HashMap<ObjectId, Vec<u8>>);

impl Objects for Memory {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        self.0.get(&object).cloned().ok_or_else(|| "nothing has it any more".to_owned())
    }
}

/// Reads a pipeline.
pub(crate) fn pipeline(text: &str) -> Pipeline {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    for (name, text) in [("pipeline.yaml", text), ("fit.py", ""), ("check.py", "")] {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    load(folder.path(), &[recount_engine::command::schema(), crate::plot::schema()], &[])
        .unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// Gives what the project's runs left.
pub(crate) fn evidence() -> Arc<Evidence> {
    let mut objects = HashMap::new();
    let mut left: HashMap<&str, Left> = HashMap::new();
    let folds = [
        ("check[route=dry,fold=3]", "", "11.5"),
        ("check[route=dry,fold=4]", "", "8.25"),
        ("check[route=dry,fold=5]", "", "9"),
    ];
    for (instance, same_as, values) in RUNS.into_iter().chain(folds) {
        let values: Vec<&str> = values.split(' ').collect();
        let (name, text) = match values.as_slice() {
            [accuracy, train, weights] => (
                "metrics.json",
                format!(
                    "{{\"test\": {{\"accuracy\": {accuracy}, \"examples\": 200}}, \"train\": {{\"accuracy\": {train}}}, \
                     \"weights\": {weights}, \"seconds\": 1.5}}"
                ),
            ),
            values => ("score.json", format!("{{\"score\": {}}}", values[0])),
        };
        let object = ObjectId(Digest::of(text.as_bytes()));
        objects.insert(object, text.into_bytes());
        let key = Key(Digest::of(if same_as.is_empty() { instance } else { same_as }.as_bytes()));
        left.insert(instance, Left { key, outputs: vec![(name.to_owned(), object)] });
    }
    let pipeline = Arc::new(pipeline(PIPELINE));
    Evidence::new(pipeline, |instance| left.get(instance).cloned(), Box::new(Memory(objects)), false)
}

/// Gives runs of the project: of a stage, at values of its coordinates.
pub(crate) fn runs(stage: &str, values: &[&str]) -> Selection {
    let evidence = evidence();
    let id = evidence.pipeline().stage(stage).expect("the project has the stage");
    let all = Selection::of_stage(&evidence, id);
    values.iter().try_fold(all, |runs, value| runs.narrow(None, value)).expect("there are such runs")
}
