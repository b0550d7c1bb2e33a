//! `recount page`: where it writes, what it refuses, and that every number of the report answers in it.

use std::fs;

use snapbox::{assert_data_eq, str};

use crate::gc::git;
use crate::project::Project;

const PIPELINE: &str = r#"recount: 1
title: Apples
stages:
  - name: weigh
    each: [variant, seed]
    run: [sh, weigh.sh, "{scale}", "{seed}", "{out}"]
    inputs: [weigh.sh]
    out: "runs/{variant}/{seed}"
    seeds: [1, 2, 3]
    params: { scale: 100 }
    variants: [{ name: plain }, { name: fine, from: plain, scale: 1000 }]
    measures: { accuracy: { from: "metrics.json#/accuracy", unit: fraction, better: higher } }
  - name: plot
    kind: plot
    figures: { accuracy: { points: weigh.accuracy, over: variant } }
  - { name: report, kind: render, template: week.md.j2, output: report/week.md }
  - { name: short, kind: render, template: short.md.j2, output: report/short.md }
"#;

const WEIGH: &str = "printf '{\"accuracy\": 0.9%d%d}' $(($1 / 1000)) \"$2\" > \"$3/metrics.json\"\n";

const WEEK: &str = r#"Plain scales reach {{ weigh("plain").accuracy | percent(1) }}, fine ones {{ weigh("fine").accuracy | fixed(3) }} at {{ weigh("fine").params.scale }}.

{{ compare(weigh("fine").accuracy, weigh("plain").accuracy) | say("{a} is above {b}, by {by}", "below", "alike") }}.

{{ table(weigh.over("variant"), ["accuracy"]) }}

{{ figure("accuracy") }}
"#;

const SHORT: &str = "The goal is {{ \"90 %\" | stated(\"the grower\") }}; {{ count(weigh) | whole }} runs.\n";

fn apples() -> Project {
    let project = Project::empty();
    project
        .write("pipeline.yaml", PIPELINE)
        .write("weigh.sh", WEIGH)
        .write("week.md.j2", WEEK)
        .write("short.md.j2", SHORT);
    project.run(&["run"]).done();
    project
}

/// Asserts that each number of a report leads to where the page says what it is from; gives how many there are.
#[track_caller]
pub fn assert_every_number_answers(report: &str, page: &str) -> usize {
    let links = report.split("][").skip(1).filter_map(|rest| rest.split_once(']'));
    let references: Vec<&str> = links.map(|(reference, _)| reference).collect();
    for reference in &references {
        let (link, chain) = (format!("<a href=\"#n-{reference}\">"), format!("<dd id=\"n-{reference}\">"));
        assert!(page.contains(&link), "no link leads to {reference}");
        assert_eq!(page.matches(&chain).count(), 1, "{reference} has no chain");
    }
    references.len()
}

#[test]
fn every_report_gets_a_page_beside_it_in_which_each_number_answers() {
    let project = apples();
    let said = project.run(&["page"]).done();
    assert_data_eq!(
        said.out,
        str![[r#"
wrote   report/week.html
wrote   report/short.html

"#]]
    );
    assert_data_eq!(
        said.err,
        str![[r#"
note    the project is in no git repository, so that no commit is known
note    the project is in no git repository, so that no commit is known

"#]]
    );
    for (name, numbers) in [("week", 6), ("short", 2)] {
        let [report, page] = ["md", "html"].map(|ending| project.read(&format!("report/{name}.{ending}")));
        assert_eq!(assert_every_number_answers(&report, &page), numbers, "{report}");
    }
    let page = project.read("report/week.html");
    let figure = "<span class=\"figure\"><svg role=\"img\" aria-label=\"accuracy\"";
    assert!(page.contains(figure), "the figure stands in the page");
    project.run(&["page"]).done();
    assert_eq!(page, project.read("report/week.html"));
    assert_data_eq!(
        project.run(&["status"]).done().out,
        str![[r#"
fresh 9 · stale 0 · waiting for these 0

"#]]
    );
}

#[test]
fn a_page_is_written_over_and_nothing_else_is() {
    let project = apples();
    project.write("report/week.html", "<p>mine</p>\n");
    assert_data_eq!(
        project.run(&["page", "week.md"]).ended(2).err,
        str![[r#"
error: `report/week.html` was not written by `recount page`, so it is not written over
help: name another file: `--out FILE`

"#]]
    );
    assert_eq!(project.read("report/week.html"), "<p>mine</p>\n");
    project.run(&["page", "week.md", "--out", "public/index.html"]).done();
    project.run(&["page", "report/week.md", "--out", "public/index.html"]).done();
    assert!(project.read("public/index.html").contains("<h2>Runs</h2>"));
    fs::create_dir(project.path("folder.html")).expect("a folder can be made");
    std::os::unix::fs::symlink(project.path("public/index.html"), project.path("link.html"))
        .expect("it can be linked");
    for (out, code) in [("folder.html", 2), ("link.html", 2), ("../out.html", 2), ("week.md.j2", 2)] {
        project.run(&["page", "week.md", "--out", out]).ended(code);
    }
    assert_eq!(project.read("week.md.j2"), WEEK);
}

#[test]
fn what_names_no_report_is_refused() {
    let project = apples();
    let said = |words: &[&str]| project.run(words).ended(2).err;
    assert_data_eq!(
        said(&["page", "weak.md"]),
        str![[r#"
error: no stage writes a report `weak.md`
help: the reports are `report/week.md`, `report/short.md`

"#]]
    );
    assert_data_eq!(
        said(&["page", "--out", "a.html"]),
        str![[r#"
error: `--out` names one file, and the reports are `report/week.md`, `report/short.md`
help: name the report: `recount page REPORT --out FILE`

"#]]
    );
    fs::remove_file(project.path("report/week.md")).expect("the report is there");
    assert_data_eq!(
        said(&["page", "week.md"]),
        str![[r#"
error: `report/week.md` is not there
help: `recount run` writes it

"#]]
    );
}

#[test]
fn a_clone_without_a_store_has_the_page_and_it_says_what_it_lacks() {
    let project = apples();
    fs::remove_dir_all(project.path("artifacts")).expect("the store is there");
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "--all"]);
    git(
        &project,
        &["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=apples"],
    );
    fs::remove_file(project.path("plots/accuracy.svg")).expect("the figure is there");
    project.edit("report/week.md", "fine ones [0.9", "fine ones [0.8");
    let said = project.run(&["page", "week.md", "--json"]).done().json();
    let missing = said["pages"][0]["missing"].as_array().expect("it is a list");
    let missing: String =
        missing.iter().map(|what| format!("{}\n", what.as_str().unwrap_or_default())).collect();
    assert_data_eq!(
        missing,
        str![[r#"
`plots/accuracy.svg` can't be read: No such file or directory (os error 2)
this store has no record of 7 of 7 runs, so that no machine and no time of them is known
the report is not as its audit file has it: report/week.md:1:62: `0.912 (0.911–0.913)` does not stand here, the number of bbyweu

"#]]
    );
    let page = project.read("report/week.html");
    assert!(page.contains("</code> with edited files</p>"), "the commit is not what lies here");
    assert!(page.contains("(the picture ../plots/accuracy.svg is not here)"), "the figure is gone");
    assert_every_number_answers(&project.read("report/week.md"), &page);
    let row = "<a href=#r1>fine</a><td>1<td class=n>0.911<td class=t>1000";
    let rows: Vec<&str> = page.lines().filter(|line| line.contains("<td>1<td class=n>")).collect();
    assert!(page.contains(row), "the outputs that git keeps are read: {rows:?}");
}

#[test]
fn names_with_markup_are_text_in_the_page() {
    let project = apples();
    project.edit("pipeline.yaml", "title: Apples", "title: \"<img src=x onerror=alert(1)>\"");
    project.run(&["run"]).done();
    project.run(&["page", "week.md"]).done();
    let page = project.read("report/week.html");
    assert!(page.contains("<title>&lt;img src=x onerror=alert(1)&gt;</title>"), "the title is text");
}
