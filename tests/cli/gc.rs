//! `recount gc`: what lock, last runs and git name stays; everything else goes, and nothing else.

use std::process::Command;

use crate::project::{Project, said};

/// Runs git in a project, as nobody in particular.
pub fn git(project: &Project, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(words);
    said(command.current_dir(project.path("")).env("HOME", project.path("home"))).done();
}

#[test]
fn only_what_nothing_names_goes() {
    let project = Project::words();
    project.write("text.txt", "alpha\nbeta\nbeta\nbeta\n").run(&[]).done();
    let text = "alpha alpha\nalpha\nalpha\nbeta\n";
    project.write("text.txt", text).run(&[]).done();
    assert_eq!(project.stored("records").len(), 12);
    assert_eq!(project.run(&["gc"]).done().out.lines().next(), Some("freed 0 B · records 0 · objects 0"));

    let dry = project.run(&["gc", "--keep-runs", "1", "--dry-run"]).done().out;
    assert!(dry.starts_with("would free ") && dry.contains(" · records 8 · "), "{dry}");
    assert_eq!(project.stored("records").len(), 12);

    let json = project.run(&["gc", "--keep-runs", "1", "--json"]).done().json();
    assert_eq!(json["freed"]["records"].as_array().map(Vec::len), Some(8));
    assert_eq!(json["kept"]["records"], 4);
    assert_eq!(project.stored("records").len(), 4);
    assert_eq!(project.run(&["fsck"]).done().out.lines().last(), Some("records 4 · objects 4 · damaged 0"));
    assert_eq!(project.run(&[]).done().ran(), [""; 0]);
    project.write("text.txt", "alpha\nbeta\nbeta\nbeta\n");
    assert_eq!(project.run(&[]).done().ran().len(), 4, "what went is run again");
}

#[test]
fn a_run_that_was_fresh_for_the_most_part_keeps_all_it_used() {
    let project = Project::words();
    project.edit("pipeline.yaml", "> sum.txt", "| tac > sum.txt").run(&[]).done();
    std::fs::remove_file(project.path("pipeline.lock")).expect("it is there");
    project.run(&["gc", "--keep-runs", "1"]).done();
    assert_eq!(project.stored("records").len(), 4, "three counts from the first run, the sum of the second");
}

#[test]
fn what_a_branch_or_a_tag_names_stays() {
    let project = Project::words();
    project.write(".gitignore", "artifacts\nhome\n");
    git(&project, &["init", "--quiet", "--initial-branch", "main"]);
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    git(&project, &["tag", "week-1"]);
    git(&project, &["checkout", "--quiet", "-b", "other"]);
    project.write("text.txt", "alpha\nbeta\nbeta\nbeta\n").run(&[]).done();
    git(&project, &["commit", "--quiet", "--all", "--message", "second"]);
    git(&project, &["checkout", "--quiet", "main"]);
    project.write("text.txt", "alpha\nalpha\ngamma\nbeta\nbeta\n").run(&[]).done();
    git(&project, &["commit", "--quiet", "--all", "--message", "third"]);
    git(&project, &["worktree", "add", "--quiet", "--detach", "tree", "week-1"]);
    project.run(&["gc", "--keep-runs", "0"]).done();
    git(&project, &["checkout", "--quiet", "other"]);
    assert_eq!(project.run(&[]).done().ran(), [""; 0], "the branch's results are still there");
    git(&project, &["checkout", "--quiet", "week-1"]);
    assert_eq!(project.run(&[]).done().ran(), [""; 0], "the tag's results are still there");
    git(&project, &["checkout", "--quiet", "main"]);
    git(&project, &["branch", "--quiet", "-D", "other"]);
    git(&project, &["tag", "-d", "week-1"]);
    project.run(&[]).done();
    project.run(&["gc", "--keep-runs", "0"]).done();
    assert_eq!(project.stored("records").len(), 8, "a worktree is at the tag's commit");
    git(&project, &["worktree", "remove", "tree"]);
    let before = project.stored("records").len();
    project.run(&["gc", "--keep-runs", "0"]).done();
    assert_eq!((before, project.stored("records").len()), (8, 4), "only main's tip is named now");
}

#[test]
fn a_lock_in_conflict_keeps_everything() {
    let project = Project::words();
    project.write("pipeline.lock", "<<<<<<< ours\n");
    let said = project.run(&["gc", "--keep-runs", "0"]).ended(2);
    assert!(said.err.contains("`recount run` makes it anew"), "{}", said.err);
    assert_eq!(project.stored("records").len(), 4);
}
