//! Opens a project for a command: its folder, its checked pipeline, the kinds, the store, Ctrl-C.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::kinds::{self, Archive, Surroundings};
use recount_engine::snapshot::CheckedSnapshot;
use recount_engine::spec::{self, Pipeline};
use recount_engine::store::{Session, Store};
use recount_engine::{Cancel, LOCK_FILE, Options, Registry, read_lock_text};

use super::archive::{self, Network};
use super::arguments::{ProjectArguments, SettingArguments};
use super::environment::Environment;
use super::start::{self, Start};
use super::time::{now, seconds_since_1970};
use super::{CliError, print};

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
    /// Where the archive is, if a stage asks for it.
    pub archive: Option<Archive>,
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
        let archive = archive::find(&root, &pipeline, environment, Network::Untouched, &cancel)?;
        let kinds = kinds_for(archive.clone(), environment);
        let generated_because = why_generated(&pipeline, archive.as_ref());
        Ok(Self {
            root,
            pipeline,
            kinds,
            store,
            snapshot,
            pipeline_files,
            cancel,
            archive,
            generated_because,
        })
    }

    /// Makes every kind once more, for whoever wraps them.
    pub fn new_kinds(&self, environment: &Environment) -> Registry {
        kinds_for(self.archive.clone(), environment)
    }

    /// Says whether a stage asks for the archive, and it is not here.
    pub fn lacks_archive(&self) -> bool {
        matches!(self.archive, Some(Archive::Absent(_)))
    }

    /// Gathers what the engine goes by when the command says nothing else: everything, on every core.
    pub fn options(&self, args: &SettingArguments, environment: &Environment) -> Options<'_> {
        let machine = start::environment_of(self, environment);
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

    /// Looks for the archive again, over the network too.
    ///
    /// # Errors
    /// A [`CliError`] with why it can't be used.
    pub fn fetch(&mut self, environment: &Environment) -> Result<(), CliError> {
        self.archive =
            archive::find(&self.root, &self.pipeline, environment, Network::Allowed, &self.cancel)?;
        self.kinds = kinds_for(self.archive.clone(), environment);
        self.generated_because = why_generated(&self.pipeline, self.archive.as_ref());
        Ok(())
    }
}

fn kinds_for(archive: Option<Archive>, environment: &Environment) -> Registry {
    kinds::registry(Surroundings {
        archive: archive.unwrap_or_else(|| Archive::Absent("no stage asks for it".to_owned())),
        simd: environment.simd,
        variables: environment.variables.clone(),
    })
}

fn why_generated(pipeline: &Pipeline, archive: Option<&Archive>) -> Option<String> {
    match archive {
        Some(Archive::Absent(why)) if archive::may_be_generated(pipeline) => Some(why.clone()),
        Some(Archive::Absent(_) | Archive::Here(_)) | None => None,
    }
}

/// A project's store, for commands that work without a pipeline.
pub struct Stored {
    /// The project's folder.
    pub root: PathBuf,
    /// Its store.
    pub store: Store,
    /// What Ctrl-C sets.
    pub cancel: Cancel,
}

impl Stored {
    /// Opens the store of the project that the arguments name.
    ///
    /// # Errors
    /// A [`CliError`] when there is no such folder, or the store can't be used.
    pub fn open(args: &ProjectArguments) -> Result<Self, CliError> {
        let root = root(args)?;
        let store = Store::open(&root)?;
        if !store.exists()? && !root.join("pipeline.yaml").exists() {
            return Err(CliError::input(format!(
                "there is no `pipeline.yaml`\nhelp: looked in {}; `recount init` writes one, or go to the project's folder",
                root.display()
            )));
        }
        Ok(Self { root, store, cancel: Cancel::default() })
    }

    /// Reads the project's lock; `None` where there is none.
    ///
    /// # Errors
    /// A [`CliError`] when it can't be read.
    pub fn lock_text(&self) -> Result<Option<String>, CliError> {
        read_lock_text(self.store.project())
            .map_err(|error| CliError::failed(format!("`{LOCK_FILE}` can't be read: {error}")))
    }

    /// Takes the right to write, once nobody else has it; `None` where nothing was ever stored.
    ///
    /// # Errors
    /// A [`CliError`] when the lock can't be taken, or Ctrl-C came first.
    pub fn session(&self) -> Result<Option<Session<'_>>, CliError> {
        if self.store.exists()? { session(&self.store, &self.cancel).map(Some) } else { Ok(None) }
    }
}

/// Takes the right to write to a store, once nobody else has it.
///
/// # Errors
/// As [`Stored::session`].
pub fn session<'s>(store: &'s Store, cancel: &Cancel) -> Result<Session<'s>, CliError> {
    let mut told = false;
    let session = store.lock(|| {
        if !std::mem::replace(&mut told, true) {
            print::note("waiting for another recount that works in this project");
        }
        !cancel.is_cancelled()
    })?;
    session.ok_or_else(CliError::stopped)
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

/// How long after the first Ctrl-C a second one counts: `timeout` and others send each signal twice.
const SECOND_STOP_DELAY: Duration = Duration::from_millis(500);

/// Has Ctrl-C, and a polite end by the system, ask for a stop, and a second one for a stop at once. Only commands that
/// write do so: the others leave signals alone.
///
/// # Errors
/// A [`CliError`] when signals can't be caught.
pub fn catch_stop(cancel: &Cancel) -> Result<(), CliError> {
    let flag = cancel.clone();
    let mut first: Option<Instant> = None;
    ctrlc::set_handler(move || match first {
        None => {
            first = Some(now());
            flag.cancel();
        }
        Some(first) if first.elapsed() >= SECOND_STOP_DELAY => flag.kill(),
        Some(_) => {}
    })
    .map_err(|error| CliError::failed(format!("Ctrl-C can't be caught: {error}")))
}

/// Finds the folder that is named, or the nearest one upwards that holds a pipeline.
///
/// # Errors
/// A [`CliError`] when there is no such folder.
fn root(args: &ProjectArguments) -> Result<PathBuf, CliError> {
    if let Some(named) = &args.folder {
        let is_folder = named.is_dir();
        return is_folder
            .then(|| named.to_owned())
            .ok_or_else(|| CliError::input(format!("`{}` is no folder", named.display())));
    }
    let here = std::env::current_dir()
        .map_err(|error| CliError::input(format!("the current folder can't be used: {error}")))?;
    let holds = |folder: &&Path| folder.join("pipeline.yaml").is_file();
    // Without one anywhere, the spec's own message says what is missing here.
    Ok(here.ancestors().find(holds).unwrap_or(&here).to_owned())
}
