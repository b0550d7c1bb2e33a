//! A chain that is run again gives the same bits, and what was tampered with is found.

use recount_engine::digest::Key;
use recount_engine::store::{Store, StoreError};
use serde_json::Value as Json;

use crate::project::Project;

/// A project with one training evaluated, on generated data.
fn trained() -> Project {
    let project = Project::new();
    project.run(&["evaluate[2.3.1,seed=1]"]).done();
    project
}

/// Puts `change` of an output's bytes into the store in its place, under a record that is sound.
fn forge(project: &Project, instance: &str, output: &str, change: impl Fn(&mut Vec<u8>)) {
    let store = Store::open(&project.path("")).expect("there is a store");
    let key: Key = store.logged_keys()[instance];
    let mut record = store.record(key).expect("the record can be read").expect("it was run");
    let session = store.lock(|| false).expect("the store can be locked").expect("nobody else has it");
    let place = record.outputs.iter_mut().find(|it| it.name == output).expect("it has the output");
    let mut bytes = std::fs::read(store.object_path(place.object)).expect("the object is there");
    change(&mut bytes);
    place.object = session.put_bytes(&bytes, 0o644).expect("there is room");
    let committed: Result<(), StoreError> = session.commit(&record);
    committed.expect("there is room");
    session.finish().expect("there is room");
}

#[test]
fn an_honest_chain_is_equal_and_nothing_of_the_project_changes() {
    let project = trained();
    let before = project.files();
    let run = project.run(&["verify", "evaluate[2.3.1,seed=1]"]).done();
    for instance in ["prepare", "train[2.3.1,seed=1]", "evaluate[2.3.1,seed=1]"] {
        assert!(run.printed.contains(&format!("equal   {instance}\n")), "{}", run.printed);
    }
    assert_eq!(project.files(), before);
    assert!(!project.run(&["verify", "evaluate[2.3.1,seed=1]", "--json"]).done().printed.contains("differs"));
    let sample = project.run(&["verify", "--sample", "2"]).done();
    assert!(sample.printed.contains("equal"), "{}", sample.printed);
}

#[test]
fn a_forged_history_is_found_by_its_epoch() {
    let project = trained();
    forge(&project, "train[2.3.1,seed=1]", "history.json", |bytes| {
        let mut history: Json = serde_json::from_slice(bytes).expect("a history is JSON");
        history["epochs"][1]["accuracy"] = 0.99.into();
        *bytes = serde_json::to_vec_pretty(&history).expect("it is JSON");
    });
    let run = project.run(&["verify", "train[2.3.1,seed=1]"]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    let line = run.printed.lines().find(|line| line.starts_with("differs")).expect("it differs");
    assert!(
        line.starts_with("differs train[2.3.1,seed=1] · history.json: /epochs/1/accuracy: 0.99 became 0."),
        "{line}"
    );
    assert!(run.printed.contains("equal   prepare"), "{}", run.printed);

    let run = project.run(&["verify", "train[2.3.1,seed=1]", "--json"]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    let start = run.printed.find('{').expect("it prints JSON");
    let json: Json = serde_json::from_str(&run.printed[start..]).expect("and nothing behind it");
    assert_eq!(json["equal"], false);
    assert_eq!(
        (&json["instances"][1]["verdict"], &json["instances"][1]["output"]),
        (&"differs".into(), &"history.json".into())
    );
}

#[test]
fn forged_weights_are_found_by_their_byte() {
    let project = trained();
    forge(&project, "train[2.3.1,seed=1]", "weights.safetensors", |bytes| {
        *bytes.last_mut().expect("there are weights") ^= 1;
    });
    let run = project.run(&["verify", "train[2.3.1,seed=1]"]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    assert!(run.printed.contains("weights.safetensors: byte "), "{}", run.printed);
}

#[test]
fn what_is_not_recorded_can_t_be_confirmed_and_what_is_runs_alone() {
    let project = trained();
    let run = project.run(&["verify", "train[2.3.1]"]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    let unknown = "unknown train[2.3.1,seed=2] · nothing is recorded to compare it with: never run before\n";
    assert!(run.printed.contains(unknown), "{}", run.printed);
    assert!(run.printed.contains("equal   train[2.3.1,seed=1]\n"), "{}", run.printed);
    assert!(run.printed.contains("error: 1 of 3 instances could not be confirmed"), "{}", run.printed);
    assert_eq!(run.ran(), ["prepare", "train[2.3.1,seed=1]"]);
    let run = project.run(&["verify", "train[2.3.9]"]);
    assert_eq!(run.code, Some(2), "{}", run.printed);
    let run = Project::new().run(&["verify"]);
    assert_eq!(run.code, Some(2), "{}", run.printed);
    assert!(run.printed.contains("run the pipeline first"), "{}", run.printed);
}

#[test]
fn results_of_other_data_are_unknown_and_nothing_runs() {
    let project = trained();
    std::fs::write(project.path("stages/prepare.yaml"), "params: { source: synthetic, split_seed: 8 }\n")
        .expect("the copy can be written");
    let run = project.run(&["verify", "--all"]);
    assert_eq!(run.code, Some(1), "{}", run.printed);
    assert!(run.ran().is_empty(), "{}", run.printed);
    for wanted in [
        "unknown prepare · nothing is recorded to compare it with: `split_seed` ",
        "unknown train[1.1,seed=1] and ",
        " more · nothing is recorded of `prepare`, which it needs\n",
        "equal 0 · not confirmed ",
        "error: nothing was run: this store has no results of what was asked for",
    ] {
        assert!(run.printed.contains(wanted), "`{wanted}` is missing:\n{}", run.printed);
    }
    assert_eq!(run.printed.lines().filter(|line| line.starts_with("unknown")).count(), 2, "{}", run.printed);
}

#[test]
fn the_whole_report_is_the_same_again() {
    let project = Project::new();
    project.run(&[]).done();
    let report = project.read("report/week-3.stand-in.md");
    let run = project.run(&["verify", "--all"]).done();
    assert!(run.printed.contains("equal   render\n"), "{}", run.printed);
    assert_eq!(project.read("report/week-3.stand-in.md"), report);
}
