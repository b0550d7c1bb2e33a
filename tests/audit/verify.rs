//! `recount verify` of a number: the runs behind it are run again, and no others.

use std::collections::BTreeSet;

use crate::project::Project;

const REPORT: &str = "report/week-3.synthetic.md";

/// Both seeds of 2.1, and what they read.
const CHAIN: [&str; 5] =
    ["evaluate[2.1,seed=1]", "evaluate[2.1,seed=2]", "prepare", "train[2.1,seed=1]", "train[2.1,seed=2]"];

/// The line of a variant's row in the overview, from 1, and the names of its references.
fn row(project: &Project, variant: &str) -> (usize, Vec<String>) {
    let report = project.read(REPORT);
    let lead = format!("| {variant} | ");
    let found = report.lines().enumerate().find(|(_, line)| line.starts_with(&lead));
    let (line, text) = found.expect("the overview has a row");
    let names = text.split("][").skip(1).filter_map(|rest| rest.split(']').next());
    (line + 1, names.map(str::to_owned).collect())
}

/// The instances that are told with a word, such as `equal`.
fn told<'s>(said: &'s str, word: &str) -> BTreeSet<&'s str> {
    said.lines().filter_map(|line| line.strip_prefix(word)?.split(" · ").next()).map(str::trim).collect()
}

/// The printed text of the row's mean over the seeds, and its reference.
fn mean(project: &Project) -> (String, String) {
    let (_, names) = row(project, "2.1");
    let of_two = |name: &&String| project.recount(&["audit", name.as_str()]).1.contains("mean of 2 = ");
    let name = names.iter().find(of_two).expect("the row has a mean").clone();
    let (_, said) = project.recount(&["audit", &name]);
    let first = said.lines().next().expect("it is told").to_owned();
    (first.split(" · ").nth(1).expect("it is printed").to_owned(), name)
}

#[test]
fn a_reference_and_a_place_are_the_chains_of_all_their_seeds() {
    let project = Project::shared();
    let (_, name) = mean(&project);
    let (line, _) = row(&project, "2.1");
    for asked in [name.as_str(), &format!("{REPORT}:{line}")] {
        let (code, said) = project.recount(&["verify", asked]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(told(&said, "equal   "), BTreeSet::from(CHAIN), "{asked}:\n{said}");
        assert!(said.contains("rests on 5 runs"), "{said}");
    }
}

#[test]
fn a_number_as_it_is_printed_is_all_that_print_it() {
    let project = Project::shared();
    let (printed, name) = mean(&project);
    let (code, said) = project.recount(&["verify", &printed, "--json"]);
    assert_eq!(code, Some(0), "{said}");
    let end = said.rfind('}').expect("it prints JSON");
    let told: serde_json::Value = serde_json::from_str(&said[..=end]).expect("and nothing in it");
    let names = |value: &serde_json::Value| {
        let names = value.as_array().into_iter().flatten().filter_map(|it| it.as_str().map(str::to_owned));
        names.collect::<BTreeSet<String>>()
    };
    assert_eq!(told["numbers"][0]["asked"], printed.as_str());
    assert!(names(&told["numbers"][0]["references"]).contains(&name), "{told}");
    let run: BTreeSet<String> = names(&told["numbers"][0]["instances"]);
    assert!(CHAIN.iter().all(|instance| run.contains(*instance)), "{told}");
    assert_eq!(told["equal"], true);
}

#[test]
fn a_variant_is_all_that_it_trains_and_evaluates() {
    let project = Project::shared();
    let (code, said) = project.recount(&["verify", "2.1"]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(told(&said, "equal   "), BTreeSet::from(CHAIN), "{said}");
}

#[test]
fn a_number_that_nothing_prints_or_that_no_run_left_is_refused() {
    let project = Project::shared();
    let (code, said) = project.recount(&["verify", "0.123456789"]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("error: nothing in `report/week-3.synthetic.md` is `0.123456789`"), "{said}");
    assert!(said.contains("help: a number is looked for as it is printed"), "{said}");
    let (code, said) = project.recount(&["verify", "report/claims.yaml:98765"]);
    assert_eq!(code, Some(2), "{said}");
    let audit = project.read("report/week-3.synthetic.audit.json");
    let audit: serde_json::Value = serde_json::from_str(&audit).expect("the audit file is JSON");
    let references = audit["references"].as_array().expect("it has references");
    let setting = references.iter().find(|reference| reference["format"] == "parameter");
    let name = setting.and_then(|it| it["name"].as_str()).expect("the report prints settings");
    let (code, said) = project.recount(&["verify", name]);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains(&format!("no run lies behind `{name}`")), "{said}");
    assert!(said.contains(&format!("help: `recount audit {name}`")), "{said}");
}

#[test]
fn other_runs_under_the_same_names_do_not_vouch_for_a_number() {
    let project = Project::shared();
    let (_, name) = mean(&project);
    // With as many epochs as 2.2, 2.1 is the same experiment: recorded, and not what the number is of.
    let (code, said) = project.recount(&["verify", &name, "--set", "train[2.1].epochs=3"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("the report's `{name}` is of other runs")), "{said}");
    assert!(told(&said, "ran     ").is_empty(), "{said}");
    let (code, said) = project.recount(&["verify", &name, "--set", "train[2.1].epochs=4"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("nothing was run: this store has no results of what was asked for"), "{said}");
}
