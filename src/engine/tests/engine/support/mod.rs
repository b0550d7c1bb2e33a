//! A project in a temporary folder, whose stages are small shell lines.

mod ran;
mod toy;
pub mod written;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use recount_engine::command::Command;
use recount_engine::command::surroundings::Surroundings;
use recount_engine::digest::Digest;
use recount_engine::snapshot::CheckedSnapshot;
use recount_engine::spec::{Pipeline, Settings, Stage, StageId};
use recount_engine::store::Store;
use recount_engine::{self as engine, Cancel, Observer, Options, Outcome, Registry, Summary};

use crate::made::{Citing, Made};
use ran::Log;

pub use ran::Ran;
pub use toy::{Toy, citing, made, settings, toy};

/// How long a program has to end once it was asked to, where a test says nothing else.
const GRACE: Duration = Duration::from_secs(10);

/// A pipeline of `command` stages, and the folder that it is in.
pub struct Project {
    root: PathBuf,
    stages: Vec<Toy>,
    code: Digest,
    environment: Vec<(String, String)>,
    grace: Duration,
    // Held for its folder, which goes when the project goes.
    _folder: Option<tempfile::TempDir>,
}

impl Project {
    pub fn new(stages: Vec<Toy>) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { _folder: Some(folder), ..Self::at(Path::new(""), stages) }.moved_in()
    }

    /// A project in memory, for a test that has many.
    pub fn swift(stages: Vec<Toy>) -> Self {
        Self { _folder: Some(swift_folder()), ..Self::at(Path::new(""), stages) }.moved_in()
    }

    /// The project of a folder that somebody else made.
    pub fn at(root: &Path, stages: Vec<Toy>) -> Self {
        let environment = vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())];
        Self {
            root: root.to_owned(),
            stages,
            code: Digest::of(b"command"),
            environment,
            grace: GRACE,
            _folder: None,
        }
    }

    fn moved_in(mut self) -> Self {
        if let Some(folder) = &self._folder {
            self.root = folder.path().to_owned();
        }
        self
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
        fs::write(path, text).expect("the file can be written");
        self
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn exists(&self, path: &str) -> bool {
        self.root.join(path).exists()
    }

    pub fn remove(&self, path: &str) -> &Self {
        fs::remove_file(self.root.join(path)).expect("the file can be removed");
        self
    }

    /// Puts another stage in the place of the one with its name, or at the end.
    pub fn set(&mut self, toy: Toy) -> &mut Self {
        match self.stages.iter_mut().find(|stage| stage.name == toy.name) {
            Some(stage) => *stage = toy,
            None => self.stages.push(toy),
        }
        self
    }

    pub fn set_variable(&mut self, name: &str, value: &str) -> &mut Self {
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets how long a program has to end once it was asked to.
    pub fn set_grace(&mut self, grace: Duration) -> &mut Self {
        self.grace = grace;
        self
    }

    /// Makes as if the program's own code had changed.
    pub fn set_code(&mut self, code: &str) -> &mut Self {
        self.code = Digest::of(code.as_bytes());
        self
    }

    /// Gives every file below a folder of the store.
    pub fn stored(&self, folder: &str) -> Vec<PathBuf> {
        let place =
            if ["edited", "logs"].contains(&folder) { folder.to_owned() } else { format!("v2/{folder}") };
        let walk = walkdir::WalkDir::new(self.root.join("artifacts").join(place)).sort_by_file_name();
        let files = walk.into_iter().flatten().filter(|entry| !entry.file_type().is_dir());
        files.map(|entry| entry.into_path()).collect()
    }

    pub fn run(&self) -> Ran {
        self.run_with(&[], &[], 2, &Cancel::default())
    }

    pub fn run_with(&self, targets: &[&str], force: &[&str], jobs: usize, cancel: &Cancel) -> Ran {
        self.run_as(&options(targets, force, jobs), cancel)
    }

    pub fn run_as(&self, options: &Options<'_>, cancel: &Cancel) -> Ran {
        let log = Log { events: Mutex::default(), cancel: None };
        let summary = self.run_observed(options, &log, cancel);
        Ran { summary, events: log.take() }
    }

    /// Runs a project whose store may be refused.
    pub fn try_run(&self) -> Result<Summary, Box<dyn std::error::Error>> {
        let (pipeline, registry, store) = (self.pipeline(), self.registry(), Store::open(&self.root)?);
        let log = Log { events: Mutex::default(), cancel: None };
        let options = options(&[], &[], 2);
        let cancel = Cancel::default();
        Ok(engine::run(&self.root, &pipeline, &registry, &store, &options, &|_| None, &log, &cancel)?)
    }

    /// Gives one line an instance: what a second run from nothing gives.
    pub fn verify(&self) -> Vec<String> {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        let log = Log { events: Mutex::default(), cancel: None };
        let verification = engine::verify(
            &self.root,
            &self.pipeline(),
            self.registry(),
            &self.store(),
            scratch.path(),
            &options(&[], &[], 2),
            &log,
            &Cancel::default(),
        );
        let checked = verification.expect("the pipeline fits together").checked;
        checked.iter().map(|checked| format!("{}: {:?}", checked.name, checked.outcome)).collect()
    }

    /// Runs all, two at a time, before an observer of one's own.
    pub fn run_before(&self, observer: &dyn Observer) -> Summary {
        self.run_observed(&options(&[], &[], 2), observer, &Cancel::default())
    }

    /// Runs, and asks for a stop as soon as the named instance has started.
    pub fn run_until_started(&self, instance: &str) -> Ran {
        let cancel = Cancel::default();
        let log = Log { events: Mutex::default(), cancel: Some((instance.to_owned(), cancel.clone())) };
        let summary = self.run_observed(&options(&[], &[], 1), &log, &cancel);
        Ran { summary, events: log.take() }
    }

    fn run_observed(&self, options: &Options<'_>, observer: &dyn Observer, cancel: &Cancel) -> Summary {
        let (pipeline, registry, store) = (self.pipeline(), self.registry(), self.store());
        let mut known = CheckedSnapshot::load(&store);
        if let Some(known) = &mut known {
            known.fill(&mut store.files());
        }
        let variables = self.environment.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let surroundings = Surroundings::of(&pipeline).digest(&variables, &self.root);
        let environment = Digest::of(format!("{surroundings} {}", self.code).as_bytes());
        let fingerprint = Digest::of(format!("{pipeline:?} {environment}").as_bytes());
        let options = Options { snapshot: known.as_ref(), fingerprint, environment, ..options.clone() };
        let answer = |summary: &Summary| Some(format!("fresh {}", summary.reports.len()));
        let summary =
            engine::run(&self.root, &pipeline, &registry, &store, &options, &answer, observer, cancel);
        summary.expect("the pipeline fits together")
    }

    /// Gives one line an instance: what a run would do.
    pub fn status(&self) -> Vec<String> {
        let options = options(&[], &[], 1);
        let summary = engine::status(&self.root, &self.pipeline(), &self.registry(), &self.store(), &options);
        let summary = summary.expect("the pipeline fits together");
        let line = |report: &engine::Report| match &report.outcome {
            Outcome::Fresh => format!("{}: fresh", report.name),
            Outcome::Stale { reasons } => {
                let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
                format!("{}: {}", report.name, reasons.join("; "))
            }
            Outcome::Depends { on } => format!("{}: depends on {on}", report.name),
            other => format!("{}: {other:?}", report.name),
        };
        summary.reports.iter().map(line).collect()
    }

    /// Removes the snapshot, so that everything is decided.
    pub fn forget(&self) -> &Self {
        // There may be none.
        drop(fs::remove_file(self.root.join("artifacts/v2/snapshot")));
        self
    }

    pub fn store(&self) -> Store {
        Store::open(&self.root).expect("the store opens")
    }

    fn registry(&self) -> Registry {
        vec![
            Box::new(Command::new(self.environment.clone()).with_version(self.code).with_grace(self.grace)),
            Box::new(Made),
            Box::new(Citing),
        ]
    }

    fn pipeline(&self) -> Pipeline {
        let id = |name: &str| {
            let found = self.stages.iter().position(|stage| stage.name == name);
            StageId(found.unwrap_or_else(|| panic!("no stage `{name}`")))
        };
        let stage = |toy: &Toy| Stage {
            name: toy.name.to_owned(),
            kind: toy.kind.to_owned(),
            each: toy.each.clone(),
            needs: toy.needs.iter().map(|need| id(need)).collect(),
            fields: if toy.kind == "command" {
                settings(toy.parameters.clone())
            } else {
                Settings::default()
            },
            base: if toy.kind == "command" { Settings::default() } else { settings(toy.parameters.clone()) },
            variants: toy.variants.clone(),
            seeds: toy.seeds.clone(),
            observed: toy.observed.clone(),
            resources: toy.resources,
            ..Stage::default()
        };
        Pipeline::new("toys", self.stages.iter().map(stage).collect())
    }
}

/// Makes a temporary folder, in memory where that can be: syncing files there takes no time.
pub fn swift_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    folder.expect("a temporary folder can be made")
}

fn options(targets: &[&str], force: &[&str], jobs: usize) -> Options<'static> {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    Options {
        jobs,
        targets: texts(targets),
        force: texts(force),
        keep_going: true,
        facts: BTreeMap::from([("machine".to_owned(), "a test".to_owned())]),
        ..Options::default()
    }
}
