//! What a command knows before a pipeline is read: the answer of the last run, as long as nothing has changed since.
//!
//! snapshot + what files look like now ──▶ [`Start`] ──same fingerprint, nothing changed──▶ [`SnapshotAnswer`]
//!
//! Invariants
//! - The fingerprint holds all that an answer depends on besides files: this very program, `--set`, where
//!   what stages ask for from outside the project is, and what of the machine they name.
//! - Without a certain answer the pipeline is read, and everything that may have changed is decided.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use recount_engine::Cancel;
use recount_engine::command::surroundings::Surroundings;
use recount_engine::digest::{Canonical, Digest};
use recount_engine::snapshot::{CheckedSnapshot, observe_pipeline};
use recount_engine::store::Store;

use super::CliError;
use super::arguments::ProjectArguments;
use super::environment::Environment;
use super::kinds::{FoundSources, Network};
use super::project::find;
use super::stored::Stored;

/// What there is to say of a project that is up to date, and what that depends on besides files.
#[derive(Serialize, Deserialize)]
pub struct SnapshotAnswer {
    /// How many instances are fresh.
    pub fresh: usize,
    /// The files that a run's summary names.
    pub files: Vec<String>,
    /// What the data are that stages make do with, and why, where that is so.
    pub stand_in: Option<String>,
    /// Which variants are one experiment, line by line.
    pub same: Vec<String>,
    /// What was looked for outside the project.
    pub sources: Vec<String>,
    /// What of the machine stages name.
    pub surroundings: Surroundings,
}

/// A project's folder, its store and its last snapshot.
pub struct Start {
    /// The folder.
    pub root: PathBuf,
    pub store: Store,
    /// The snapshot, compared with what is there now.
    pub snapshot: Option<CheckedSnapshot>,
}

impl Start {
    /// Reads the snapshot of the project that the arguments name, and looks at all that it knows.
    ///
    /// # Errors
    /// A [`CliError`] when there is no such folder, or the store can't be read.
    pub fn of(args: &ProjectArguments) -> Result<Self, CliError> {
        let Stored { root, store, .. } = Stored::open(args)?;
        let snapshot = CheckedSnapshot::load(&store);
        Ok(Self { root, store, snapshot })
    }

    /// Gives the last run's answer, if it answers this fingerprint and nothing has changed since; none to a command that
    /// may use the network where it would ask for something.
    ///
    /// # Errors
    /// A [`CliError`] when something can't be used, as when it is asked for without a snapshot.
    pub fn answer(
        &self,
        overrides: &[String],
        environment: &Environment,
        network: Network,
    ) -> Result<Option<SnapshotAnswer>, CliError> {
        let Some(snapshot) = &self.snapshot else { return Ok(None) };
        let Some(answer) =
            snapshot.last_answer().and_then(|text| serde_json::from_str::<SnapshotAnswer>(text).ok())
        else {
            return Ok(None);
        };
        let found = find(&self.root, &answer.sources, environment, Network::Untouched, &Cancel::default())?;
        if network == Network::Allowed && found.would_download() {
            return Ok(None);
        }
        let environment = digest_environment(&self.root, environment, &*found, &answer.surroundings);
        Ok(snapshot.answer(fingerprint(environment, overrides)).map(|_| answer))
    }

    /// Looks at the pipeline's own files, before they are read, and passes on what is known of all others; gives those
    /// files as the file table has them.
    pub fn prepare(&mut self) -> Vec<String> {
        if let Some(snapshot) = &mut self.snapshot {
            snapshot.fill(&mut self.store.files());
        }
        observe_pipeline(&self.store)
    }
}

/// Digests all that the outcome of a run depends on besides files and settings.
pub fn digest_environment(
    root: &Path,
    environment: &Environment,
    found: &dyn FoundSources,
    surroundings: &Surroundings,
) -> Digest {
    let mut canonical = Canonical::default();
    canonical.field(environment.program.as_bytes());
    for place in found.places() {
        canonical.field(place.as_bytes());
    }
    canonical.field(&surroundings.digest(&environment.variables, root).to_bytes());
    canonical.finish()
}

/// Digests all that the outcome of a run depends on besides files.
pub fn fingerprint(environment: Digest, overrides: &[String]) -> Digest {
    let mut canonical = Canonical::default();
    canonical.field(&environment.to_bytes());
    for argument in overrides {
        canonical.field(argument.as_bytes());
    }
    canonical.finish()
}
