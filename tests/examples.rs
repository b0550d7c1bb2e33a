//! The example projects, run as a reader would.

use std::fs;
use std::path::Path;
use std::process::Command;

use walkdir::WalkDir;

/// A copy of an example, so that running it leaves the repository as it is.
fn copy_of(example: &str) -> tempfile::TempDir {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    // What somebody has run there stays behind.
    let is_part = |name: &std::ffi::OsStr| {
        ["pipeline.yaml", "params.yaml", "data", "scripts", "src"].iter().any(|part| name == *part)
    };
    let entries = WalkDir::new(&home).min_depth(1).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() > 1 || is_part(entry.file_name())) {
        let entry = entry.expect("the example can be walked");
        let place = folder.path().join(entry.path().strip_prefix(&home).expect("walked below it"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(place).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), place).expect("a file can be copied");
        }
    }
    folder
}

/// Runs the program there, asserts that it ended well, and gives the instances that ran.
#[track_caller]
fn run(project: &Path) -> Vec<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .current_dir(project)
        .output()
        .expect("the program can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let ran = said.lines().filter_map(|line| line.strip_prefix("ran     "));
    let mut ran: Vec<String> =
        ran.map(|line| line.split(" ·").next().unwrap_or_default().to_owned()).collect();
    ran.sort();
    ran
}

const NILE: &str = "\
1871-1880  1132.6
1881-1890  1009.1
1891-1900  1093.4
1901-1910   868.9
1911-1920   817.6
1921-1930   822.1
1931-1940   859.5
1941-1950   836.2
1951-1960   879.5
1961-1970   874.6
1871-1970  from 1899 on: 1097.8 -> 850.0, 44% of the variance
1899-1970  from 1968 on: 855.4 -> 724.0, 4% of the variance
";

/// Asks the program something there, asserts that it ended well, and gives what it printed.
#[track_caller]
fn printed(project: &Path, args: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_recount"))
        .args(args)
        .current_dir(project)
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Says whether there is a Python; where there is none, also that a test is skipped.
#[expect(clippy::print_stderr, reason = "a test that was skipped must not look like one that passed")]
fn has_python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no `python3`");
    }
    found
}

/// Replaces a text in a file of a project.
fn edit(path: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(path).expect("it can be read");
    assert!(text.contains(old), "{text}");
    fs::write(path, text.replace(old, new)).expect("it can be written");
}

#[test]
fn of_the_licences_only_the_stages_run_whose_parameters_changed() {
    if !has_python() {
        return;
    }
    let folder = copy_of("licences");
    let project = folder.path();
    let params = project.join("params.yaml");
    assert_eq!(run(project), ["evaluate", "featurise", "prepare", "train"]);
    assert_eq!(
        printed(project, &["results"]),
        "accuracy  accuracy_on_learnt  overfit\n 0.77083             0.92857  0.15774\n"
    );
    edit(&params, "\"n_est\": 50", "\"n_est\": 60");
    assert_eq!(printed(project, &["why", "train"]), "train · stale\n  `params.yaml#/train/n_est` 50 → 60\n");
    assert_eq!(run(project), ["evaluate", "train"]);
    edit(&params, "\"max_words\": 200", "\"max_words\": 100");
    assert_eq!(run(project), ["evaluate", "featurise", "train"]);
    edit(&params, "\"max_words\": 100", "\"max_words\": 200");
    edit(&params, "\"n_est\": 60", "\"n_est\": 50");
    assert_eq!(run(project), [""; 0]);
}

#[test]
fn the_nile_is_told_and_what_its_readme_says_to_try_is_so() {
    if !has_python() {
        return;
    }
    let folder = copy_of("nile");
    let project = folder.path();
    let summary = || fs::read_to_string(project.join("out/summary.txt")).expect("the summary is there");
    let changes = ["change[span=1871-1970]", "change[span=1899-1970]"];
    assert_eq!(run(project), [&changes[..], &["decades", "summary"]].concat());
    assert_eq!(summary(), NILE);
    assert_eq!(run(project), [""; 0], "again: nothing is done");

    let script = project.join("scripts/change_point.py");
    let text = fs::read_to_string(&script).expect("the script is there");
    fs::write(&script, format!("{text}# The least squared error is the likeliest split.\n"))
        .expect("it is ours");
    assert_eq!(run(project), changes, "a comment: the same outputs end it there");

    fs::remove_dir_all(project.join("out")).expect("the outputs are there");
    assert_eq!(run(project), [""; 0], "what was deleted comes back");
    assert_eq!(summary(), NILE);

    let table = project.join("data/flow.csv");
    let flow = fs::read_to_string(&table).expect("the table is there");
    fs::write(&table, flow.replace("1913,456", "1913,556")).expect("it is ours");
    assert_eq!(run(project).len(), 4, "a correction runs everything");
    assert!(summary().contains("1911-1920   827.6"), "{}", summary());
    fs::write(&table, flow).expect("it is ours");
    assert_eq!(run(project), [""; 0], "and taken back it runs nothing");
    assert_eq!(summary(), NILE);
}
