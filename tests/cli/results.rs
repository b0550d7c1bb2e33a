//! `recount results`, the measures at the end of a run, and those of a trial beside the recorded ones.

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::Project;

/// Models whose score depends on the seed: `twin` is `plain` under another name, and `lame` has no score at seed 2.
const MODELS: &str = r#"recount: 1
title: models
stages:
  - name: fit
    each: [variant, seed]
    run: [sh, fit.sh, "{params}", "{seed}", "{out}"]
    inputs: [fit.sh]
    out: "runs/{variant}/{seed}"
    params: { base: 70 }
    variants: [{ name: plain }, { name: twin }, { name: good, base: 90 }, { name: lame, base: 0 }]
    seeds: [1, 2, 3]
    measures:
      score: { from: "scores.json#/score", unit: fraction, better: higher, out_of: 4000 }
      size: { from: "log.csv#last/size", unit: B, better: lower, exact: true }
      waste: { ratio: [size, score] }
  - name: count
    each: [variant, seed]
    needs: [fit]
    run: |
      printf '{{"bytes": %s}}' $(wc -c < {fit.out}/log.csv) > {out}/count.json
    out: "counts/{variant}/{seed}"
"#;

const FIT: &str = r#"base=$(tr -dc 0-9 < "$1")
score="0.$((base + $2))"
[ "$base$2" = 02 ] && score=NaN
printf '{"score": %s, "all": {"n": [1, 2]}}\n' "$score" > "$3/scores.json"
printf 'step,size\n1,10\n2,%s\n' "$((base * 2))" > "$3/log.csv"
"#;

fn models() -> Project {
    let project = Project::empty();
    project.write("pipeline.yaml", MODELS).write("fit.sh", FIT);
    project
}

#[test]
fn a_run_ends_with_the_measures_of_what_ran_and_results_lists_them_all() {
    let project = models();
    assert_data_eq!(project.run(&["fit[good]"]).done().out, str![]);
    project.run(&[]).done();
    assert_data_eq!(project.run(&["results"]).done().out, str![]);
    let args = [
        "results",
        "fit",
        "-c",
        "params.base",
        "-c",
        "score",
        "-c",
        "scores.json#/all/n/1",
        "--sort",
        "score",
    ];
    assert_data_eq!(project.run(&args).done().out, str![]);
    assert_data_eq!(project.run(&["results", "count", "--csv"]).done().out, str![]);
    let args = ["results", "fit", "--runs", "--md", "-c", "size", "--sort", "size"];
    assert_data_eq!(project.run(&args).done().out, str![]);
    let json = project.run(&["results", "--json"]).done().json();
    assert_eq!(json["tables"][0]["rows"][3]["cells"][0]["values"], serde_json::json!([0.1, null, 0.3]));
}

#[test]
fn a_trial_shows_what_it_measured_beside_what_is_recorded_also_when_it_is_tried_again() {
    let project = models();
    project.run(&[]).done();
    let recorded = project.run(&["results"]).done().out;
    let trial = ["run", "--set", "fit.base=80", "fit[plain]"];
    let first = project.run(&trial).done().out;
    assert_data_eq!(first.lines().take(2).collect::<Vec<_>>().join("\n"), str![]);
    let again = project.run(&trial).done().out;
    assert_eq!(again.lines().next(), first.lines().next());
    let one = project.run(&["run", "--set", "fit.base=81", "fit[plain,seed=2]"]).done().out;
    assert_data_eq!(one.lines().take(2).collect::<Vec<_>>().join("\n"), str![]);
    assert_eq!(project.run(&["results"]).done().out, recorded, "a trial changes nothing");
}

#[test]
fn a_revision_is_shown_as_its_lock_has_it_and_runs_of_other_settings_are_counted() {
    let project = models();
    project.write(".gitignore", "artifacts\nhome\n").run(&[]).done();
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    project.edit("pipeline.yaml", "name: good, base: 90", "name: good, base: 85");
    project.edit("pipeline.yaml", ", { name: lame, base: 0 }", "").run(&["fit[good,seed=1]"]).done();
    let args = ["results", "fit", "-c", "params.base", "-c", "score", "--compare", "HEAD"];
    assert_data_eq!(project.run(&args).done().out, str![]);
    project.run(&[]).done();
    assert_data_eq!(project.run(&args).done().out, str![]);
    let diff = project.run(&["diff"]).done().out;
    let moved: Vec<&str> = diff.lines().filter(|line| !line.contains("because")).collect();
    assert_data_eq!(moved.join("\n"), str![]);
}

#[test]
fn repeats_that_share_one_run_are_one() {
    let project = models();
    project.edit("pipeline.yaml", "\"{params}\", \"{seed}\"", "\"{params}\", \"1\"").run(&[]).done();
    assert_data_eq!(project.run(&["results", "-c", "score"]).done().out, str![]);
}

#[test]
fn what_there_is_not_is_said_with_what_there_is() {
    let project = models();
    assert_data_eq!(project.run(&["results"]).ended(2).err, str![]);
    project.run(&[]).done();
    assert_data_eq!(project.run(&["results", "fitt"]).ended(2).err, str![]);
    assert_data_eq!(project.run(&["results", "-c", "scor"]).ended(2).err, str![]);
    assert_data_eq!(project.run(&["results", "-c", "params.bas"]).ended(2).err, str![]);
    assert_data_eq!(project.run(&["results", "--sort", "scores.jsn#/a"]).ended(2).err, str![]);
    project.edit("pipeline.yaml", "scores.json#/score", "scores.json#/scor").run(&[]).done();
    assert_data_eq!(project.run(&["results", "-c", "score"]).done().out, str![]);
}
