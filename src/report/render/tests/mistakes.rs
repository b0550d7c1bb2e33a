//! What is wrong with a report, before anything runs and when it is rendered.

use snapbox::{IntoData, assert_data_eq, str};

use super::*;

#[test]
fn a_number_in_the_title_has_no_source() {
    let project = Project::new();
    project.replace("pipeline.yaml", "title: Telling penguins apart", "title: 0.97 of all penguins");
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `0.97` in the title has no source
  --> pipeline.yaml:27:15
   |
27 |     template: report/penguins.md.j2
   |               ^^^^^^^^^^^^^^^^^^^^^
   |
help: say it in the report, where it can be cited; a title may have whole numbers

"#]]
        .raw()
    );
}

#[test]
fn a_report_that_is_refused_is_kept_as_far_as_it_came() {
    let project = Project::new();
    // Whether there is such a value, only the run says.
    project.write("report/best.md.j2", "{% if fit[\"svm\"].accuracy.mean | float > 0.9 %}`{{ fit[\"svm\"].accuracy | fixed(2) }}`{% endif %}\n");
    assert_data_eq!(
        project.failures(),
        str![[r#"
report: `0.92 (0.91–0.93)` of `fit[svm]/metrics.json#/accuracy` is in code, where it can't be a link
 --> report/penguins.md:3:2
  |
3 | `0.92 (0.91–0.93)`
  |  ^^^^^^^^^^^^^^^^

"#]]
        .raw()
    );
    assert!(project.read("artifacts/refused/penguins.md").contains("`0.92 (0.91–0.93)`"));
    assert!(!project.root().join("report/penguins.md").exists());
}

#[test]
fn mistakes_in_all_that_a_report_is_made_from_are_reported_before_anything_runs() {
    let project = Project::new();
    project
        .replace("report/best.md.j2", "The best is", "The 2 best are {{ fit[\"svn\"].accuracy | fixed(2) }}")
        .write(
            "claims.yaml",
            "- { of: \"fit[svm].acuracy\", is: reported, values: [0.92], section: \"1\" }\n",
        )
        .replace("pipeline.yaml", "source: source.yaml", "source: sources.yaml");
    assert_data_eq!(project.mistakes(), str![[r#"
error: stage `fit` has no measure `acuracy`
 --> claims.yaml:1:9
  |
1 | - { of: "fit[svm].acuracy", is: reported, values: [0.92], section: "1" }
  |         ^^^^^^^^^^^^^^^^^^
  |
help: a measure named `accuracy` exists

error: the data `sources.yaml` can't be read: it is not there
  --> pipeline.yaml:30:21
   |
30 |     data: { source: sources.yaml }
   |                     ^^^^^^^^^^^^

error: `2` is a number without a source
 --> report/best.md.j2:2:5
  |
2 | The 2 best are {{ fit["svn"].accuracy | fixed(2) }} {{ top.name }}, with {{ top.accuracy | percent(1) }}.
  |     ^
  |
help: cite it: `{{ STAGE.MEASURE | fixed(3) }}`; or say whose it is: `{{ "2" | stated("the assignment") }}`; or, if it is part of a name, list that under `terms:`

error: stage `fit` has no run at `svn`
 --> report/best.md.j2:2:23
  |
2 | The 2 best are {{ fit["svn"].accuracy | fixed(2) }} {{ top.name }}, with {{ top.accuracy | percent(1) }}.
  |                       ^^^^^
  |
help: one named `svm` exists

"#]].raw());
}

#[test]
fn a_branch_that_one_relation_alone_takes_is_tried_before_anything_runs() {
    let project = Project::new();
    let branch = "{% if compare(fit[\"svm\"].accuracy, fit[\"forest\"].accuracy).relation == \"lower\" %}\n\
                  {{ data.source.acuracy }}\n{% endif %}\n";
    project.write("report/best.md.j2", branch);
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `data.source.acuracy` has no value
 --> report/best.md.j2:2:4
  |
2 | {{ data.source.acuracy }}
  |    ^^^^^^^^^^^^^^^^^^^
  |
help: where it may be missing, say what is printed instead: `| default("–")`, or ask `is defined`

"#]]
        .raw()
    );
}
