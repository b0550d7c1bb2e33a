//! A repository that came from a stranger, or that the environment points away from: git is asked, and starts nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::{Project, run_to_end};

/// The commands that look into git, or may one day.
const COMMANDS: [&[&str]; 9] = [
    &["status"],
    &["run", "--dry-run"],
    &["log"],
    &["diff"],
    &["diff", "HEAD", "HEAD"],
    &["fsck"],
    &["gc", "--dry-run"],
    &["gc"],
    &["run", "--force", "sum"],
];

/// The project of words, committed with what it made.
fn committed(more: &[&str]) -> Project {
    let project = Project::words();
    project.write(".gitignore", "artifacts\nhome\npwned\n");
    git(&project, &[&["init", "--quiet", "--initial-branch", "main"], more].concat());
    git(&project, &["add", "."]);
    git(&project, &["commit", "--quiet", "--message", "first"]);
    project
}

/// Runs every command that looks into git, and asserts that none of them ran a program that writes `pwned`.
#[track_caller]
fn assert_harmless(project: &Project) {
    for words in COMMANDS {
        project.run(words);
        assert!(!project.path("pwned").exists(), "{words:?} ran a program that the repository names");
    }
}

/// What the last record says of a fact.
fn fact(project: &Project, name: &str) -> Option<String> {
    project.run(&["run", "--force", "sum"]).done();
    let texts =
        project.stored("records").into_iter().map(|path| fs::read_to_string(path).expect("it is text"));
    let records = texts.map(|text| serde_json::from_str::<serde_json::Value>(&text).expect("it is JSON"));
    let observed = records.map(|record| record["record"]["observed"].clone());
    let sums = observed.filter(|observed| observed["instance"] == "sum");
    let started = |observed: &serde_json::Value| observed["started"].as_f64().expect("it began");
    let last = sums.max_by(|one, other| started(one).total_cmp(&started(other))).expect("it ran");
    last[name].as_str().map(str::to_owned)
}

#[test]
fn no_program_that_a_configuration_names_is_run() {
    let project = committed(&[]);
    let evil = format!("touch '{}'; cat", project.path("pwned").display());
    project.write("hooks/post-index-change", &format!("#!/bin/sh\n{evil}\n"));
    run_to_end(Command::new("chmod").arg("+x").arg(project.path("hooks/post-index-change"))).done();
    project.write(".git/info/attributes", "*.txt filter=evil diff=evil\n*.json filter=e.v-il\n");
    for name in [
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
        "diff.external",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "filter.e.v-il.clean",
        "alias.status",
    ] {
        git(
            &project,
            &["config", name, &if name.starts_with("alias") { format!("!{evil}") } else { evil.clone() }],
        );
    }
    git(&project, &["config", "core.hooksPath", "hooks"]);
    // The same bytes with another time, so that git has to read them to compare.
    for file in ["text.txt", "sum.txt", "counts/alpha.json"] {
        project.write(file, &project.read(file));
    }
    assert_harmless(&project);
    run_to_end(Command::new("git").args(["status", "--short"]).current_dir(project.path("")));
    assert!(project.path("pwned").exists(), "git itself would have run one");
}

#[test]
fn what_a_partial_clone_lacks_is_not_fetched() {
    let project = committed(&[]);
    let lock = run_to_end(
        Command::new("git").args(["rev-parse", "HEAD:pipeline.lock"]).current_dir(project.path("")),
    );
    let lock = lock.done().out;
    let (folder, name) = lock.trim().split_at(2);
    fs::remove_file(project.path(&format!(".git/objects/{folder}/{name}"))).expect("it is there");
    let evil = format!("touch '{}'; false", project.path("pwned").display());
    for (name, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", "ssh://127.0.0.1/x"),
        ("core.sshCommand", &evil),
        ("protocol.ssh.allow", "always"),
    ] {
        git(&project, &["config", name, value]);
    }
    let refused = project.run(&["gc", "--keep-runs", "0"]).ended(1);
    assert_data_eq!(
        refused.err,
        str![[r#"
error: git can't give `pipeline.lock` as it is at `refs/heads/main`
help: a partial clone has the contents of few commits alone: `git checkout refs/heads/main` fetches them

"#]]
    );
    assert_harmless(&project);
}

#[test]
fn a_variable_that_points_at_another_repository_frees_nothing() {
    let project = committed(&[]);
    git(&project, &["checkout", "--quiet", "-b", "other"]);
    project.write("text.txt", "alpha\nbeta\nbeta\nbeta\n").run(&[]).done();
    git(&project, &["commit", "--quiet", "--all", "--message", "second"]);
    let elsewhere = Project::empty();
    git(&elsewhere, &["init", "--quiet"]);
    let mut gc = project.command(&["gc", "--keep-runs", "0"]);
    gc.env("GIT_DIR", elsewhere.path(".git")).env("GIT_WORK_TREE", elsewhere.path(""));
    let freed = run_to_end(gc.env("GIT_INDEX_FILE", "/dev/null").env("GIT_CEILING_DIRECTORIES", "/")).done();
    assert_eq!(freed.out.lines().next(), Some("freed 0 B · records 0 · objects 0"));
}

#[test]
fn the_commit_is_known_whatever_the_form_of_the_references() {
    let head = |project: &Project| {
        let head = Command::new("git").args(["rev-parse", "HEAD"]).current_dir(project.path("")).output();
        String::from_utf8(head.expect("git is there").stdout).expect("it is text").trim().to_owned()
    };
    let project = committed(&["--ref-format=reftable"]);
    assert_eq!(fact(&project, "commit"), Some(head(&project)));
    git(&project, &["worktree", "add", "--quiet", "tree"]);
    symlink(project.path("artifacts"), project.path("tree/artifacts")).expect("it can be linked");
    project.run_in("tree", &["run"]).done();
    assert_eq!(fact(&Project::words(), "commit"), None);
}

#[test]
fn an_edit_is_known_without_the_filters_that_git_would_run() {
    let project = committed(&[]);
    assert_eq!(fact(&project, "tree").as_deref(), Some("as committed"));
    project.write("new", "");
    assert_eq!(fact(&project, "tree").as_deref(), Some("as committed"), "what git does not keep is no edit");
    project.write("text.txt", "alpha\nalpha\n").run(&[]).done();
    assert_eq!(fact(&project, "tree").as_deref(), Some("edited"));
    git(&project, &["commit", "--quiet", "--all", "--message", "second"]);
    git(&project, &["config", "filter.own.clean", "cat"]);
    project.write(".git/info/attributes", "*.txt filter=own\n");
    project.write("text.txt", "alpha\nalphA\n");
    assert_eq!(fact(&project, "tree"), None, "only the filter could say");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "how soon it ends is what is tested")]
fn a_git_that_hangs_obeys_a_stop() {
    let project = committed(&[]);
    run_to_end(Command::new("mkfifo").arg(project.path("pipe"))).done();
    git(&project, &["config", "include.path", "../pipe"]);
    let mut run =
        project.command(&["run", "--force", "sum"]).stderr(Stdio::null()).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(500));
    run_to_end(Command::new("kill").arg(run.id().to_string())).done();
    let began = Instant::now();
    assert_eq!(run.wait().expect("it ends").code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_clone_without_the_store_compares_the_outputs_that_git_keeps() {
    let project = committed(&[]);
    project.write("text.txt", "alpha\n".repeat(5).as_str()).run(&[]).done();
    git(&project, &["commit", "--quiet", "--all", "--message", "second"]);
    fs::remove_dir_all(project.path("artifacts")).expect("it is there");
    fs::remove_dir_all(project.path("counts")).expect("it is there");
    assert_data_eq!(
        project.run(&["diff", "HEAD~1", "HEAD"]).done().out,
        str![[r#"
changed count[word=alpha] · 1 measure moved
  no record says what it is because of
  counts/{word}.json#/count  1 → 5  +4  unclear: one run on a side
changed count[word=beta] · 1 measure moved
  no record says what it is because of
  counts/{word}.json#/count  2 → 0  -2  unclear: one run on a side
changed count[word=gamma] · 1 measure moved
  no record says what it is because of
  counts/{word}.json#/count  3 → 0  -3  unclear: one run on a side
changed sum
  no record says what it is because of
HEAD~1 → HEAD · changed 4 · added 0 · removed 0

"#]]
    );
    // Now the project's own files are looked through, and count only if they are those of the lock.
    fs::create_dir_all(project.path("counts")).expect("it can be made");
    project.write("counts/alpha.json", "{\"count\":7}").write("counts/beta.json", "{\"count\":0}");
    let printed = project.run(&["diff", "HEAD~1"]).done().out;
    assert!(printed.contains("counts/{word}.json#/count  2 → 0  -2"), "{printed}");
    assert!(
        printed.contains(
            "lacking 1 of now, such as count[word=alpha]: neither the store nor git has their outputs"
        ),
        "{printed}"
    );
}

#[test]
fn escapes_in_a_lock_do_not_reach_the_terminal() {
    let project = committed(&[]);
    project.edit("pipeline.lock", "count[word=alpha]", "count[word=\u{1b}[31m]");
    let result = project.run(&["diff"]).done();
    assert!(result.out.contains(r"added   count[word=\u001b[31m]"), "{}", result.out);
    assert!(!result.out.contains('\u{1b}'));
}
