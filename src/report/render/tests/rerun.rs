//! What an edit makes run again, and which lines of the report it changes.

use snapbox::{IntoData, assert_data_eq, str};

use super::*;

/// Gives the lines of a text that another one does not have.
fn new_lines(old: &str, new: &str) -> String {
    let known: BTreeSet<&str> = old.lines().collect();
    new.lines().filter(|line| !known.contains(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_faithful_run_of_everything_again_changes_no_byte() {
    let project = Project::new();
    project.ran(&[]);
    let report = project.report();
    fs::remove_dir_all(project.root().join("artifacts")).expect("the store can be removed");
    fs::remove_dir_all(project.root().join("runs")).expect("the runs can be removed");
    project.ran(&[]);
    assert_eq!(project.report(), report);
}

#[test]
fn an_edit_of_a_template_that_uses_another_stage_changes_what_the_report_needs() {
    let project = Project::new();
    let is_counted = |ran: &[String]| ran.contains(&"census".to_owned());
    let first = project.ran(&["report"]);
    assert!(first.contains(&"report".to_owned()) && !is_counted(&first), "{first:?}");
    let edited = format!("{BEST}\nOf {{{{ census.at(\"counts.json#/birds\") | whole }}}} birds.\n");
    project.write("report/best.md.j2", &edited);
    assert_eq!(project.ran(&["report"]), ["census", "report"]);
    assert!(project.read("report/penguins.md").contains("Of [344]["));
}

#[test]
fn a_figure_that_is_shown_is_drawn_first() {
    let project = Project::new();
    project.write("report/best.md.j2", &format!("{BEST}\n{{{{ figure(\"accuracy\") }}}}\n"));
    let ran = project.ran(&["report"]);
    assert!(ran.contains(&"draw".to_owned()), "{ran:?}");
    assert!(project.read("report/penguins.md").contains("![Accuracy](../plots/accuracy.svg)"));
    assert!(project.root().join("plots/accuracy.svg").exists());
}

#[test]
fn one_setting_changes_the_lines_whose_numbers_change_and_no_others() {
    let project = Project::new();
    project.ran(&[]);
    let before = project.report();
    project.replace("pipeline.yaml", "{ name: forest, base: 8 }", "{ name: forest, base: 7 }");
    project.ran(&[]);
    let report = "report/penguins.md";
    assert_data_eq!(
        new_lines(&before[report], &project.read(report)),
        str![[r#"
svm is above forest, by [20.0 points][jpkgxm].
| forest | [7][x7gvtd] | [0.720 (0.710–0.730)][eetsmf] |

"#]]
        .raw()
    );
}

#[test]
fn a_line_above_a_setting_changes_where_it_is_written_and_nothing_in_the_report() {
    let project = Project::new();
    project.ran(&[]);
    let before = project.report();
    project.replace("pipeline.yaml", "recount: 1\n", "# A comment.\nrecount: 1\n");
    assert_eq!(project.ran(&[]), ["report"]);
    let after = project.report();
    assert_eq!(after["report/penguins.md"], before["report/penguins.md"]);
    let file = "report/penguins.audit.json";
    assert_ne!(after[file], before[file]);
    assert!(
        new_lines(&before[file], &after[file])
            .lines()
            .all(|line| line.contains("\"place\": \"pipeline.yaml:"))
    );
}
