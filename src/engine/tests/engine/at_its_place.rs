//! What is at an output's place before a run, and after somebody was there.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use recount_engine::digest::Digest;

use crate::rerun::chain;
use crate::support::{Project, toy};

#[test]
fn an_output_that_is_not_written_anew_does_not_pass() {
    let mut project = chain();
    project.run();
    let ran = project.set(toy("copy", "true").reads(&["notes.txt"]).writes(&["copy.txt"])).run();
    assert_eq!(ran.failures(), ["copy: it did not write its output `copy.txt`"]);
}

#[test]
fn an_output_deleted_from_its_place_is_restored_without_a_run() {
    let project = chain();
    project.run();
    let ran = project.remove("out/count.txt").remove("sorted.txt").run();
    ran.assert_ran([]);
    assert_eq!(project.read("out/count.txt").trim(), "2");
    assert_eq!(project.read("sorted.txt"), "a\nb\n");
}

#[test]
fn an_output_edited_by_hand_is_kept_and_restored() {
    let project = chain();
    project.run();
    let ran = project.write("out/count.txt", "my own words").run();
    ran.assert_ran([]);
    assert_eq!(project.read("out/count.txt").trim(), "2");
    let kept = project.stored("edited");
    assert_eq!(kept.len(), 1);
    assert_eq!(fs::read_to_string(&kept[0]).expect("it is kept"), "my own words");
    let digest = Digest::of(b"my own words");
    assert_eq!(
        ran.events("notice"),
        [format!(
            "count: `out/count.txt` differs from what this store has made; \
             the earlier file is kept at `artifacts/edited/{digest}/out/count.txt`"
        )]
    );
}

#[test]
fn what_stood_at_an_outputs_place_before_the_first_run_is_kept() {
    let project = chain();
    project.write("copy.txt", "written long ago");
    project.run().assert_ran(["sort", "count", "copy"]);
    assert_eq!(fs::read_to_string(&project.stored("edited")[0]).expect("it is kept"), "written long ago");
}

#[test]
fn links_in_an_output_folder_are_kept() {
    let fill =
        |text: &str| toy("fill", &format!("mkdir -p out/sub; echo {text} > out/sub/a")).writes(&["out"]);
    let mut project = Project::new(vec![fill("one")]);
    project.write("target", "somewhere else").run().assert_ran(["fill"]);
    let link = |path: &str, to: &str| symlink(to, project.root().join(path)).expect("links can be made");
    link("out/sub/file", "../../target");
    link("out/nowhere", "no/such/file");
    let ran = project.set(fill("two")).run();
    ran.assert_ran(["fill"]);
    assert_eq!(ran.events("notice").len(), 2, "{:?}", ran.events);
    let mut kept: Vec<_> =
        project.stored("edited").iter().map(|path| fs::read_link(path).expect("it is a link")).collect();
    kept.sort();
    assert_eq!(kept, [Path::new("../../target"), Path::new("no/such/file")]);
    assert_eq!(project.read("target"), "somewhere else");
    assert_eq!(project.read("out/sub/a"), "two\n");
}

#[test]
fn a_link_at_an_outputs_own_place_is_kept() {
    let project = chain();
    project.write("elsewhere.txt", "notes of old");
    symlink("elsewhere.txt", project.root().join("copy.txt")).expect("links can be made");
    project.run().assert_ran(["sort", "count", "copy"]);
    let kept = &project.stored("edited")[0];
    assert_eq!(fs::read_link(kept).expect("it is a link"), Path::new("elsewhere.txt"));
    assert_eq!(
        (project.read("copy.txt"), project.read("elsewhere.txt")),
        ("notes".into(), "notes of old".into())
    );
}

#[test]
fn an_output_folder_with_nothing_in_it_does_not_pass_and_an_empty_folder_in_it_is_kept() {
    let mut project = Project::new(vec![toy("fill", "mkdir -p out").writes(&["out"])]);
    assert_eq!(project.run().failures(), ["fill: it wrote no file into its output folder `out`"]);
    assert!(!project.exists("out"));
    project.set(toy("fill", "mkdir -p out/empty").writes(&["out"])).run().assert_ran(["fill"]);
    fs::remove_dir_all(project.root().join("out")).expect("it is there");
    project.run().assert_ran([]);
    assert!(project.exists("out/empty"));
}

#[test]
fn a_program_that_was_made_can_be_executed_whatever_became_of_its_place() {
    let build = |last: &str| {
        toy("build", &format!("printf '#!/bin/sh\\necho made' > tool; {last}")).writes(&["tool"])
    };
    let call = toy("call", "sh tool > said").writes(&["said"]).needs(&["build"]);
    let mut project = Project::new(vec![build("chmod +x tool"), call]);
    project.run().assert_ran(["build", "call"]);
    let tool = project.root().join("tool");
    let mode = || fs::metadata(&tool).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(), 0o755);
    fs::set_permissions(&tool, Permissions::from_mode(0o644)).expect("the file is ours");
    project.run().assert_ran([]);
    assert_eq!(mode(), 0o755);
    project.remove("tool").run().assert_ran([]);
    assert_eq!(mode(), 0o755);
    // The same bytes that can't be executed are another output.
    project.set(build("true")).run().assert_ran(["build", "call"]);
    project.set(build("chmod +x tool")).run().assert_ran([]);
    assert_eq!(mode(), 0o755);
}
