//! What is left over from other runs, or by people, is not there for those that read a folder of outputs.

use std::fs;

use recount_engine::store::Store;

use crate::support::{Project, Toy, toy};

fn count(words: &[&str]) -> Toy {
    let line = "mkdir -p counts; echo {word} > counts/{word}.txt";
    toy("count", line).writes(&["counts/{word}.txt"]).each("word", words)
}

fn total() -> Toy {
    toy("total", "cat counts/* > total.txt").writes(&["total.txt"]).needs(&["count"])
}

#[test]
fn the_output_of_a_removed_value_is_gone_before_the_next_stage_reads_the_folder() {
    let mut project = Project::new(vec![count(&["sea", "ship", "storm"]), total()]);
    project.run();
    assert_eq!(project.read("total.txt"), "sea\nship\nstorm\n");
    let ran = project.set(count(&["sea", "ship"])).run();
    ran.assert_ran(["total"]);
    assert_eq!(project.read("total.txt"), "sea\nship\n", "what has left the pipeline is not counted");
    assert!(!project.exists("counts/storm.txt"));
    project.set(count(&["sea", "ship", "storm"])).run().assert_ran([]);
    assert_eq!(project.read("total.txt"), "sea\nship\nstorm\n");
    assert_eq!(project.read("counts/storm.txt"), "storm\n");
}

#[test]
fn the_old_place_of_a_renamed_output_is_emptied_and_an_edit_of_it_is_kept() {
    let write = |path: &str| toy("write", &format!("echo 1 > {path}")).writes(&[path]);
    let mut project = Project::new(vec![write("old/one.txt")]);
    project.run();
    project.write("old/one.txt", "my own words");
    let ran = project.set(write("new.txt")).run();
    assert_eq!(ran.events("removed"), ["old/one.txt"]);
    assert!(!project.exists("old"), "the folder was ours and is empty");
    let kept = project.stored("edited");
    assert_eq!(
        kept.iter().map(|path| fs::read_to_string(path).ok()).collect::<Vec<_>>(),
        [Some("my own words".into())]
    );
}

#[test]
fn what_recount_never_filled_is_never_taken_away() {
    let mut project = Project::new(vec![count(&["sea"]), toy("other", "true")]);
    project.run();
    project.write("counts/mine.txt", "mine");
    project.set(toy("count", "echo 1 > one").writes(&["one"])).run();
    assert!(!project.exists("counts/sea.txt"));
    assert_eq!(project.read("counts/mine.txt"), "mine");
}

#[test]
fn what_is_an_input_by_now_stays_and_is_named() {
    let copy = toy("copy", "cat one > two").reads(&["one"]).writes(&["two"]);
    let mut project = Project::new(vec![toy("write", "echo 1 > one").writes(&["one"])]);
    project.run();
    let ran = project.set(toy("write", "true")).set(copy).run();
    assert_eq!(ran.failures(), Vec::<String>::new());
    assert_eq!(ran.events("stays"), ["one: it is an input now"]);
    assert_eq!(project.read("one"), "1\n");
}

#[test]
fn a_restored_folder_holds_what_its_run_made_and_nothing_else() {
    let split = "mkdir parts; for i in $(cat n.txt); do echo part $i > parts/$i; done";
    let split = toy("split", split).reads(&["n.txt"]).writes(&["parts"]);
    let join = toy("join", "cat parts/* > all.txt").writes(&["all.txt"]).needs(&["split"]);
    let project = Project::new(vec![split, join]);
    project.write("n.txt", "1 2").run_with(&["split"], &[], 1, &recount_engine::Cancel::default());
    project.write("n.txt", "1 2 3").run();
    project.write("n.txt", "1 2").run().assert_ran(["join"]);
    assert_eq!(project.read("all.txt"), "part 1\npart 2\n", "it reads no part of another run");
    fs::create_dir(project.root().join("parts/empty")).expect("it can be made");
    project.write("parts/stray", "mine").run().assert_ran([]);
    assert!(!project.exists("parts/stray") && !project.exists("parts/empty") && !project.exists("parts/3"));
    assert_eq!(project.stored("edited").len(), 1);
}

#[test]
fn a_list_of_filled_places_with_paths_of_a_strangers_takes_nothing_away() {
    let project = Project::new(vec![count(&["sea"])]);
    project.run();
    let outside = tempfile::tempdir().expect("a temporary folder can be made");
    fs::write(outside.path().join("thesis"), "mine").expect("there is room");
    let lines = format!("../{0}/thesis\n{1}/thesis\n", "x", outside.path().display());
    let list = project.root().join("artifacts/v2/places");
    fs::write(&list, fs::read_to_string(&list).expect("it is there") + &lines).expect("there is room");
    assert_eq!(
        Store::open(project.root()).expect("the store opens").filled().expect("it can be read").len(),
        1
    );
    project.run();
    assert!(outside.path().join("thesis").exists());
}
