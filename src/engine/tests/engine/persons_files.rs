//! What a person writes where an output belongs: it is never lost, whenever it was written.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::thread;
use std::time::Duration;

use recount_engine::Cancel;

use crate::support::{Project, Ran, toy};

/// Runs a project, and writes a file as soon as a stage has made `ready`.
fn run_and_write(project: &Project, path: &str, text: &str) -> Ran {
    thread::scope(|scope| {
        let running = scope.spawn(|| project.run());
        while !project.exists("ready") && !running.is_finished() {
            thread::sleep(Duration::from_millis(5));
        }
        project.write(path, text).write("go", "");
        running.join().expect("a run does not panic")
    })
}

/// A shell line that waits until a person has written something.
const WAIT: &str = "touch ready; while [ ! -e go ]; do sleep 0.01; done";

/// Gives what is kept, as text.
fn kept(project: &Project) -> Vec<String> {
    let read = |path: &std::path::PathBuf| fs::read_to_string(path).expect("it is kept");
    project.stored("edited").iter().map(read).collect()
}

#[test]
fn two_versions_of_a_file_and_its_equals_elsewhere_are_all_kept() {
    let fill = toy("fill", "mkdir -p out; echo 1 > out/x").writes(&["out"]);
    let project = Project::new(vec![fill, toy("write", "echo 2 > note").writes(&["note"])]);
    for text in ["one", "two"] {
        project.write("note", text).write("out/a/note", text).write("out/b/note", text).run();
    }
    let mut kept = kept(&project);
    kept.sort();
    assert_eq!(kept, ["one", "one", "one", "two", "two", "two"]);
}

#[test]
fn what_is_written_while_a_program_runs_that_fails_is_kept() {
    let project = Project::new(vec![toy("write", &format!("{WAIT}; exit 1")).writes(&["note"])]);
    project.write("note", "what I wrote before");
    let ran = run_and_write(&project, "note", "an hour of writing");
    assert!(ran.failures()[0].starts_with("write: it ended with exit code 1\n"), "{:?}", ran.failures());
    assert!(!project.exists("note"), "it does not pass for an output");
    let mut kept = kept(&project);
    kept.sort();
    assert_eq!(kept, ["an hour of writing", "what I wrote before"]);
}

#[test]
fn a_stop_leaves_no_half_at_a_place_however_large_it_is() {
    let line = "head -c 1000000 /dev/zero > half; touch ready; sleep 1000";
    let project = Project::new(vec![toy("write", line).writes(&["half"])]);
    let cancel = Cancel::default();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !project.exists("ready") {
                thread::sleep(Duration::from_millis(5));
            }
            cancel.cancel();
        });
        project.run_with(&[], &[], 1, &cancel);
    });
    assert!(!project.exists("half"));
    assert_eq!(project.stored("edited"), [project.root().join("artifacts/edited/unread/half")]);
}

#[test]
fn what_is_written_at_a_place_while_another_stage_runs_is_kept() {
    let slow = |word: &str| toy("slow", &format!("{WAIT}; echo {word} > slow.txt")).writes(&["slow.txt"]);
    let late = toy("late", "cat slow.txt > note").writes(&["note"]).needs(&["slow"]);
    let mut project = Project::new(vec![slow("one"), late]);
    project.write("go", "").run().assert_ran(["late", "slow"]);
    thread::sleep(Duration::from_millis(200));
    // Now the snapshot knows what was at the place when this run began.
    project.run().assert_ran([]);
    project.remove("go").remove("ready");
    project.set(slow("two"));
    run_and_write(&project, "note", "an hour of writing").assert_ran(["late", "slow"]);
    assert_eq!(project.read("note"), "two\n");
    assert_eq!(kept(&project), ["an hour of writing"]);
}

#[test]
fn the_last_sound_copy_of_a_result_mends_its_object() {
    let write = |text: &str| toy("write", &format!("echo {text} > out.txt")).writes(&["out.txt"]);
    let mut project = Project::new(vec![write("one")]);
    project.run().assert_ran(["write"]);
    let object = project.stored("objects").remove(0);
    fs::remove_file(&object).expect("it is there");
    fs::write(&object, "damaged").expect("there is room");
    project.set(write("two")).run().assert_ran(["write"]);
    project.set(write("one")).run().assert_ran([]);
    assert_eq!(project.read("out.txt"), "one\n");
}

#[test]
fn a_private_output_stays_private_in_the_store_and_wherever_it_comes_back() {
    let line = "umask 077; mkdir out; echo secret > out/key; echo open > out/page; chmod 644 out/page";
    let project = Project::new(vec![toy("make", line).writes(&["out"])]);
    project.run().assert_ran(["make"]);
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let mut modes: Vec<u32> = project.stored("objects").iter().map(|path| mode(path)).collect();
    modes.sort_unstable();
    assert_eq!(modes, [0o400, 0o444]);
    fs::remove_dir_all(project.root().join("out")).expect("it is there");
    project.run().assert_ran([]);
    let outputs = ["out/key", "out/page"].map(|path| mode(&project.root().join(path)));
    assert_eq!(outputs, [0o600, 0o644]);
    // Somebody has opened it since: the next run closes it again, with a snapshot and without.
    for forgotten in [false, true] {
        fs::set_permissions(project.root().join("out/key"), fs::Permissions::from_mode(0o644))
            .expect("it is ours");
        if forgotten {
            project.forget();
        }
        project.run().assert_ran([]);
        assert_eq!(mode(&project.root().join("out/key")), 0o600);
    }
}

#[test]
fn what_is_beside_an_output_stays_when_a_link_is_replaced() {
    let name = "x".repeat(250);
    let project = Project::new(vec![toy("write", &format!("ln -s real {name}")).writes(&[&name])]);
    project.write("real", "made").write(".recount-new-0", "mine");
    project.run().assert_ran(["write"]);
    assert_eq!(project.read(&name), "made");
    assert_eq!(project.read(".recount-new-0"), "mine");
    assert!(!project.exists(".recount-new-1"));
}
