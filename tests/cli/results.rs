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
    assert_data_eq!(
        project.run(&["fit[good]"]).done().out,
        str![[r#"
variant          score  size (B)        waste
good     0.920 ± 0.010       180  195.7 ± 2.1
mean ± standard deviation over 3 repeats
ran 3 · [..] s

"#]]
    );
    project.run(&[]).done();
    assert_data_eq!(
        project.run(&["results"]).done().out,
        str![[r#"
variant                      score  size (B)         waste
plain         0.720 ± 0.010              140  194.5 ± 2.7
twin = plain  0.720 ± 0.010              140  194.5 ± 2.7
good          0.920 ± 0.010              180  195.7 ± 2.1
lame          0.20 ± 0.14 (2 of 3)         0    0 (2 of 3)
mean ± standard deviation over 3 repeats
fit[lame,seed=2]/scores.json#/score: line 1, column 11: expected a finite number, found `NaN`

"#]]
    );
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
    assert_data_eq!(
        project.run(&args).done().out,
        str![[r#"
variant       params.base                 score  scores.json#/all/n/1
good          90           0.920 ± 0.010                            2
plain         70           0.720 ± 0.010                            2
twin = plain  70           0.720 ± 0.010                            2
lame          0            0.20 ± 0.14 (2 of 3)                     2
mean ± standard deviation over 3 repeats
fit[lame,seed=2]/scores.json#/score: line 1, column 11: expected a finite number, found `NaN`

"#]]
    );
    assert_data_eq!(
        project.run(&["results", "count", "--csv"]).done().out,
        str![[r#"
variant,count.json#/bytes.mean,count.json#/bytes.sd,count.json#/bytes.min,count.json#/bytes.max,count.json#/bytes.n,count.json#/bytes.repeats
plain,21,0,21,21,3,3
twin,21,0,21,21,3,3
good,21,0,21,21,3,3
lame,19,0,19,19,3,3

"#]]
    );
    let args = ["results", "fit", "--runs", "--md", "-c", "size", "--sort", "size"];
    assert_data_eq!(
        project.run(&args).done().out,
        str![[r#"
| variant | seed | size (B) |
| --- | --- | --: |
| lame | 1 | 0 |
| lame | 2 | 0 |
| lame | 3 | 0 |
| plain | 1 | 140 |
| plain | 2 | 140 |
| plain | 3 | 140 |
| twin | 1 = plain 1 | 140 |
| twin | 2 = plain 2 | 140 |
| twin | 3 = plain 3 | 140 |
| good | 1 | 180 |
| good | 2 | 180 |
| good | 3 | 180 |

"#]]
    );
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
    assert_data_eq!(
        first.lines().take(2).collect::<Vec<_>>().join("\n"),
        str![[r#"
variant          score       recorded  change         size (B)  recorded  change              waste     recorded  change
plain    0.820 ± 0.010  0.720 ± 0.010  higher by 0.1       160       140  higher by 20  195.1 ± 2.4  194.5 ± 2.7  unclear: not significant at 5 %
"#]]
    );
    let again = project.run(&trial).done().out;
    assert_eq!(again.lines().next(), first.lines().next());
    let one = project.run(&["run", "--set", "fit.base=81", "fit[plain,seed=2]"]).done().out;
    assert_data_eq!(
        one.lines().take(2).collect::<Vec<_>>().join("\n"),
        str![[r#"
variant  score  recorded  change                      size (B)  recorded  change         waste  recorded  change
plain     0.83      0.72  unclear: one run on a side       162       140  higher by 22  195.18    194.44  unclear: one run on a side
"#]]
    );
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
    assert_data_eq!(
        project.run(&args).done().out,
        str![[r#"
variant       params.base          score           HEAD  change
plain         70           0.720 ± 0.010  0.720 ± 0.010  same
twin = plain  70           0.720 ± 0.010  0.720 ± 0.010  same
good          85           0.903 ± 0.038  0.920 ± 0.010  unclear: not significant at 5 %
mean ± standard deviation over 3 repeats
fit: 2 of 9 runs are of other settings or inputs than there are now, as `recount status` says
of HEAD there is no more: lame

"#]]
    );
    project.run(&[]).done();
    assert_data_eq!(
        project.run(&args).done().out,
        str![[r#"
variant       params.base          score           HEAD  change
plain         70           0.720 ± 0.010  0.720 ± 0.010  same
twin = plain  70           0.720 ± 0.010  0.720 ± 0.010  same
good          85           0.870 ± 0.010  0.920 ± 0.010  lower by 0.05
mean ± standard deviation over 3 repeats
of HEAD there is no more: lame

"#]]
    );
    let diff = project.run(&["diff"]).done().out;
    let moved: Vec<&str> = diff.lines().filter(|line| !line.contains("because")).collect();
    assert_data_eq!(
        moved.join("\n"),
        str![[r#"
removed count[lame]
removed fit[lame]
changed fit[good] · 3 repeats · 3 measures moved, 2 clearly
  score        0.92 →       0.87      -0.05  lower
  size          180 →        170        -10  lower
  waste  195.667586 → 195.419512  -0.248074  unclear: not significant at 5 %
changed count[good] · 3 repeats
HEAD → now · changed 2 · added 0 · removed 6
"#]]
    );
}

#[test]
fn repeats_that_share_one_run_are_one() {
    let project = models();
    project.edit("pipeline.yaml", "\"{params}\", \"{seed}\"", "\"{params}\", \"1\"").run(&[]).done();
    assert_data_eq!(
        project.run(&["results", "-c", "score"]).done().out,
        str![[r#"
variant       score
plain          0.71
twin = plain   0.71
good           0.91
lame           0.1
fit: the repeats over seed share one run, as its program is not given the seed

"#]]
    );
}

#[test]
fn what_does_not_exist_is_reported_with_what_does() {
    let project = models();
    assert_data_eq!(
        project.run(&["results"]).ended(2).err,
        str![[r#"
error: the project has no `pipeline.lock`
help: `recount run` writes it; commit it then

"#]]
    );
    project.run(&[]).done();
    assert_data_eq!(
        project.run(&["results", "fitt"]).ended(2).err,
        str![[r#"
error: no stage is named `fitt`
help: a stage named `fit` exists

"#]]
    );
    assert_data_eq!(
        project.run(&["results", "-c", "scor"]).ended(2).err,
        str![[r#"
error: there is no column `scor`
help: a column named `score` exists; a parameter is named `params.NAME`, any other number by its address, `metrics.json#/a/b`

"#]]
    );
    assert_data_eq!(
        project.run(&["results", "-c", "params.bas"]).ended(2).err,
        str![[r#"
error: there is no column `params.bas`
help: the columns are `score`, `size`, `waste`; a parameter is named `params.NAME`, any other number by its address, `metrics.json#/a/b`

"#]]
    );
    assert_data_eq!(
        project.run(&["results", "--sort", "scores.jsn#/a"]).ended(2).err,
        str![[r#"
error: there is no column `scores.jsn#/a`
help: the columns are `score`, `size`, `waste`; a parameter is named `params.NAME`, any other number by its address, `metrics.json#/a/b`

"#]]
    );
    project.edit("pipeline.yaml", "scores.json#/score", "scores.json#/scor").run(&[]).done();
    assert_data_eq!(
        project.run(&["results", "-c", "score"]).done().out,
        str![[r#"
variant           score
plain         none of 3
twin = plain  none of 3
good          none of 3
lame          none of 3
mean ± standard deviation over 3 repeats
fit[good,seed=1]/scores.json#/scor and 11 other runs: line 1, column 1: there is nothing at `/scor`

"#]]
    );
}

#[test]
fn a_table_after_a_failure_says_how_many_results_are_older() {
    let project = models();
    project.run(&["fit[good]"]).done();
    project.edit("fit.sh", "base=", "[ \"$2\" = 2 ] && exit 1\nbase=");
    assert_data_eq!(
        project.run(&["run", "-k", "fit[good]"]).ended(1).out,
        str![[r#"
variant          score  size (B)        waste
good     0.920 ± 0.010       180  195.7 ± 2.1
mean ± standard deviation over 3 repeats
fit: 1 of 3 runs are of other settings or inputs than there are now, as `recount status` says
ran 2 · failed 1 · [..] s

"#]]
    );
}
