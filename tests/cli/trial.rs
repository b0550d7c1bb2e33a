//! A trial by `--set`: where its outputs are, and what it can't have.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

#[test]
fn status_says_of_a_trial_until_a_plain_run_restores() {
    let project = Project::words();
    let sum = project.read("sum.txt");
    project.run(&["run", "--set", "sum.run=echo tried > sum.txt"]).done();
    assert_eq!(project.read("sum.txt"), "tried\n");
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
trial   sum.txt · of a trial by --set; a run puts the present one there
fresh 4 · stale 0 · waiting for these 0

"#]]
    );
    project.write("sum.txt", "mine\n");
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
edited  sum.txt · a run keeps it in artifacts/edited/ and writes it again
fresh 4 · stale 0 · waiting for these 0

"#]]
    );
    project.run(&["run", "--set", "sum.run=echo tried > sum.txt"]).done();
    let run = project.run(&[]).done();
    assert_eq!(run.err, "wrote   sum.txt\n");
    assert_eq!(project.read("sum.txt"), sum);
    assert_eq!(project.run(&["status"]).done().out, "fresh 4 · stale 0 · waiting for these 0\n");
}

#[test]
fn what_a_trial_found_and_an_edit_then_says_is_an_earlier_result_later_on() {
    let project = Project::words();
    let before = project.read("pipeline.yaml");
    project.run(&["run", "--set", "sum.run=echo tried > sum.txt"]).done();
    project.edit("pipeline.yaml", "cat counts/*.json > sum.txt", "echo tried > sum.txt").run(&[]).done();
    project.write("pipeline.yaml", &before);
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
earlier sum.txt · a result from before; a run puts the present one there
fresh 4 · stale 0 · waiting for these 0

"#]]
    );
}

/// The shape of the week's pipeline, with nothing in its files that a refusal would read.
#[cfg(feature = "lab")]
const REPORT: &str = "\
recount: 1
title: report
stages:
  - { name: prepare, kind: prepare }
  - { name: train, kind: train, each: [variant, seed], needs: [prepare] }
  - { name: evaluate, kind: evaluate, each: [variant, seed], needs: [prepare, train] }
  - { name: plot, kind: plot, figures: { a: { points: evaluate.accuracy, over: variant } } }
  - { name: render, kind: render, template: report.md.j2, output: report.md }
";

#[cfg(feature = "lab")]
fn report() -> Project {
    let project = Project::empty();
    project
        .write("pipeline.yaml", REPORT)
        .write("stages/prepare.yaml", "params: { source: synthetic }\n")
        .write("report.md.j2", "{{ figure(\"a\") }}\n")
        .write("stages/train.yaml", "seeds: [1]\nvariants:\n  - { name: a }\n");
    project
}

#[cfg(feature = "lab")]
#[test]
fn a_trial_has_no_report_and_none_of_its_settings() {
    let project = report();
    let help = |stage: &str| {
        format!(
            "error: `{stage}` does not run in a trial by `--set`: it only presents results\n\
             help: write the setting into the project's files, or leave `{stage}` out of the trial\n"
        )
    };
    for (words, stage) in [
        (&["run", "render", "--set", "train.hidden=3"][..], "render"),
        (&["run", "plot", "--set", "train.hidden=3"], "plot"),
        (&["run", "--set", "render.output=other.md"], "render"),
        (&["run", "train", "--set", "render.output=other.md"], "render"),
        (&["status", "--set", "render.output=other.md"], "render"),
        (&["run", "--dry-run", "--set", "render.output=other.md"], "render"),
    ] {
        let result = project.run(words).ended(2);
        assert_eq!((result.err, result.out), (help(stage), String::new()), "{words:?}");
    }
    assert_eq!(project.stored("records").len(), 0, "nothing ran");
}
