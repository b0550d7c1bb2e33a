//! What is damaged in the store, or gone from it, and the views of it.

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use recount_engine::command::params_file;
use recount_engine::spec::{Axis, Value};

use crate::rerun::chain;
use crate::support::written::{self, Written};
use crate::support::{Project, made, toy};

/// Changes bytes behind the store's back, as a failing disk or a person with rights would.
fn overwrite(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("the file is there");
    change(&mut bytes);
    fs::set_permissions(path, Permissions::from_mode(0o644)).expect("the file is ours");
    fs::write(path, bytes).expect("the file is ours");
}

#[test]
fn a_corrupt_object_is_never_served() {
    let project = chain();
    project.run();
    let objects = project.stored("objects");
    assert_eq!(objects.len(), 3);
    for (index, object) in objects.iter().enumerate() {
        let sound = fs::read(object).expect("it is there");
        overwrite(object, |bytes| bytes[0] ^= 1);
        project.remove("copy.txt").remove("sorted.txt").remove("out/count.txt");
        let ran = project.run();
        assert_eq!(ran.ran().len(), 1, "{:#?}", ran.events);
        assert!(ran.events("ran")[0].contains("is damaged in the store"));
        assert_eq!(fs::read(object).expect("it is there again"), sound);
        assert_eq!(project.stored("quarantine").len(), index + 1);
        assert_eq!(project.read("out/count.txt").trim(), "2");
    }
}

#[test]
fn a_missing_object_is_made_again() {
    let project = chain();
    project.run();
    for object in project.stored("objects") {
        fs::remove_file(object).expect("it is there");
    }
    project.run().assert_ran(["sort", "count", "copy"]);
    project.run().assert_ran([]);
}

#[test]
fn a_damaged_record_does_not_count() {
    let project = chain();
    project.run();
    for record in project.stored("records") {
        overwrite(&record, |bytes| *bytes.last_mut().expect("a record is not empty") ^= 4);
    }
    project.forget().run().assert_ran(["sort", "count", "copy"]);
}

#[test]
fn a_damaged_snapshot_costs_nothing_but_time() {
    let project = chain();
    project.run();
    project.write("artifacts/v2/snapshot", "not what it was");
    project.run().assert_ran([]);
}

#[test]
fn editing_a_view_is_noticed() {
    let project = Project::new(vec![made("write", [("text", "notes".into())])]);
    project.run();
    let view = "artifacts/by-name/write/out";
    overwrite(&project.root().join(view), |bytes| bytes.extend(b"!"));
    project.run().assert_ran(["write"]);
    assert_eq!(project.read(view), "notes");
    project.run().assert_ran([]);
}

#[test]
fn the_view_shows_each_instance_and_comes_back_when_deleted() {
    let say = toy("say", "echo {word} > out/{word}.txt").writes(&["out/{word}.txt"]);
    let write = made("write", [("text", "notes".into())]);
    let words: [&str; 2] = ["hi", "ho"];
    let project = Project::new(vec![say.each("word", &words), write.each("word", &words)]);
    project.run();
    let view = "artifacts/by-name/write/word=hi/out";
    assert_eq!(project.read(view), "notes");
    assert!(!project.exists("artifacts/by-name/say"), "what has a place is seen there");
    fs::remove_dir_all(project.root().join("artifacts/by-name")).expect("it is there");
    project.run().assert_ran([]);
    assert_eq!(project.read(view), "notes");
}

#[test]
fn views_go_with_what_they_show() {
    let write =
        |seeds: &[u64]| made("write", [("seeded", Value::Bool(true))]).seeds(seeds).over(&[Axis::Seed]);
    let view = |seed: u64| format!("artifacts/by-name/write/seed={seed}");
    let mut project = Project::new(vec![write(&[1, 2])]);
    project.run();
    project.set(write(&[1])).run();
    assert!(project.exists(&view(2)), "another run may want it back");
    let store = project.store();
    let keep =
        store.logged_keys().into_iter().filter(|(name, _)| name.contains("seed=1")).map(|(_, key)| key);
    let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
    let garbage = store.garbage(&keep.collect(), params_file).expect("the store can be read");
    session.collect(&garbage).expect("it can be removed");
    assert!(project.exists(&(view(1) + "/out")));
    assert!(!project.exists(&view(2)), "nothing of it is left to show");
}

#[test]
fn a_file_of_parameters_goes_with_the_last_record_that_names_it() {
    let project = Written::new(
        "recount: 1\ntitle: T\nstages:\n  - { name: fit, each: [variant], run: 'cp {params} {out}/p', out: \"{variant}\", \
         params: { C: 1, rate: 0.5 }, variants: [{ name: one }, { name: two, C: 2 }, { name: again, C: 2 }] }\n",
    );
    project.run();
    project.write("artifacts/params/mine.json", "a person's");
    let store = project.store();
    let key = store.logged_keys()["fit[two]"];
    let session = store.lock(|| false).expect("the lock works").expect("nobody else has it");
    let garbage = store.garbage(&[key].into(), params_file).expect("the store can be read");
    session.collect(&garbage).expect("it can be removed");
    drop(session);
    let names = fs::read_dir(project.root().join("artifacts/params")).expect("it is there").flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let mut left: Vec<String> = names.map(|name| project.read(&format!("artifacts/params/{name}"))).collect();
    left.sort_unstable();
    assert_eq!(left, ["a person's", "{\n  \"C\": 2,\n  \"rate\": 0.5\n}\n"]);
    assert_eq!(project.read("two/p"), left[1]);
    assert_eq!(written::ran(&project.run()), ["fit[one]"], "and it is written again where it is needed");
}

#[test]
fn a_record_that_is_gone_is_reported_as_such() {
    let project = chain();
    project.run();
    fs::remove_dir_all(project.root().join("artifacts/v2/records")).expect("it is there");
    const GONE: &str = "its record is gone from the store";
    assert_eq!(project.status()[2], format!("copy: {GONE}"));
    let ran = project.run();
    ran.assert_ran(["sort", "count", "copy"]);
    assert!(ran.events("ran").iter().all(|line| line.ends_with(GONE)), "{:?}", ran.events);
}

#[test]
fn a_scratch_of_the_dead_is_swept() {
    let project = chain();
    project.write("artifacts/scratch/7/half", "x").write("artifacts/temporary/3", "x");
    let writer = OpenOptions::new().append(true).open(project.root().join("artifacts/temporary/3"));
    drop(writer.expect("it can be opened"));
    project.run();
    assert!(project.stored("scratch").is_empty());
    assert!(project.stored("temporary").is_empty());
}
