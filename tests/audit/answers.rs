//! What `recount audit` answers.

use std::fs;

use serde_json::Value as Json;

use crate::project::{Changed, Project};

const REPORT: &str = "report/week-3.synthetic.md";
const AUDIT: &str = "report/week-3.synthetic.audit.json";

/// Runs the program on the shared project, a file of which is changed for so long.
fn edited(project: &Project, file: &str, from: &str, to: &str, words: &[&str]) -> (Option<i32>, String) {
    let text = project.read(file).replacen(from, to, 1);
    let changed = Changed::write(&project.path(file), |bytes| *bytes = text.into_bytes());
    let said = project.recount(words);
    changed.undo();
    said
}

/// The audit file.
fn audit(project: &Project) -> Json {
    serde_json::from_str(&project.read(AUDIT)).expect("the audit file is JSON")
}

/// The first reference that stands in the report: its name, its text, and its place there.
fn first_cited(project: &Project) -> (String, String, String) {
    let audit = audit(project);
    let mut references = audit["references"].as_array().expect("it has references").iter();
    let reference = references.find(|it| it["places"][0].is_array()).expect("the report prints a number");
    let text = |field: &str| reference[field].as_str().expect("it is a text").to_owned();
    let [line, column] = [0, 1].map(|at| reference["places"][0][at].as_u64().expect("it is a number"));
    (text("name"), text("text"), format!("{REPORT}:{line}:{column}"))
}

#[test]
fn an_untouched_report_agrees() {
    let project = Project::shared();
    let (code, said) = project.recount(&["audit", "--check"]);
    assert_eq!((code, said.starts_with("all agree · ")), (Some(0), true), "{said}");
}

#[test]
fn a_reference_leads_to_runs_settings_data_and_code() {
    let project = Project::shared();
    let row = project.read(REPORT);
    let row =
        row.lines().find(|line| line.starts_with("| 2.2 |")).expect("the overview has a row").to_owned();
    let name = row.split("][").nth(5).and_then(|it| it.split(']').next()).expect("it has links").to_owned();
    let (code, said) = project.recount(&["audit", &name]);
    assert_eq!(code, Some(0), "{said}");
    for wanted in [
        "rounding  fixed(3) of 0.",
        "of 2 = 0.",
        "evaluate[2.2,seed=1]/metrics.json#/best/accuracy = 0.",
        "variant 2.2, derived from 2.1",
        "same      the same experiment as 2.3.1: with one layer, `dropout` has no effect",
        "epochs            3        stages/train.yaml:5",
        "hidden            8        stages/train.yaml:2, the stage's own params",
        "dropout           0.1      the default · no effect with one layer",
        "run train[2.2,seed=1]",
        "code      ",
        "shared    with train[2.3.1,seed=1]",
        "data synthetic",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is missing:\n{said}");
    }
    // Of two names of one experiment, whichever a worker came to first has run.
    let ran_as = |name: &str| said.contains(&format!("observed  ran as train[{name},seed=1]"));
    assert!(ran_as("2.2") || ran_as("2.3.1"), "{said}");
}

#[test]
fn a_number_a_place_and_a_variant_are_found_too() {
    let project = Project::shared();
    let report = project.read(REPORT);
    let (line, text) =
        report.lines().enumerate().find(|(_, line)| line.starts_with("| 2.1 | ")).expect("it has a row");
    let count = text.matches("][n").count();
    let (code, said) = project.recount(&["audit", &format!("{REPORT}:{}", line + 1)]);
    assert_eq!(code, Some(0), "{said}");
    let told = said.lines().filter(|line| line.starts_with('n')).count();
    assert!(told > 0 && told <= count, "{told} of {count}:\n{said}");
    let printed = text.split('[').nth(1).and_then(|it| it.split(']').next()).expect("it has a number");
    let (code, said) = project.recount(&["audit", printed]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!(" · {printed}")), "{said}");
    let (code, said) = project.recount(&["audit", "stages/train.yaml:5"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("`epochs` of 2.2 = 3"), "{said}");
    let (code, said) = project.recount(&["audit", "2.3.1"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("variant 2.3.1, derived from 2.2") && said.contains("run prepare"), "{said}");
    let (code, said) = project.recount(&["audit", "0.123456789"]);
    assert_eq!(code, Some(2), "{said}");
}

#[test]
fn the_chain_is_told_as_json_too() {
    let project = Project::shared();
    let (code, said) = project.recount(&["audit", "n1", "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let json: serde_json::Value = serde_json::from_str(&said).expect("it is JSON");
    assert_eq!(json["references"][0]["name"], "n1");
    assert!(json["runs"][0]["key"].as_str().is_some_and(|key| key.len() == 64), "{json}");
}

#[test]
fn the_committed_schema_describes_the_audit_file() {
    let project = Project::shared();
    let schema = include_str!("../../docs/audit.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("the schema is JSON");
    let audit = project.read("report/week-3.synthetic.audit.json");
    let audit: serde_json::Value = serde_json::from_str(&audit).expect("the audit file is JSON");
    let mut amiss = Vec::new();
    crate::schema::validate(&schema, &schema, &audit, "", &mut amiss);
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
    let mut unknown = audit.clone();
    unknown["references"][0]["colour"] = "red".into();
    crate::schema::validate(&schema, &schema, &unknown, "", &mut amiss);
    assert_eq!(amiss, ["/references/0: `colour` is not described"]);
}

#[test]
fn a_place_that_was_edited_since_is_not_answered_with_what_stood_there() {
    let project = Project::shared();
    let (name, text, place) = first_cited(&project);
    let (code, said) = project.recount(&["audit", &place]);
    assert!(code == Some(0) && said.starts_with(&format!("{name} · {text}")), "{said}");
    let link = format!("[{text}][{name}]");
    // Moved by a line, and forged where it stands.
    for (from, to) in [("# ", "\n# "), (link.as_str(), format!("[7{text}][{name}]").as_str())] {
        let (code, said) = edited(&project, REPORT, from, to, &["audit", &place]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(&format!("`{place}` was edited since")) && said.contains("--check"), "{said}");
    }
    // Elsewhere it is answered, and said.
    let (code, said) = edited(&project, REPORT, "\n[n1]: ", "\n\n[n1]: ", &["audit", &place]);
    assert!(code == Some(0) && said.contains(&format!("note    `{REPORT}` is not as it was")), "{said}");
    let (code, said) = edited(&project, REPORT, "# ", "## ", &["audit", &name]);
    assert!(code == Some(0) && said.contains(&format!("note    `{REPORT}` is not as it was")), "{said}");
}

#[test]
fn a_clone_without_runs_is_held_against_its_audit_file() {
    let clone = Project::shared().clone_of_it();
    let none = "artifacts: this store has no runs";
    let (code, said) = clone.recount(&["audit", "--check"]);
    assert_eq!((code, said.lines().count()), (Some(1), 2), "{said}");
    assert!(said.starts_with(none), "{said}");

    let (name, text, place) = first_cited(&clone);
    let report = clone.read(REPORT);
    let forged = report.replacen(&format!("[{text}][{name}]"), &format!("[7{text}][{name}]"), 1);
    fs::write(clone.path(REPORT), forged).expect("the clone is ours");
    let (code, said) = clone.recount(&["audit", "--check"]);
    assert!(code == Some(1) && said.contains(&format!("{place}: there is no `{text}` of {name}")), "{said}");
    fs::write(clone.path(REPORT), report).expect("the clone is ours");

    let figure = audit(&clone)["figures"][0]["file"].as_str().expect("it has a figure").to_owned();
    let figure = format!("report/{figure}");
    fs::write(clone.path(&figure), clone.read(&figure) + "\n").expect("the clone is ours");
    let (_, said) = clone.recount(&["audit", "--check"]);
    assert!(said.contains(&format!("{figure}: its bytes are not those")), "{said}");
}

#[test]
fn without_the_archive_the_check_says_what_it_needs() {
    let project = Project::shared();
    let (_, said) =
        edited(&project, "stages/prepare.yaml", "source: synthetic", "source: auto", &["audit", "--check"]);
    let note = "note    on generated data, not on the gestures: `gestures-dataset.zip` is not here, and RECOUNT_OFFLINE is set\n";
    assert!(said.contains(note), "{said}");
    assert!(said.contains("RECOUNT_MIRRORS"), "{said}");
}

#[test]
fn words_that_mean_nothing_are_answered_with_what_would() {
    let project = Project::shared();
    let lines = project.read(REPORT).lines().count();
    for (words, wanted) in [
        (format!("{REPORT}:2"), "prints no number".to_owned()),
        (format!("{REPORT}:99999"), format!("has {lines} lines")),
        ("stages/train.yaml:1".to_owned(), "is from `stages/train.yaml:1`".to_owned()),
        ("stages/tran.yaml:1".to_owned(), "there is no file `stages/tran.yaml`".to_owned()),
        ("train[2.2,seed=1]".to_owned(), "help: `recount audit 2.2` tells all".to_owned()),
        ("n99999".to_owned(), "a reference is n1 to n".to_owned()),
    ] {
        let (code, said) = project.recount(&["audit", &words]);
        assert!(code == Some(2) && said.contains(&wanted), "{words}: {said}");
    }
    let (code, said) = project.recount(&["audit"]);
    assert!(code == Some(2) && said.contains("help: name a number (0.984)"), "{said}");
}

#[test]
fn an_audit_file_that_is_no_text_is_not_said_to_be_absent() {
    let project = Project::shared();
    let changed = Changed::write(&project.path(AUDIT), |bytes| *bytes = vec![0xff, 0xfe]);
    let (code, said) = project.recount(&["audit", "n1"]);
    changed.undo();
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("`{AUDIT}` can't be read")) && said.contains("UTF-8"), "{said}");
    let clone = project.clone_of_it();
    fs::remove_file(clone.path(AUDIT)).expect("the clone is ours");
    let (_, said) = clone.recount(&["audit", "n1"]);
    assert_eq!(said.matches(AUDIT).count(), 1, "each place is told once: {said}");
}

#[test]
fn of_a_stale_report_a_few_reasons_are_told() {
    let project = Project::shared();
    let (code, said) =
        edited(&project, "stages/train.yaml", "seeds", "# a comment\nseeds", &["audit", "--check"]);
    assert_eq!(code, Some(1), "{said}");
    let stale = said.lines().find(|line| line.starts_with("render: it is stale")).expect("it is stale");
    assert!(stale.contains("more: `recount why 'render'` tells them") && stale.len() < 1000, "{stale}");
    let key = said.lines().find(|line| line.starts_with("pipeline.lock render")).expect("its key is another");
    assert!(key.contains("and its key is ") && key.ends_with(" now"), "{key}");
}

#[test]
fn what_an_edited_report_holds_does_not_steer_the_terminal() {
    let project = Project::shared();
    let (_, said) = edited(&project, REPORT, "# ", "\u{1b}[2J# ", &["audit", "--check"]);
    assert!(said.contains("\\u{1b}[2J") && !said.contains('\u{1b}'), "{said}");
}

#[test]
fn each_of_the_same_experiments_is_told_with_its_own_reason() {
    let project = Project::shared();
    let train = "  - { name: \"2.3.1\"";
    let more = format!("  - {{ name: \"2.2-again\", from: \"2.2\" }}\n{train}");
    let (code, said) = edited(&project, "stages/train.yaml", train, &more, &["status"]);
    assert_eq!(code, Some(0), "{said}");
    let same: Vec<&str> = said.lines().filter(|line| line.starts_with("same    train")).collect();
    assert_eq!(same, ["same    train[2.2|2.2-again|2.3.1] · one experiment: `dropout` has no effect"]);
}
