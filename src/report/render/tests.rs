//! A stranger's project, run with its report, as a person would.

mod mistakes;
mod rerun;
mod written;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount_engine::command::{self, Command};
use recount_engine::spec::{Pipeline, load};
use recount_engine::store::Store;
use recount_engine::{Cancel, Event, Observer, Options, Outcome, Registry, Summary};

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
