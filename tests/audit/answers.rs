//! What `recount audit` answers.

use crate::project::Project;

const REPORT: &str = "report/week-3.synthetic.md";

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
        "same      the same experiment as 2.3.1",
        "epochs            3        stages/train.yaml:5",
        "hidden            8        stages/train.yaml:2, the stage's own params",
        "dropout           0.1      the default · no effect with one layer",
        "run train[2.2,seed=1]",
        "code      ",
        "shared    with train[2.3.1,seed=1]",
        "observed  ran as train[2.2,seed=1]",
        "data synthetic",
    ] {
        assert!(said.contains(wanted), "`{wanted}` is missing:\n{said}");
    }
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
