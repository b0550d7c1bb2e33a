//! `pipeline.lock`: one line an instance, true to the last runs, and rebuilt when it is in conflict.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::project::{Project, WORDS};

fn names(lock: &str) -> Vec<&str> {
    lock.lines().skip(1).map(|line| line.split('\t').next().unwrap_or(line)).collect()
}

#[test]
fn a_run_writes_one_line_an_instance_and_only_when_it_changed() {
    let project = Project::words();
    let lock = project.read("pipeline.lock");
    assert_eq!(names(&lock), ["count[word=alpha]", "count[word=beta]", "count[word=gamma]", "sum"]);
    let mut sorted: Vec<&str> = lock.lines().collect();
    sorted.sort_unstable();
    assert_eq!(sorted.join("\n") + "\n", lock);
    let inode = || fs::metadata(project.path("pipeline.lock")).expect("it is there").ino();
    let before = inode();
    project.run(&[]).done();
    assert_eq!(
        (inode(), project.read("pipeline.lock")),
        (before, lock),
        "nothing changed, nothing is written"
    );
}

#[test]
fn two_machines_write_the_same_lock() {
    assert_eq!(Project::words().read("pipeline.lock"), Project::words().read("pipeline.lock"));
}

#[test]
fn a_run_of_targets_changes_their_lines_alone() {
    let project = Project::words();
    let before = project.read("pipeline.lock");
    project.write("text.txt", "alpha\nalpha\n");
    project.run(&["count[word=alpha]"]).done();
    let after = project.read("pipeline.lock");
    let changed: Vec<&str> = after.lines().filter(|line| !before.contains(*line)).collect();
    assert_eq!((names(&after).len(), changed.len()), (4, 1));
    assert!(changed[0].starts_with("count[word=alpha]\t"));
}

#[test]
fn what_failed_keeps_its_line_and_what_is_gone_loses_it() {
    let project = Project::words();
    let before = project.read("pipeline.lock");
    project.edit("pipeline.yaml", "[alpha, beta, gamma]", "[alpha, beta]").edit(
        "pipeline.yaml",
        "cat counts",
        "false; cat counts",
    );
    project.edit("pipeline.yaml", "> sum.txt", "> sum.txt; false");
    project.run(&["run", "--keep-going"]).ended(1);
    let after = project.read("pipeline.lock");
    assert_eq!(names(&after), ["count[word=alpha]", "count[word=beta]", "sum"]);
    assert!(after.lines().all(|line| before.contains(line)));
}

#[test]
fn a_trial_with_set_leaves_the_lock_alone() {
    let project = Project::words();
    let lock = project.read("pipeline.lock");
    let result =
        project.run(&["run", "--set", "sum.run=cat counts/*.json counts/alpha.json > sum.txt"]).done();
    assert_eq!(result.ran(), ["sum"]);
    assert_eq!(project.read("pipeline.lock"), lock);
}

#[test]
fn a_lock_in_conflict_is_rebuilt_from_the_store() {
    let project = Project::words();
    let lock = project.read("pipeline.lock");
    let line = lock.lines().nth(2).expect("it has lines").to_owned() + "\n";
    let conflict = lock.replace(&line, &format!("<<<<<<< ours\n{line}=======\n{line}>>>>>>> theirs\n"));
    for damaged in [conflict.as_str(), "", &lock[..lock.len() - 3]] {
        for words in [&["run"][..], &["run", "count[word=alpha]"]] {
            project.write("pipeline.lock", damaged);
            let result = project.run(words).done();
            assert!(
                result.err.contains("pipeline.lock was of an older version, damaged or in conflict"),
                "{}",
                result.err
            );
            assert_eq!(result.ran(), [""; 0]);
            assert_eq!(project.read("pipeline.lock"), lock);
        }
    }
}

#[test]
fn a_lock_that_can_not_be_written_fails_the_run_and_names_it() {
    let project = Project::empty();
    project
        .write("pipeline.yaml", WORDS)
        .write("text.txt", "alpha\nbeta\ngamma\n")
        .write("pipeline.lock/keep", "");
    let result = project.run(&[]).ended(1);
    assert!(result.err.contains("pipeline.lock` can't be read"), "{}", result.err);
}
