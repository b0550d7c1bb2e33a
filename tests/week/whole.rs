//! The main job end to end, on a reduced sweep: the project's own pipeline, templates and variants, with one
//! short epoch each, through the real program.

use std::fs;
use std::io::Write as _;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::project::{Project, Run};

/// One project that several tests look at, built once.
fn built() -> MutexGuard<'static, (Project, Run)> {
    static BUILT: OnceLock<Mutex<(Project, Run)>> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let project = Project::new();
        let run = project.run(&[]).done();
        Mutex::new((project, run))
    });
    built.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn without_the_archive_the_report_is_on_generated_data_and_says_so() {
    let built = built();
    let (project, run) = &*built;
    assert!(run.printed.contains("generated data"), "{}", run.printed);
    let report = project.read("report/week-3.stand-in.md");
    assert!(report.contains("### 2.8 "), "section 2.8 is missing");
    assert!(project.path("report/plots.stand-in/accuracy.svg").is_file());
    assert!(!project.path("report/week-3.md").exists(), "generated data must not touch the real report");
}

#[test]
fn the_same_experiment_runs_once() {
    let built = built();
    let (project, run) = &*built;
    let trained: Vec<String> = run.ran().into_iter().filter(|name| name.starts_with("train[")).collect();
    let experiments = 27;
    assert_eq!(trained.len(), experiments * 2, "{trained:?}");
    // 2.3.1 to 2.3.3 differ in a dropout that has nothing to act on.
    let dropout = trained.iter().filter(|name| name.starts_with("train[2.3."));
    assert_eq!(dropout.count(), 0, "{trained:?}");
    let printed = project.run(&["status"]).done().printed;
    assert!(
        printed.contains("same    train[1.1|2.1] · one experiment: their settings are equal\n"),
        "{printed}"
    );
    assert!(
        printed.contains("same    train[1.4|1.5|1.6] · one experiment: `dropout` has no effect\n"),
        "{printed}"
    );
}

#[test]
fn a_second_run_does_nothing_and_one_changed_setting_runs_what_depends_on_it() {
    let built = built();
    let (project, _) = &*built;
    let report = project.read("report/week-3.stand-in.md");
    let again = project.run(&[]).done();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
    assert_eq!(project.read("report/week-3.stand-in.md"), report);

    let (cell, more) = ("cell: lstm }", "cell: lstm, epochs: 4 }");
    project.edit("stages/train.yaml", cell, more);
    let changed = project.run(&[]).done();
    let expected = [
        "evaluate[2.8,seed=1]",
        "evaluate[2.8,seed=2]",
        "plot",
        "render",
        "train[2.8,seed=1]",
        "train[2.8,seed=2]",
    ];
    assert_eq!(changed.ran(), expected);

    project.edit("stages/train.yaml", more, cell);
    let back = project.run(&[]).done();
    assert!(back.ran().is_empty(), "going back runs nothing: {:?}", back.ran());
    assert_eq!(project.read("report/week-3.stand-in.md"), report);
}

#[test]
fn a_mistake_is_shown_with_its_place_and_nothing_runs() {
    let project = Project::new();
    fs::write(project.path("stages/train.yaml"), "params: { hiden: 3 }\n").expect("the copy can be written");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2), "{}", run.printed);
    assert!(run.printed.contains("stages/train.yaml:1:11"), "{}", run.printed);
    assert!(!project.path("report/week-3.stand-in.md").exists());
}

#[test]
fn a_mistake_in_the_claims_is_shown_with_its_place_and_nothing_runs() {
    let project = Project::new();
    let claims = project.read("report/claims.yaml").replacen("is: above", "is: abov", 1);
    fs::write(project.path("report/claims.yaml"), claims).expect("the copy can be written");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(2), "{}", run.printed);
    assert!(run.printed.contains("report/claims.yaml:37:7"), "{}", run.printed);
    assert!(run.printed.contains("help: `above` exists"), "{}", run.printed);
    assert!(run.ran().is_empty(), "{}", run.printed);
}

#[test]
fn with_the_archive_in_a_mirror_the_report_is_the_real_one() {
    #[expect(
        clippy::disallowed_methods,
        reason = "the archive is never committed: its folder is named from outside"
    )]
    let mirrors = std::env::var("RECOUNT_MIRRORS").unwrap_or_default();
    let there = std::env::split_paths(&mirrors).any(|folder| folder.join("gestures-dataset.zip").is_file());
    if !there {
        skipped("RECOUNT_MIRRORS names no folder with the archive");
        return;
    }
    let project = Project::new();
    project.run_with(&mirrors, &[]).done();
    assert!(project.read("report/week-3.md").starts_with("# Summary week 3\n"));
    let audit = project.read("report/week-3.audit.json");
    assert!(audit.contains("4a6c5ac1d408"), "the audit names the archive's digest");
    assert!(!project.path("report/week-3.stand-in.md").exists());
    let again = project.run_with(&mirrors, &[]).done();
    assert!(again.ran().is_empty(), "{:?}", again.ran());
}

/// Says so past the harness, which shows nothing of a test that passes.
fn skipped(why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}
