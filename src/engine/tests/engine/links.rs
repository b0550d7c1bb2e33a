//! Links among the outputs: none is followed, and what they lead to is never touched.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::{Project, toy};
use crate::victim::Victim;

fn fill(line: &str) -> Project {
    Project::new(vec![toy("fill", line).writes(&["results/"])])
}

#[test]
fn an_output_folder_that_is_a_link_is_kept_as_one_and_not_emptied() {
    let (project, victim) = (fill("mkdir results; echo 1 > results/score"), Victim::new());
    symlink(victim.path(), project.root().join("results")).expect("links can be made");
    project.run().assert_ran(["fill"]);
    victim.assert_untouched();
    assert_eq!(project.read("results/score"), "1\n");
    let kept = project.stored("edited");
    assert_eq!(
        kept.iter().map(|path| fs::read_link(path).ok()).collect::<Vec<_>>(),
        [Some(victim.path().into())]
    );
    // The same when it is replaced after the run.
    fs::remove_dir_all(project.root().join("results")).expect("it is there");
    symlink(victim.path(), project.root().join("results")).expect("links can be made");
    project.run().assert_ran([]);
    victim.assert_untouched();
    assert_eq!(project.read("results/score"), "1\n");
}

#[test]
fn a_link_to_a_folder_that_holds_the_same_is_no_output_folder() {
    let project = fill("mkdir results; echo 1 > results/score");
    project.run().assert_ran(["fill"]);
    fs::rename(project.root().join("results"), project.root().join("twin")).expect("it is there");
    symlink("twin", project.root().join("results")).expect("links can be made");
    project.run().assert_ran([]);
    assert!(!project.root().join("results").is_symlink());
    assert_eq!(project.read("results/score") + &project.read("twin/score"), "1\n1\n");
}

#[test]
fn a_program_that_leaves_a_link_to_a_folder_as_its_output_fails_and_the_folder_stays() {
    let victim = Victim::new();
    let to = victim.path().display();
    for end in ["true", "exit 1", "kill -KILL $$"] {
        let project = fill(&format!("ln -s {to} results; {end}"));
        assert_eq!(project.run().failures().len(), 1, "{end}");
        victim.assert_untouched();
        assert!(!project.root().join("results").is_symlink(), "{end}");
        assert_eq!(project.run().failures().len(), 1, "{end}");
        victim.assert_untouched();
    }
    let ran = fill(&format!("ln -s {to} results")).run();
    let expected =
        "fill: its output `results` is a link that can't be replaced by what it leads to: it is a folder";
    assert_eq!(ran.failures(), [expected]);
}

#[test]
fn a_stop_while_the_output_folder_is_a_link_touches_nothing_behind_it() {
    let victim = Victim::new();
    let project = fill(&format!("ln -s {} results; sleep 1000", victim.path().display()));
    let ran = project.run_until_started("fill");
    assert!(ran.summary.cancelled);
    victim.assert_untouched();
}

#[test]
fn nothing_is_written_through_a_link_above_an_output() {
    let victim = Victim::new();
    let write = |text: &str| toy("write", &format!("echo {text} > sub/out/score")).writes(&["sub/out/score"]);
    let mut project = Project::new(vec![write("one")]);
    project.run().assert_ran(["write"]);
    fs::rename(project.root().join("sub/out"), project.root().join("sub/aside")).expect("it is there");
    symlink(victim.path(), project.root().join("sub/out")).expect("links can be made");
    for text in ["one", "two"] {
        let expected = format!(
            "write: `{}` can't be read: `out` is a symbolic link, and none is followed here",
            project.root().join("sub/out/score").display()
        );
        assert_eq!(project.set(write(text)).run().failures(), [expected]);
        victim.assert_untouched();
    }
    assert_eq!(project.read("sub/aside/score"), "one\n");
}

#[test]
fn what_has_left_the_pipeline_is_not_taken_away_through_a_link() {
    let victim = Victim::new();
    let write = toy("write", "echo 1 > sub/thesis").writes(&["sub/thesis"]);
    let project = Project::new(vec![write, toy("other", "echo 2 > two").writes(&["two"])]);
    project.run().assert_ran(["other", "write"]);
    fs::remove_dir_all(project.root().join("sub")).expect("it is there");
    symlink(victim.path(), project.root().join("sub")).expect("links can be made");
    let later = Project::at(project.root(), vec![toy("other", "echo 2 > two").writes(&["two"])]);
    let ran = later.run();
    ran.assert_ran([]);
    assert_eq!(ran.events("stays"), ["sub/thesis: a link is in the way, or a folder that can't be read"]);
    victim.assert_untouched();
}

#[test]
fn a_link_to_a_file_in_an_output_folder_becomes_that_file_and_one_to_nothing_is_refused() {
    let line = "mkdir results; echo best > results/a; ln -s a results/best";
    let project = fill(line);
    project.run().assert_ran(["fill"]);
    assert!(!project.root().join("results/best").is_symlink());
    assert_eq!(project.read("results/best"), "best\n");
    let project = fill("mkdir results; ln -s /no/such/file results/log");
    let expected = "fill: its output `results/log` is a link that can't be replaced by what it leads to: \
                    No such file or directory (os error 2)";
    assert_eq!(project.run().failures(), [expected]);
}

#[test]
fn two_ways_to_one_file_are_refused() {
    let write = |name, path: &str| toy(name, &format!("echo {name} > {path}")).writes(&[path]);
    let project = Project::new(vec![write("first", "real/x"), write("second", "alias/x")]);
    fs::create_dir(project.root().join("real")).expect("it can be made");
    symlink("real", project.root().join("alias")).expect("links can be made");
    for _ in 0..2 {
        let failures = project.run().failures();
        assert_eq!(failures.len(), 1, "{failures:?}");
        assert!(failures[0].contains("`alias` is a symbolic link"), "{failures:?}");
        assert_eq!(project.read("real/x"), "first\n");
    }
}

#[test]
fn the_store_itself_may_be_a_link() {
    let elsewhere = tempfile::tempdir().expect("a temporary folder can be made");
    let project = fill("mkdir results; echo 1 > results/score");
    symlink(elsewhere.path(), project.root().join("artifacts")).expect("links can be made");
    project.run().assert_ran(["fill"]);
    assert!(elsewhere.path().join("v2/records").is_dir());
    fs::remove_dir_all(project.root().join("results")).expect("it is there");
    project.run().assert_ran([]);
    assert!(Path::new(&project.root().join("results/score")).exists());
}
