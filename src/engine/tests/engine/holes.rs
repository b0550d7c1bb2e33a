//! The holes that tools of this sort are known for, each closed and held by a sentence.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::thread;
use std::time::{Duration, SystemTime};

use recount_engine::Cancel;

use crate::support::{Project, Ran, Toy, toy};

/// How long until a file's time can no longer be that of its hashing, with some to spare.
const SETTLING: Duration = Duration::from_millis(2_200);

/// A shell line that reads first, and waits for `go` before it ends.
fn waits_after(line: &str) -> String {
    format!("{line}; touch ready; while [ ! -e go ]; do sleep 0.01; done")
}

/// Runs a project whose stage [`waits_after`] reading, and does something in between.
fn run_with_an_edit(project: &Project, edit: impl FnOnce()) -> Ran {
    thread::scope(|scope| {
        let running = scope.spawn(|| project.run());
        while !project.exists("ready") && !running.is_finished() {
            thread::sleep(Duration::from_millis(5));
        }
        edit();
        project.write("go", "");
        running.join().expect("a run does not panic")
    })
}

fn copy() -> Toy {
    let line = waits_after("cat notes.txt > copy.txt");
    toy("copy", &line).reads(&["notes.txt"]).writes(&["copy.txt"])
}

#[test]
fn an_input_edited_while_its_stage_runs_is_recorded_under_neither_content() {
    let project = Project::new(vec![copy()]);
    project.write("notes.txt", "before");
    let ran = run_with_an_edit(&project, || {
        project.write("notes.txt", "after");
    });
    let expected = "copy: `notes.txt` changed while `copy` ran, so its outputs are not recorded";
    assert_eq!(ran.failures(), [expected]);
    assert!(!project.exists("copy.txt"), "what nobody can answer for does not stay");
    project.run().assert_ran(["copy"]);
    assert_eq!(project.read("copy.txt"), "after");
    project.write("notes.txt", "before").run().assert_ran(["copy"]);
    assert_eq!(project.read("copy.txt"), "before");
}

#[test]
fn a_file_that_comes_into_an_input_folder_while_its_stage_runs_is_noticed() {
    let line = waits_after("cat data/* > all.txt");
    let project = Project::new(vec![toy("join", &line).reads(&["data"]).writes(&["all.txt"])]);
    project.write("data/a", "a");
    let ran = run_with_an_edit(&project, || {
        project.write("data/b", "b");
    });
    let expected = "join: `data/b` changed while `join` ran, so its outputs are not recorded";
    assert_eq!(ran.failures(), [expected]);
    project.run().assert_ran(["join"]);
    assert_eq!(project.read("all.txt"), "ab");
}

#[test]
fn an_output_edited_while_another_stage_reads_it_is_recorded_under_neither_content() {
    let first = toy("first", "echo one > one.txt").writes(&["one.txt"]);
    let line = waits_after("cat one.txt > two.txt; cat one.txt >> two.txt");
    let project = Project::new(vec![first, toy("second", &line).writes(&["two.txt"]).needs(&["first"])]);
    let ran = run_with_an_edit(&project, || {
        project.write("one.txt", "my own\n");
    });
    let expected = "second: `one.txt` changed while `second` ran, so its outputs are not recorded";
    assert_eq!(ran.failures(), [expected]);
    project.run().assert_ran(["second"]);
    assert_eq!(project.read("two.txt"), "one\none\n");
}

#[test]
fn an_edit_that_puts_the_size_and_the_time_back_is_seen() {
    let line = toy("copy", "cat notes.txt > copy.txt").reads(&["notes.txt"]).writes(&["copy.txt"]);
    let project = Project::new(vec![line]);
    let path = project.root().join("notes.txt");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_400_000_000);
    let write_with_time = |name: &str, text: &str| {
        project.write(name, text);
        let file = File::options().append(true).open(project.root().join(name)).expect("it was just written");
        file.set_modified(time).expect("the file is ours");
    };
    write_with_time("notes.txt", "one");
    thread::sleep(SETTLING);
    project.run().assert_ran(["copy"]);
    project.run().assert_ran([]);
    write_with_time("notes.txt", "two");
    project.run().assert_ran(["copy"]);
    assert_eq!(project.read("copy.txt"), "two");
    write_with_time("other.txt", "six");
    thread::sleep(SETTLING);
    project.run().assert_ran([]);
    fs::rename(project.root().join("other.txt"), path).expect("both are in one folder");
    project.run().assert_ran(["copy"]);
    assert_eq!(project.read("copy.txt"), "six");
}

/// Asserts that the one reason to run is that something is no longer read.
#[track_caller]
fn assert_gone(ran: &Ran, what: &str) {
    let lines = ran.events("ran");
    let is_gone = |line: &&str| line.starts_with(what) && line.ends_with(" no longer applies");
    assert!(lines.len() == 1 && lines.iter().all(is_gone), "{lines:?}");
}

#[test]
fn a_need_or_an_input_that_is_taken_away_is_seen() {
    let first = toy("first", "echo 1 > one.txt").writes(&["one.txt"]);
    let list = toy("list", "ls data > list.txt").writes(&["list.txt"]);
    let mut project = Project::new(vec![first, list.clone().reads(&["data"]).needs(&["first"])]);
    project.write("data/a", "a").write("data/b", "b");
    project.run().assert_ran(["first", "list"]);
    let ran = project.remove("data/b").run();
    ran.assert_ran(["list"]);
    assert_gone(&ran, "list: file `data/b` ");
    let ran = project.set(list.clone().reads(&["data"])).run();
    ran.assert_ran(["list"]);
    assert_gone(&ran, "list: input `first/one.txt` ");
    let ran = project.set(list).run();
    ran.assert_ran(["list"]);
    assert_gone(&ran, "list: file `data/` ");
}

#[test]
fn a_command_that_differs_only_by_what_is_in_its_braces_runs_again() {
    let say = |word| toy("say", "echo {word} > said.txt").writes(&["said.txt"]).each("word", &[word]);
    let mut project = Project::new(vec![say("hi")]);
    project.run().assert_ran(["say[word=hi]"]);
    project.set(say("ho")).run().assert_ran(["say[word=ho]"]);
    assert_eq!(project.read("said.txt"), "ho\n");
    project.set(say("hi")).run().assert_ran([]);
    assert_eq!(project.read("said.txt"), "hi\n");
}

#[test]
fn an_output_that_is_deleted_comes_back_without_a_run() {
    let fill = toy("fill", "mkdir -p out/sub; echo a > out/a; echo b > out/sub/b").writes(&["out"]);
    let project = Project::new(vec![fill, toy("say", "echo hi > said.txt").writes(&["said.txt"])]);
    project.run();
    project.remove("out/sub/b").remove("said.txt").run().assert_ran([]);
    assert_eq!((project.read("out/sub/b"), project.read("said.txt")), ("b\n".into(), "hi\n".into()));
    fs::remove_dir_all(project.root().join("out")).expect("it is there");
    project.run().assert_ran([]);
    assert_eq!(project.read("out/a") + &project.read("out/sub/b"), "a\nb\n");
}

#[test]
fn a_failing_stage_neither_undoes_nor_blocks_its_siblings() {
    let say = |name| toy(name, &format!("echo {name} > {name}.txt")).writes(&[&format!("{name}.txt")]);
    let broken = toy("broken", "exit 1");
    let mut project = Project::new(vec![say("before"), broken, say("after"), say("last")]);
    let ran = project.run_with(&[], &[], 1, &Cancel::default());
    assert_eq!(ran.ran(), ["after", "before", "last"]);
    assert_eq!(project.read("before.txt") + &project.read("last.txt"), "before\nlast\n");
    project.set(toy("broken", "true")).run().assert_ran(["broken"]);
}

#[test]
fn links_in_an_input_folder_count_with_what_they_lead_to_and_folders_outside_are_refused() {
    let project =
        Project::new(vec![toy("join", "cat data/* > all.txt").reads(&["data"]).writes(&["all.txt"])]);
    let link = |to: &str, path: &str| symlink(to, project.root().join(path)).expect("links can be made");
    project.write("data/a", "a").write("elsewhere/one", "1").write("elsewhere/two", "2");
    link("../elsewhere/one", "data/link");
    project.run().assert_ran(["join"]);
    assert_eq!(project.read("all.txt"), "a1");
    project.write("elsewhere/one", "one").run().assert_ran(["join"]);
    assert_eq!(project.read("all.txt"), "aone");
    project.remove("data/link");
    link("../elsewhere/two", "data/link");
    project.run().assert_ran(["join"]);
    assert_eq!(project.read("all.txt"), "a2");
    link("/etc/hostname", "data/file");
    project.run().assert_ran(["join"]);
    project.remove("data/file").run().assert_ran([]);
    for (to, path) in [("/etc/ssl", "data/folder"), ("../..", "data/up")] {
        link(to, path);
        let expected = format!("join: `{path}` leads to a folder outside of the project");
        assert_eq!(project.run().failures(), [expected]);
        project.remove(path);
    }
    link(".", "data/loop");
    assert_eq!(project.run().ran(), [""; 0], "the shell refuses a folder, and nothing hangs");
    project.remove("data/loop").run().assert_ran([]);
}
