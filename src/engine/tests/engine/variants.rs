//! Variants that derive from those of another stage, and what a stage says of its repeats, as they are read from files.

use std::fs;

use recount_engine::command;
use recount_engine::spec::{Origin, Pipeline, load};
use snapbox::{assert_data_eq, str};

const PIPELINE: &str = "\
recount: 1
title: Variants of two stages
stages:
  - name: tune
    each: [variant, seed, { fold: [1, 2] }]
    repeats: [fold, seed]
    paired: [fold]
    run: cp {params} {out}/p
    out: \"tune/{variant}/{seed}/{fold}\"
    seeds: [1]
    params: { C: 9, steps: 5, options: { rate: 0.9, decay: 1 } }
    variants:
      - { name: wide, from: fit/soft, width: 3 }
      - { name: wider, from: wide, width: 4, options: { rate: 0.3 } }
      - { name: plain }
  - name: fit
    each: [variant, seed]
    run: cp {params} {out}/p
    out: \"fit/{variant}/{seed}\"
";

const FIT: &str = "\
seeds: [1]
params: { model: svm, C: 1 }
variants:
  - { name: soft, C: 0.5, options: { rate: 0.1 } }
  - { name: back, from: tune/wider, steps: null }
";

fn loaded(overrides: &[&str]) -> Pipeline {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("stages")).expect("a folder can be made");
    fs::write(folder.path().join("pipeline.yaml"), PIPELINE).expect("a file can be written");
    fs::write(folder.path().join("stages/fit.yaml"), FIT).expect("a file can be written");
    let overrides: Vec<String> = overrides.iter().map(|text| (*text).to_owned()).collect();
    load(folder.path(), &[command::schema()], &overrides).expect("the files have no mistake")
}

/// Gives a variant's parameters, and the place of each leaf.
fn format_variant(pipeline: &Pipeline, stage: &str, variant: &str) -> String {
    let id = pipeline.stage(stage).expect("the stage exists");
    let settings = pipeline.settings(id, Some(variant));
    let mut text = format!("{}\n", serde_json::to_string(&settings.parameters()).expect("it is JSON"));
    for path in ["C", "model", "options.decay", "options.rate", "steps", "width"] {
        match settings.origin(path) {
            Some(Origin::File { path: file, line, column, variant }) => {
                let whose = variant.as_deref().unwrap_or("params");
                text.push_str(&format!("{path} {file}:{line}:{column} {whose}\n"));
            }
            Some(Origin::Override(argument)) => text.push_str(&format!("{path} {argument}\n")),
            other => text.push_str(&format!("{path} {other:?}\n")),
        }
    }
    text
}

#[test]
fn what_holds_in_another_stage_goes_over_the_stages_own_params_and_keeps_its_place() {
    let pipeline = loaded(&[]);
    assert_data_eq!(
        format_variant(&pipeline, "tune", "wider"),
        str![[r#"
{"C":0.5,"model":"svm","options":{"decay":1,"rate":0.3},"steps":5,"width":4}
C stages/fit.yaml:4:22 soft
model stages/fit.yaml:2:18 params
options.decay pipeline.yaml:11:60 params
options.rate pipeline.yaml:14:63 wider
steps pipeline.yaml:11:28 params
width pipeline.yaml:14:43 wider

"#]]
    );
    assert_data_eq!(
        format_variant(&pipeline, "fit", "back"),
        str![[r#"
{"C":0.5,"model":"svm","options":{"decay":1,"rate":0.3},"width":4}
C stages/fit.yaml:4:22 soft
model stages/fit.yaml:2:18 params
options.decay pipeline.yaml:11:60 params
options.rate pipeline.yaml:14:63 wider
steps None
width pipeline.yaml:14:43 wider

"#]]
    );
    let tune = pipeline.stage("tune").expect("the stage exists");
    let wide = &pipeline.variants_of(tune)[0];
    assert_eq!(wide.from.as_deref(), Some("fit/soft"));
    let fit = pipeline.stage("fit").expect("the stage exists");
    assert_eq!(pipeline.settings(tune, wide.from.as_deref()), pipeline.settings(fit, Some("soft")));
}

#[test]
fn a_setting_for_a_stage_reaches_the_variants_of_others_that_derive_from_it() {
    let pipeline = loaded(&["fit.model=forest", "tune[wide].C=2", "tune[plain].options.rate=0.7"]);
    assert_data_eq!(
        format_variant(&pipeline, "tune", "wide"),
        str![[r#"
{"C":2,"model":"forest","options":{"decay":1,"rate":0.1},"steps":5,"width":3}
C tune[wide].C=2
model fit.model=forest
options.decay pipeline.yaml:11:60 params
options.rate stages/fit.yaml:4:44 soft
steps pipeline.yaml:11:28 params
width pipeline.yaml:13:46 wide

"#]]
    );
    // What is only inherited can be set, too.
    let pipeline = loaded(&["tune[plain].model=tree"]);
    let tune = pipeline.stage("tune").expect("the stage exists");
    assert_eq!(pipeline.settings(tune, Some("plain")).get("model"), Some(&"tree".into()));
}

#[test]
fn a_stage_aggregates_over_what_it_names_and_else_over_seeds() {
    let pipeline = loaded(&[]);
    let stage = |name: &str| &pipeline.stages[pipeline.stage(name).expect("the stage exists").0];
    assert_eq!(
        (stage("tune").repeats(), stage("tune").paired.as_slice()),
        (vec!["fold", "seed"], &["fold".to_owned()][..])
    );
    assert_eq!((stage("fit").repeats(), stage("fit").paired.as_slice()), (vec!["seed"], &[][..]));
}
