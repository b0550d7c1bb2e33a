//! What files are read as: order, places, whose variants a stage takes, `--set`.

use super::*;
use crate::spec::{Field, Origin, Shape, Value};

const PIPELINE: &str = "\
recount: 1
title: Test
stages:
  - { name: score, kind: score, each: [variant, seed], needs: [data, learn] }
  - { name: data, kind: data }
  - { name: learn, kind: learn, each: [variant, seed], needs: [data] }
";

const LEARN: &str = "\
seeds: [3, 1]
params:
  rate: 1
  size: 0x10
variants:
  - { name: \"2.2\", from: \"2.1\", word: \"yes\" }
  - { name: \"2.1\", rate: 1e-3 }
  - { name: plain }
";

fn schemas() -> Vec<Schema> {
    let field = |name, shape, default| Field { name, shape, default, about: "a setting" };
    let number = Shape::Number { least: 0.0, most: 10.0, above_least: true, below_most: false };
    let paths = |shape| Shape::List(Box::new(shape));
    let none = || Some(Value::List(Vec::new()));
    vec![
        Schema { kind: "data", ..Schema::default() },
        Schema { kind: "score", repeats: true, ..Schema::default() },
        Schema {
            kind: "learn",
            fields: vec![
                field("rate", number, Some(0.5.into())),
                field("size", Shape::Integer { least: 1, most: 99 }, Some(8.into())),
                field("word", Shape::Text, Some("no".into())),
            ],
            repeats: true,
            ..Schema::default()
        },
        Schema {
            kind: "command",
            fields: vec![
                field("run", Shape::Text, None),
                field("inputs", paths(Shape::ExistingPath), none()),
                field("outputs", paths(Shape::OutputPath), none()),
            ],
            repeats: true,
            inline: true,
            ..Schema::default()
        },
    ]
}

fn loaded(files: &[(&str, &str)], overrides: &[&str]) -> Result<Pipeline, String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    fs::create_dir(folder.path().join("stages")).expect("a folder can be made");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file can be written");
    }
    let overrides: Vec<String> = overrides.iter().map(|argument| (*argument).to_owned()).collect();
    load(folder.path(), &schemas(), &overrides).map_err(|mistakes| mistakes.to_string())
}

fn learned(overrides: &[&str]) -> Pipeline {
    let files = [("pipeline.yaml", PIPELINE), ("stages/learn.yaml", LEARN)];
    loaded(&files, overrides).expect("the files have no mistake")
}

/// Gives each setting of a variant (or of the base) with where it was set.
fn settings(pipeline: &Pipeline, variant: Option<&str>) -> Vec<String> {
    let stage = pipeline.stage("learn").expect("the stage exists");
    let settings = pipeline.settings(stage, variant);
    let parameters = settings.parameters();
    let lines = parameters.iter().map(|(name, value)| {
        let origin = match settings.origin(name).expect("every parameter has one") {
            Origin::Default => "default".to_owned(),
            Origin::Override(argument) => argument.clone(),
            Origin::File { path, line, column, variant } => {
                format!("{path}:{line}:{column} {}", variant.as_deref().unwrap_or("params"))
            }
        };
        format!("{name} {value} {origin}")
    });
    lines.collect()
}

#[test]
fn stages_come_after_what_they_need_and_otherwise_as_they_are_written() {
    let pipeline = learned(&[]);
    let names: Vec<&str> = pipeline.stages.iter().map(|stage| stage.name.as_str()).collect();
    assert_eq!(names, ["data", "learn", "score"]);
    assert_eq!(pipeline.stages[2].needs, [StageId(0), StageId(1)]);
    assert_eq!(pipeline.stages[2].each, [Axis::Variant, Axis::Seed]);
}

#[test]
fn every_setting_keeps_where_it_was_written() {
    let pipeline = learned(&[]);
    assert_eq!(
        settings(&pipeline, None),
        ["rate 1 stages/learn.yaml:3:9 params", "size 16 stages/learn.yaml:4:9 params", "word no default"]
    );
    assert_eq!(
        settings(&pipeline, Some("2.2")),
        [
            "rate 0.001 stages/learn.yaml:7:26 2.1",
            "size 16 stages/learn.yaml:4:9 params",
            "word yes stages/learn.yaml:6:39 2.2"
        ]
    );
}

#[test]
fn a_number_is_the_same_with_and_without_a_fraction() {
    let whole = learned(&[]);
    let fraction = learned(&["learn.rate=1.0"]);
    let rate = |pipeline: &Pipeline| pipeline.stages[1].base.get("rate").cloned();
    assert_eq!(rate(&whole), Some(Value::Float(1.0)));
    assert_eq!(rate(&whole), rate(&fraction));
}

#[test]
fn a_stage_without_settings_takes_variants_and_seeds_from_what_it_needs() {
    let pipeline = learned(&[]);
    let score = pipeline.stage("score").expect("the stage exists");
    let names: Vec<&str> = pipeline.variants_of(score).iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["2.2", "2.1", "plain"]);
    assert_eq!(pipeline.seeds_of(score), [3, 1]);
    assert!(pipeline.settings(score, Some("2.1")).parameters().is_empty());
    let data = pipeline.stage("data").expect("the stage exists");
    assert!(pipeline.variants_of(data).is_empty() && pipeline.seeds_of(data).is_empty());
}

/// Gives for each stage whose variants it takes.
fn owners(stages: &str) -> Result<Vec<String>, String> {
    let text = format!("recount: 1\ntitle: Test\nstages:\n{stages}");
    let files = [
        ("pipeline.yaml", text.as_str()),
        ("stages/one.yaml", "variants: [{ name: first }]"),
        ("stages/two.yaml", "variants: [{ name: first }]"),
    ];
    let pipeline = loaded(&files, &[])?;
    let name = |of: Option<StageId>| of.map_or("-", |stage| &pipeline.stages[stage.0].name);
    Ok(pipeline.stages.iter().map(|stage| format!("{} {}", stage.name, name(stage.variants_of))).collect())
}

const TWO: &str = "  - { name: one, kind: learn, each: [variant] }\n  \
    - { name: two, kind: learn, each: [variant], needs: [one] }\n";

#[test]
fn the_nearest_need_has_the_variants_in_whatever_order_needs_are_written() {
    for needs in ["mean, one", "one, mean"] {
        let stages = format!(
            "{TWO}  - {{ name: mean, kind: score, needs: [two] }}\n  \
             - {{ name: last, kind: score, each: [variant], needs: [{needs}] }}\n  \
             - {{ name: through, kind: score, each: [variant], needs: [mean] }}\n"
        );
        assert_eq!(
            owners(&stages).expect("it is clear whose they are"),
            ["one one", "two two", "mean -", "last one", "through two"]
        );
    }
}

#[test]
fn where_two_needs_are_as_near_each_names_the_stage() {
    let stages =
        |axis: &str| format!("{TWO}  - {{ name: last, kind: score, each: [{axis}], needs: [one, two] }}\n");
    assert!(owners(&stages("variant")).is_err());
    for owner in ["one", "two"] {
        let axis = format!("{owner}.variant");
        let owners = owners(&stages(&axis)).expect("it is named");
        assert_eq!(owners[2], format!("last {owner}"));
    }
}

#[test]
fn a_setting_for_the_stage_reaches_the_variants_that_do_not_say_their_own() {
    let pipeline = learned(&["learn.rate=2"]);
    assert_eq!(settings(&pipeline, Some("plain"))[0], "rate 2 learn.rate=2");
    assert_eq!(settings(&pipeline, Some("2.1"))[0], "rate 0.001 stages/learn.yaml:7:26 2.1");
}

#[test]
fn a_setting_for_a_variant_reaches_no_other() {
    let pipeline = learned(&["learn[2.1].rate=3", "learn[2.1].rate=4"]);
    assert_eq!(settings(&pipeline, Some("2.1"))[0], "rate 4 learn[2.1].rate=4");
    assert_eq!(settings(&pipeline, Some("2.2"))[0], "rate 0.001 stages/learn.yaml:7:26 2.1");
}

#[test]
fn a_file_that_is_not_there_or_empty_leaves_every_default() {
    let pipeline = "recount: 1\ntitle: Test\nstages: [{ name: learn, kind: learn }]\n";
    for files in
        [&[("pipeline.yaml", pipeline)][..], &[("pipeline.yaml", pipeline), ("stages/learn.yaml", "")]]
    {
        let loaded = loaded(files, &[]).expect("the files have no mistake");
        assert_eq!(settings(&loaded, None), ["rate 0.5 default", "size 8 default", "word no default"]);
    }
}

#[test]
fn a_command_is_whole_in_the_pipeline_and_keeps_its_braces() {
    let text = "recount: 1\ntitle: Test\nstages:\n  - name: sum\n    kind: command\n    run: cat\n    \
        inputs: [counts]\n    needs: [count]\n  - name: count\n    kind: command\n    \
        each: { word: [alpha, 2, 0.10] }\n    run: >-\n      echo {word}\n      '{{}}'\n    \
        outputs: [\"counts/{word}.txt\"]\n";
    let pipeline = loaded(&[("pipeline.yaml", text)], &[]).expect("the file has no mistake");
    let count = &pipeline.stages[0];
    let values = ["alpha", "2", "0.10"].map(str::to_owned).to_vec();
    assert_eq!(count.each, [Axis::Listed { name: "word".to_owned(), values }]);
    assert_eq!(count.fields.get("run"), Some(&"echo {word} '{{}}'".into()));
    assert_eq!(count.fields.get("inputs"), Some(&Value::List(Vec::new())));
    assert_eq!(count.fields.origin("inputs"), Some(&Origin::Default));
    assert_eq!(pipeline.stages[1].needs, [StageId(0)]);
}

#[test]
fn an_output_may_be_read_by_whoever_waits_for_it_through_others() {
    let text = "recount: 1\ntitle: Test\nstages:\n  - { name: a, kind: command, run: x, outputs: [out/a] }\n  \
         - { name: b, kind: command, run: x, needs: [a] }\n  \
         - { name: c, kind: command, run: x, needs: [b], inputs: [out] }\n";
    assert!(loaded(&[("pipeline.yaml", text)], &[]).is_ok());
}
