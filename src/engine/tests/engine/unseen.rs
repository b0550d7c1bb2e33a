//! Changes that a run must see although no file that it names has changed, and leftovers that must not be read.

use std::fs;
use std::os::unix::fs::symlink;

use recount_engine::spec::Value;
use recount_engine::{Cancel, Options};

use crate::support::{Project, Toy, toy};

fn link(project: &Project, target: &str, name: &str) {
    symlink(target, project.root().join(name)).expect("links can be made");
}

#[test]
fn what_a_stage_declares_by_name_is_never_restored_into_its_folder() {
    let both = toy("a", "echo A > a.txt; echo x > {out}/x").writes(&["a.txt"]).set("out", "o");
    let project = Project::new(vec![both]);
    project.run().assert_ran(["a"]);
    project.remove("a.txt").run().assert_ran([]);
    assert_eq!(project.read("a.txt"), "A\n");
    assert!(!project.exists("o/a.txt"));
}

#[test]
fn a_file_that_appears_behind_a_link_in_an_input_folder_is_seen() {
    for (input, line) in
        [("data", "cat data/l/* > o"), ("data/**/*", "cat data/l/* > o"), ("alias", "cat alias/l/* > o")]
    {
        let project = Project::new(vec![toy("s", line).reads(&[input]).writes(&["o"])]);
        project.write("d2/a", "1").write("data/x", "x");
        link(&project, "../d2", "data/l");
        link(&project, "data", "alias");
        project.run().assert_ran(["s"]);
        project.run().assert_ran([]);
        project.write("d2/b", "2").run().assert_ran(["s"]);
        assert_eq!(project.read("o"), "12", "{input}");
    }
}

#[test]
fn what_a_link_to_nothing_leads_to_is_seen_once_it_appears() {
    let project = Project::new(vec![toy("s", "cat data/* > o || true").reads(&["data"]).writes(&["o"])]);
    project.write("data/x", "1");
    link(&project, "../later", "data/l");
    project.run().assert_ran(["s"]);
    project.run().assert_ran([]);
    project.write("later", "2").run().assert_ran(["s"]);
    assert_eq!(project.read("o"), "21");
}

#[test]
fn a_file_that_no_pattern_fits_may_become_a_folder_in_which_one_does() {
    let line = "find data/ -name '*.csv' | sort > o";
    let project = Project::new(vec![toy("s", line).reads(&["data/**/*.csv"]).writes(&["o"])]);
    project.write("data/x.csv", "1").write("data/sub", "no");
    project.run().assert_ran(["s"]);
    project.remove("data/sub").write("data/sub/y.csv", "2").run().assert_ran(["s"]);
    assert_eq!(project.read("o"), "data/sub/y.csv\ndata/x.csv\n");
}

fn each(words: &[&str]) -> Toy {
    toy("a", "echo {word} > A/{word}.txt").writes(&["A/{word}.txt"]).each("word", words)
}

#[test]
fn a_run_of_a_target_takes_away_what_has_left_the_pipeline_before_anybody_reads_it() {
    let sum = toy("sum", "cat A/*.txt > sum").needs(&["a"]).writes(&["sum"]);
    let mut project = Project::new(vec![each(&["p", "q"]), sum]);
    project.run();
    project.set(each(&["p"])).run_with(&["sum"], &[], 2, &Cancel::default());
    assert_eq!(project.read("sum"), "p\n");
}

#[test]
fn what_a_run_made_in_a_folder_that_is_read_goes_and_what_a_person_made_of_it_stays() {
    let sum = toy("sum", "cat A/*.txt > sum").needs(&["a"]).reads(&["A"]).writes(&["sum"]);
    let mut project = Project::new(vec![each(&["p", "q", "r"]), sum]);
    project.run();
    project.write("A/r.txt", "mine\n");
    let ran = project.set(each(&["p"])).run();
    assert_eq!(ran.events("removed"), ["A/q.txt"]);
    assert_eq!(project.read("sum"), "p\nmine\n");
}

#[test]
fn a_folder_that_shrinks_to_a_place_inside_it_keeps_nothing_else() {
    let reader = || toy("b", "ls p > b").needs(&["a"]).writes(&["b"]);
    let mut project =
        Project::new(vec![toy("a", "mkdir p; echo 1 > p/x; echo 2 > p/q").writes(&["p"]), reader()]);
    project.run();
    project.set(toy("a", "mkdir -p p; echo 2 > p/q").writes(&["p/q"])).run();
    assert_eq!(project.read("b"), "q\n");
}

#[test]
fn a_place_that_was_a_file_may_become_a_folder_with_a_place() {
    let mut project = Project::new(vec![toy("a", "echo 1 > p").writes(&["p"])]);
    project.run();
    assert_eq!(project.set(toy("a", "echo 1 > p/q").writes(&["p/q"])).run().failures(), [""; 0]);
    assert_eq!(project.read("p/q"), "1\n");
}

#[test]
fn what_a_trial_left_elsewhere_goes_with_the_next_run() {
    let writes = |outputs: &[&str]| {
        toy("s", &outputs.iter().map(|it| format!("echo 1 > {it};")).collect::<String>()).writes(outputs)
    };
    let mut project = Project::new(vec![writes(&["x"])]);
    project.run();
    project
        .set(writes(&["x", "y"]))
        .run_as(&Options { trial: true, ..Options::default() }, &Cancel::default());
    assert!(project.exists("y"));
    project.set(writes(&["x"])).run();
    assert!(!project.exists("y"));
}

#[test]
fn who_names_the_folder_of_a_need_by_its_path_runs_again_when_it_moves() {
    let fills = |name, out: &str| toy(name, &format!("echo {name} > {{out}}/x")).set("out", out);
    let reader = |name, line: &str, out: &str| toy(name, line).needs(&["s", "t"]).writes(&[out]);
    let stages = |one: &str, two: &str| {
        vec![
            fills("s", one),
            fills("t", two),
            reader("by-path", "cat a/x b/x > u", "u"),
            reader("by-name", "cat {s.out}/x {t.out}/x > v", "v"),
        ]
    };
    let mut project = Project::new(stages("a", "b"));
    project.run();
    for stage in stages("b", "a") {
        project.set(stage);
    }
    project.run().assert_ran(["by-path"]);
    assert_eq!(project.read("u"), "t\ns\n");
}

#[test]
fn a_tool_that_changes_while_it_is_used_is_noticed() {
    let project = Project::new(vec![
        toy("a", "./tool > o; echo '#' >> tool")
            .set("tools", Value::List(vec!["./tool".into()]))
            .writes(&["o"]),
    ]);
    project.write("tool", "#!/bin/sh\necho 1\n");
    let tool = project.root().join("tool");
    fs::set_permissions(&tool, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("it is ours");
    assert_eq!(project.run().failures(), ["a: the tool `./tool` changed, so the outputs are not recorded"]);
}

#[test]
fn the_folder_of_an_output_in_a_folder_that_is_read_is_no_change_of_it() {
    let project = Project::new(vec![toy("a", "ls d > d/r/x").reads(&["d"]).writes(&["d/r/x"])]);
    assert_eq!(project.write("d/in", "1").run().failures(), [""; 0]);
    project.run().assert_ran([]);
}

#[test]
fn what_was_only_observed_decides_nothing_for_those_that_need_it() {
    let times = toy("a", "date +%N > {out}/time; echo 1 > {out}/v").set("out", "a").observes(&["time"]);
    let project = Project::new(vec![times, toy("b", "cat a/v > b").needs(&["a"]).writes(&["b"])]);
    project.run().assert_ran(["a", "b"]);
    project.run_with(&[], &["a"], 1, &Cancel::default()).assert_ran(["a"]);
}

#[test]
fn what_a_run_makes_again_was_no_persons() {
    let project = Project::new(vec![toy("a", "echo 1 > o").writes(&["o"])]);
    project.run();
    fs::remove_dir_all(project.root().join("artifacts")).expect("it is there");
    let ran = project.run();
    assert_eq!(ran.events("notice"), [""; 0]);
    assert_eq!(project.stored("edited"), [""; 0].map(std::path::PathBuf::from));
}
