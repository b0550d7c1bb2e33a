//! What a person sees when a stage fails.

use crate::project::Project;

#[test]
fn a_failure_is_reported_once_with_what_to_do_and_what_waits_for_it_is_counted() {
    let project = Project::new();
    project.edit("stages/prepare.yaml", "source: auto", "source: smartwatch");
    let run = project.run(&[]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    let lines: Vec<&str> = run.printed.lines().filter(|line| line.starts_with("skipped")).collect();
    let expected = [
        "skipped train · 78 of 78 · `prepare` failed",
        "skipped evaluate · 78 of 78 · `prepare` failed",
        "skipped plot · `prepare` failed",
        "skipped render · `prepare` failed",
    ];
    assert_eq!(lines, expected);
    assert!(run.printed.contains("help: put gestures-dataset.zip into data/"), "{}", run.printed);
    assert!(run.printed.contains("to run it alone: recount run 'prepare'"), "{}", run.printed);
}

#[test]
fn a_reader_that_is_gone_does_not_stop_a_run() {
    let project = Project::new();
    let mut child = project
        .command("")
        .args(["train[1.1,seed=1]"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop((child.stdout.take(), child.stderr.take()));
    let status = child.wait().expect("a child can be waited for");
    assert_eq!(status.code(), Some(0));
    assert!(project.path("artifacts/by-name/train/1.1/seed=1/weights.safetensors").is_file());
}
