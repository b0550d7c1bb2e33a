//! A project's folder and its store, for commands that need no pipeline; Ctrl-C.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use recount_engine::store::{Session, Store};
use recount_engine::{Cancel, LOCK_FILE, read_lock_text};

use super::arguments::ProjectArguments;
use super::time::now;
use super::{CliError, print};

/// A project's store, for commands that work without a pipeline.
pub struct Stored {
    /// The project's folder.
    pub root: PathBuf,
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
            let near = ["pipeline.yml", "Pipeline.yaml", "pipeline.yaml.txt"]
                .iter()
                .find(|name| root.join(name).exists());
            return Err(CliError::input(match near {
                Some(near) => format!(
                    "there is no `pipeline.yaml`, but `{near}`\nhelp: rename it: mv {near} pipeline.yaml"
                ),
                None => format!(
                    "there is no `pipeline.yaml`\nhelp: looked in {}; `recount init` writes one, or go to the project's folder",
                    root.display()
                ),
            }));
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
    let mut is_announced = false;
    let session = store.lock(|| {
        if !std::mem::replace(&mut is_announced, true) {
            print::note("waiting for another recount that works in this project");
        }
        !cancel.is_cancelled()
    })?;
    session.ok_or_else(CliError::stopped)
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
