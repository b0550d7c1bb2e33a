//! A run that remembers its last look sees whatever a run that looks anew sees.

use std::fs::{self, File};
use std::thread;
use std::time::{Duration, SystemTime};

use crate::project::{Project, Said, damage};

/// How long until a file's time can no longer be that of its hashing, with some to spare.
const SETTLING: Duration = Duration::from_millis(2_200);

const LONG_AGO: Duration = Duration::from_secs(1_400_000_000);

/// Something that is done to a project, told as a sentence.
type Edit = (&'static str, fn(&Project));

fn set_time(project: &Project, file: &str) {
    let open = File::options().append(true).open(project.path(file));
    open.and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH + LONG_AGO)).expect("the file is ours");
}

fn remove(project: &Project, file: &str) {
    fs::remove_file(project.path(file)).expect("it is there");
}

const EDITS: [Edit; 13] = [
    ("nothing is done", |_| {}),
    ("an input is touched", |project| {
        project.write("text.txt", &project.read("text.txt"));
    }),
    ("an input has other bytes, and its size and time as before", |project| {
        project.edit("text.txt", "alpha", "gamma");
        set_time(project, "text.txt");
    }),
    ("an input is replaced by another file of its size and time", |project| {
        project.write("other.txt", &project.read("text.txt").replace("alpha", "gamma"));
        set_time(project, "other.txt");
        fs::rename(project.path("other.txt"), project.path("text.txt")).expect("both are in one folder");
    }),
    ("an input is removed", |project| remove(project, "text.txt")),
    ("an output is removed", |project| remove(project, "counts/beta.json")),
    ("an output is edited by hand, and its time put back", |project| {
        project.edit("sum.txt", "1", "7");
        set_time(project, "sum.txt");
    }),
    ("an output is removed and its object damaged", |project| {
        let sum = project.read("sum.txt");
        remove(project, "sum.txt");
        let objects = project.stored("objects");
        let object =
            objects.iter().find(|object| fs::read(object).is_ok_and(|bytes| bytes == sum.as_bytes()));
        damage(object.expect("the store has it"), |bytes| bytes[0] ^= 1);
    }),
    ("a command changes", |project| {
        project.edit("pipeline.yaml", "grep -c", "grep -ci");
    }),
    ("only a comment changes", |project| {
        project.write("pipeline.yaml", &(project.read("pipeline.yaml") + "# the end\n"));
    }),
    ("a stage gets another word", |project| {
        project.edit("pipeline.yaml", "beta, gamma", "beta, delta");
    }),
    ("the lock is removed", |project| remove(project, "pipeline.lock")),
    ("the lock is in conflict", |project| {
        project.write("pipeline.lock", "<<<<<<< ours\n");
    }),
];

/// What can be seen of a run, without how long it took.
fn seen(project: &Project, said: &Said) -> (Option<i32>, Vec<String>, Vec<Option<String>>) {
    let ran = said.ran().into_iter().map(str::to_owned).collect();
    let files = ["counts/alpha.json", "counts/beta.json", "counts/delta.json", "sum.txt", "pipeline.lock"];
    let read = |file| fs::read_to_string(project.path(file)).ok();
    (said.code, ran, files.into_iter().map(read).collect())
}

#[test]
fn a_run_with_a_memory_and_one_without_do_the_same_after_any_edit() {
    let pairs: Vec<[Project; 2]> = EDITS.iter().map(|_| [Project::words(), Project::words()]).collect();
    for project in pairs.iter().flatten() {
        set_time(project, "text.txt");
    }
    thread::sleep(SETTLING);
    for project in pairs.iter().flatten() {
        // The first looks at what has settled by now; the second has nothing to learn.
        for _ in 0..2 {
            assert!(project.run(&["run"]).done().out.starts_with("nothing to do"));
        }
        assert!(project.path("artifacts/memo").is_file(), "a run that found nothing to do remembers it");
    }
    for ((what, edit), [remembers, forgets]) in EDITS.iter().zip(&pairs) {
        edit(remembers);
        edit(forgets);
        remove(forgets, "artifacts/memo");
        let (one, other) = (remembers.run(&["run"]), forgets.run(&["run"]));
        assert_eq!(seen(remembers, &one), seen(forgets, &other), "{what}: {}{}", one.err, one.out);
        let again = remembers.run(&["run"]);
        assert_eq!(again.ran(), [""; 0], "{what}, and again: {}{}", again.err, again.out);
    }
}
