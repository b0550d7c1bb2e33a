//! Observed values in a file with others: another time is no other result.

use std::fs;

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::Project;

/// A fit whose clock, a file that no stage names, goes on.
const FIT: &str = r#"recount: 1
title: clock
stages:
  - name: fit
    run: |
      time=$(cat clock/time); echo $((time + 1)) > clock/time
      printf '{{"score": 0.9, "seconds": %s}}' "$time" > {out}/metrics.json
    out: "runs"
    measures:
      score: metrics.json#/score
      seconds: { from: "metrics.json#/seconds", unit: s, observed: true }
  - name: sum
    needs: [fit]
    run: cat runs/metrics.json > {out}/sum.txt
    out: "sums"
"#;

fn clock() -> Project {
    let project = Project::empty();
    project.write("pipeline.yaml", FIT).write("clock/time", "1");
    project.run(&["fit"]).done();
    project
}

#[test]
fn a_run_that_took_another_time_leaves_the_lock_as_it_is() {
    let project = clock();
    let lock = project.read("pipeline.lock");
    project.run(&["run", "fit", "--force", "fit"]).done();
    assert_eq!(project.read("runs/metrics.json"), "{\"score\": 0.9, \"seconds\": 2}");
    assert_eq!(project.read("pipeline.lock"), lock);
    project.run(&["run", "fit", "--locked"]).done();
    assert_data_eq!(
        project.run(&["results"]).done().out,
        str![[r#"
score  seconds (s)
  0.9            2

"#]]
    );
}

#[test]
fn a_second_run_is_equal_where_only_its_time_is_another() {
    let project = clock();
    // The second run is elsewhere, and has no such file.
    project.edit(
        "pipeline.yaml",
        "time=$(cat clock/time); echo $((time + 1)) > clock/time",
        "time=1$(date +%N)",
    );
    project.run(&[]).done();
    assert_data_eq!(
        project.run(&["verify", "--all"]).done().out,
        str![[r#"
equal   fit
equal   sum
equal 2 · [..] s

"#]]
    );
    project.edit("pipeline.yaml", "unit: s, observed: true", "unit: s");
    project.run(&[]).done();
    assert_data_eq!(
        project.run(&["verify", "fit"]).ended(1).out,
        str![[r#"
differs fit · metrics.json: /seconds: [..] became [..]
equal 0 · not confirmed 1 · [..] s

"#]]
    );
}

#[test]
fn a_clone_has_the_results_and_takes_the_files_as_they_are() {
    let project = clock();
    git(&project, &["init", "-q"]);
    git(&project, &["add", "pipeline.yaml", "pipeline.lock", "runs"]);
    git(&project, &["commit", "-qm", "all"]);
    fs::remove_dir_all(project.path("artifacts")).expect("the store is there");
    let result = project.run(&["results"]).done();
    assert_data_eq!(
        result.out,
        str![[r#"
score  seconds (s)
  0.9    none of 1
fit/metrics.json#/seconds: line 1, column 27: expected a number, found nothing

"#]]
    );
    assert_data_eq!(result.err, str![[r#""#]]);
    project.edit("runs/metrics.json", "1}", "7}");
    assert_data_eq!(
        project.run(&["adopt", "fit"]).done().out,
        str![[r#"
adopted fit
adopted 1

"#]]
    );
    assert_eq!(project.run(&["run", "fit"]).done().ran(), [""; 0]);
    project.edit("runs/metrics.json", "0.9", "0.8");
    fs::remove_dir_all(project.path("artifacts")).expect("the store is there");
    assert_data_eq!(
        project.run(&["adopt", "fit"]).ended(1).out,
        str![[r#"
lacking fit · `runs/metrics.json` is not what pipeline.lock says
adopted 0 · not adopted 1

"#]]
    );
}

#[test]
fn a_figure_and_a_report_of_the_other_values_stay_as_they_are() {
    let project = clock();
    project.edit(
        "pipeline.yaml",
        "  - name: sum",
        "  - { name: plot, kind: plot, figures: { score: { bars: fit.score } } }\n  \
         - { name: report, kind: render, template: report.md.j2, output: report.md }\n  - name: sum",
    );
    project.write("report.md.j2", "It scores {{ fit.score | fixed(1) }}.\n\n{{ figure(\"score\") }}\n");
    project.run(&["report"]).done();
    let lock = project.read("pipeline.lock");
    assert_eq!(project.run(&["run", "report", "--force", "fit"]).done().ran(), ["fit"]);
    assert_eq!(project.read("pipeline.lock"), lock);
}
