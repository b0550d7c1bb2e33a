//! A thousand random single changes, and the check finds each of them.

use std::fs;
use std::path::{Path, PathBuf};

use recount::cli::audit::{ExpectedState, Finding};
use recount_engine::digest::Digest;

use crate::project::{Changed, Project};

const REPORT: &str = "report/week-3.synthetic.md";
const AUDIT: &str = "report/week-3.synthetic.audit.json";
const PAGE: &str = "report/week-3.synthetic.audit.md";
const LOCK: &str = "pipeline.lock";
const PLOTS: &str = "report/plots";

/// Numbers that are the same in every run: digests of a counter.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 += 1;
        let digest = Digest::of(&self.0.to_le_bytes()).to_bytes();
        let number = u64::from_le_bytes(std::array::from_fn(|index| digest[index]));
        usize::try_from(number % bound as u64).expect("it is below the bound")
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// Changes a digit to another one; gives the line it stands in, from 1.
fn change_digit(random: &mut Random, bytes: &mut [u8]) -> usize {
    let digits: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()).collect();
    let at = *random.of(&digits);
    bytes[at] = b'0' + (bytes[at] - b'0' + 1 + u8::try_from(random.below(9)).expect("it is below 9")) % 10;
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Changes a letter to another one; gives its line.
fn change_letter(random: &mut Random, bytes: &mut [u8]) -> usize {
    let letters: Vec<usize> = (0..bytes.len()).filter(|&at| bytes[at].is_ascii_lowercase()).collect();
    let at = *random.of(&letters);
    bytes[at] = b'a' + (bytes[at] - b'a' + 1 + u8::try_from(random.below(25)).expect("it is below 25")) % 26;
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}

/// Lets two numbers of the report cite each other's reference.
fn swap_citations(random: &mut Random, bytes: &mut Vec<u8>) -> usize {
    let text = String::from_utf8(bytes.clone()).expect("the report is a text");
    let body = text.find("\n[n1]: ").expect("the report has definitions");
    let links: Vec<(usize, &str)> = text[..body]
        .match_indices("][n")
        .map(|(at, _)| {
            let from = at + 2;
            (from, &text[from..from + text[from..].find(']').expect("a link ends")])
        })
        .collect();
    let first = *random.of(&links);
    let others: Vec<(usize, &str)> = links.iter().copied().filter(|(_, name)| *name != first.1).collect();
    let second = *random.of(&others);
    let (first, second) = if first.0 < second.0 { (first, second) } else { (second, first) };
    let (end, other_end) = (first.0 + first.1.len(), second.0 + second.1.len());
    let swapped = [&text[..first.0], second.1, &text[end..second.0], first.1, &text[other_end..]];
    *bytes = swapped.concat().into_bytes();
    1 + text[..first.0].matches('\n').count()
}

fn places(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.place.as_str()).collect()
}

/// Makes a change to a file of the report, which the survey does not depend on.
fn assert_found(
    project: &Project,
    survey: &ExpectedState,
    file: &str,
    change: impl FnOnce(&mut Vec<u8>) -> usize,
) {
    let mut line = 0;
    let changed = Changed::write(&project.path(file), |bytes| line = change(bytes));
    let findings = project.check(survey);
    changed.undo();
    let lead = format!("{file}:{line}:");
    let placed = places(&findings).iter().any(|place| place.starts_with(&lead));
    assert!(placed, "a change in {lead} was not found: {:?}", places(&findings));
}

/// Changes a digit of the lock; what is found names an instance of that line, or the file where it can't be read.
fn assert_found_in_lock(project: &Project, survey: &ExpectedState, random: &mut Random) {
    let before = project.read(LOCK);
    let mut line = 0;
    let changed = Changed::write(&project.path(LOCK), |bytes| line = change_digit(random, bytes));
    let (findings, after) = (project.check(survey), project.read(LOCK));
    changed.undo();
    let lines = [&before, &after].map(|text| text.lines().nth(line - 1).unwrap_or_default());
    let named = |place: &str| match place.strip_prefix(LOCK).and_then(|rest| rest.strip_prefix(' ')) {
        Some(name) => lines.iter().any(|line| line.contains(name)),
        None => place == LOCK,
    };
    let found = places(&findings);
    assert!(!found.is_empty() && found.iter().all(|place| named(place)), "{lines:?}: {found:?}");
}

/// Makes a change below the store, which is surveyed again.
fn assert_found_in_store(project: &Project, random: &mut Random, path: &Path) {
    let changed = Changed::write(path, |bytes| _ = change_digit(random, bytes));
    let findings = project.check(&project.survey());
    changed.undo();
    assert!(!findings.is_empty(), "a change in {} was not found", path.display());
}

#[test]
fn each_of_a_thousand_changes_is_found_and_nothing_else() {
    let project = Project::shared();
    let mut random = Random(0);
    let survey = project.survey();
    assert_eq!(project.check(&survey), [], "the untouched report agrees");

    for _ in 0..200 {
        assert_found(&project, &survey, REPORT, |bytes| change_digit(&mut random, bytes));
    }
    for _ in 0..100 {
        assert_found(&project, &survey, REPORT, |bytes| change_letter(&mut random, bytes));
    }
    for _ in 0..150 {
        assert_found(&project, &survey, REPORT, |bytes| swap_citations(&mut random, bytes));
    }
    for _ in 0..50 {
        assert_found_in_lock(&project, &survey, &mut random);
    }
    for _ in 0..100 {
        assert_found(&project, &survey, AUDIT, |bytes| change_digit(&mut random, bytes));
    }
    for _ in 0..100 {
        assert_found(&project, &survey, PAGE, |bytes| change_digit(&mut random, bytes));
    }
    let plots = project.files(PLOTS);
    for _ in 0..50 {
        let plot =
            random.of(&plots).strip_prefix(project.path("")).expect("it lies in the project").to_owned();
        let plot = plot.to_str().expect("its name is UTF-8").to_owned();
        assert_found(&project, &survey, &plot, |bytes| change_digit(&mut random, bytes));
    }
    for _ in 0..50 {
        let (one, other) = loop {
            let (one, other) = (random.of(&plots), random.of(&plots));
            if one != other {
                break (one, other);
            }
        };
        let bytes = fs::read(other).expect("the plot is there");
        let file = one.strip_prefix(project.path("")).expect("it lies in the project");
        assert_found(&project, &survey, file.to_str().expect("its name is UTF-8"), |it| {
            let differs = it.iter().zip(&bytes).take_while(|(one, other)| one == other).count();
            let line = 1 + it[..differs].iter().filter(|byte| **byte == b'\n').count();
            *it = bytes;
            line
        });
    }

    let records = project.files("artifacts/v2/records");
    let metrics: Vec<PathBuf> = project
        .files("artifacts/v2/objects")
        .into_iter()
        .filter(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"{\n  \"best\"")))
        .collect();
    assert!(!metrics.is_empty() && !records.is_empty());
    for _ in 0..100 {
        let path = random.of(&metrics).clone();
        assert_found_in_store(&project, &mut random, &path);
    }
    for _ in 0..100 {
        let path = random.of(&records).clone();
        assert_found_in_store(&project, &mut random, &path);
    }
    assert_eq!(project.check(&project.survey()), [], "every change was undone");
}
