//! Killed at random moments of the sweep, the next run finishes it, repeats no finished training, and tells the
//! same report.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::project::Project;
use recount::lab::random::Random;

/// How often the sweep is killed.
const KILLS: u32 = 10;

/// Seed of the moments; a failure names it by naming this test.
const SEED: u64 = 20_261_123;

/// The report without the times, the one thing in it that was only observed: durations, and sentences on which of
/// two trainings took longer.
fn without_times(report: &str) -> String {
    let lines = report.lines().filter(|line| !line.contains("takes longer") && !line.contains("faster"));
    let masked = lines.map(|line| {
        let words: Vec<&str> = line.split_inclusive([' ', '|']).collect();
        let is_unit = |word: &&str| ["s", "min", "h"].contains(&word.trim_matches([' ', '|', '.', ',', ')']));
        let next = words.iter().skip(1).map(Some).chain([None]);
        let kept = words.iter().zip(next).filter(|(word, next)| !is_unit(word) && !next.is_some_and(is_unit));
        kept.map(|(word, _)| *word).collect::<String>()
    });
    masked.collect::<Vec<_>>().join("\n")
}

/// The keys of what has finished, by their kinds.
fn records(project: &Project) -> BTreeSet<(String, String)> {
    let files = walkdir::WalkDir::new(project.path("artifacts/v2/records")).into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let read = |entry: walkdir::DirEntry| {
        let text = fs::read_to_string(entry.path()).expect("a record can be read");
        let record: serde_json::Value = serde_json::from_str(&text).expect("a record is JSON");
        let kind = record["record"]["recipe"]["kind"].as_str().expect("a recipe has a kind");
        (kind.to_owned(), entry.file_name().to_string_lossy().into_owned())
    };
    files.map(read).collect()
}

/// Counts what has finished, and has no name yet.
fn unnamed_records(project: &Project) -> usize {
    let files = fs::read_dir(project.path("artifacts/v2/temporary")).into_iter().flatten().flatten();
    let texts = files.filter_map(|file| fs::read_to_string(file.path()).ok());
    texts.filter(|text| text.starts_with("{\"seal\"") && text.ends_with("}\n")).count()
}

/// Those whose inputs hold no times: all but the report's.
fn timeless(mut records: BTreeSet<(String, String)>) -> BTreeSet<(String, String)> {
    records.retain(|(kind, _)| kind != "render");
    records
}

#[test]
fn a_sweep_killed_ten_times_ends_as_one_never_killed() {
    let whole = Project::new();
    whole.run(&[]).done();
    let expected = without_times(&whole.read("report/week-3.stand-in.md"));
    let runs = records(&whole).len();

    let project = Project::new();
    let mut moments = Random::new(SEED, "moments to kill at");
    let mut finished = BTreeSet::new();
    for kill in 0..KILLS {
        let mut child = project
            .command("")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be started");
        thread::sleep(Duration::from_millis(u64::from(20 + moments.below(1200))));
        child.kill().expect("a child can be killed");
        child.wait().expect("a killed child can be waited for");
        let now = records(&project);
        assert!(finished.is_subset(&now), "kill {kill} lost a record");
        finished = now;
    }
    let finished = finished.len() + unnamed_records(&project);
    let last = project.run(&[]).done();
    assert_eq!(last.ran().len() + finished, runs, "what had finished ran again:\n{}", last.printed);
    let (killed, never) = (timeless(records(&project)), timeless(records(&whole)));
    assert!(killed == never, "the same keys, however often it was killed");
    assert_eq!(without_times(&project.read("report/week-3.stand-in.md")), expected);
}
