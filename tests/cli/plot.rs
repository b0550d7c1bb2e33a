//! `kind: plot`: when figures are drawn again, and what they show of runs that lack something.

use snapbox::{assert_data_eq, str};

use crate::project::Project;

/// Two variants over seeds; `b` writes no curve at seed 2.
const FITS: &str = r#"recount: 1
title: fits
stages:
  - name: fit
    each: [variant, seed]
    run: [sh, fit.sh, "{variant}", "{seed}", "{out}"]
    inputs: [fit.sh]
    out: "runs/{variant}/{seed}"
    variants: [{ name: a }, { name: b }]
    seeds: [1, 2, 3]
    measures:
      one: m.json#/one
      two: m.json#/two
      gap: { difference: [one, two] }
  - name: plot
    kind: plot
    figures:
      gap: { points: fit.gap, over: variant }
      curve: { title: Curves, lines: fit/curve.csv, x: step, y: [loss], over: variant }
"#;

const FIT: &str = r#"printf '{"one": %s, "two": 1, "three": 5}\n' "$2" > "$3/m.json"
[ "$1$2" = b2 ] || printf 'step,loss\n1,%s\n2,0.5\n' "$2" > "$3/curve.csv"
"#;

fn fits() -> Project {
    let project = Project::empty();
    project.write("pipeline.yaml", FITS).write("fit.sh", FIT);
    project
}

/// The texts of a figure, without those of its style.
fn texts(project: &Project, figure: &str) -> Vec<String> {
    let svg = project.read(&format!("plots/{figure}.svg"));
    let parsed = roxmltree::Document::parse(&svg).expect("the figure is well-formed");
    let texts = parsed.descendants().filter(|node| node.tag_name().name() == "text");
    texts.filter_map(|node| node.text()).map(|text| text.trim().to_owned()).collect()
}

#[test]
fn a_run_that_lacks_a_file_is_marked_and_named_and_the_others_are_drawn() {
    let project = fits();
    let ran = project.run(&[]).done();
    let notes: Vec<&str> = ran.err.lines().filter(|line| line.starts_with("note")).collect();
    assert_data_eq!(
        notes.join("\n"),
        str!["note    plot · figure `curve` lacks fit[b,seed=2]/curve.csv: there is no such output"]
    );
    assert_eq!(project.run(&[]).done().ran(), [""; 0]);
    let texts = texts(&project, "curve");
    assert!(texts.iter().any(|text| text.contains("2 of 3")), "{texts:?}");
}

#[test]
fn figures_are_drawn_again_for_what_they_show_and_for_nothing_else() {
    let project = fits();
    project.run(&[]).done();
    let drawn = |project: &Project| project.run(&[]).done().ran().contains(&"plot");
    let first = texts(&project, "gap");
    project.edit("pipeline.yaml", "two: m.json#/two", "two: m.json#/three");
    assert!(drawn(&project), "a part of a derived measure is read elsewhere");
    assert_ne!(texts(&project, "gap"), first);
    project.edit("pipeline.yaml", "two: m.json#/three", "two: m.json#/two").run(&[]).done();
    assert_eq!(texts(&project, "gap"), first);
    project.edit("pipeline.yaml", "[{ name: a }, { name: b }]", "[{ name: b }, { name: a }]");
    assert!(drawn(&project), "the rows have another order");
    project.edit("pipeline.yaml", "title: Curves", "title: Losses");
    assert!(drawn(&project) && texts(&project, "curve").contains(&"Losses".to_owned()));
    let script = project.read("fit.sh");
    project.write("fit.sh", &format!("# Other runs with the same bytes.\n{script}"));
    assert_eq!(project.run(&[]).done().ran().len(), 6, "the fits alone");
    project.edit("pipeline.yaml", "      gap: { points: fit.gap, over: variant }\n", "").run(&[]).done();
    assert!(!project.path("plots/gap.svg").exists() && project.path("plots/curve.svg").exists());
}

#[test]
fn a_figure_of_what_is_only_observed_or_not_there_is_refused_before_anything_runs() {
    let project = fits();
    project.edit("pipeline.yaml", "one: m.json#/one", "one: { from: m.json#/one, observed: true }");
    project.edit("pipeline.yaml", "x: step, y: [loss]", "x: step, y: []");
    assert_data_eq!(
        project.run(&[]).ended(2).err,
        str![[r#"
error: this is only observed, and a figure is to be the same on every machine
  --> pipeline.yaml:18:22
   |
18 |       gap: { points: fit.gap, over: variant }
   |                      ^^^^^^^
   |
help: `recount results` lists it; draw a measure that is not `observed`

error: figure `curve` draws no column
  --> pipeline.yaml:19:7
   |
19 |       curve: { title: Curves, lines: fit/curve.csv, x: step, y: [], over: variant }
   |       ^^^^^
   |
help: name some: `y: [loss]`

"#]]
    );
    assert!(!project.path("runs").exists());
}
