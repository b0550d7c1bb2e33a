//! A project as a person writes it: `pipeline.yaml`, and files beside it.

use std::fs;
use std::path::Path;

use recount_engine::command::{self, Command};
use recount_engine::spec::{Pipeline, load};
use recount_engine::store::Store;
use recount_engine::{self as engine, Cancel, Event, Observer, Options, Outcome, Registry, Summary};

use super::swift_folder;

/// A project of commands, as its files say.
pub struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    /// Writes a pipeline into a folder in memory.
    pub fn new(pipeline: &str) -> Self {
        let project = Self { folder: swift_folder() };
        project.write("pipeline.yaml", pipeline);
        project
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Loads the pipeline; the error is what a person sees.
    pub fn load(&self) -> Result<Pipeline, String> {
        load(self.root(), &[command::schema()], &[]).map_err(|mistakes| mistakes.render(false))
    }

    pub fn pipeline(&self) -> Pipeline {
        self.load().unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    pub fn store(&self) -> Store {
        Store::open(self.root()).expect("the store opens")
    }

    /// Brings all up to date.
    pub fn run(&self) -> Summary {
        let options = Options { jobs: 2, keep_going: true, ..Options::default() };
        let summary = engine::run(
            self.root(),
            &self.pipeline(),
            &registry(),
            &self.store(),
            &options,
            &|_| None,
            &Silent,
            &Cancel::default(),
        );
        summary.expect("the pipeline fits together")
    }

    /// Says what a run would do.
    pub fn status(&self) -> Summary {
        let options = Options::default();
        let summary = engine::status(self.root(), &self.pipeline(), &registry(), &self.store(), &options);
        summary.expect("the pipeline fits together")
    }
}

/// Names the instances that ran, in the order of the plan.
pub fn ran(summary: &Summary) -> Vec<&str> {
    assert_eq!(summary.failures().map(|(name, failure)| format!("{name}: {failure}")).next(), None);
    let ran = summary.reports.iter().filter(|report| matches!(report.outcome, Outcome::Ran { .. }));
    ran.map(|report| report.name.as_str()).collect()
}

fn registry() -> Registry {
    vec![Box::new(Command::new([("PATH", "/usr/local/bin:/usr/bin:/bin")]))]
}

struct Silent;

impl Observer for Silent {
    fn event(&self, _: Event<'_>) {}
}
