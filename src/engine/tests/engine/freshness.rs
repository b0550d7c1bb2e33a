//! What makes a result stale that is easily missed, and what does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use recount_engine::{Cancel, Event, Observer};

use crate::support::{Project, made, toy};

/// The variable that makes [`the_run_without_threads`] run the project in the folder it names.
const FOLDER: &str = "RECOUNT_TEST_THREADS_FOLDER";

#[test]
fn who_needs_a_stage_without_outputs_runs_again_when_that_did_something_else() {
    let load = toy("load", "cat data.csv > database").reads(&["data.csv"]);
    let query = toy("query", "wc -l < database > rows.txt").writes(&["rows.txt"]).needs(&["load"]);
    let project = Project::new(vec![load, query]);
    project.write("data.csv", "1\n").run().assert_ran(["load", "query"]);
    project.run().assert_ran([]);
    let ran = project.write("data.csv", "1\n2\n").run();
    ran.assert_ran(["load", "query"]);
    assert_eq!(project.read("rows.txt").trim(), "2");
    assert!(ran.events("ran")[1].starts_with("query: input `load (its run)` "), "{:?}", ran.events);
}

#[test]
fn the_record_before_that_cannot_be_read_costs_a_reason_and_no_result() {
    let copy = toy("copy", "cat notes > out.txt").reads(&["notes"]).writes(&["out.txt"]);
    let project = Project::new(vec![copy]);
    project.write("notes", "one").run().assert_ran(["copy"]);
    let record = project.stored("records").remove(0);
    fs::remove_file(&record).expect("it is there");
    // Not even root can read a folder as a file.
    fs::create_dir(&record).expect("it can be made");
    project.write("notes", "two").run().assert_ran(["copy"]);
    assert_eq!(project.read("out.txt"), "two");
    project.run().assert_ran([]);
}

/// Does something as soon as an instance has started.
struct OnStart(Box<dyn Fn() + Sync>);

impl Observer for OnStart {
    fn event(&self, event: Event<'_>) {
        if matches!(event, Event::Started { .. }) {
            (self.0)();
        }
    }
}

#[test]
fn what_was_hashed_is_what_is_read_or_nothing_is() {
    let project = Project::new(vec![made("copy", [("files", "data".into())])]);
    project.write("data", "one");
    let swap = {
        let root = project.root().to_owned();
        move || fs::write(root.join("data"), "two").expect("there is room")
    };
    let summary = project.run_before(&OnStart(Box::new(swap)));
    let failures: Vec<String> = summary.failures().map(|(_, failure)| failure.to_string()).collect();
    assert_eq!(failures, ["`data` can't be read: it has changed since it was hashed"]);
    project.run().assert_ran(["copy"]);
}

#[test]
fn two_that_read_one_folder_hold_one_listing_of_it() {
    let many: Vec<String> = (0..50).map(|value| value.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let read = made("read", [("files", "data".into()), ("text", "{value}".into())]).each("value", &many);
    let project = Project::swift(vec![read]);
    for name in 0..200 {
        project.write(&format!("data/file-{name}"), "x");
    }
    project.run();
    let size = |path: &str| fs::metadata(project.root().join(path)).expect("it is there").len();
    assert!(
        size("artifacts/v2/snapshot") < 100_000,
        "each file is in the snapshot once, not once an instance"
    );
    let records: Vec<u64> =
        project.stored("records").iter().map(|path| fs::metadata(path).expect("it is there").len()).collect();
    assert!(
        records.iter().all(|size| *size < 4_000),
        "a record names the folder, not its files: {records:?}"
    );
}

#[test]
fn long_values_and_values_that_look_alike_as_files_have_logs_of_their_own() {
    let long = "x".repeat(260);
    let say = toy("say", "printf '%s' '{v}'").each("v", &["p/q", "p_q", &long, ".."]);
    let project = Project::new(vec![say]);
    assert_eq!(project.run().failures(), Vec::<String>::new());
    let logs = walkdir::WalkDir::new(project.root().join("artifacts/logs")).into_iter().flatten();
    let logs = logs.filter(|entry| entry.file_type().is_file());
    let mut texts: Vec<_> = logs.map(|entry| fs::read_to_string(entry.path()).expect("it is text")).collect();
    texts.sort();
    assert_eq!(texts, ["..", "p/q", "p_q", &long]);
}

#[test]
fn recount_within_a_stage_of_its_own_run_is_refused_instead_of_waiting_for_ever() {
    let program = std::env::current_exe().expect("a test knows its program");
    let line = format!(
        "{FOLDER}=. {} --exact freshness::the_run_within_a_stage --nocapture > said.txt 2>&1; true",
        program.display()
    );
    let project = Project::new(vec![toy("inner", &line).writes(&["said.txt"])]);
    project.run().assert_ran(["inner"]);
    let expected = "a stage of the run that holds it has started this recount, which would wait for ever";
    assert!(project.read("said.txt").contains(expected), "{}", project.read("said.txt"));
}

#[test]
#[expect(clippy::print_stdout, reason = "the stage that runs this keeps what it says")]
fn the_run_within_a_stage() {
    if let Some(folder) = folder() {
        let error = Project::at(Path::new(&folder), vec![toy("other", "true")]).try_run().err();
        println!("{}", error.map(|error| error.to_string()).unwrap_or_default());
    }
}

#[test]
fn where_no_thread_can_be_had_a_run_goes_on_with_one() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let program = std::env::current_exe().expect("a test knows its program");
    let ended = Command::new(program)
        .args(["--exact", "freshness::the_run_without_threads", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder.path())
        .env("RUST_MIN_STACK", (1_u64 << 32).to_string())
        .output()
        .expect("the test's own program starts");
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn the_run_without_threads() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    if let Some(folder) = folder() {
        // Each thread would take four gigabytes for its stack.
        let limit = Rlimit { current: Some(6 << 30), maximum: Some(6 << 30) };
        setrlimit(Resource::As, limit).expect("a limit can be lowered");
        let many: Vec<String> = (0..20).map(|value| value.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let project = Project::at(
            Path::new(&folder),
            vec![made("make", [("text", "{value}".into())]).each("value", &many)],
        );
        let ran = project.run_with(&[], &[], 4, &Cancel::default());
        assert_eq!(ran.failures(), Vec::<String>::new());
        assert!(std::thread::Builder::new().spawn(|| {}).is_err(), "there was a thread to be had");
    }
}

#[expect(clippy::disallowed_methods, reason = "the test that starts this program names the folder this way")]
fn folder() -> Option<std::ffi::OsString> {
    std::env::var_os(FOLDER)
}
