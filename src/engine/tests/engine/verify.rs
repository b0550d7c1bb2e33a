//! A second run from nothing confirms what is deterministic, and only that.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::{Project, made, toy};

#[test]
fn commands_that_read_what_another_stage_wrote_are_confirmed() {
    let count = toy("count", "mkdir -p out; wc -w < {word}.txt > out/{word}").reads(&["{word}.txt"]);
    let count = count.writes(&["out/{word}"]).each("word", &["sea", "ship"]);
    let total = toy("total", "cat out/* > total.txt; mkdir f; cp total.txt f/a").writes(&["total.txt", "f"]);
    let last = toy("last", "cat total.txt f/a > last.txt").writes(&["last.txt"]).needs(&["total"]);
    let plain = made("plain", [("text", "notes".into())]);
    let project = Project::new(vec![count, total.needs(&["count"]), last, plain]);
    project.write("sea.txt", "a b").write("ship.txt", "c").run();
    let expected = ["count[word=sea]", "count[word=ship]", "total", "last", "plain"];
    assert_eq!(project.verify(), expected.map(|name| format!("{name}: Equal")));
    fs::remove_dir_all(project.root().join("out")).expect("it is there");
    assert_eq!(project.verify().len(), 5, "the places need not be filled");
}

#[test]
fn what_does_not_repeat_differs_and_its_first_output_is_named() {
    let project = Project::new(vec![
        toy("clock", "date +%s%N > now.txt").writes(&["now.txt"]),
        toy("steady", "echo 1 > one.txt").writes(&["one.txt"]),
    ]);
    project.run();
    let lines = project.verify();
    assert!(lines[0].starts_with("clock: Differs(Difference { output: \"now.txt\""), "{lines:?}");
    assert_eq!(lines[1], "steady: Equal");
}

#[test]
fn what_a_command_only_observed_may_differ() {
    let line = "mkdir out; date +%s%N > out/observed.json; echo 1 > out/score";
    let project = Project::new(vec![toy("fit", line).writes(&["out"])]);
    project.run();
    assert_eq!(project.verify(), ["fit: Equal"]);
}

#[test]
fn an_input_that_is_a_link_or_has_empty_folders_is_there_in_the_second_run() {
    let list = toy("list", "ls -R data > list.txt; ./tool >> list.txt")
        .reads(&["data", "tool"])
        .writes(&["list.txt"]);
    let project = Project::new(vec![list]);
    project.write("data/a", "a").write("elsewhere/tool", "#!/bin/sh\necho tool\n");
    fs::create_dir(project.root().join("data/empty")).expect("it can be made");
    let tool = project.root().join("elsewhere/tool");
    fs::set_permissions(&tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    for (to, path) in [("elsewhere/tool", "tool"), ("no/such/file", "data/link")] {
        symlink(to, project.root().join(path)).expect("links can be made");
    }
    project.run().assert_ran(["list"]);
    assert_eq!(project.verify(), ["list: Equal"]);
}
