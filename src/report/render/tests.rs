//! A stranger's project, run with its report, as a person would.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount_engine::command::{self, Command};
use recount_engine::digest::Digest;
use recount_engine::spec::{Pipeline, load};
use recount_engine::store::Store;
use recount_engine::{Cancel, Event, Observer, Options, Outcome, Registry, Summary};
use snapbox::{IntoData, assert_data_eq, str};

use super::*;
use crate::plot;

const PIPELINE: &str = r#"
recount: 1
title: Telling penguins apart
stages:
  - name: census
    run: [bash, census.sh, "{out}"]
    out: census
    inputs: [census.sh]
  - name: fit
    each: [variant, seed]
    run: [bash, fit.sh, "{params}", "{seed}", "{out}"]
    out: "runs/{variant}/{seed}"
    inputs: [fit.sh]
    seeds: [1, 2, 3]
    params: { base: 9 }
    variants:
      - { name: svm }
      - { name: forest, base: 8 }
    measures:
      accuracy: { from: "metrics.json#/accuracy", unit: fraction, better: higher, out_of: 200 }
      seconds: { from: "metrics.json#/seconds", unit: s, observed: true }
  - name: draw
    kind: plot
    figures: { accuracy: { title: Accuracy, points: fit.accuracy, over: variant } }
  - name: report
    kind: render
    template: report/penguins.md.j2
    output: report/penguins.md
    claims: claims.yaml
    data: { source: source.yaml }
"#;

const FIT: &str = r#"base=$(sed -n 's/.*"base": *\([0-9]*\).*/\1/p' "$1")
echo "{\"accuracy\": 0.$base$2, \"seconds\": 0.$RANDOM}" > "$3/metrics.json"
"#;

const TEMPLATE: &str = r#"# {{ title }}

{% include "report/best.md.j2" %}

{{ table(fit.over("variant"), ["params.base", "accuracy"]) }}
The source says {{ data.source.accuracy }}: {{ verdict(section="1") }}

{{ claims() }}
"#;

const BEST: &str = r#"{% set top = best(fit, by="accuracy").first %}
The best is {{ top.name }}, with {{ top.accuracy | percent(1) }}.
{{ compare(fit["svm"].accuracy, fit["forest"].accuracy) | say("{a} is above {b}, by {by}", "{a} is below {b}", "both are alike") }}.
"#;

/// A project in a temporary folder.
struct Project(tempfile::TempDir);

#[derive(Default)]
struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event<'_>) {}
}

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().expect("a temporary folder can be made"));
        project
            .write("pipeline.yaml", PIPELINE)
            .write("fit.sh", FIT)
            .write("census.sh", "echo '{\"birds\": 344}' > \"$1/counts.json\"\n")
            .write("report/penguins.md.j2", TEMPLATE)
            .write("report/best.md.j2", BEST)
            .write(
                "claims.yaml",
                "- { of: \"fit[svm].accuracy\", is: reported, values: [0.92], section: \"1\" }\n",
            )
            .write("source.yaml", "accuracy: 0.92\n");
        project
    }

    fn root(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    fn replace(&self, path: &str, old: &str, new: &str) -> &Self {
        let text = self.read(path);
        assert!(text.contains(old), "{path} has no `{old}`");
        self.write(path, &text.replace(old, new))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn load(&self) -> Result<Pipeline, Diagnostics> {
        load(self.root(), &[command::schema(), plot::schema(), schema()], &[])
    }

    fn run(&self, targets: &[&str]) -> Summary {
        let pipeline = self.load().unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let path = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
        let registry: Registry = vec![Box::new(Command::new(path)), Box::new(plot::Plot), Box::new(Render)];
        let targets = targets.iter().map(|target| (*target).to_owned()).collect();
        let options = Options { jobs: 2, targets, ..Options::default() };
        let store = Store::open(self.root()).expect("the store opens");
        let (root, cancel) = (self.root(), Cancel::default());
        recount_engine::run(root, &pipeline, &registry, &store, &options, &|_| None, &Silent, &cancel)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs, and gives what ran.
    fn ran(&self, targets: &[&str]) -> Vec<String> {
        let summary = self.run(targets);
        assert_eq!(
            summary.failures().map(|(name, failure)| format!("{name}: {failure}")).collect::<Vec<_>>(),
            [""; 0]
        );
        summary.names(|outcome| matches!(outcome, Outcome::Ran { .. }))
    }

    /// Gives the failures of a run.
    fn failures(&self) -> String {
        self.run(&[]).failures().map(|(name, failure)| format!("{name}: {failure}\n")).collect()
    }

    /// Gives every file of the report.
    fn report(&self) -> BTreeMap<&'static str, String> {
        let files = ["report/penguins.md", "report/penguins.audit.json", "report/penguins.audit.md"];
        files.into_iter().map(|file| (file, self.read(file))).collect()
    }

    /// Gives what is wrong with the project.
    fn mistakes(&self) -> String {
        match self.load() {
            Ok(_) => "no mistake\n".to_owned(),
            Err(mistakes) => mistakes.render(false),
        }
    }
}

/// Gives the lines of a text that another one does not have.
fn new_lines(old: &str, new: &str) -> String {
    let known: BTreeSet<&str> = old.lines().collect();
    new.lines().filter(|line| !known.contains(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_report_is_written_with_its_numbers_and_where_they_are_from() {
    let project = Project::new();
    project.ran(&[]);
    assert_data_eq!(
        project.read("report/penguins.md"),
        str![[r##"
# Telling penguins apart

The best is svm, with [92.0 % (91.0–93.0 %)][ygz3y2].
svm is above forest, by [10.0 points][jpkgxm].

| variant | base | accuracy |
| --- | --: | --: |
| svm | [9][dfwxiq] | [0.920 (0.910–0.930)][y33g2n] |
| forest | [8][x7gvtd] | [0.820 (0.810–0.830)][eetsmf] |

The source says [0.92][iqogjc]: ✓

| Claim | Verdict | Measured |
| --- | --- | --- |
| fit\[svm\].accuracy is [0.92][av2apd] | ✓ | [0.920 (0.910–0.930)][y33g2n] against [0.92][av2apd] |

[av2apd]: penguins.audit.md#av2apd "claims.yaml: 0.92"
[dfwxiq]: penguins.audit.md#dfwxiq "fit[svm].params.base"
[eetsmf]: penguins.audit.md#eetsmf "fit[forest]/metrics.json#/accuracy, n = 3"
[iqogjc]: penguins.audit.md#iqogjc "source.yaml#/accuracy"
[jpkgxm]: penguins.audit.md#jpkgxm "fit[svm]/metrics.json#/accuracy − fit[forest]/metrics.json#/accuracy"
[x7gvtd]: penguins.audit.md#x7gvtd "fit[forest].params.base"
[y33g2n]: penguins.audit.md#y33g2n "fit[svm]/metrics.json#/accuracy, n = 3"
[ygz3y2]: penguins.audit.md#ygz3y2 "fit[svm]/metrics.json#/accuracy, n = 3"

"##]]
        .raw()
    );
    assert_data_eq!(
        project.read("report/penguins.audit.md"),
        str![[r#"
# Where the numbers of [Telling penguins apart](penguins.md) are from

`recount audit NUMBER` tells more of each: its runs, their settings, data and code.

## Numbers

### av2apd

`0.92` is `claims.yaml: 0.92`, as it is written.

- claims.yaml:1

### dfwxiq

`9` is `fit[svm].params.base`, as it is written.

- pipeline.yaml:15

### eetsmf

`0.820 (0.810–0.830)` is `fit[forest]/metrics.json#/accuracy`, mean and range over 3 repeats, `fixed(3)`.

- `fit[forest,seed=1]`: 0.81
- `fit[forest,seed=2]`: 0.82
- `fit[forest,seed=3]`: 0.83

### iqogjc

`0.92` is `source.yaml#/accuracy`, as it is written.

- source.yaml:1

### jpkgxm

`10.0 points` is `fit[svm]/metrics.json#/accuracy − fit[forest]/metrics.json#/accuracy`, `percent(1)`.

- difference of `fit[svm]/metrics.json#/accuracy`
  - `fit[svm,seed=1]`: 0.91
  - `fit[svm,seed=2]`: 0.92
  - `fit[svm,seed=3]`: 0.93
- difference of `fit[forest]/metrics.json#/accuracy`
  - `fit[forest,seed=1]`: 0.81
  - `fit[forest,seed=2]`: 0.82
  - `fit[forest,seed=3]`: 0.83

### x7gvtd

`8` is `fit[forest].params.base`, as it is written.

- pipeline.yaml:18

### y33g2n

`0.920 (0.910–0.930)` is `fit[svm]/metrics.json#/accuracy`, mean and range over 3 repeats, `fixed(3)`.

- `fit[svm,seed=1]`: 0.91
- `fit[svm,seed=2]`: 0.92
- `fit[svm,seed=3]`: 0.93

### ygz3y2

`92.0 % (91.0–93.0 %)` is `fit[svm]/metrics.json#/accuracy`, mean and range over 3 repeats, `percent(1)`.

- `fit[svm,seed=1]`: 0.91
- `fit[svm,seed=2]`: 0.92
- `fit[svm,seed=3]`: 0.93

## Comparisons

| of | with | found | p | p after Holm |
|---|---|---|---|---|
| `fit[svm]/metrics.json#/accuracy` | `0.92 (bound 1)` | unclear: not significant at 5 % | 1.0000 | 1.0000 |
| `fit[svm]/metrics.json#/accuracy` | `fit[forest]/metrics.json#/accuracy` | higher | 0.0061 | 0.0123 |

## Settings

### fit\[forest\]

- `base`: `8` · pipeline.yaml:18

### fit\[svm\]

- `base`: `9` · pipeline.yaml:15

"#]]
        .raw()
    );
}

#[test]
fn what_was_only_observed_is_in_a_file_of_its_own_and_in_no_lock() {
    let project = Project::new();
    project.ran(&[]);
    let times = project.read("report/penguins.times.md");
    assert!(times.contains("| `fit[svm,seed=1]` | 0."), "{times}");
    let lock = project.read("pipeline.lock");
    let line = lock.lines().find(|line| line.starts_with("report\t")).expect("it has the report");
    let names: Vec<&str> =
        line.split('\t').skip(2).filter_map(|part| Some(part.split_once('=')?.0)).collect();
    assert_eq!(names, ["penguins.audit.json", "penguins.audit.md", "penguins.md"]);
    assert_eq!(project.ran(&[]), [""; 0]);
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
fn an_image_that_a_run_makes_is_shown_from_where_it_is_written() {
    let project = Project::new();
    let shown = "{{ figure(\"fit[svm,seed=1]/loss_curve.png\") }} {{ figure(\"census/map.svg\") }}\n";
    project
        .write("fit.sh", &format!("{FIT}echo x > \"$3/loss_curve.png\"\n"))
        .write("census.sh", "echo x > \"$1/map.svg\"\n")
        .write("report/best.md.j2", shown);
    assert!(project.ran(&["report"]).contains(&"census".to_owned()));
    let report = project.read("report/penguins.md");
    let line = report.lines().find(|line| line.contains("![")).expect("it shows images");
    assert_eq!(line, "![loss curve](../runs/svm/1/loss_curve.png) ![map](../census/map.svg)");
    assert!(project.root().join("runs/svm/1/loss_curve.png").exists());

    project.write("census.sh", "echo x > \"$1/plan.svg\"\n");
    assert_eq!(project.failures(), "report: `census` has no output `map.svg`, which the report shows\n");
    project.write("report/best.md.j2", "{{ figure(\"fit[svm]/loss_curve.png\") }}\n");
    assert_data_eq!(
        project.mistakes(),
        str![[r#"
error: `fit[svm]/loss_curve.png` leaves the coordinate `seed` open
 --> report/best.md.j2:1:11
  |
1 | {{ figure("fit[svm]/loss_curve.png") }}
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^
  |
help: name its value: `fit[svm,seed=…]/loss_curve.png`

"#]]
        .raw()
    );
}

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

#[test]
fn a_report_with_one_seed_or_a_diverged_run_renders() {
    let project = Project::new();
    project.replace("pipeline.yaml", "seeds: [1, 2, 3]", "seeds: [1]");
    project.ran(&[]);
    assert_data_eq!(
        project.read("report/penguins.md").lines().take(6).collect::<Vec<_>>().join("\n"),
        str![[r#"
# Telling penguins apart

The best is svm, with [91.0 %][ygz3y2].
both are alike.

| variant | base | accuracy |
"#]]
        .raw()
    );
    let diverged = FIT.replace("0.$base$2", "$([ $base$2 = 92 ] && echo NaN || echo 0.$base$2)");
    project.replace("pipeline.yaml", "seeds: [1]", "seeds: [1, 2, 3]").write("fit.sh", &diverged);
    project.ran(&[]);
    assert_data_eq!(
        project.read("report/penguins.md").lines().take(10).collect::<Vec<_>>().join("\n"),
        str![[r#"
# Telling penguins apart

The best is forest, with [82.0 % (81.0–83.0 %)][d2hq7p].
both are alike.

| variant | base | accuracy |
| --- | --: | --: |
| svm | [9][dfwxiq] | [0.920 (0.910–0.930; 2 of 3)][y33g2n] |
| forest | [8][x7gvtd] | [0.820 (0.810–0.830)][eetsmf] |

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
report: `0.92 (0.91–0.93)` of `fit[svm]/metrics.json#/accuracy` stands in code, where it can't be a link
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

#[test]
fn the_version_is_that_of_these_bytes() {
    let project = Project::new();
    project.ran(&[]);
    let bytes: String = project.report().into_values().collect();
    // Other bytes for equal inputs: raise `VERSION`, and put the digest here.
    assert_data_eq!(
        format!("{VERSION} {}", Digest::of(bytes.as_bytes())),
        str!["2 7769e5998be353ac817fedb8937e4929b051f8f0e9f7da726f0781b60699482f"]
    );
}
