//! A clone without a store: what is at hand and equals the lock is adopted on request, or goes by the lock.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use snapbox::{assert_data_eq, str};

use crate::project::Project;

/// The project of words as a clone has it whose outputs are committed: everything but the store.
fn clone() -> Project {
    let project = Project::words();
    fs::remove_dir_all(project.path("artifacts")).expect("it is there");
    project
}

#[test]
fn what_equals_the_lock_is_adopted_and_a_run_then_has_nothing_to_do() {
    let project = clone();
    let lock = project.read("pipeline.lock");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
adopted count · 3 of 3
adopted sum
adopted 4

"#]]
    );
    let run = project.run(&[]).done();
    assert_eq!(run.err, "");
    assert_data_eq!(
        run.out,
        str![[r#"
nothing to do · fresh 4 · [..] s
sum.txt

"#]]
    );
    assert_eq!(project.read("pipeline.lock"), lock);
    assert_eq!(project.run(&["adopt"]).done().out, "adopted 0 · fresh 4\n");
    assert_data_eq!(
        project.run(&["log"]).done().out,
        str![[r#"
   1 [..] UTC · fresh 4 · [..] s · recount adopt

"#]]
    );
    assert_data_eq!(
        project.run(&["verify", "--all"]).done().out.lines().last().unwrap_or_default(),
        str!["equal 4 · [..]"]
    );
}

#[test]
fn what_is_not_adopted_is_named_with_why() {
    let project = clone();
    project.write("counts/beta.json", "{\"count\":9}");
    fs::remove_file(project.path("counts/gamma.json")).expect("it is there");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
adopted count[word=alpha]
lacking count[word=beta] · `counts/beta.json` is not what pipeline.lock says
lacking count[word=gamma] · `counts/gamma.json` is not there
waits   sum · for count[word=beta]
adopted 1 · not adopted 3

"#]]
    );
    let named = project.run(&["adopt", "count[alpha]", "sum"]).ended(1);
    assert_eq!(named.err, "error: `sum` can't be adopted\nhelp: `recount run` makes what is not at hand\n");
    assert_eq!(project.run(&["adopt", "count[alpha]"]).done().out, "adopted 0 · fresh 1\n");
    let json = project.run(&["adopt", "--json"]).done().json();
    assert_eq!((&json["fresh"], &json["not_adopted"]), (&1.into(), &3.into()));
    assert_eq!(json["instances"][1]["outcome"], "lacking");
    assert_eq!(json["instances"][1]["message"], "`counts/beta.json` is not what pipeline.lock says");
}

#[test]
fn a_file_that_may_be_executed_only_here_is_not_what_the_lock_has() {
    let project = clone();
    let place = project.path("counts/beta.json");
    fs::set_permissions(&place, PermissionsExt::from_mode(0o755)).expect("it is ours");
    let result = project.run(&["adopt", "count[beta]"]).ended(1);
    assert_eq!(
        result.out,
        "lacking count[word=beta] · `counts/beta.json` is not what pipeline.lock says\nadopted 0 · not adopted 1\n"
    );
}

#[test]
fn another_key_or_no_line_or_no_lock_is_no_reason_to_adopt() {
    let project = clone();
    project.write("text.txt", "alpha\n");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
lacking count · 3 of 3 · pipeline.lock has a run with other settings, inputs, tools or code
waits   sum · for count[word=alpha]
adopted 0 · not adopted 4

"#]]
    );
    let project = clone();
    let lock = project.read("pipeline.lock");
    project
        .write("pipeline.lock", &lock.lines().take(4).fold(String::new(), |text, line| text + line + "\n"));
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
adopted count · 3 of 3
lacking sum · pipeline.lock does not name it
adopted 3 · not adopted 1

"#]]
    );
    let project = clone();
    fs::remove_file(project.path("pipeline.lock")).expect("it is there");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
lacking count · 3 of 3 · there is no whole pipeline.lock
waits   sum · for count[word=alpha]
adopted 0 · not adopted 4

"#]]
    );
    let unknown = clone();
    let result = unknown.run(&["adopt", "sume"]).ended(2);
    assert_eq!(result.err, "error: nothing is called `sume`\nhelp: did you mean `sum`?\n");
    assert!(!unknown.path("artifacts").exists());
}

/// A stage with a folder for its outputs.
const FOLDER: &str = "\
recount: 1
title: folder
stages:
  - name: fit
    kind: command
    run: mkdir -p out && echo 1 > out/a.txt && echo 2 > out/observed.json
    outputs: [out/]
";

#[test]
fn a_folder_is_adopted_whole_with_what_was_observed_and_nothing_else() {
    let project = Project::empty();
    project.write("pipeline.yaml", FOLDER).run(&[]).done();
    let forget = || fs::remove_dir_all(project.path("artifacts")).expect("it is there");
    forget();
    project.write("out/stray.txt", "mine");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
lacking fit · pipeline.lock names nothing for `out/stray.txt`
adopted 0 · not adopted 1

"#]]
    );
    fs::remove_file(project.path("out/stray.txt")).expect("it is there");
    project.write("out/observed.json", "3\n");
    project.run(&["adopt"]).done();
    assert!(project.run(&[]).done().out.starts_with("nothing to do · fresh 1 · "));
    assert_eq!(project.read("out/observed.json"), "3\n");
    forget();
    fs::rename(project.path("out"), project.path("elsewhere")).expect("it can be moved");
    std::os::unix::fs::symlink("elsewhere", project.path("out")).expect("it can be linked");
    assert_data_eq!(
        project.run(&["adopt"]).done().out,
        str![[r#"
lacking fit · `out/a.txt` is not what pipeline.lock says
adopted 0 · not adopted 1

"#]]
    );
}

#[test]
fn a_lock_that_names_too_little_or_a_thing_twice_adopts_nothing() {
    let project = Project::empty();
    let two = FOLDER
        .replace("outputs: [out/]", "outputs: [out/, b.txt]")
        .replace("echo 2", "echo 3 > b.txt; echo 2");
    project.write("pipeline.yaml", &two).run(&[]).done();
    let lock = project.read("pipeline.lock");
    let (head, output) = lock.trim_end().rsplit_once('\t').expect("it has outputs");
    for (lock, why) in [
        (format!("{head}\n"), "pipeline.lock names nothing for `out/a.txt`"),
        (
            format!("{}\t{output}\n", head.rsplit_once('\t').expect("two").0),
            "pipeline.lock names nothing for `b.txt`",
        ),
        (format!("{head}\t{output}\t{output}\n"), "there is no whole pipeline.lock"),
    ] {
        project.write("pipeline.lock", &lock);
        fs::remove_dir_all(project.path("artifacts")).expect("it is there");
        assert_eq!(
            project.run(&["adopt"]).done().out,
            format!("lacking fit · {why}\nadopted 0 · not adopted 1\n"),
            "{lock}"
        );
    }
}

#[test]
fn status_check_and_run_locked_go_by_the_lock_where_there_is_no_record() {
    let project = clone();
    let lock = project.read("pipeline.lock");
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
stale   count · 3 of 3 · never run before
waits   sum · for count[word=alpha]
fresh 0 · stale 3 · waiting for these 1

"#]]
    );
    let check = project.run(&["status", "--check"]).done();
    assert_eq!((check.out.as_str(), check.err.as_str()), ("fresh 4 · stale 0 · waiting for these 0\n", ""));
    assert!(!project.path("artifacts").exists(), "status writes nothing");
    assert_data_eq!(
        project.run(&["run", "--locked"]).done().out,
        str![[r#"
nothing to do · fresh 4 · [..] s
sum.txt

"#]]
    );
    assert_eq!(project.stored("records").len(), 0, "nothing is adopted unasked");
    assert_eq!(project.read("pipeline.lock"), lock);
    assert_eq!(
        project.run(&["status"]).done().out.lines().last(),
        Some("fresh 0 · stale 3 · waiting for these 1")
    );
}

#[test]
fn status_check_and_run_locked_refuse_what_is_stale() {
    let project = Project::words();
    project.run(&["status", "--check"]).done();
    project.run(&["run", "--locked"]).done();
    let lock = project.read("pipeline.lock");
    project.write("text.txt", "alpha\n");
    let stale = str![[r#"
stale   count · 3 of 3 · file `text.txt` [..] → [..]
waits   sum · for count[word=alpha]
fresh 0 · stale 3 · waiting for these 1

"#]];
    let check = project.run(&["status", "--check"]).ended(1);
    assert_data_eq!(check.out, stale.clone());
    assert_eq!(
        check.err,
        "error: not all is up to date\nhelp: `recount run` brings it up to date, and writes pipeline.lock\n"
    );
    let locked = project.run(&["run", "--locked"]).ended(1);
    assert_data_eq!(locked.out, stale);
    assert_eq!(
        locked.err,
        "error: a run would change pipeline.lock, which `--locked` forbids, so nothing was run\n\
         help: `recount run` brings all up to date, and writes the lock\n"
    );
    assert_eq!(project.read("pipeline.lock"), lock);
    let json = project.run(&["status", "--check", "--json"]).ended(1).json();
    assert_eq!((&json["up_to_date"], &json["stale"]), (&false.into(), &3.into()));
    let both = project.run(&["run", "--locked", "--set", "sum.run=true"]).ended(2);
    assert!(both.err.contains("cannot be used with"), "{}", both.err);
}

#[test]
fn a_lock_that_says_otherwise_is_stale_though_all_is_fresh() {
    let project = Project::words();
    let lock = project.read("pipeline.lock");
    let (line, gone) = (lock.lines().nth(1).expect("a line"), lock.lines().last().expect("a line"));
    let other = gone.replace("sum\t", "sun\t");
    project.write(
        "pipeline.lock",
        &lock.replace(&format!("{line}\n"), "").replace(gone, &format!("{gone}\n{other}")),
    );
    let check = project.run(&["status", "--check"]).ended(1);
    assert_data_eq!(
        check.out,
        str![[r#"
differs count[word=alpha] · pipeline.lock says otherwise
differs sun · it is in pipeline.lock, but no longer in the pipeline
fresh 4 · stale 0 · waiting for these 0

"#]]
    );
    project.run(&["run", "--locked"]).ended(1);
    project.run(&[]).done();
    assert_eq!(project.read("pipeline.lock"), lock);
    project.run(&["status", "--check"]).done();
}

#[test]
fn a_locked_run_writes_back_what_is_missing() {
    let project = Project::words();
    fs::remove_file(project.path("sum.txt")).expect("it is there");
    assert_data_eq!(
        project.run(&["status", "--check"]).ended(1).out,
        str![[r#"
deleted sum.txt · a run writes it again
fresh 4 · stale 0 · waiting for these 0

"#]]
    );
    let run = project.run(&["run", "--locked"]).done();
    assert_eq!(run.err, "wrote   sum.txt\n");
    project.run(&["status", "--check"]).done();
}
