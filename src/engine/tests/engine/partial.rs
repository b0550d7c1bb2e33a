//! What runs again after a run that did not reach everything, or in which a file changed.

use recount_engine::Cancel;

use crate::support::{Project, Toy, toy};

/// A chain of copies, from `x` to `c.txt`.
fn chain() -> Vec<Toy> {
    vec![
        toy("a", "cat x > a.txt").reads(&["x"]).writes(&["a.txt"]),
        toy("b", "cat a.txt > b.txt").needs(&["a"]).writes(&["b.txt"]),
        toy("c", "cat b.txt > c.txt").needs(&["b"]).writes(&["c.txt"]),
    ]
}

#[test]
fn what_waits_for_a_target_that_ran_alone_runs_next_time() {
    let project = Project::new(chain());
    project.write("x", "1").run().assert_ran(["a", "b", "c"]);
    project.write("x", "2").run_with(&["a"], &[], 2, &Cancel::default()).assert_ran(["a"]);
    project.run().assert_ran(["b", "c"]);
    assert_eq!(project.read("c.txt"), "2");
}

#[test]
fn what_a_stopped_run_did_not_begin_runs_next_time() {
    let project = Project::new(chain());
    project.write("x", "1").run().assert_ran(["a", "b", "c"]);
    project.write("x", "2").run_until_started("b");
    project.run().assert_ran(["b", "c"]);
    assert_eq!(project.read("c.txt"), "2");
}

#[test]
fn who_read_a_file_before_it_changed_within_a_run_runs_next_time() {
    let edits = toy("b", "cat x > b.txt; echo 2 > x").reads(&["x"]).needs(&["a"]).writes(&["b.txt"]);
    let mut project = Project::new(vec![chain().remove(0), edits]);
    assert_eq!(project.write("x", "1").run().failures().len(), 1);
    project.set(toy("b", "cat x > b.txt").reads(&["x"]).needs(&["a"]).writes(&["b.txt"]));
    project.run().assert_ran(["a", "b"]);
    assert_eq!(project.read("a.txt"), "2\n");
}

#[test]
fn who_reads_a_folder_that_changed_within_a_run_runs_next_time() {
    let reads = toy("a", "cat d/x > a.txt").reads(&["d"]).writes(&["a.txt"]);
    let edits = toy("b", "cat d/x > b.txt; echo 2 > d/x").reads(&["d"]).needs(&["a"]).writes(&["b.txt"]);
    let mut project = Project::new(vec![reads, edits]);
    assert_eq!(project.write("d/x", "1").run().failures().len(), 1);
    project.set(toy("b", "cat d/x > b.txt").reads(&["d"]).needs(&["a"]).writes(&["b.txt"]));
    project.run().assert_ran(["a", "b"]);
    assert_eq!(project.read("a.txt"), "2\n");
}
