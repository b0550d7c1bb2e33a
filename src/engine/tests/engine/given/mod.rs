//! Whatever a pipeline's templates and parameters are, each instance's output is what a program gives that was given what
//! they say; instances that are given the same have one run.
//!
//! random [`draft::Draft`] ──▶ `pipeline.yaml` ──run──▶ outputs and runs, against [`model`], which knows nothing of the engine
//!
//! `RECOUNT_TEST_CASE=SEED` repeats one case alone.

mod draft;
mod model;

use std::collections::BTreeMap;
use std::fs;

use crate::property::seeds;
use crate::random::Random;
use crate::support::written::Written;
use draft::Draft;

/// Writes down what it is given: arguments, the files that these name, and nothing of where they are.
const RECORD: &str = r#"
out=$1
shift
echo run >> runs.log
for given in "$@"; do
  case "$given" in
    file:*) cat "${given#file:}" ;;
    *) printf '<%s>\n' "$given" ;;
  esac
done > "$out/given"
"#;

/// Runs a draft, and compares all that there is with the model; `known` are the keys that have run before.
fn check(case: u64, project: &Written, draft: &Draft, known: &mut BTreeMap<String, String>) {
    project.write("pipeline.yaml", &draft.to_yaml()).write("runs.log", "");
    for (path, text) in draft.files() {
        project.write(&path, &text);
    }
    let summary = project.run();
    let failures: Vec<String> = summary.failures().map(|(name, why)| format!("{name}: {why}")).collect();
    assert_eq!(failures, Vec::<String>::new(), "case {case}\n{}", draft.to_yaml());
    let expected = model::instances(draft);
    assert_eq!(summary.reports.len(), expected.len(), "case {case}\n{}", draft.to_yaml());
    let before = known.len();
    for instance in &expected {
        let found = project.read(&format!("{}/given", instance.out));
        assert_eq!(found, instance.output, "case {case}: {}\n{}", instance.out, draft.to_yaml());
        let earlier = known.insert(instance.given.clone(), instance.output.clone());
        assert!(earlier.is_none_or(|earlier| earlier == instance.output), "the model contradicts itself");
    }
    let runs = project.read("runs.log").lines().count();
    assert_eq!(runs, known.len() - before, "case {case}: runs\n{}", draft.to_yaml());
    assert!(!project.root().join("pwned").exists(), "case {case}: a value ran\n{}", draft.to_yaml());
}

fn go_through(seeds: &[u64]) {
    for &seed in seeds {
        let mut random = Random::new(seed, "what programs are given");
        let mut draft = Draft::random(&mut random);
        let project = Written::new("");
        project.write("record.sh", RECORD);
        let mut known = BTreeMap::new();
        check(seed, &project, &draft, &mut known);
        draft.edit(&mut random);
        // None of the stages of before may say anything any more.
        fs::remove_dir_all(project.root().join("stages")).ok();
        check(seed, &project, &draft, &mut known);
    }
}

fn in_two_threads(seeds: &[u64]) {
    std::thread::scope(|scope| {
        let (some, others) = seeds.split_at(seeds.len() / 2);
        let first = scope.spawn(|| go_through(some));
        go_through(others);
        first.join().expect("no case fails");
    });
}

#[test]
fn two_hundred_random_pipelines_give_each_program_what_they_say() {
    in_two_threads(&seeds(200));
}

#[test]
#[ignore = "takes minutes: `cargo test --release -p recount-engine --test engine -- --ignored`"]
fn five_thousand_random_pipelines_give_each_program_what_they_say() {
    in_two_threads(&seeds(5_000));
}
