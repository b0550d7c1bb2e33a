//! A training killed in the middle goes on from where it was, and nobody can tell from what it leaves.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::project::Project;
use walkdir::WalkDir;

/// One training, long enough for its state to be kept in the middle: eight epochs of a second or less.
const TRAINING: [&str; 5] =
    ["train[2.2,seed=1]", "--set", "train[2.2].epochs=8", "--set", "train[2.2].hidden=128"];

/// How often it is looked whether the state is there.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

fn checkpoints(project: &Project) -> Vec<PathBuf> {
    let files = WalkDir::new(project.path("artifacts/v2/checkpoints")).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file() && entry.file_name() == "training");
    files.map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn a_killed_training_goes_on_where_it_was_and_leaves_what_one_never_killed_leaves() {
    let whole = Project::new();
    whole.run(&TRAINING).done();

    let project = Project::new();
    let mut child = project
        .command("")
        .args(TRAINING)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be started");
    while checkpoints(&project).is_empty() {
        assert_eq!(child.try_wait().expect("it can be asked"), None, "it ended before its state was kept");
        thread::sleep(POLL_INTERVAL);
    }
    child.kill().expect("a child can be killed");
    child.wait().expect("a killed child can be waited for");
    assert_eq!(checkpoints(&project).len(), 1);

    let last = project.run(&TRAINING).done();
    let resumed = last.printed.lines().find(|line| line.contains("train[2.2,seed=1] · resumed at epoch "));
    assert!(resumed.is_some(), "{}", last.printed);
    assert_eq!(last.ran(), ["train[2.2,seed=1]"]);
    for output in ["weights.safetensors", "history.json"] {
        let of = |project: &Project| {
            let path = project.path("artifacts/by-name/train/2.2/seed=1").join(output);
            fs::read(path).expect("the training left it")
        };
        assert!(of(&project) == of(&whole), "{output} differs");
    }
    assert_eq!(checkpoints(&project), Vec::<PathBuf>::new(), "a recorded run needs none");
}
