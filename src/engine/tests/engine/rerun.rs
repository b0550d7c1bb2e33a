//! What runs again, and why.

use std::fs;
use std::os::unix::fs::symlink;

use recount_engine::spec::Value;
use recount_engine::{Cancel, Outcome};

use crate::support::{Project, Toy, citing, made, toy};

/// words.txt → sort → sorted.txt → count → count.txt, and beside them notes.txt → copy → copy.txt.
pub fn chain() -> Project {
    let project = Project::new(vec![
        toy("sort", "sort -u words.txt > sorted.txt").reads(&["words.txt"]).writes(&["sorted.txt"]),
        toy("count", "wc -l < sorted.txt > out/count.txt")
            .reads(&["sorted.txt"])
            .writes(&["out/count.txt"])
            .needs(&["sort"]),
        toy("copy", "cat notes.txt > copy.txt").reads(&["notes.txt"]).writes(&["copy.txt"]),
    ]);
    project.write("words.txt", "b\na\n").write("notes.txt", "notes");
    project
}

#[test]
fn a_first_run_runs_all_and_a_second_one_nothing() {
    let project = chain();
    project.run().assert_ran(["sort", "count", "copy"]);
    assert_eq!(project.read("out/count.txt").trim(), "2");
    let second = project.run();
    second.assert_ran([]);
    assert_eq!(second.summary.fresh(), 3);
    assert!(second.summary.is_complete());
}

#[test]
fn a_changed_file_runs_what_depends_on_it_and_says_why() {
    let project = chain();
    project.run();
    project.write("words.txt", "a\nb\nc\n");
    let ran = project.run();
    ran.assert_ran(["sort", "count"]);
    assert!(ran.events("ran")[0].starts_with("sort: file `words.txt` "), "{:?}", ran.events);
    assert_eq!(project.read("out/count.txt").trim(), "3");
}

#[test]
fn equal_output_bytes_stop_the_cascade() {
    let project = chain();
    project.run();
    project.write("words.txt", "a\nb\nb\n");
    project.run().assert_ran(["sort"]);
}

#[test]
fn what_cites_runs_runs_again_for_another_run_with_equal_bytes_at_any_distance_and_nothing_else_does() {
    let train = |cost: f64| {
        let parameters = [("text", "weights".into()), ("seeded", Value::Bool(true)), ("cost", cost.into())];
        made("train", parameters).seeds(&[1, 2])
    };
    let mut project = Project::new(vec![
        train(1.0),
        made("copy", []).needs(&["train"]),
        citing("report").needs(&["train"]),
        citing("index").needs(&["copy"]),
    ]);
    let cited = |project: &Project| {
        let keys = project.store().logged_keys();
        let line = |name: &str| format!("{name} {}\n", keys[name]);
        ["train[seed=1]", "train[seed=2]"].map(line).concat()
    };
    project.run();
    let first = project.read("report.txt");
    assert_eq!(first, cited(&project));

    let ran = project.set(train(2.0)).run();
    ran.assert_ran(["train[seed=1]", "train[seed=2]", "report", "index"]);
    let why = ran.events("ran").into_iter().find(|line| line.starts_with("report: "));
    assert!(why.is_some_and(|why| why.contains("run of `train[seed=1]` ")), "{:?}", ran.events);
    assert_eq!(project.read("report.txt"), cited(&project));
    assert_ne!(project.read("report.txt"), first, "the runs have other keys");

    project.set(train(1.0)).run().assert_ran([]);
    assert_eq!(project.read("report.txt"), first);
}

#[test]
fn going_back_runs_nothing() {
    let mut project = chain();
    project.run();
    let old = toy("copy", "cat notes.txt > copy.txt").reads(&["notes.txt"]).writes(&["copy.txt"]);
    let new = toy("copy", "rev notes.txt > copy.txt").reads(&["notes.txt"]).writes(&["copy.txt"]);
    let ran = project.set(new.clone()).run();
    ran.assert_ran(["copy"]);
    assert_eq!(ran.events("ran"), ["copy: `run` cat notes.txt > copy.txt → rev notes.txt > copy.txt"]);
    project.set(old).run().assert_ran([]);
    assert_eq!(project.read("copy.txt"), "notes");
    project.set(new).run().assert_ran([]);
    assert_eq!(project.read("copy.txt").trim(), "seton");
    project.write("words.txt", "z\n").run().assert_ran(["sort", "count"]);
    project.write("words.txt", "b\na\n").run().assert_ran([]);
    assert_eq!(project.read("out/count.txt").trim(), "2");
}

#[test]
fn touching_without_changing_runs_nothing() {
    let project = chain();
    project.run();
    project.write("words.txt", "b\na\n").run().assert_ran([]);
}

#[test]
fn changed_code_runs_every_instance_of_its_kind() {
    let mut project = chain();
    project.run();
    let ran = project.set_code("new").run();
    ran.assert_ran(["sort", "count", "copy"]);
    assert!(ran.events("ran").contains(&"copy: code of kind `command`"));
}

#[test]
fn equal_keys_run_once() {
    let line = toy("same", "cat notes.txt; sleep 0.1").reads(&["notes.txt"]).each("word", &["a", "b", "c"]);
    let project = Project::new(vec![line]);
    project.write("notes.txt", "notes");
    let ran = project.run();
    assert_eq!(ran.summary.ran(), 1, "{:#?}", ran.events);
    assert_eq!(ran.summary.shared(), 2);
    project.run().assert_ran([]);
}

#[test]
fn a_failure_stops_its_dependants_and_not_its_siblings() {
    let mut project = chain();
    let broken = toy("sort", "echo half > sorted.txt; echo no such order >&2; exit 3")
        .reads(&["words.txt"])
        .writes(&["sorted.txt"]);
    let ran = project.set(broken).run();
    let expected = "sort: it ended with exit code 3\n  \
                    $ echo half > sorted.txt; echo no such order >&2; exit 3\n  \
                    no such order\n  \
                    log: artifacts/logs/sort.log";
    assert_eq!(ran.failures(), [expected]);
    assert_eq!(ran.events("skipped"), ["count because of sort"]);
    assert_eq!(ran.ran(), ["copy"]);
    assert!(!ran.summary.is_complete());
    assert!(!project.exists("sorted.txt"), "half an output does not stay");
    let mended = toy("sort", "sort -u words.txt > sorted.txt").reads(&["words.txt"]).writes(&["sorted.txt"]);
    project.set(mended).run().assert_ran(["sort", "count"]);
}

#[test]
fn a_program_needs_no_shell_and_one_that_is_not_there_is_named() {
    let mut project = Project::new(vec![
        toy("say", "").runs(&["cp", "a b.txt", "$HOME.txt"]).writes(&["$HOME.txt"]).reads(&["a b.txt"]),
    ]);
    project.write("a b.txt", "spaces");
    project.run().assert_ran(["say"]);
    assert_eq!(project.read("$HOME.txt"), "spaces");
    let failures = project.set(toy("say", "").runs(&["no-such-program"])).run().failures();
    assert!(failures[0].starts_with("say: it ended with exit code 127\n"), "{failures:?}");
    assert!(failures[0].contains("no-such-program"), "{failures:?}");
}

#[test]
fn a_program_reads_nothing_and_leaves_nothing_running() {
    let project = Project::new(vec![
        toy("cat", "cat > out.txt; (sleep 0.3; echo late >> out.txt) &").writes(&["out.txt"]),
    ]);
    project.run().assert_ran(["cat"]);
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert_eq!(project.read("out.txt"), "");
}

#[test]
fn a_shell_line_may_wait_for_its_own_children() {
    let project = Project::new(vec![
        toy("both", "(echo a > a.txt) & (echo b > b.txt) & wait").writes(&["a.txt", "b.txt"]),
    ]);
    project.run().assert_ran(["both"]);
}

#[test]
fn an_input_edited_while_it_is_read_is_not_recorded() {
    let slow: Toy = toy("slow", "cat notes.txt > copy.txt; echo edited >> notes.txt");
    let project = Project::new(vec![slow.reads(&["notes.txt"]).writes(&["copy.txt"])]);
    project.write("notes.txt", "notes\n");
    let ran = project.run();
    assert_eq!(
        ran.failures(),
        ["slow: `notes.txt` changed while `slow` ran, so its outputs are not recorded"]
    );
    assert!(project.stored("records").is_empty());
    assert!(!project.exists("copy.txt"));
}

#[test]
fn a_new_need_and_a_new_file_in_a_folder_are_seen() {
    let list = toy("list", "ls data > list.txt").reads(&["data"]).writes(&["list.txt"]);
    let mut project = Project::new(vec![toy("first", "echo 1 > one.txt").writes(&["one.txt"]), list.clone()]);
    project.write("data/a", "a");
    project.run().assert_ran(["first", "list"]);
    project.write("data/b", "b");
    let ran = project.run();
    ran.assert_ran(["list"]);
    assert!(ran.events("ran")[0].starts_with("list: file `data/b` is new"));
    let ran = project.set(list.needs(&["first"])).run();
    ran.assert_ran(["list"]);
    assert!(ran.events("ran")[0].starts_with("list: input `first/one.txt` is new"));
}

#[test]
fn an_input_may_be_a_link_out_of_the_project() {
    let project = chain();
    project.remove("notes.txt");
    symlink("/etc/hostname", project.root().join("notes.txt")).expect("links can be made");
    project.run().assert_ran(["sort", "count", "copy"]);
    assert_eq!(project.read("copy.txt"), fs::read_to_string("/etc/hostname").expect("it is there"));
}

#[test]
fn only_named_variables_are_seen_and_they_count_by_value() {
    let say = toy("say", "echo $WORD $OTHER > said.txt").writes(&["said.txt"]).sees(&["WORD"]);
    let mut project = Project::new(vec![say]);
    project.set_variable("WORD", "hi").set_variable("OTHER", "unseen");
    project.run().assert_ran(["say"]);
    assert_eq!(project.read("said.txt"), "hi\n");
    project.set_variable("OTHER", "still unseen").run().assert_ran([]);
    project.set_variable("WORD", "ho").run().assert_ran(["say"]);
}

#[test]
fn a_target_brings_along_what_it_needs_and_no_more() {
    let project = chain();
    project.run_with(&["out/count.txt"], &[], 1, &Cancel::default()).assert_ran(["sort", "count"]);
    project.run_with(&["copy"], &[], 1, &Cancel::default()).assert_ran(["copy"]);
    project.run_with(&[], &["sort"], 1, &Cancel::default()).assert_ran(["sort"]);
}

#[test]
fn a_stop_loses_nothing_finished_and_leaves_no_half() {
    let mut project = chain();
    let forever = toy("copy", "echo half > copy.txt; sleep 1000").reads(&["notes.txt"]).writes(&["copy.txt"]);
    project.set(forever);
    let ran = project.run_until_started("copy");
    assert!(ran.summary.cancelled);
    assert!(matches!(ran.summary.reports[2].outcome, Outcome::Stopped));
    assert!(!project.exists("copy.txt"));
    let finished = ran.summary.ran();
    let copy = toy("copy", "cat notes.txt > copy.txt").reads(&["notes.txt"]).writes(&["copy.txt"]);
    assert_eq!(project.set(copy).run().summary.ran(), 3 - finished);
}

#[test]
fn two_that_work_on_one_store_run_each_key_once() {
    let stages = || {
        let word = toy("say", "sleep 0.02; echo {word} > {word}.txt; echo {word} >> ran.log");
        vec![word.writes(&["{word}.txt"]).each("word", &["a", "b", "c", "d", "e"])]
    };
    let project = Project::new(stages());
    let ran: Vec<usize> = std::thread::scope(|scope| {
        let both = [(); 2].map(|()| scope.spawn(|| Project::at(project.root(), stages()).run()));
        both.map(|one| one.join().expect("no run panics").summary.ran()).to_vec()
    });
    assert_eq!(ran.iter().sum::<usize>(), 5);
    assert_eq!(project.read("ran.log").lines().count(), 5);
}

#[test]
fn a_status_says_what_a_run_would_do_and_changes_nothing() {
    let project = chain();
    assert_eq!(
        project.status(),
        ["sort: never run before", "count: depends on sort", "copy: never run before"]
    );
    assert!(!project.exists("artifacts"), "nothing is made where nothing may be written");
    project.run();
    assert_eq!(project.status(), ["sort: fresh", "count: fresh", "copy: fresh"]);
    project.write("words.txt", "c\n");
    let status = project.status();
    assert!(status[0].starts_with("sort: file `words.txt` "), "{status:?}");
    assert_eq!(status[1..], ["count: depends on sort", "copy: fresh"]);
}

#[test]
fn an_edit_in_the_tick_of_the_last_hash_is_seen() {
    let project = chain();
    project.run();
    for word in ["x", "y", "x", "z"] {
        project.write("notes.txt", word).run();
        assert_eq!(project.read("copy.txt"), word);
    }
}
