//! Parameters, variants and seeds of programs.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

const FIT: &str = "\
recount: 1
title: fit
stages:
  - name: fit
    each: [variant, seed]
    run: cp {params} {out}/params.json
    out: \"runs/{variant}/{seed}\"
    seeds: [1, 2]
    params: { model: svm, C: 1, options: { rate: 0.1, steps: [5, 6] } }
    variants:
      - { name: svm }
      - { name: soft, from: svm, C: 0.5, options: { rate: 0.2 } }
      - { name: bare, from: soft, C: null }
      - { name: again, from: svm }
  - name: sum
    each: [variant]
    needs: [fit]
    run: echo {fit.options.rate} {fit.model} {variant} > {out}
    out: \"sums/{variant}\"
";

/// A project of which only the first stage is there.
fn fit() -> Project {
    let project = Project::empty();
    let (fit, _) = FIT.split_once("  - name: sum").expect("it has two stages");
    project.write("pipeline.yaml", fit);
    project
}

#[test]
fn programs_with_equal_parameters_share_a_run() {
    let project = fit();
    let result = project.run(&[]).done();
    assert_eq!(result.ran(), ["fit[bare,seed=1]", "fit[soft,seed=1]", "fit[svm,seed=1]"]);
    assert_data_eq!(
        project.read("runs/soft/2/params.json"),
        str![[r#"
{
  "C": 0.5,
  "model": "svm",
  "options": {
    "rate": 0.2,
    "steps": [
      5,
      6
    ]
  }
}

"#]]
    );
    assert_eq!(project.read("runs/again/1/params.json"), project.read("runs/svm/2/params.json"));
    assert!(!project.read("runs/bare/1/params.json").contains("\"C\""));
}

#[test]
fn a_program_that_gets_its_coordinates_shares_no_run() {
    let project = fit();
    project.edit(
        "pipeline.yaml",
        "cp {params} {out}/params.json",
        "cp {params} {out}/p; echo {variant} {seed}",
    );
    assert_eq!(project.run(&[]).done().ran().len(), 8);
}

#[test]
fn a_changed_parameter_runs_what_has_it_and_is_reported_with_its_place() {
    let project = fit();
    project.run(&[]).done();
    project.edit("pipeline.yaml", "C: 0.5", "C: 0.25");
    assert_data_eq!(
        project.run(&["why", "fit[soft,seed=1]"]).done().out,
        str![[r#"
fit[soft,seed=1] · stale
  `params.C` 0.5 → 0.25 · pipeline.yaml:12

"#]]
    );
    assert_eq!(project.run(&[]).done().ran(), ["fit[soft,seed=1]"]);
    let tried = project.run(&["--set", "fit[bare].options.rate=0.3"]).done();
    assert_eq!(tried.ran(), ["fit[bare,seed=1]"]);
    let result = project.run(&["--set", "fit[bare].retries=1"]).ended(2);
    assert!(
        result.err.starts_with("error: `retries` is no parameter, so no variant has its own\n"),
        "{}",
        result.err
    );
    let result = project.run(&["--set", "fit.options.rat=1"]).ended(2);
    assert!(result.err.starts_with("error: stage `fit` has no field `options.rat`\n"), "{}", result.err);
    assert!(result.err.ends_with("help: a field named `options.rate` exists\n"), "{}", result.err);
}

#[test]
fn a_file_of_its_own_says_the_same() {
    let project = fit();
    project.run(&[]).done();
    let text = project.read("pipeline.yaml");
    let (stage, settings) = text.split_once("    seeds:").expect("it has seeds");
    let settings = format!("seeds:{settings}").replace("\n    ", "\n");
    project.write("pipeline.yaml", stage).write("stages/fit.yaml", &settings);
    assert_eq!(project.run(&[]).done().ran(), [""; 0]);
    project.edit("stages/fit.yaml", "model: svm", "model: forest");
    let why = project.run(&["why", "fit[svm,seed=1]"]).done().out;
    assert!(why.ends_with("`params.model` svm → forest · stages/fit.yaml:2\n"), "{why}");
}

#[test]
fn braces_take_parameters_of_the_stage_and_of_its_needs() {
    let project = Project::empty();
    project.write("data/a.csv", "1").write("data/b.csv", "2").write(
        "pipeline.yaml",
        "\
recount: 1
title: braces
stages:
  - name: fit
    each: [variant, { fold: [x, y] }]
    run: cat data/{set}.csv > {out}/n; echo {fold} > {out}/fold
    inputs: [\"data/{set}.csv\"]
    out: \"runs/{variant}-{fold}\"
    variants: [{ name: one, set: a }, { name: two, set: b }]
  - name: score
    each: [variant]
    needs: [fit]
    run: [sh, -c, 'cat \"$@\" > {out}/{fit.set}', sh, \"{fit.out}/n\"]
    out: \"scores/{variant}\"
",
    );
    assert_eq!(project.run(&[]).done().ran().len(), 6);
    assert_eq!((project.read("scores/one/a"), project.read("scores/two/b")), ("11".into(), "22".into()));
    project.write("data/b.csv", "3");
    let ran = project.run(&[]).done();
    assert_eq!(ran.ran(), ["fit[two,fold=x]", "fit[two,fold=y]", "score[two]"]);
}

#[test]
fn points_that_are_left_out_neither_run_nor_are_read() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "\
recount: 1
title: points
stages:
  - name: fit
    each: { fold: [1, 2], word: [a, b] }
    exclude: [{ fold: 2, word: b }]
    run: echo {fold} {word} > {out}/n
    out: \"runs/{fold}{word}\"
  - name: sum
    needs: [fit]
    run: [sh, -c, 'cat \"$@\" > sum.txt', sh, \"{fit.out}/n\"]
    outputs: [sum.txt]
",
    );
    let result = project.run(&[]).done();
    assert_eq!(result.ran(), ["fit[fold=1,word=a]", "fit[fold=1,word=b]", "fit[fold=2,word=a]", "sum"]);
    assert_eq!(project.read("sum.txt"), "1 a\n1 b\n2 a\n");
    let ran = project.edit("pipeline.yaml", "fold: 2, word: b", "word: b").run(&[]).done();
    assert_eq!((ran.ran(), project.read("sum.txt")), (vec!["sum"], "1 a\n2 a\n".into()));
    assert!(!project.path("runs/1b").exists());
}

/// Waits at a counter, and a stage that has parameters of its own and goes over the variants of the other one.
const QUEUE: &str = r#"recount: 1
title: Queues
stages:
  - name: simulate
    each: [variant]
    run: cp {params} {out}/params.json
    out: "runs/{variant}"
    params: { order: first, servers: 1, limit: 9 }
    variants: [{ name: fifo }, { name: lifo, order: last }]
  - name: evaluate
    each: [simulate.variant]
    needs: [simulate]
    params: { limit: 120 }
    run: |
      cat {simulate.out}/params.json {params} > {out}/read.txt
      echo '{{"wait": 0.75}}' > {out}/metrics.json
    out: "runs/evaluate/{variant}"
    measures: { wait: "metrics.json#/wait" }
  - { name: report, kind: render, template: report.md.j2, output: report.md }
"#;

#[test]
fn the_parameters_of_runs_are_those_of_their_stage_and_then_those_of_the_variants() {
    let project = Project::empty();
    project.write("pipeline.yaml", QUEUE).write(
        "report.md.j2",
        r#"{% set lifo = evaluate["lifo"] -%}
{{ lifo.wait | fixed(2) }} with {{ lifo.params.limit }}, {{ lifo.params.order }}, {{ lifo.of("simulate").params.limit }}.
"#,
    );
    project.run(&[]).done();
    assert_data_eq!(
        project.read("report.md").lines().next().unwrap_or_default(),
        str!["[0.75][mp2a22] with [120][k35jkb], last, [9][wjfiin]."]
    );
    assert_data_eq!(
        project.run(&["results", "evaluate", "-c", "params.limit", "-c", "params.order"]).done().out,
        str![[r#"
variant  params.limit  params.order
fifo     120           first
lifo     120           last

"#]]
    );
    assert_data_eq!(
        project.run(&["audit", "0.75"]).done().out,
        str![[r#"
0.75 is evaluate[lifo]/metrics.json#/wait
  stands    report.md:1:1 · mp2a22
  rounding  fixed(2) of 0.75
  values    0.75  evaluate[lifo]
  settings  limit    120   pipeline.yaml:13
            order    last  pipeline.yaml:9
            servers  1     pipeline.yaml:8

runs
  evaluate[lifo] · key [..] · ran [..]
  simulate[lifo] · key [..] · ran [..]

code
  kind command · [..] · evaluate, simulate

"#]]
    );
    project.edit("report.md.j2", "lifo.params.order", "lifo.params.ordr");
    assert_data_eq!(
        project.run(&["status"]).ended(2).err,
        str![[r#"
error: stage `evaluate` has no parameter `ordr`
 --> report.md.j2:2:61
  |
2 | {{ lifo.wait | fixed(2) }} with {{ lifo.params.limit }}, {{ lifo.params.ordr }}, {{ lifo.of("simulate").params.limit }}.
  |                                                             ^^^^^^^^^^^^^^^^
  |
help: a parameter named `order` exists

"#]]
    );
}
