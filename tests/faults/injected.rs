//! A kill, or an error of the disk, at every call by which a command changes the disk.
//!
//! Each place is tried in a fresh copy of the project. After a kill no object is torn, no record is without its
//! objects, and the next run goes on as if nothing had been. After an error the command has reported it, with the
//! path, and what it left is sound.

use std::fs;
use std::path::Path;

use crate::calls::{Call, Fault, calls, can_trace, paths, with_fault, writes};
use crate::project::{Project, Run};

const PIPELINE: &str = r#"
recount: 1
title: Faults
stages:
  - name: say
    kind: command
    each: { word: [a, b] }
    run: cat seed.txt > out/{word}.txt; echo {word} >> out/{word}.txt
    inputs: [seed.txt]
    outputs: ["out/{word}.txt"]
  - name: fill
    kind: command
    run: mkdir -p folder; cp seed.txt folder/one; echo two > folder/two; chmod +x folder/two
    inputs: [seed.txt]
    outputs: [folder]
  - name: join
    kind: command
    needs: [say, fill]
    run: cat out/a.txt out/b.txt folder/one folder/two > all.txt
    outputs: [all.txt]
"#;

const BY_HAND: &str = "what a person wrote\n";

/// A state of the project, and the command that is to fail in it.
struct Scenario {
    name: &'static str,
    words: &'static [&'static str],
    prepare: fn() -> Project,
    /// Whether the store is sound before the command.
    sound: bool,
    /// How many instances the next run has to run.
    stale: usize,
}

const FIRST_RUN: Scenario =
    Scenario { name: "the first run", words: &["run", "-j1"], prepare: first, sound: true, stale: 0 };
const SECOND_RUN: Scenario =
    Scenario { name: "a run after edits", words: &["run", "-j1"], prepare: edited, sound: true, stale: 0 };
const MENDING_RUN: Scenario = Scenario {
    name: "a run on a damaged store",
    words: &["run", "-j1"],
    prepare: damaged,
    sound: false,
    stale: 0,
};
const FSCK: Scenario = Scenario { name: "fsck", words: &["fsck"], prepare: damaged, sound: false, stale: 2 };

const GC: Scenario =
    Scenario { name: "gc", words: &["gc", "--keep-runs=0"], prepare: moved_on, sound: true, stale: 0 };

fn first() -> Project {
    let project = Project::new(PIPELINE);
    project.write("seed.txt", "first\n");
    project
}

fn edited() -> Project {
    let project = first();
    project.recount(&["run"]).done("before the edits");
    project.write("seed.txt", "second\n").write("out/a.txt", BY_HAND);
    project
}

fn damaged() -> Project {
    let project = first();
    project.recount(&["run"]).done("before the damage");
    let object = &project.stored("objects")[0];
    fs::remove_file(object).and_then(|()| fs::write(object, "damaged")).expect("the object is ours");
    let record = &project.stored("records")[1];
    fs::write(record, "damaged").expect("the record is ours");
    // What stands whole at its place is not looked for in the store while nothing has changed.
    fs::remove_file(project.root().join("artifacts/v2/snapshot")).expect("the run has left one");
    project
}

fn moved_on() -> Project {
    let project = first();
    for seed in ["earlier\n", "later\n"] {
        project.write("seed.txt", seed);
        project.recount(&["run"]).done("before the collection");
    }
    project
}

/// Tries a fault at the command's calls: at all of them, or at `sample` spread evenly over them.
fn try_each(scenario: &Scenario, faults: &[Fault], sample: Option<usize>) {
    if !can_trace() {
        return;
    }
    let prepared = (scenario.prepare)();
    let all = calls(&prepared.copy(), scenario.words);
    assert!(all.len() > 8, "{}: {} calls were seen", scenario.name, all.len());
    let step = sample.map_or(1, |sample| all.len().div_ceil(sample));
    let (mut tried, mut hit) = (0, 0);
    for (index, call) in all.iter().enumerate().skip(step / 2).step_by(step) {
        let fault = faults[index % faults.len()];
        for &fault in if sample.is_some() { std::slice::from_ref(&fault) } else { faults } {
            tried += 1;
            hit += usize::from(try_one(scenario, &prepared.copy(), call, fault));
        }
    }
    // What is synced together, and how many files are read before, is a matter of time.
    assert!(hit * 10 >= tried * 8, "{}: of {tried} faults {hit} hit", scenario.name);
}

/// Tries a fault at a call; says whether the call came.
fn try_one(scenario: &Scenario, project: &Project, call: &Call, fault: Fault) -> bool {
    let when = format!("{}, {fault:?} at `{}`", scenario.name, call.line);
    let (run, hit) = with_fault(project, scenario.words, call, fault);
    let came = match (fault, hit.filter(|hit| writes(hit))) {
        (Fault::Kill, _) => run.code.is_none(),
        (Fault::Error(_), None) => false,
        (Fault::Error(_), Some(hit)) => {
            assert_reported(project, &run, &hit, &when);
            if run.code == Some(0) {
                assert_eq!(project.recount(&["run"]).done(&when).ran(), scenario.stale, "{when}");
            }
            true
        }
    };
    if scenario.sound {
        project.assert_whole(&when);
        project.recount(&["fsck"]).done(&when);
    } else {
        // What was damaged before may be found now; a second look finds nothing.
        project.recount(&["fsck"]);
        project.recount(&["fsck"]).done(&when);
    }
    // A run that fails keeps what its program wrote; so does one that finds a damaged object.
    let may_keep = matches!(fault, Fault::Error(_)) || !scenario.sound;
    assert_finishes(project, may_keep, &when);
    came
}

/// Asserts that a failed call made the command fail, and that the message names a path of the call, or the
/// folder that was to be made or removed with it; unless nothing was lost by it.
#[track_caller]
fn assert_reported(project: &Project, run: &Run, hit: &str, when: &str) {
    if printed(hit) || run.code == Some(0) && has_another_way(hit) {
        return;
    }
    assert_eq!(run.code, Some(1), "{when}: {}", run.printed);
    let names =
        |path: &Path| ["`", "/"].iter().any(|end| run.printed.contains(&format!("{}{end}", path.display())));
    let is_named = |path: &String| {
        path.is_empty() || Path::new(path).ancestors().filter(|folder| *folder != Path::new("")).any(names)
    };
    let paths = paths(project, hit);
    // A pipe has no path that could be named.
    let named = hit.contains("<pipe:") || paths.iter().any(is_named);
    assert!(named, "{when}: none of {paths:?} in {}", run.printed);
}

/// Says whether a call only says something: its reader may be gone.
fn printed(hit: &str) -> bool {
    hit.starts_with("write(1<") || hit.starts_with("write(2<")
}

/// Says whether a call may fail without a word, provided that all is as it should be afterwards: bytes that
/// can't be shared are copied, what is kept for a person stays so and is named, litter is swept by the next run, an empty folder of the view may stay, a log is no reason
/// to fail, and a supervisor that is gone supervises nothing.
fn has_another_way(hit: &str) -> bool {
    let shares = hit.contains("FICLONE") || hit.starts_with("link");
    let tries_to_share = ["openat", "unlink("].iter().any(|call| hit.starts_with(call))
        && ["/artifacts/by-name", "/artifacts/v2/temporary"].iter().any(|place| hit.contains(place));
    let kept = hit.starts_with("unlink") && hit.contains("/artifacts/edited/");
    let litter = hit.starts_with("unlink")
        && ["/artifacts/v2/scratch", "/artifacts/by-name"].iter().any(|place| hit.contains(place));
    let log = ["/artifacts/logs", "/artifacts>, \"logs\""].iter().any(|place| hit.contains(place));
    shares || tries_to_share || kept || litter || log || hit.contains("<pipe:")
}

/// Asserts that the next run needs no help, repeats nothing recorded, and leaves what it always leaves.
#[track_caller]
fn assert_finishes(project: &Project, may_keep: bool, when: &str) {
    let before = project.stored("records").len();
    let run = project.recount(&["run", "-j1"]).done(when);
    assert_eq!(project.stored("records").len() - before, run.ran(), "{when}: what was recorded ran again");
    let seed = project.read("seed.txt");
    assert_eq!(project.read("all.txt"), format!("{seed}a\n{seed}b\n{seed}two\n"), "{when}");
    let by_hand =
        if seed == "second\n" { vec![("out/a.txt".to_owned(), BY_HAND.to_owned())] } else { Vec::new() };
    let kept = project.kept().into_iter();
    let kept: Vec<_> = kept.filter(|(place, text)| !(may_keep && is_output(place, text, &seed))).collect();
    assert_eq!(kept, by_hand, "{when}: what was kept as a person's: {}", run.printed);
    for litter in ["scratch", "temporary"] {
        assert!(project.stored(litter).is_empty(), "{when}: {litter}: {:?}", project.stored(litter));
    }
    project.assert_whole(when);
    project.recount(&["fsck"]).done(when);
    assert_eq!(project.recount(&["run"]).done(when).ran(), 0, "{when}");
}

/// Says whether a program of the pipeline writes this to a place, or had written that much of it.
fn is_output(place: &str, text: &str, seed: &str) -> bool {
    let whole = match place {
        "out/a.txt" => format!("{seed}a\n"),
        "out/b.txt" => format!("{seed}b\n"),
        "folder/one" => seed.to_owned(),
        "folder/two" => "two\n".to_owned(),
        "all.txt" => format!("{seed}a\n{seed}b\n{seed}two\n"),
        _ => return false,
    };
    whole.starts_with(text)
}

const ERRORS: [Fault; 2] = [Fault::Error("EIO"), Fault::Error("ENOSPC")];

#[test]
fn a_kill_at_a_call_that_changes_the_disk_tears_nothing() {
    for (scenario, sample) in [(FIRST_RUN, 12), (SECOND_RUN, 12), (MENDING_RUN, 6), (FSCK, 6), (GC, 8)] {
        try_each(&scenario, &[Fault::Kill], Some(sample));
    }
}

#[test]
fn a_call_that_fails_is_reported_with_its_path_and_tears_nothing() {
    for (scenario, sample) in [(FIRST_RUN, 12), (SECOND_RUN, 12), (MENDING_RUN, 6), (FSCK, 6), (GC, 8)] {
        try_each(&scenario, &ERRORS, Some(sample));
    }
}

#[test]
#[ignore = "takes minutes: `cargo test --release --test faults -- --ignored`"]
fn a_kill_at_any_call_that_changes_the_disk_tears_nothing() {
    for scenario in [FIRST_RUN, SECOND_RUN, MENDING_RUN, FSCK, GC] {
        try_each(&scenario, &[Fault::Kill], None);
    }
}

#[test]
#[ignore = "takes minutes: `cargo test --release --test faults -- --ignored`"]
fn any_call_that_fails_is_reported_with_its_path_and_tears_nothing() {
    for scenario in [FIRST_RUN, SECOND_RUN, MENDING_RUN, FSCK, GC] {
        try_each(&scenario, &ERRORS, None);
    }
}
