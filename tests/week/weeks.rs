//! Two weeks' locks, and the settings behind every measure that moved between them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value as Json;

use crate::project::Project;

/// Four experiments, two seeds each; three have their epochs from 2.2.
const TRAIN: &str = "\
seeds: [1, 2]
params: { hidden: 8, epochs: 2, batch: 64 }
variants:
  - { name: \"2.1\" }
  - { name: \"2.2\", from: \"2.1\", epochs: 3 }
  - { name: \"2.4.1\", from: \"2.2\", hidden: 12 }
  - { name: \"2.5.1\", from: \"2.2\", learning_rate: 1e-4 }
";

/// A project in a repository, whose first week is committed.
fn first_week() -> Project {
    let project = Project::new();
    write(&project, "stages/train.yaml", TRAIN);
    // Asked for, not fallen back to: such a run keeps its lock.
    write(&project, "stages/prepare.yaml", "params: { source: synthetic, split_seed: 42 }\n");
    // The best variant is none of these, and the report is of them all.
    let pipeline = project.read("pipeline.yaml").replace("evaluate[2.7.1]", "evaluate[2.4.1]");
    let (pipeline, _) = pipeline.split_once("  - name: render\n").expect("the report is the last stage");
    let pipeline = pipeline.to_owned();
    write(&project, "pipeline.yaml", &pipeline);
    write(&project, ".gitignore", "artifacts\nhome\n");
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    week(&project);
    project
}

fn write(project: &Project, file: &str, text: &str) {
    fs::write(project.path(file), text).expect("the copy can be written");
}

fn git(project: &Project, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(words);
    let done = command.current_dir(project.path("")).env("HOME", project.path("home")).status();
    assert!(done.expect("git is there").success(), "git {words:?}");
}

/// Brings the project up to date and commits it.
fn week(project: &Project) {
    project.run(&[]).done();
    git(project, &["add", "."]);
    git(project, &["commit", "--quiet", "--message", "a week"]);
}

/// The difference between the last two weeks.
fn diff(project: &Project) -> Json {
    let printed = project.run(&["diff", "HEAD~1", "HEAD", "--json"]).done().printed;
    serde_json::from_str(&printed).expect("it prints JSON")
}

/// What changed under a name, such as `evaluate[2.2]`.
fn changed<'d>(diff: &'d Json, name: &str) -> Option<&'d Json> {
    let lead = format!("{},seed=", name.trim_end_matches(']'));
    let fits = |instance: &Json| instance.as_str().is_some_and(|it| it == name || it.starts_with(&lead));
    diff["changed"].as_array()?.iter().find(|changed| fits(&changed["instances"][0]))
}

/// The causes of a change, as `INSTANCE WHAT NAME`.
fn causes(diff: &Json, name: &str) -> BTreeSet<String> {
    let changed = changed(diff, name).unwrap_or_else(|| panic!("{name} did not change: {diff}"));
    let causes = changed["causes"].as_array().expect("it has a list").iter();
    let word = |cause: &Json, field: &str| cause[field].as_str().unwrap_or_default().to_owned();
    causes.map(|cause| ["instance", "what", "name"].map(|field| word(cause, field)).join(" ")).collect()
}

fn set(causes: &[&str]) -> BTreeSet<String> {
    causes.iter().map(|cause| (*cause).to_owned()).collect()
}

/// A measure of each seed of a variant, as it is now.
fn now(project: &Project, variant: &str, pointer: &str) -> [f64; 2] {
    [1, 2].map(|seed| {
        let metrics = project.read(&format!("artifacts/by-name/evaluate/{variant}/seed={seed}/metrics.json"));
        let metrics: Json = serde_json::from_str(&metrics).expect("metrics are JSON");
        metrics.pointer(pointer).and_then(Json::as_f64).expect("it is a measure")
    })
}

#[test]
fn each_measure_that_moved_is_reported_with_the_settings_behind_it() {
    let project = first_week();
    let before = now(&project, "2.2", "/last/train_loss");
    let edited =
        TRAIN.replace("epochs: 3", "epochs: 4").replace("learning_rate: 1e-4", "learning_rate: 1e-2");
    write(&project, "stages/train.yaml", &edited);
    week(&project);
    let diff = diff(&project);

    assert!(changed(&diff, "train[2.1]").is_none() && changed(&diff, "evaluate[2.1]").is_none(), "{diff}");
    assert_eq!(causes(&diff, "train[2.2]"), set(&["train[2.2] parameter epochs"]));
    assert_eq!(causes(&diff, "evaluate[2.2]"), set(&["train[2.2] parameter epochs"]));
    let both = ["train[2.5.1] parameter epochs", "train[2.5.1] parameter learning_rate"];
    assert_eq!(causes(&diff, "evaluate[2.5.1]"), set(&both));
    let all = ["train[2.2] parameter epochs", "train[2.4.1] parameter epochs", both[0], both[1]];
    assert_eq!(causes(&diff, "plot"), set(&all));
    let after = now(&project, "2.2", "/last/train_loss");
    let measures = changed(&diff, "evaluate[2.2]").expect("it changed")["measures"].as_array();
    let moved = measures.into_iter().flatten().find(|moved| moved["name"] == "metrics.json#/last/train_loss");
    let moved = moved.expect("the loss moved");
    let mean = |[one, other]: [f64; 2]| (one + other) / 2.0;
    assert_eq!(moved["old"].as_f64(), Some(mean(before)));
    assert_eq!(moved["new"].as_f64(), Some(mean(after)));
    assert_eq!(moved["difference"].as_f64(), Some(mean(after) - mean(before)));
    // It is the share of no cases, so that it is Welch's test. The variance of a mean of two is a quarter of their
    // squared difference, and the degrees of freedom are between one and two.
    let variances = [before, after].map(|[one, other]| (one - other) * (one - other) / 4.0);
    assert!(variances[0] != variances[1], "{variances:?}");
    let errors = (mean(after) - mean(before)).abs() / (variances[0] + variances[1]).sqrt();
    let is_unclear = moved["relation"] == "unclear";
    assert!(is_unclear || errors > 4.3026, "{errors} errors: {moved}");
    assert!(!is_unclear || errors < 12.7063, "{errors} errors: {moved}");
    let epochs = changed(&diff, "evaluate[2.2]").expect("it changed")["measures"].as_array();
    let epochs = epochs.into_iter().flatten().find(|moved| moved["name"] == "epochs");
    assert_eq!(epochs.expect("it moved")["relation"], "higher", "a number of epochs is exact");

    let printed = project.run(&["diff", "HEAD~1", "HEAD"]).done().printed;
    let at = |lead: &str| printed.find(lead).unwrap_or_else(|| panic!("`{lead}` is missing:\n{printed}"));
    assert!(
        at("changed train[2.5.1] · 2 repeats\n") < at("changed evaluate[2.2] · 2 repeats · "),
        "{printed}"
    );
    assert!(printed.contains("  because of train[2.2] · `epochs` 3 → 4\n"), "{printed}");
    assert!(printed.lines().count() < 200, "it can be read:\n{printed}");
    assert!(!printed.contains("observed.json") && !printed.contains("run of `"), "{printed}");
}

#[test]
fn other_data_change_everything_and_a_new_variant_is_reported_once() {
    let project = first_week();
    write(&project, "stages/prepare.yaml", "params: { source: synthetic, split_seed: 43 }\n");
    write(
        &project,
        "stages/train.yaml",
        &format!("{TRAIN}  - {{ name: \"2.8\", from: \"2.1\", cell: lstm }}\n"),
    );
    week(&project);
    let diff = diff(&project);
    for name in ["train[2.1]", "evaluate[2.1]", "evaluate[2.5.1]"] {
        assert_eq!(causes(&diff, name), set(&["prepare parameter split_seed"]), "{name}");
    }
    assert_eq!(diff["added"].as_array().map(Vec::len), Some(4), "{}", diff["added"]);
    let printed = project.run(&["diff", "HEAD~1", "HEAD"]).done().printed;
    assert!(printed.starts_with("added   evaluate[2.8]\nadded   train[2.8]\nchanged prepare"), "{printed}");
    assert!(printed.contains("changed plot\n  because of prepare · `split_seed` 42 → 43\n"), "{printed}");
}
