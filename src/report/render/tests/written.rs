//! What a run of a report writes, to the letter.

use recount_engine::digest::Digest;
use snapbox::{IntoData, assert_data_eq, str};

use super::*;

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
