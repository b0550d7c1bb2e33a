//! Opens a project for a command: its folder, its checked pipeline, the kinds, the store, Ctrl-C.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::kinds::{self, Archive, Surroundings};
use crate::lab::data::fetch::FetchError;
use recount_engine::spec::{self, Lines, Pipeline, Reading};
use recount_engine::store::{Session, Store};
use recount_engine::{Cancel, Options, Registry};

use super::archive::{self, Network};
use super::arguments::{ProjectArguments, SettingArguments};
use super::environment::Environment;
use super::{Refusal, say};

/// A project, ready for a command.
pub struct Project {
    /// Its folder.
    pub root: PathBuf,
    /// The current folder within it; empty where that is elsewhere.
    pub folder: PathBuf,
    /// Its pipeline, with every `--set` in it.
    pub pipeline: Pipeline,
    /// The text that it was read from.
    pub lines: Lines,
    /// Every kind.
    pub kinds: Registry,
    /// Its store.
    pub store: Store,
    /// What Ctrl-C sets.
    pub cancel: Cancel,
    /// Where the archive is, if a stage asks for it.
    pub archive: Option<Archive>,
    /// Why the data is generated, where the pipeline would have taken the archive.
    pub generated_because: Option<String>,
}

impl Project {
    /// Opens the project that the arguments name; downloads the archive only if `network` allows it.
    ///
    /// # Errors
    /// A [`Refusal`] with every mistake of its files, or with why the archive or the store can't be used.
    pub fn open(
        words: &SettingArguments,
        environment: &Environment,
        network: Network,
    ) -> Result<Self, Refusal> {
        let root = root(words.project.folder.as_deref())?;
        let reading = read(&root, words, environment)?;
        let store = Store::open(&root.join("artifacts"))?;
        Self::of(root, reading, store, environment, network)
    }

    /// Opens the project whose files were read already.
    ///
    /// # Errors
    /// As [`Project::open`].
    pub fn of(
        root: PathBuf,
        reading: Reading,
        store: Store,
        environment: &Environment,
        network: Network,
    ) -> Result<Self, Refusal> {
        let Reading { pipeline, lines } = reading;
        kinds::check(&root, &pipeline)
            .map_err(|mistakes| Refusal::input(mistakes.render(environment.colour)))?;
        let cancel = catch_stop()?;
        let found = find(&root, &pipeline, environment, network, &cancel)?;
        let kinds = kinds_for(found.clone(), environment);
        let generated_because = why_generated(&pipeline, found.as_ref());
        let folder = folder_within(&root);
        Ok(Self { root, folder, pipeline, lines, kinds, store, cancel, archive: found, generated_because })
    }
}

impl Project {
    /// Says whether a stage asks for the archive, and it is not here.
    pub fn lacks_archive(&self) -> bool {
        matches!(self.archive, Some(Archive::Absent(_)))
    }

    /// Looks for the archive again, over the network too; says whether it is here now.
    ///
    /// # Errors
    /// A [`Refusal`] with why it can't be used.
    pub fn fetch(&mut self, environment: &Environment) -> Result<bool, Refusal> {
        self.archive = find(&self.root, &self.pipeline, environment, Network::Allowed, &self.cancel)?;
        self.kinds = kinds_for(self.archive.clone(), environment);
        self.generated_because = why_generated(&self.pipeline, self.archive.as_ref());
        Ok(!self.lacks_archive())
    }

    /// Reads the pipeline's files once more, as another process may have had time to change what was read.
    ///
    /// # Errors
    /// A [`Refusal`] with every mistake of its files.
    pub fn read_again(&mut self, words: &SettingArguments, environment: &Environment) -> Result<(), Refusal> {
        Reading { pipeline: self.pipeline, lines: self.lines } = read(&self.root, words, environment)?;
        Ok(())
    }
}

fn find(
    root: &Path,
    pipeline: &Pipeline,
    environment: &Environment,
    network: Network,
    cancel: &Cancel,
) -> Result<Option<Archive>, Refusal> {
    archive::find(root, pipeline, environment, network, cancel).map_err(|error| match error {
        FetchError::Cancelled => Refusal::stopped(),
        other => Refusal::input(other.to_string()),
    })
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

fn read(root: &Path, words: &SettingArguments, environment: &Environment) -> Result<Reading, Refusal> {
    spec::read(root, &kinds::schemas(), &words.set)
        .map_err(|mistakes| Refusal::input(mistakes.render(environment.colour)))
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
    /// A [`Refusal`] when there is no such folder, or the store can't be used.
    pub fn open(words: &ProjectArguments) -> Result<Self, Refusal> {
        let root = root(words.folder.as_deref())?;
        let store = Store::open(&root.join("artifacts"))?;
        Ok(Self { root, store, cancel: catch_stop()? })
    }

    /// Takes the right to write, once nobody else has it; `None` where nothing was ever stored.
    ///
    /// # Errors
    /// A [`Refusal`] when the lock can't be taken, or Ctrl-C came first.
    pub fn session(&self) -> Result<Option<Session<'_>>, Refusal> {
        if !self.store.folder().exists() {
            return Ok(None);
        }
        let mut told = false;
        let session = self.store.lock(|| {
            if !std::mem::replace(&mut told, true) {
                say::note("waiting for another recount that works in this project");
            }
            !self.cancel.is_cancelled()
        })?;
        session.map(Some).ok_or_else(Refusal::stopped)
    }
}

/// Gives where in a project the current folder is.
pub fn folder_within(root: &Path) -> PathBuf {
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    let within = here
        .ok()
        .zip(root.canonicalize().ok())
        .and_then(|(here, root)| here.strip_prefix(root).ok().map(Path::to_owned));
    within.unwrap_or_default()
}

/// Writes a path as a person names it: relative to the project where it is in there.
pub fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

/// How long after the first Ctrl-C a second one counts: `timeout` and others send each signal twice.
const SECOND_STOP: Duration = Duration::from_millis(500);

/// Has Ctrl-C, and a polite end by the system, ask for a stop, and a second one for a stop at once.
#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
fn catch_stop() -> Result<Cancel, Refusal> {
    let cancel = Cancel::default();
    let flag = cancel.clone();
    let mut first: Option<Instant> = None;
    ctrlc::set_handler(move || match first {
        None => {
            first = Some(Instant::now());
            flag.cancel();
        }
        Some(first) if first.elapsed() >= SECOND_STOP => flag.kill(),
        Some(_) => {}
    })
    .map_err(|error| Refusal::failed(format!("Ctrl-C can't be caught: {error}")))?;
    Ok(cancel)
}

/// Gathers what the engine is told when the command says nothing else: everything, on every core.
pub fn options(environment: &Environment) -> Options<'static> {
    Options {
        jobs: environment.cores,
        asked: environment.words.clone(),
        clock: &seconds_since_1970,
        ..Options::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
fn seconds_since_1970() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// Finds the folder that is named, or the nearest one upwards that holds a pipeline.
///
/// # Errors
/// A [`Refusal`] when there is no such folder.
pub fn root(named: Option<&Path>) -> Result<PathBuf, Refusal> {
    if let Some(named) = named {
        let is_folder = named.is_dir();
        return is_folder
            .then(|| named.to_owned())
            .ok_or_else(|| Refusal::input(format!("`{}` is no folder", named.display())));
    }
    let here = std::env::current_dir()
        .map_err(|error| Refusal::input(format!("the current folder can't be used: {error}")))?;
    let holds = |folder: &&Path| folder.join("pipeline.yaml").is_file();
    // Without one anywhere, the spec's own message says what is missing here.
    Ok(here.ancestors().find(holds).unwrap_or(&here).to_owned())
}
