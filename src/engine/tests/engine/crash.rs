//! A run that is killed at any moment: the next one finishes it, and repeats nothing finished.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use recount_engine::digest::Digest;
use recount_engine::store::Lookup;

use crate::random::Random;
use crate::support::{Project, Toy, toy};

/// The variable that makes [`the_run_that_is_killed`] run the project in the folder it names.
const FOLDER: &str = "RECOUNT_TEST_CRASH_FOLDER";

const KILLS: usize = 12;

fn stages() -> Vec<Toy> {
    let words: Vec<String> = (0..28).map(|word| format!("w{word:02}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let say = toy(
        "say",
        "echo {word} >> ran.log; printf '{word} ' > out/{word}; sleep 0.01; cat seed.txt >> out/{word}",
    );
    vec![
        say.reads(&["seed.txt"]).writes(&["out/{word}"]).each("word", &words),
        toy("join", "cat out/* > all.txt").writes(&["all.txt"]).needs(&["say"]),
        toy("count", "wc -c < all.txt > count.txt")
            .reads(&["all.txt"])
            .writes(&["count.txt"])
            .needs(&["join"]),
    ]
}

#[test]
fn the_run_that_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the test that kills names the folder this way")]
    if let Some(folder) = std::env::var_os(FOLDER) {
        Project::at(Path::new(&folder), stages()).run();
    }
}

/// Starts a test of this program in a project, in a process of its own.
fn start(project: &Project, test: &str) -> Child {
    Command::new(std::env::current_exe().expect("a test knows its program"))
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, project.root())
        .stdout(Stdio::null())
        .spawn()
        .expect("the test's own program starts")
}

#[test]
fn a_killed_run_is_finished_by_the_next_one() {
    let clean = Project::new(stages());
    clean.write("seed.txt", "seed\n").run();
    let project = Project::new(stages());
    project.write("seed.txt", "seed\n");
    let seed = 20_140_901;
    let mut random = Random::new(seed, "when to kill");
    for kill in 0..KILLS {
        let mut child = start(&project, "crash::the_run_that_is_killed");
        std::thread::sleep(Duration::from_millis(u64::from(random.below(90))));
        child.kill().expect("it can be killed or is over");
        let status = child.wait().expect("it was started here");
        assert!(status.signal() == Some(9) || status.success(), "kill {kill}, seed {seed}: {status}");
        assert_records_have_their_objects(&project);
    }
    let recorded = project.stored("records").len();
    // Whole records that have not got their names yet count once the next session gives them those.
    let unnamed = project.stored("temporary").len();
    let ran = project.run();
    assert_eq!(ran.failures(), Vec::<String>::new());
    let repeated = ran.summary.ran() + recorded;
    assert!((30 - unnamed..=30).contains(&repeated), "{repeated} of 30, {unnamed} unnamed (seed {seed})");
    assert_eq!(ran.events("notice"), Vec::<&str>::new(), "what a killed run left is not taken for an edit");
    for path in ["all.txt", "count.txt", "out/w00", "out/w27"] {
        assert_eq!(project.read(path), clean.read(path), "{path}, seed {seed}");
    }
    assert_eq!(project.stored("objects").len(), clean.stored("objects").len());
    for litter in ["scratch", "temporary", "quarantine", "edited"] {
        assert_eq!(project.stored(litter), Vec::<std::path::PathBuf>::new(), "{litter}");
    }
    project.run().assert_ran([]);
}

/// A run that never ends by itself, for it writes and sleeps.
fn endless() -> Vec<Toy> {
    let line = "mkdir -p out; echo half > out/half; echo $$ > half.pid; sleep 1000; echo late > out/late";
    vec![toy("slow", line).writes(&["out"])]
}

#[test]
fn the_endless_run_that_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "the test that kills names the folder this way")]
    if let Some(folder) = std::env::var_os(FOLDER) {
        Project::at(Path::new(&folder), endless()).run();
    }
}

#[test]
fn what_a_person_writes_after_a_kill_is_kept_and_what_the_run_left_is_not() {
    let mut project = Project::new(endless());
    let mut child = start(&project, "crash::the_endless_run_that_is_killed");
    await_true("the run writes", || project.exists("half.pid") && project.read("half.pid").ends_with('\n'));
    child.kill().expect("it runs for ever");
    child.wait().expect("it was started here");
    let process = Path::new("/proc").join(project.read("half.pid").trim());
    await_true("the program goes with its run", || !is_alive(&process));
    std::thread::sleep(Duration::from_millis(50));
    project.write("out/mine", "my own words");
    let ran = project.set(toy("slow", "mkdir -p out; echo done > out/done").writes(&["out"])).run();
    ran.assert_ran(["slow"]);
    let kept = project.stored("edited");
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(fs::read_to_string(&kept[0]).expect("it is kept"), "my own words");
    assert_eq!(ran.events("notice").len(), 1, "{:?}", ran.events);
    assert!(!project.exists("out/half") && !project.exists("out/mine"));
}

fn is_alive(process: &Path) -> bool {
    // One that nobody has waited for yet has ended too.
    let status = fs::read_to_string(process.join("stat")).unwrap_or_default();
    status.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

#[track_caller]
fn await_true(what: &str, holds: impl Fn() -> bool) {
    let held = (0..3000).any(|_| {
        let held = holds();
        if !held {
            std::thread::sleep(Duration::from_millis(10));
        }
        held
    });
    assert!(held, "{what}");
}

#[track_caller]
fn assert_records_have_their_objects(project: &Project) {
    let store = project.store();
    for record in project.stored("records") {
        let hex = record.file_stem().expect("a record has a name").to_string_lossy().into_owned();
        let key = recount_engine::digest::Key(Digest::from_hex(&hex).expect("a record is named by its key"));
        let found = store.check_record(key).expect("the store can be read");
        assert!(matches!(found, Lookup::Found(_)), "{hex}: {found:?}");
    }
    let objects: BTreeMap<String, Vec<u8>> = project
        .stored("objects")
        .into_iter()
        .map(|path| {
            let name = path.file_name().expect("an object has a name").to_string_lossy().into_owned();
            (name, fs::read(path).expect("an object can be read"))
        })
        .collect();
    for (name, bytes) in &objects {
        assert_eq!(*name, Digest::of(bytes).to_hex());
    }
}
