//! Which instances there are, which share a run, and in what order they start.

use std::slice;
use std::sync::mpsc;
use std::time::Duration;

use recount_engine::spec::{Axis, Value};
use recount_engine::{Cancel, Event, Observer};

use crate::support::{Project, made};

fn started(events: &[&str]) -> Vec<String> {
    events.iter().map(|event| event.split_once(": ").map_or(*event, |(name, _)| name).to_owned()).collect()
}

/// prepare → train, over two equal variants, another one, and two seeds → evaluate, alike → plot.
fn week(seeded: bool) -> Project {
    let both = [Axis::Variant, Axis::Seed];
    let train = made("train", [("seeded", Value::Bool(seeded))]).needs(&["prepare"]);
    let variants =
        [("a", "text", "deep".into()), ("b", "text", "wide".into()), ("same-as-a", "text", "deep".into())];
    Project::new(vec![
        made("prepare", [("text", "data".into())]),
        train.variants(&variants).seeds(&[1, 2]),
        made("evaluate", []).needs(&["prepare", "train"]).over(&both),
        made("plot", []).needs(&["evaluate"]),
    ])
}

#[test]
fn equal_variants_share_their_runs_down_the_pipeline() {
    let project = week(true);
    let ran = project.run();
    assert_eq!(ran.failures(), Vec::<String>::new());
    // Four trainings of six, their evaluations, and what stands alone.
    assert_eq!((ran.summary.ran(), ran.summary.shared()), (1 + 4 + 4 + 1, 2 + 2));
    let view = |name: &str| project.read(&format!("artifacts/by-name/{name}/out"));
    assert_eq!(view("train/a/seed=2"), "deepSome(2)data");
    assert_eq!(view("train/same-as-a/seed=2"), view("train/a/seed=2"));
    assert_eq!(view("evaluate/b/seed=1"), "datawideSome(1)data");
    assert_eq!(view("plot").matches("deep").count(), 4);
    project.run().assert_ran([]);
}

#[test]
fn a_seed_that_nothing_draws_from_makes_no_difference() {
    let ran = week(false).run();
    // One that looks just after it was recorded finds it as if it had always been there.
    let summary = &ran.summary;
    assert_eq!((summary.ran(), summary.shared() + summary.fresh()), (1 + 2 + 2 + 1, 4 + 4));
}

#[test]
fn equal_keys_run_once_however_soon_the_first_one_ends() {
    let word =
        Axis::Listed { name: "word".to_owned(), values: (0..40).map(|word| word.to_string()).collect() };
    for _ in 0..200 {
        let project = Project::swift(vec![made("same", [("text", "x".into())]).over(slice::from_ref(&word))]);
        let ran = project.run_with(&[], &[], 4, &Cancel::default());
        // One that looks just after it was recorded finds it as if it had always been there.
        assert_eq!(
            (ran.summary.ran(), ran.summary.shared() + ran.summary.fresh()),
            (1, 39),
            "{:#?}",
            ran.events
        );
    }
}

#[test]
fn the_largest_starts_first() {
    let costs = [("small", "cost", 1.into()), ("large", "cost", 9.into()), ("middle", "cost", 2.5.into())];
    let project = Project::new(vec![made("train", []).variants(&costs)]);
    let ran = project.run_with(&[], &[], 1, &Cancel::default());
    assert_eq!(started(&ran.events("ran")), ["train[large]", "train[middle]", "train[small]"]);
    assert_eq!(ran.events[0], "planned 3");
}

#[test]
fn a_panic_fails_its_instance_alone() {
    let broken = made("broken", [("panics", "yes".into())]);
    let project = Project::new(vec![broken, made("sound", [("text", "x".into())])]);
    let ran = project.run();
    assert_eq!(ran.ran(), ["sound"]);
    let failures = ran.failures();
    assert!(failures[0].starts_with("broken: internal error: "), "{failures:?}");
    assert!(project.stored("scratch").is_empty());
}

/// An observer with a bug of its own.
struct Panics;

impl Observer for Panics {
    fn event(&self, event: Event<'_>) {
        assert!(!matches!(event, Event::Ran { .. }), "it was made to panic");
    }
}

#[test]
fn a_panic_outside_a_run_ends_everything_that_waits() {
    let project =
        Project::new(vec![made("first", [("text", "x".into())]), made("second", []).needs(&["first"])]);
    let (over, ended) = mpsc::channel();
    let running = std::thread::spawn(move || {
        let _over = over;
        project.run_before(&Panics);
    });
    let waited: Result<(), _> = ended.recv_timeout(Duration::from_secs(60));
    assert_eq!(waited, Err(mpsc::RecvTimeoutError::Disconnected), "the other worker waits for ever");
    assert!(running.join().is_err(), "the panic is passed on");
}

#[test]
fn a_stop_before_the_first_start_starts_nothing() {
    let cancel = Cancel::default();
    cancel.cancel();
    let ran = week(true).run_with(&[], &[], 2, &cancel);
    assert!(ran.summary.cancelled);
    assert_eq!(ran.summary.ran(), 0);
    assert_eq!(ran.summary.reports.len(), 1 + 6 + 6 + 1);
}

#[test]
fn what_a_kind_ignores_changes_nothing() {
    let mut project = Project::new(vec![made("train", [("text", "x".into()), ("ignored", 1.into())])]);
    project.run().assert_ran(["train"]);
    project.set(made("train", [("text", "x".into()), ("ignored", 2.into())])).run().assert_ran([]);
    let ran = project.set(made("train", [("text", "y".into())])).run();
    ran.assert_ran(["train"]);
    assert_eq!(ran.events("ran"), ["train: `text` x → y"]);
}
