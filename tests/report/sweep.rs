//! A made-up sweep over every variant of the source document.
//!
//! The numbers are fixtures: they have the shape of results and are results of nothing.

use std::collections::{BTreeMap, BTreeSet};

use recount::lab::data::{DataCard, Lengths};
use recount::lab::history::{Epoch, History, Observed};
use recount::lab::metrics::{Metrics, Score, Whole};
use recount::week3::audit::{Place, Provenance, Run};
use recount::week3::{
    Change, Difference, Ineffective, PlotReference, ReportInputs, RunResult, SourceDocument, VariantResult,
    read_claims,
};
use recount_engine::diagnostic::Source;
use recount_engine::digest::{Digest, Key, ObjectId};
use serde_json::{Value as Json, json};

/// Name, parent, settings of its own, accuracy, gap between the losses.
pub type Row = (&'static str, Option<&'static str>, &'static [(&'static str, &'static str)], f64, f64);

/// Every variant of the source document.
pub const SWEEP: &[Row] = &[
    ("1.1", None, &[], 0.28, -0.02),
    ("1.1-as-run", Some("1.1"), &[("epochs", "6")], 0.52, -0.01),
    ("1.2", Some("1.1"), &[("epochs", "16")], 0.91, 0.03),
    ("1.3", Some("1.2"), &[("hidden", "256")], 0.98, 0.05),
    ("1.3-as-run", Some("1.2"), &[], 0.91, 0.03),
    ("1.4", Some("1.2"), &[("hidden", "16")], 0.41, 0.01),
    ("1.4-as-run", Some("1.2"), &[], 0.91, 0.03),
    ("1.5", Some("1.4"), &[("dropout", "0.2")], 0.41, 0.01),
    ("1.5-as-run", Some("1.2"), &[("dropout", "0.2")], 0.91, 0.03),
    ("1.6", Some("1.4"), &[("dropout", "0.8")], 0.41, 0.01),
    ("1.6-as-run", Some("1.2"), &[("dropout", "0.8")], 0.91, 0.03),
    ("1.7", Some("1.4"), &[("conv", "\"conv1d\"")], 0.44, 0.01),
    ("1.7-as-run", Some("1.2"), &[("conv", "\"conv1d\"")], 0.902, 0.03),
    ("1.8", Some("1.7"), &[("layers", "3")], 0.58, 0.02),
    ("1.8-as-run", Some("1.7-as-run"), &[("layers", "3")], 0.966, 0.04),
    ("2.1", None, &[], 0.28, -0.02),
    ("2.2", Some("2.1"), &[("epochs", "16")], 0.91, 0.03),
    ("2.3.1", Some("2.2"), &[("dropout", "0.5")], 0.91, 0.03),
    ("2.3.2", Some("2.2"), &[("dropout", "0.2")], 0.91, 0.03),
    ("2.3.3", Some("2.2"), &[("dropout", "0.8")], 0.91, 0.03),
    ("2.4.1", Some("2.3.1"), &[("hidden", "32")], 0.65, 0.02),
    ("2.4.2", Some("2.3.1"), &[("hidden", "128")], 0.97, 0.04),
    ("2.4.3", Some("2.3.1"), &[("hidden", "256")], 0.98, 0.05),
    ("2.5.1", Some("2.4.2"), &[("learning_rate", "0.0001")], 0.31, 0.01),
    ("2.5.2", Some("2.4.2"), &[("learning_rate", "0.01")], 0.972, 0.06),
    ("2.5.3", Some("2.4.2"), &[("learning_rate", "0.1")], 0.48, 0.09),
    ("2.5.4", Some("2.4.2"), &[("learning_rate", "1.0")], 0.12, 0.2),
    ("2.6.1", Some("2.4.2"), &[("batch", "4")], 0.99, 0.03),
    ("2.6.2", Some("2.4.2"), &[("batch", "16")], 0.981, 0.04),
    ("2.6.3", Some("2.4.2"), &[("batch", "64")], 0.94, 0.05),
    ("2.7.1", Some("2.4.2"), &[("layers", "3"), ("batch", "4")], 0.992, 0.03),
    ("2.7.2", Some("2.4.2"), &[("layers", "5"), ("batch", "16")], 0.989, 0.04),
    ("2.7.3", Some("2.4.2"), &[("layers", "7"), ("batch", "16")], 0.95, 0.05),
    ("2.8", Some("2.4.2"), &[("cell", "\"lstm\"")], 0.955, 0.05),
];

const CURVES: [&str; 9] = ["1", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "2.7", "2.8"];

fn base_settings() -> BTreeMap<String, Json> {
    let settings = json!({
        "cell": "gru", "hidden": 64, "layers": 1, "dropout": 0.1, "conv": "none", "batch": 32, "epochs": 3,
        "learning_rate": 0.001, "weight_decay": 1e-5, "plateau_factor": 0.5, "plateau_patience": 5,
        "stop_patience": 5, "held_out_users": [],
    });
    settings.as_object().expect("it is an object").clone().into_iter().collect()
}

fn effective(declared: &BTreeMap<String, Json>) -> BTreeMap<String, Json> {
    let mut effective = declared.clone();
    if declared["layers"] == 1 {
        effective.remove("dropout");
    }
    effective
}

fn differences(old: &BTreeMap<String, Json>, new: &BTreeMap<String, Json>) -> Vec<Difference> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let difference = |name: &String| Difference {
        name: name.clone(),
        old: old.get(name).cloned(),
        new: new.get(name).cloned(),
    };
    names.into_iter().map(difference).filter(|it| it.old != it.new).collect()
}

fn run(variant: &str, settings: &BTreeMap<String, Json>, seed: u64, accuracy: f64, gap: f64) -> RunResult {
    let number = |name: &str| settings[name].as_u64().expect("the setting is a count");
    let epochs = u32::try_from(number("epochs")).expect("a fixture has few epochs");
    let accuracy = accuracy + 0.004 * (seed as f64 - 2.0);
    let loss = 3.0 * (1.0 - accuracy);
    let history: Vec<Epoch> = (1..=epochs)
        .map(|epoch| {
            let progress = f64::from(epoch) / f64::from(epochs);
            let overshoot = if epoch + 1 == epochs && epochs > 6 { 0.026 } else { 0.0 };
            Epoch {
                epoch,
                train_loss: loss + 3.0 * (1.0 - progress),
                valid_loss: loss + 3.0 * (1.0 - progress) + gap,
                accuracy: accuracy * (0.25 + 0.75 * progress.sqrt()) + overshoot,
                learning_rate: 0.001,
            }
        })
        .collect();
    let history = History { epochs: history, stopped_early: false, diverged: None, parameters: 0 };
    let confusion: Vec<Vec<u32>> = (0..20_u32)
        .map(|label| {
            (0..20).map(|other| if label == other { 30 } else { u32::from(other == label + 1) }).collect()
        })
        .collect();
    let correct = (651.0 * accuracy) as u32;
    let score = Score { examples: 651, correct, accuracy: f64::from(correct) / 651.0 };
    let hidden = number("hidden");
    let metrics = Metrics {
        best: history.best().cloned(),
        last: history.last().cloned(),
        epochs,
        stopped_early: false,
        diverged: None,
        whole: Whole {
            score,
            interval: [accuracy - 0.01, accuracy + 0.01],
            macro_f1: accuracy,
            loss: Some(loss),
            loss_deviation: Some(0.25),
        },
        confusion,
        users: (1..=8)
            .map(|user| (format!("U0{user}"), Score { examples: 80, correct: 70, accuracy: 0.875 }))
            .collect(),
        parameters: 3 * hidden * (hidden + 5) * number("layers") + 20 * (hidden + 1),
        multiply_adds: 60 * hidden * (hidden + 3) * number("layers"),
        sequence_length: 19,
        loss_gap: Some(gap),
        held_out: None,
    };
    RunResult {
        seed,
        train: format!("train[{variant},seed={seed}]"),
        evaluate: format!("evaluate[{variant},seed={seed}]"),
        metrics,
        history,
        observed: Observed {
            seconds: hidden as f64 * number("layers") as f64 * f64::from(epochs)
                / number("batch") as f64
                / 10.0,
            simd: "avx2".to_owned(),
        },
    }
}

fn sweep(rows: &[Row]) -> Vec<VariantResult> {
    let mut variants: Vec<VariantResult> = Vec::new();
    for (name, from, own, accuracy, gap) in rows {
        let parent = from.and_then(|from| variants.iter().find(|variant| variant.name == from));
        let inherited = parent.map_or_else(base_settings, |parent| parent.declared.clone());
        let mut declared = inherited.clone();
        let mut changed = Vec::new();
        for (setting, value) in *own {
            let new: Json = serde_json::from_str(value).expect("a fixture's settings are JSON");
            let old = declared.insert((*setting).to_owned(), new.clone()).expect("the setting exists");
            changed.push(Change { name: (*setting).to_owned(), old, new });
        }
        let parent = effective(&inherited);
        let effective = effective(&declared);
        let differs = differences(&parent, &effective);
        let ineffective = if declared["layers"] == 1 {
            vec![Ineffective { parameter: "dropout".to_owned(), reason: "with one layer".to_owned() }]
        } else {
            Vec::new()
        };
        let runs = [1, 2, 3].map(|seed| run(name, &declared, seed, *accuracy, *gap)).to_vec();
        variants.push(VariantResult {
            name: (*name).to_owned(),
            from: from.map(str::to_owned),
            declared,
            effective,
            changed,
            differs,
            runs,
            same_as: Vec::new(),
            ineffective,
        });
    }
    let names: Vec<(String, BTreeMap<String, Json>)> =
        variants.iter().map(|variant| (variant.name.clone(), variant.effective.clone())).collect();
    for variant in &mut variants {
        let same =
            names.iter().filter(|(name, settings)| *name != variant.name && *settings == variant.effective);
        variant.same_as = same.map(|(name, _)| name.clone()).collect();
    }
    variants
}

/// Makes the inputs of a report on `rows`.
pub fn inputs(rows: &[Row]) -> ReportInputs {
    let source =
        SourceDocument::read(&Source::file("report/source.yaml", include_str!("../../report/source.yaml")))
            .expect("the source document reads");
    let claims = Source::file("report/claims.yaml", include_str!("../../report/claims.yaml"));
    let mut plots: Vec<String> = ["confusion", "accuracy", "cost", "loss-gap"].map(str::to_owned).to_vec();
    plots.extend(CURVES.map(|section| format!("curves-{section}")));
    ReportInputs {
        title: "Summary week 3".to_owned(),
        data: card(),
        data_output: "prepare/data-card.json".to_owned(),
        variants: sweep(rows),
        claims: read_claims(&claims, &source).unwrap_or_else(|mistakes| panic!("{mistakes}")),
        source,
        plots: plots
            .into_iter()
            .map(|name| PlotReference {
                path: format!("plots/{name}.svg"),
                title: format!("Figure {name}"),
                name,
            })
            .collect(),
        overrides: Vec::new(),
        synthetic: false,
        base: base_settings(),
        provenance: provenance(include_str!("../../report/claims.yaml")),
    }
}

/// Made-up runs and places for every variant: enough for each number to be from somewhere.
fn provenance(source_text: &str) -> Provenance {
    let run = |instance: &str, kind: &str, seed: Option<u64>| {
        let digest = |part: &str| Digest::of(format!("{instance}/{part}").as_bytes());
        let run = Run {
            key: Key(digest("key")),
            kind: kind.to_owned(),
            code: Digest::of(kind.as_bytes()),
            seed,
            parameters: BTreeMap::new(),
            inputs: BTreeMap::new(),
            files: BTreeMap::new(),
            outputs: BTreeMap::from([("metrics.json".to_owned(), ObjectId(digest("metrics.json")))]),
        };
        (instance.to_owned(), run)
    };
    let mut runs = BTreeMap::from([run("prepare", "prepare", None)]);
    let mut settings = BTreeMap::new();
    let names = std::iter::once("").chain(SWEEP.iter().map(|row| row.0)).enumerate();
    for (index, name) in names {
        for seed in [1, 2, 3].iter().filter(|_| !name.is_empty()) {
            runs.extend([run(&format!("train[{name},seed={seed}]"), "train", Some(*seed))]);
            runs.extend([run(&format!("evaluate[{name},seed={seed}]"), "evaluate", None)]);
        }
        let place =
            Place::File { path: "stages/train.yaml".to_owned(), line: 7 + index, column: 3, by: None };
        let places = base_settings().into_keys().map(|setting| (setting, place.clone()));
        settings.insert(name.to_owned(), places.collect());
    }
    Provenance {
        report: "week-3.md".to_owned(),
        page: "week-3.audit.md".to_owned(),
        runs,
        settings,
        source_file: "report/claims.yaml".to_owned(),
        source_text: source_text.to_owned(),
        figures: Vec::new(),
    }
}

/// Makes the card of recorded data.
pub fn card() -> DataCard {
    DataCard {
        source: "smartwatch".to_owned(),
        archive: Some("4a6c5ac1".repeat(8)),
        origin: "https://example.org/gestures.zip".to_owned(),
        sequences: 3251,
        rows: 64_070,
        channels: 3,
        users: (1..=8).map(|user| (format!("U0{user}"), 400 + user)).collect(),
        labels: (0..20).map(|label| 160 + label % 9).collect(),
        length: Lengths { least: 10, median: 19, mean: 19.7, p95: 29, most: 51 },
        extreme_rows: 96,
        duplicates: vec![vec!["U02/13/20.txt".to_owned(), "U02/14/01.txt".to_owned()]],
        contradictory_duplicates: 1,
        train: 2600,
        valid: 651,
    }
}
