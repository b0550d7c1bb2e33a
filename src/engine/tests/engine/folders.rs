//! Folders as inputs and outputs: what in them counts, what does not, and how they come back.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{Project, toy};

fn list() -> Project {
    let list = toy("list", "find data | LC_ALL=C sort > list.txt").reads(&["data"]).writes(&["list.txt"]);
    let project = Project::new(vec![list]);
    project.write("data/a.py", "a");
    project
}

#[test]
fn what_python_and_editors_leave_in_an_input_folder_does_not_count() {
    let line = "mkdir -p data/__pycache__; echo $$ > data/__pycache__/a.pyc; cat data/a.py > copy";
    let project = Project::new(vec![toy("copy", line).reads(&["data"]).writes(&["copy"])]);
    project.write("data/a.py", "one").run().assert_ran(["copy"]);
    project.run().assert_ran([]);
    project.write("data/a.py", "two").run().assert_ran(["copy"]);
    for name in [".a.py.swp", "a.py~", ".DS_Store", "#a.py#"] {
        project.write(&format!("data/{name}"), "junk");
    }
    symlink("somebody@host.1234", project.root().join("data/.#a.py")).expect("links can be made");
    project.run().assert_ran([]);
    project.forget().run().assert_ran([]);
}

#[test]
fn a_link_to_nothing_in_an_input_folder_counts_as_its_text() {
    let project = list();
    let link = project.root().join("data/latest");
    symlink("no/such/file", &link).expect("links can be made");
    project.run().assert_ran(["list"]);
    project.run().assert_ran([]);
    fs::remove_file(&link).expect("it is there");
    symlink("nor/such/a/file", &link).expect("links can be made");
    let ran = project.run();
    ran.assert_ran(["list"]);
    assert!(ran.events("ran")[0].starts_with("list: file `data/latest →` "), "{:?}", ran.events);
}

#[test]
fn an_empty_folder_in_an_input_folder_counts() {
    let project = list();
    project.run().assert_ran(["list"]);
    fs::create_dir_all(project.root().join("data/empty")).expect("it can be made");
    project.run().assert_ran(["list"]);
    assert_eq!(project.read("list.txt"), "data\ndata/a.py\ndata/empty\n");
    fs::remove_dir(project.root().join("data/empty")).expect("it is there");
    project.run().assert_ran([]);
    assert_eq!(project.read("list.txt"), "data\ndata/a.py\n");
}

#[test]
fn whether_an_input_may_be_executed_counts_and_who_else_may_read_it_does_not() {
    let make = toy("make", "./make.sh > out.txt").reads(&["make.sh"]).writes(&["out.txt"]);
    let project = Project::new(vec![make]);
    let set_mode = |path: &str, mode| {
        fs::set_permissions(project.root().join(path), Permissions::from_mode(mode)).expect("it is ours");
    };
    project.write("make.sh", "#!/bin/sh\necho hi\n");
    set_mode("make.sh", 0o755);
    project.run().assert_ran(["make"]);
    set_mode("make.sh", 0o700);
    project.run().assert_ran([]);
    set_mode("make.sh", 0o644);
    assert_eq!(
        project.run().ran(),
        [""; 0],
        "it can't be executed now, and the result is not that of before"
    );
    assert_eq!(project.run().failures().len(), 1);
    set_mode("make.sh", 0o755);
    project.run().assert_ran([]);
    let inner = list();
    inner.run().assert_ran(["list"]);
    fs::set_permissions(inner.root().join("data/a.py"), Permissions::from_mode(0o755)).expect("it is ours");
    inner.run().assert_ran(["list"]);
}

#[test]
fn the_whole_project_may_be_an_input() {
    let all = toy("all", "ls > list.txt").reads(&["."]).writes(&["list.txt"]);
    let project = Project::new(vec![all, toy("other", "date +%N > other.txt").writes(&["other.txt"])]);
    project.write("notes", "one").run().assert_ran(["all", "other"]);
    project.run().assert_ran([]);
    project.forget().run().assert_ran([]);
    project.write("notes", "two").run().assert_ran(["all"]);
}

#[test]
fn what_a_project_inside_a_folder_keeps_of_its_own_is_no_input() {
    let project = list();
    project.write("data/sub/pipeline.yaml", "recount: 1").write("data/sub/artifacts/v2/lock", "1 ended");
    project.write("data/sub/pipeline.lock", "# recount lock 2").write("data/artifacts/mine", "1");
    project.run().assert_ran(["list"]);
    project.write("data/sub/artifacts/v2/lock", "2 ended").write("data/sub/pipeline.lock", "# other");
    project.run().assert_ran([]);
    // A folder of this name that is no project's store is one like any other.
    project.write("data/artifacts/mine", "2").run().assert_ran(["list"]);
}

#[test]
fn another_spelling_of_an_output_is_no_other_output() {
    let spelt = |output: &str| toy("make", "mkdir -p out; echo 1 > out/x").writes(&[output]);
    let mut project = Project::new(vec![spelt("out/x")]);
    project.run().assert_ran(["make"]);
    for output in ["./out/x", "out//x", "out/./x"] {
        project.set(spelt(output)).run().assert_ran([]);
    }
}

#[test]
fn an_output_may_change_from_a_file_to_a_folder_and_back_and_both_come_back() {
    let file = toy("make", "echo file > out").writes(&["out"]);
    let folder = toy("make", "mkdir -p out/a; echo folder > out/a/b").writes(&["out"]);
    let mut project = Project::new(vec![file.clone()]);
    project.run().assert_ran(["make"]);
    project.set(folder.clone()).run().assert_ran(["make"]);
    for _ in 0..2 {
        project.set(file.clone()).run().assert_ran([]);
        assert_eq!(project.read("out"), "file\n");
        project.set(folder.clone()).run().assert_ran([]);
        assert_eq!(project.read("out/a/b"), "folder\n");
    }
    assert!(project.stored("edited").is_empty());
}

#[test]
fn a_persons_folder_in_the_place_of_a_file_and_file_in_the_place_of_a_folder_make_room() {
    let file = toy("file", "echo hi > out.txt").writes(&["out.txt"]);
    let project = Project::new(vec![file, toy("folder", "mkdir o; echo hi > o/x").writes(&["o"])]);
    project.run().assert_ran(["file", "folder"]);
    project.remove("out.txt").write("out.txt/thesis", "mine");
    fs::remove_dir_all(project.root().join("o")).expect("it is there");
    project.write("o", "mine too").run().assert_ran([]);
    assert_eq!((project.read("out.txt"), project.read("o/x")), ("hi\n".into(), "hi\n".into()));
    let mut kept: Vec<_> =
        project.stored("edited").iter().map(|path| fs::read_to_string(path).ok()).collect();
    kept.sort();
    assert_eq!(kept, [Some("mine".to_owned()), Some("mine too".to_owned())]);
}

/// As root, who may write everywhere, this says little.
#[test]
fn a_folder_that_its_program_made_read_only_is_made_anew_and_comes_back() {
    let make = |text: &str| {
        toy("make", &format!("mkdir -p out/in; echo {text} > out/in/x; chmod -R a-w out")).writes(&["out"])
    };
    let mut project = Project::new(vec![make("one")]);
    project.run().assert_ran(["make"]);
    project.set(make("two")).run().assert_ran(["make"]);
    project.set(make("one")).run().assert_ran([]);
    assert_eq!(project.read("out/in/x"), "one\n");
    fs::set_permissions(project.root().join("out/in"), Permissions::from_mode(0o555)).expect("it is ours");
    project.set(make("two")).run().assert_ran([]);
    project.set(toy("make", "exit 1").writes(&["out"]));
    fs::set_permissions(project.root().join("out/in"), Permissions::from_mode(0o555)).expect("it is ours");
    assert_eq!(project.run().failures(), ["make: it ended with exit code 1\n  $ exit 1"]);
    let ran = project.set(toy("make", "true")).run();
    assert_eq!(ran.failures(), Vec::<String>::new());
    assert!(!project.exists("out"));
}
