//! Opens a project for a command: its checked pipeline, the kinds, the store.

use std::path::{Path, PathBuf};

use recount_engine::command::surroundings::Surroundings as CommandSurroundings;
use recount_engine::snapshot::CheckedSnapshot;
use recount_engine::spec::{self, Pipeline};
use recount_engine::store::Store;
use recount_engine::{Cancel, Options, Registry, Summary, same_experiments};

use super::CliError;
use super::arguments::SettingArguments;
use super::environment::Environment;
use super::kinds::{self, FoundSources, Network, Search};
use super::start::{self, SnapshotAnswer, Start};
use super::time::seconds_since_1970;

/// A project, ready for a command.
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// Its pipeline, with every `--set` in it.
    pub pipeline: Pipeline,
    /// Every kind.
    pub kinds: Registry,
    pub store: Store,
    /// Its last snapshot, with what has changed since.
    pub snapshot: Option<CheckedSnapshot>,
    /// The pipeline's own files, as they were looked at before they were read.
    pub pipeline_files: Vec<String>,
    /// What Ctrl-C sets.
    pub cancel: Cancel,
    /// What stages ask for from outside the project.
    sources: Vec<String>,
    /// What of it is here.
    found: Box<dyn FoundSources>,
    /// What the data are that stages make do with, and why, where that is not what the pipeline asks for.
    pub stand_in: Option<String>,
}

impl Project {
    /// Opens the project that the arguments name; downloads nothing.
    ///
    /// # Errors
    /// A [`CliError`] with every mistake of its files, or with why what they ask for or the store can't be used.
    pub fn open(args: &SettingArguments, environment: &Environment) -> Result<Self, CliError> {
        Self::from_start(Start::of(&args.project)?, args, environment)
    }

    /// Opens the project whose snapshot is loaded already.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn from_start(
        mut start: Start,
        args: &SettingArguments,
        environment: &Environment,
    ) -> Result<Self, CliError> {
        let pipeline_files = start.prepare();
        let Start { root, store, snapshot } = start;
        let mistakes = |mistakes| CliError::mistakes(&mistakes, environment.colour);
        let pipeline =
            spec::load(&root, &kinds::schemas(&*environment.kinds), &args.set).map_err(mistakes)?;
        let cancel = Cancel::default();
        let sources = environment.kinds.sources(&pipeline);
        let found = find(&root, &sources, environment, Network::Untouched, &cancel)?;
        let kinds = kinds::registry(&*found, &environment.variables);
        let stand_in = found.stand_in(&pipeline);
        Ok(Self { root, pipeline, kinds, store, snapshot, pipeline_files, cancel, sources, found, stand_in })
    }

    /// Makes every kind once more, for whoever wraps them.
    pub fn new_kinds(&self, environment: &Environment) -> Registry {
        kinds::registry(&*self.found, &environment.variables)
    }

    /// Says whether a stage asks for something that is not here.
    pub fn is_lacking(&self) -> bool {
        self.found.is_lacking()
    }

    /// Gathers what the engine goes by when the command says nothing else: everything, on every core.
    pub fn options(&self, args: &SettingArguments, environment: &Environment) -> Options<'_> {
        let surroundings = CommandSurroundings::of(&self.pipeline);
        let machine = start::digest_environment(&self.root, environment, &*self.found, &surroundings);
        Options {
            folder: folder_within(&self.root),
            environment: machine,
            fingerprint: start::fingerprint(machine, &args.set),
            jobs: environment.cores,
            memory: environment.memory,
            gpus: environment.gpus,
            snapshot: self.snapshot.as_ref(),
            pipeline_files: self.pipeline_files.clone(),
            asked: environment.words.clone(),
            clock: &seconds_since_1970,
            ..Options::default()
        }
    }

    /// Writes down what there is to say as long as nothing changes.
    pub fn answer(&self, files: Vec<String>, summary: &Summary) -> Option<String> {
        let answer = SnapshotAnswer {
            fresh: summary.reports.len(),
            files,
            stand_in: self.stand_in.clone(),
            same: same_experiments(&self.pipeline, &summary.reports)
                .iter()
                .map(ToString::to_string)
                .collect(),
            sources: self.sources.clone(),
            surroundings: CommandSurroundings::of(&self.pipeline),
        };
        serde_json::to_string(&answer).ok()
    }

    /// Looks again for what stages ask for, over the network too.
    ///
    /// # Errors
    /// A [`CliError`] with why one can't be used.
    pub fn fetch(&mut self, environment: &Environment) -> Result<(), CliError> {
        self.found = find(&self.root, &self.sources, environment, Network::Allowed, &self.cancel)?;
        self.kinds = self.new_kinds(environment);
        self.stand_in = self.found.stand_in(&self.pipeline);
        Ok(())
    }
}

/// Looks for what stages ask for from outside the project.
///
/// # Errors
/// A [`CliError`] for what is there and can't be used.
pub fn find(
    root: &Path,
    sources: &[String],
    environment: &Environment,
    network: Network,
    cancel: &Cancel,
) -> Result<Box<dyn FoundSources>, CliError> {
    environment.kinds.find(&Search { root, sources, network, terminal: environment.terminal, cancel })
}

/// Gives where in a project the current folder is; nothing where that is elsewhere.
fn folder_within(root: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let within = here
        .ok()
        .zip(root.canonicalize().ok())
        .and_then(|(here, root)| here.strip_prefix(root).ok().map(Path::to_owned));
    within.unwrap_or_default()
}
