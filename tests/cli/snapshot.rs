//! A run that remembers its last look sees whatever a run that looks anew sees.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::project::{CommandResult, Project, damage};

/// How long until a file's time can no longer be that of its hashing, with some to spare.
const SETTLING: Duration = Duration::from_millis(2_200);

const LONG_AGO: Duration = Duration::from_secs(1_400_000_000);

/// Something that is done to a project, as a sentence.
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
fn seen(project: &Project, result: &CommandResult) -> (Option<i32>, Vec<String>, Vec<Option<String>>) {
    let ran = result.ran().into_iter().map(str::to_owned).collect();
    let files = ["counts/alpha.json", "counts/beta.json", "counts/delta.json", "sum.txt", "pipeline.lock"];
    let read = |file| fs::read_to_string(project.path(file)).ok();
    (result.code, ran, files.into_iter().map(read).collect())
}

#[test]
fn a_run_with_a_snapshot_and_one_without_do_the_same_after_any_edit() {
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
        assert!(
            project.path("artifacts/v2/snapshot").is_file(),
            "a run that found nothing to do remembers it"
        );
    }
    for ((what, edit), [remembers, forgets]) in EDITS.iter().zip(&pairs) {
        edit(remembers);
        edit(forgets);
        remove(forgets, "artifacts/v2/snapshot");
        let (one, other) = (remembers.run(&["run"]), forgets.run(&["run"]));
        assert_eq!(seen(remembers, &one), seen(forgets, &other), "{what}: {}{}", one.err, one.out);
        let again = remembers.run(&["run"]);
        assert_eq!(again.ran(), [""; 0], "{what}, and again: {}{}", again.err, again.out);
    }
}

/// Three commands that write a file each, and a fourth that reads one of the pipeline's own files.
fn own_reader(input: &str) -> Project {
    let leaf = |name: &str| {
        format!(
            "  - {{ name: {name}, kind: command, run: echo {name}1 > {name}.txt, outputs: [{name}.txt] }}\n"
        )
    };
    let project = Project::empty();
    let leaves = ["w", "x", "y"].map(leaf).concat();
    let reader = format!(
        "  - {{ name: reader, kind: command, run: cp {input} copy.txt, inputs: [{input}], outputs: [copy.txt] }}\n"
    );
    project.write("pipeline.yaml", &format!("recount: 1\ntitle: own\nstages:\n{leaves}{reader}"));
    project
}

#[test]
fn a_stage_that_reads_the_pipeline_is_in_doubt_whenever_that_is_edited() {
    let project = own_reader("pipeline.yaml");
    project.run(&["run"]).done();
    project.edit("pipeline.yaml", "echo x1", "echo x2");
    assert_eq!(project.run(&["run"]).done().ran(), ["reader", "x"]);
    assert_eq!(project.read("copy.txt"), project.read("pipeline.yaml"));
}

#[test]
fn a_file_of_the_pipeline_is_more_than_the_input_that_it_is_too() {
    let project = own_reader("stages/first.yaml");
    project.edit(
        "pipeline.yaml",
        "stages:\n",
        "stages:\n  - { name: first, run: \"echo {n} > {out}/n.txt\", out: first }\n",
    );
    project.write("stages/first.yaml", "params: { n: 1 }\n");
    project.run(&["run"]).done();
    project.edit("stages/first.yaml", "n: 1", "n: 2");
    assert_eq!(project.run(&["run"]).done().ran(), ["first", "reader"]);
}

#[test]
fn a_second_document_is_refused_by_a_run_that_remembers() {
    let project = own_reader("pipeline.yaml");
    project.run(&["run"]).done();
    project.edit("pipeline.yaml", "outputs: [y.txt] }\n", "outputs: [y.txt] }\n...\n");
    project.run(&["run"]).ended(2);
}

#[test]
fn a_misspelt_kind_is_reported_and_loses_no_stage() {
    let project = own_reader("pipeline.yaml");
    project.run(&["run"]).done();
    let lock = project.read("pipeline.lock");
    project.edit("pipeline.yaml", "name: reader, kind:", "name: reader, kinds:");
    let result = project.run(&["run"]).ended(2);
    assert!(result.err.contains("a stage of kind `command` has no field `kinds`"), "{}", result.err);
    assert_eq!(project.read("pipeline.lock"), lock);
}

#[test]
fn an_output_that_may_no_longer_be_executed_is_mended() {
    let project = Project::empty();
    project.write(
        "pipeline.yaml",
        "recount: 1\ntitle: bit\nstages:\n  - { name: tool, kind: command, run: \"echo 'echo 1' > tool.sh; chmod +x tool.sh\", \
         outputs: [tool.sh] }\n  - { name: use, kind: command, needs: [tool], run: ./tool.sh > used.txt, outputs: [used.txt] }\n",
    );
    project.run(&["run"]).done();
    fs::set_permissions(project.path("tool.sh"), fs::Permissions::from_mode(0o644)).expect("it is ours");
    project.edit("pipeline.yaml", "./tool.sh > used", "./tool.sh  > used");
    assert_eq!(project.run(&["run"]).done().ran(), ["use"]);
}

#[test]
fn what_another_run_did_meanwhile_is_seen() {
    let project = own_reader("pipeline.yaml");
    project.run(&["run"]).done();
    let mut trial = project.command(&[
        "run",
        "-j1",
        "--set",
        "w.run=sleep 2; echo w > w.txt",
        "--set",
        "x.run=echo trial > x.txt",
    ]);
    let mut trial =
        trial.stderr(Stdio::null()).stdout(Stdio::null()).spawn().expect("the program can be started");
    thread::sleep(Duration::from_millis(700));
    project.edit("pipeline.yaml", "echo y1", "echo y2");
    project.run(&["run"]).done();
    assert!(trial.wait().expect("it ends").success());
    let texts = ["w.txt", "x.txt", "y.txt"].map(|file| project.read(file));
    assert_eq!(texts, ["w1\n", "x1\n", "y2\n"]);
}
