//! `recount gc`: what lock, last runs and git name stays; everything else goes, and nothing else.

use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::project::{Project, run_to_end};

/// Runs git in a project, as nobody in particular.
pub fn git(project: &Project, words: &[&str]) {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(words);
    run_to_end(command.current_dir(project.path("")).env("HOME", project.path("home"))).done();
}

#[test]
fn what_has_left_the_pipeline_and_git_keeps_stays_and_is_named() {
    let project = Project::words();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "counts/beta.json"]);
    let result = project.edit("pipeline.yaml", "[alpha, beta, gamma]", "[alpha]").run(&[]).done();
    assert!(
        result.err.contains("stays   counts/beta.json · no longer in the pipeline, but git keeps it"),
        "{}",
        result.err
    );
    assert!(project.path("counts/beta.json").exists() && !project.path("counts/gamma.json").exists());
}

#[test]
fn a_folder_that_git_keeps_stays_with_the_places_of_now_and_only_what_else_git_keeps_in_it_is_named() {
    let project = Project::empty();
    let pipeline = |outputs: &str| {
        format!(
            "recount: 1\ntitle: t\nstages:\n  - name: draw\n    \
             run: mkdir -p out; echo a > out/a; echo b > out/b; echo c > out/c\n    outputs: [{outputs}]\n"
        )
    };
    project.write("pipeline.yaml", &pipeline("out")).run(&[]).done();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "out/a", "out/b"]);
    let result = project.write("pipeline.yaml", &pipeline("out/a")).run(&[]).done();
    let stays = result.err.lines().filter(|line| line.starts_with("stays"));
    let stays: Vec<&str> = stays.collect();
    assert_eq!(stays, ["stays   out/b · no longer in the pipeline, but git keeps it"]);
    assert_eq!(project.run(&[]).done().err, "");
    let left: Vec<bool> = ["out/a", "out/b"].map(|file| project.path(file).exists()).to_vec();
    assert_eq!(left, [true, true]);
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
    let result = project.run(&["gc", "--keep-runs", "0"]).ended(2);
    assert!(result.err.contains("`recount run` makes it anew"), "{}", result.err);
    assert_eq!(project.stored("records").len(), 4);
}

#[test]
fn what_an_older_version_stored_goes_on_request_alone() {
    let project = Project::words();
    project.write("artifacts/objects/ab/cdef", "12345").write("artifacts/memo", "678");
    project.write("artifacts/edited/mine.txt", "mine");
    let older = |words: &[&str]| project.run(&[&["gc", "--older"], words].concat()).done().out;
    project.run(&["gc", "--keep-runs", "0"]).done();
    assert_eq!(older(&["--dry-run"]), "would free 8 B · the store of an older version\n");
    assert!(project.path("artifacts/objects/ab/cdef").exists(), "a dry run frees nothing");
    assert_eq!(older(&[]), "freed 8 B · the store of an older version\n");
    assert!(!project.path("artifacts/objects").exists() && !project.path("artifacts/memo").exists());
    assert_eq!(project.read("artifacts/edited/mine.txt"), "mine");
    assert_eq!(project.stored("records").len(), 4, "the store of this version stays");
    let json = project.run(&["gc", "--older", "--json"]).done().json();
    assert_eq!((&json["older_bytes"], &json["dry_run"]), (&0.into(), &false.into()));
}

#[test]
fn a_stop_is_heeded_while_another_recount_works() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "recount: 1\ntitle: T\nstages:\n  - { name: fit, kind: command, run: \"touch ready; sleep 5\" }\n",
    );
    let mut running = project.command(&["run", "-q"]).stdout(Stdio::null()).spawn().expect("it starts");
    while !project.path("ready").exists() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let gc =
        project.command(&["gc"]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    std::thread::sleep(std::time::Duration::from_millis(500));
    let pid = |id: u32| Pid::from_raw(i32::try_from(id).expect("a number of a process")).expect("not zero");
    kill_process(pid(gc.id()), Signal::INT).expect("it is ours");
    let gc = gc.wait_with_output().expect("it ends");
    assert_eq!(gc.status.code(), Some(130));
    assert_eq!(
        String::from_utf8_lossy(&gc.stderr),
        "waiting for another recount that works in this project\n\
         error: stopped; what had finished is kept, and the next run goes on from there\n"
    );
    kill_process(pid(running.id()), Signal::INT).expect("it is ours");
    running.wait().expect("it ends");
}
