//! Bits that flip, files that are cut or vanish anywhere in the store: each is found, and none is ever served.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::random::Random;
use recount_engine::spec::{Axis, Value};
use recount_engine::store::Damage;

use crate::damage::damage;
use crate::support::{Project, made};

/// prepare → train, over two variants and two seeds → evaluate, alike → plot.
fn project() -> Project {
    let variants = [("a", "text", "deep".into()), ("b", "text", "wide".into())];
    let train = made("train", [("seeded", Value::Bool(true))]).needs(&["prepare"]);
    Project::swift(vec![
        made("prepare", [("text", "data".into())]),
        train.variants(&variants).seeds(&[1, 2]),
        made("evaluate", [("text", "score ".into())]).needs(&["train"]).over(&[Axis::Variant, Axis::Seed]),
        made("plot", [("text", "a plot of ".into())]).needs(&["evaluate"]),
    ])
}

fn examine(project: &Project) -> Vec<Damage> {
    let store = project.store();
    // A program that another test is about to start has the lock's file open until it begins.
    let session = store.lock(|| true).expect("the lock works").expect("it waits for as long as it takes");
    let found = session.examine(1, &|_, _| true).expect("the store can be read").expect("nobody stops it");
    session.finish().expect("there is room");
    found.damage
}

fn objects(project: &Project) -> BTreeMap<PathBuf, Vec<u8>> {
    let read = |path: PathBuf| (path.clone(), fs::read(path).expect("an object can be read"));
    project.stored("objects").into_iter().map(read).collect()
}

/// Damages one object or record at a time; in every other turn an examination comes before the next run.
fn damage_one_after_another(turns: u32, seed: u64) {
    let project = project();
    assert_eq!(project.run().summary.ran(), 10);
    let sound = objects(&project);
    let mut random = Random::new(seed, "what is damaged, and how");
    for turn in 0..turns {
        let files = [project.stored("objects"), project.stored("records")].concat();
        let path = &files[random.below(u32::try_from(files.len()).expect("they are few")) as usize];
        damage(path, &mut random);
        let when = format!("seed {seed}, turn {turn}, {}", path.display());
        if turn % 2 == 0 {
            let found = examine(&project);
            // That a record ever was, only the next run knows.
            let is_lost_record =
                !path.exists() && path.to_string_lossy().contains("/records/") && found.is_empty();
            let is_found = found.iter().any(|damage| damage.path == *path);
            assert!(is_found || is_lost_record, "{when}: not found: {found:?}");
        }
        let ran = project.forget().run();
        assert_eq!(ran.failures(), Vec::<String>::new(), "{when}");
        assert!(ran.summary.ran() > 0, "{when}: what was lost was not made again");
        assert!(objects(&project) == sound, "{when}: other bytes are in the store");
        assert_eq!(examine(&project), [], "{when}: the next run mends all");
        assert_eq!(project.run().summary.ran(), 0, "{when}");
    }
}

#[test]
fn every_one_of_three_hundred_damages_is_found_and_none_is_served() {
    damage_one_after_another(300, 20_261_124);
}

#[test]
#[ignore = "takes minutes: `cargo test --release --test engine -- --ignored`"]
fn every_one_of_ten_thousand_damages_is_found_and_none_is_served() {
    damage_one_after_another(10_000, 20_261_125);
}
