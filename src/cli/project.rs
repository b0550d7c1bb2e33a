//! Opens a project for a command: its checked pipeline, the kinds, the store.

use std::path::{Path, PathBuf};

use crate::kinds::{self, Archives, Surroundings};
use recount_engine::command::surroundings::Surroundings as CommandSurroundings;
use recount_engine::snapshot::CheckedSnapshot;
use recount_engine::spec::{self, Pipeline};
use recount_engine::store::Store;
use recount_engine::{Cancel, Options, Registry, Summary, same_experiments};

use super::CliError;
use super::archive::{self, Network};
use super::arguments::SettingArguments;
use super::environment::Environment;
use super::free_memory::free_memory;
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
    /// Its store.
    pub store: Store,
    /// Its last snapshot, with what has changed since.
    pub snapshot: Option<CheckedSnapshot>,
    /// The pipeline's own files, as they were looked at before they were read.
    pub pipeline_files: Vec<String>,
    /// What Ctrl-C sets.
    pub cancel: Cancel,
    /// Where the archives are that stages ask for.
    pub archives: Archives,
    /// Why the data is generated, where the pipeline would have taken the archive.
    pub generated_because: Option<String>,
}

impl Project {
    /// Opens the project that the arguments name; downloads nothing.
    ///
    /// # Errors
    /// A [`CliError`] with every mistake of its files, or with why the archive or the store can't be used.
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
        let pipeline = spec::load(&root, &kinds::schemas(), &args.set).map_err(mistakes)?;
        kinds::check(&root, &pipeline).map_err(mistakes)?;
        let cancel = Cancel::default();
        let sources = archive::sources(&pipeline);
        let archives = archive::look(&root, &sources, environment, Network::Untouched, &cancel)?;
        let kinds = kinds_for(archives.clone(), environment);
        let generated_because = archive::why_generated(&pipeline, &archives);
        Ok(Self {
            root,
            pipeline,
            kinds,
            store,
            snapshot,
            pipeline_files,
            cancel,
            archives,
            generated_because,
        })
    }

    /// Makes every kind once more, for whoever wraps them.
    pub fn new_kinds(&self, environment: &Environment) -> Registry {
        kinds_for(self.archives.clone(), environment)
    }

    /// Says whether a stage asks for an archive that is not here.
    pub fn lacks_archive(&self) -> bool {
        archive::lacks_one(&self.archives)
    }

    /// Gathers what the engine goes by when the command says nothing else: everything, on every core.
    pub fn options(&self, args: &SettingArguments, environment: &Environment) -> Options<'_> {
        let surroundings = CommandSurroundings::of(&self.pipeline);
        let machine = start::digest_environment(&self.root, environment, &self.archives, &surroundings);
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
            generated_because: self.generated_because.clone(),
            same: same_experiments(&self.pipeline, &summary.reports)
                .iter()
                .map(ToString::to_string)
                .collect(),
            archives: self.archives.keys().cloned().collect(),
            surroundings: CommandSurroundings::of(&self.pipeline),
        };
        serde_json::to_string(&answer).ok()
    }

    /// Looks for the archives again, over the network too.
    ///
    /// # Errors
    /// A [`CliError`] with why one can't be used.
    pub fn fetch(&mut self, environment: &Environment) -> Result<(), CliError> {
        let sources = archive::sources(&self.pipeline);
        self.archives = archive::look(&self.root, &sources, environment, Network::Allowed, &self.cancel)?;
        self.kinds = kinds_for(self.archives.clone(), environment);
        self.generated_because = archive::why_generated(&self.pipeline, &self.archives);
        Ok(())
    }
}

fn kinds_for(archives: Archives, environment: &Environment) -> Registry {
    let (simd, variables) = (environment.simd, environment.variables.clone());
    kinds::registry(Surroundings { archives, simd, free_memory, variables })
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
