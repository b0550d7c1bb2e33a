//! What the engine asks of a stage kind, and what it hands to a run.
//!
//! Settings ──effective──▶ [`Effective`] (enters the recipe) ──run──▶ [`Output`]s
//!
//! Invariants
//! - The engine reaches kinds through [`Kind`] alone and knows none by name.
//! - Whatever may change a run's outputs is in its [`Effective`], its seed, its inputs or its code.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::address::Address;
use crate::digest::{Digest, Key, ObjectId};
use crate::folder::{Folder, read_through_links};
use crate::project_path::ProjectPath;
use crate::recipe::Recipe;
use crate::spec::{Parameters, Pipeline, Settings, Stage, StageId};
use crate::store::{OutputPlace, RecordedOutput};

/// A stage kind: reduces settings to what matters, and runs.
pub trait Kind: Send + Sync {
    /// The word that `pipeline.yaml` uses for it.
    fn name(&self) -> &'static str;

    /// Digest of the code that decides its outputs.
    fn code(&self) -> Digest;

    /// Reduces an instance's settings to what the run will really use.
    ///
    /// # Errors
    /// A [`Failure`] when the settings can't be met here, such as an archive with a wrong digest.
    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure>;

    /// Estimates how much work a run is, in any unit that all instances of the kind share; the
    /// scheduler starts the largest first.
    fn cost(&self, _effective: &Parameters) -> f64 {
        1.0
    }

    /// Says whether a run itself writes to its [`Effective::places`], as another program's run does, and reads what
    /// it needs at theirs; what a person wrote there is then kept before the run begins.
    fn writes_in_place(&self) -> bool {
        false
    }

    /// Says whether outputs name the runs that their inputs are from. The keys of those runs then enter
    /// the recipe beside their bytes, so that no output names a run that is no longer the one.
    fn cites(&self) -> bool {
        false
    }

    /// Says whether, of the runs that outputs name, only which of them are one experiment enters the recipe: a figure says
    /// no more of them, and is the same for other runs with equal bytes.
    fn cites_sameness(&self) -> bool {
        false
    }

    /// Says whether a stage of the kind makes stand-in data here, such as generated data in the place of an archive that
    /// is not at hand. Whatever needs it, at any distance, is marked.
    fn makes_stand_in(&self, _stage: &Stage) -> bool {
        false
    }

    /// Says whether it runs in a trial of settings by `--set`: what only reports results waits for the settings to be
    /// written down.
    fn runs_in_trials(&self) -> bool {
        true
    }

    /// Runs an instance.
    ///
    /// # Errors
    /// A [`Failure`]; nothing of a failed run is kept.
    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure>;
}

/// The kinds that a pipeline may use.
pub type Registry = Vec<Box<dyn Kind>>;

/// An instance's stage, coordinates and settings.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The whole pipeline.
    pub pipeline: &'a Pipeline,
    /// The instance's stage.
    pub stage: &'a Stage,
    /// The instance's coordinates.
    pub point: &'a Point,
    /// The settings that hold for it: its variant's, or the stage's.
    pub settings: &'a Settings,
    /// Whether it, or something that it needs at any distance, is made from stand-in data.
    pub stand_in: bool,
    /// Every kind of the program, for kinds that describe other stages.
    pub kinds: &'a [Box<dyn Kind>],
    /// The project's folder.
    pub root: &'a Path,
}

/// Coordinates of an instance within its stage's `each`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The variant's name.
    pub variant: Option<String>,
    /// The seed.
    pub seed: Option<u64>,
    /// Listed coordinates, by name, in the order of `each`.
    pub listed: Vec<(String, String)>,
}

impl Point {
    /// Gives the coordinates by name: `variant`, `seed`, then the listed ones.
    pub fn coordinates(&self) -> Vec<(String, String)> {
        let variant = self.variant.iter().map(|variant| ("variant".to_owned(), variant.clone()));
        let seed = self.seed.iter().map(|seed| ("seed".to_owned(), seed.to_string()));
        variant.chain(seed).chain(self.listed.iter().cloned()).collect()
    }
}

/// What of an instance's settings and surroundings enters its recipe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effective {
    /// The parameters that the run will use, and no others.
    pub parameters: Parameters,
    /// Whether the run draws from the instance's seed.
    pub seeded: bool,
    /// Which outputs of which needs it reads, by output name.
    pub reads: Vec<Read>,
    /// Files, folders and patterns of the project that it reads.
    pub files: Vec<ProjectPath>,
    /// Values inside files of the project that it reads.
    pub addresses: Vec<Address>,
    /// Patterns of what is left out of folders.
    pub ignore: Vec<String>,
    /// Where its outputs belong in the project; a target may be named so before there is any run.
    pub places: Vec<OutputPlace>,
}

/// Outputs of one need that a run reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The needed stage.
    pub stage: StageId,
    /// The outputs' names; one that ends in `/` names all that begin so, and one that begins with `/` what ends so: `/a.json`
    /// is `a.json` and `eval/a.json`, where there is one. Empty means every output.
    pub outputs: Vec<String>,
}

impl Read {
    /// Says whether a name, as [`Read::outputs`] has it, is that of an output.
    pub fn fits(wanted: &str, output: &str) -> bool {
        let is_within = wanted.ends_with('/') && output.starts_with(wanted);
        output == wanted
            || is_within
            || wanted.strip_prefix('/') == Some(output)
            || wanted.starts_with('/') && output.ends_with(wanted)
    }
}

/// All that one run is given.
pub struct Job<'a> {
    /// The instance's stage, coordinates and settings.
    pub context: Context<'a>,
    /// The instance's name, such as `train[2.4.2,seed=1]`.
    pub instance: &'a str,
    /// What [`Kind::effective`] said.
    pub effective: &'a Effective,
    /// Outputs of the needs, in the order of the recipe; none for a kind that writes in place.
    pub inputs: &'a [Input],
    /// The project's files that the run reads, one for each file (folders are walked); none for a kind that writes in
    /// place.
    pub files: &'a [ProjectFile],
    /// The runs that its inputs are from, by instance; empty unless it cites them.
    pub cited: &'a [CitedRun],
    /// Reads an output of a cited run, whether it is an input or not: what is read so is not part of the recipe, so that nothing
    /// that is promised may come of it.
    pub cited_bytes: &'a (dyn Fn(ObjectId) -> Option<Vec<u8>> + Sync),
    /// The runs by instance, where only their sameness is cited: those with equal keys, which are no others', are one.
    pub same: &'a BTreeMap<String, Key>,
    /// An empty folder for the run alone, on the store's file system; gone afterwards. A kind that writes in place makes
    /// it for itself, if it needs one.
    pub scratch: &'a Path,
    /// A folder for what a run that is killed leaves to the next run with the same key; made by whoever
    /// writes there first, and removed once the run is recorded.
    pub checkpoints: &'a Path,
    /// Where a run may leave what it printed, for people to read; the one before it may be there.
    pub log: &'a Path,
    /// The project's folder, for what writes in place.
    pub project: &'a Folder,
    /// Gives the folders of a needed stage's instances that are meant at these coordinates, where its outputs have one.
    pub need_folders: &'a (dyn Fn(StageId) -> Vec<ProjectPath> + Sync),
    /// Takes progress, and says whether to stop.
    pub watch: &'a dyn Watch,
}

/// One output of a need, as an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The need's stage.
    pub stage: StageId,
    /// The need's coordinates.
    pub point: Point,
    /// The output's name there.
    pub output: String,
    /// Digest of its bytes.
    pub object: ObjectId,
    /// Where the bytes are; to be read, never written.
    pub path: PathBuf,
}

impl Input {
    /// Reads the input, and checks that it holds what was hashed.
    ///
    /// # Errors
    /// A [`Failure`] naming the output.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        read_hashed(&self.path, self.object)
            .map_err(|error| Failure::new(format!("input `{}` can't be read: {error}", self.output)))
    }
}

/// A run that an input is from, for kinds that say so in what they make.
#[derive(Clone, Debug, PartialEq)]
pub struct CitedRun {
    /// The instance that needs it under this name, such as `train[2.4.2,seed=1]`.
    pub instance: String,
    /// Its key; instances that are the same experiment share it.
    pub key: Key,
    /// What determined it.
    pub recipe: Recipe,
    /// What it made.
    pub outputs: Vec<RecordedOutput>,
}

/// A file of the project, as an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Relative to the project's root, with forward slashes.
    pub name: String,
    /// Digest of its bytes.
    pub object: ObjectId,
    /// Where it is.
    pub path: PathBuf,
}

impl ProjectFile {
    /// Reads the file, and checks that it holds what was hashed.
    ///
    /// # Errors
    /// A [`Failure`] naming the file.
    pub fn read(&self) -> Result<Vec<u8>, Failure> {
        read_hashed(&self.path, self.object)
            .map_err(|error| Failure::new(format!("`{}` can't be read: {error}", self.name)))
    }
}

/// Reads a file whose digest is known: what is used is what was hashed, whatever has become of the file since.
fn read_hashed(path: &Path, object: ObjectId) -> io::Result<Vec<u8>> {
    let bytes = read_through_links(path, u64::MAX)?;
    if Digest::of(&bytes) != object.0 {
        return Err(io::Error::other("it has changed since it was hashed"));
    }
    Ok(bytes)
}

/// One thing that a run made.
#[derive(Debug)]
pub struct Output {
    /// Its name, unique within the run; forward slashes make folders of the browsable view, and one at its end says that it
    /// is an empty folder. Where it belongs in the project, [`Effective::places`] says.
    pub name: String,
    /// Its bytes.
    pub content: OutputContent,
}

/// The bytes of an output.
#[derive(Debug)]
pub enum OutputContent {
    /// In memory.
    Bytes(Vec<u8>),
    /// In a file of this name in [`Job::scratch`], which the store takes over with its permissions.
    Scratch(String),
    /// In the file that the run wrote at the output's place, where it stays; the store takes a copy.
    InPlace(ProjectPath),
}

/// Who watches a run: progress in, cancellation out. Never part of a result.
pub trait Watch: Sync {
    /// Receives how much of the run is done, as a fraction, and its state in a few words.
    fn progress(&self, fraction: f64, message: &str);
    /// Receives a line that a person should read even without a failure.
    fn notice(&self, line: &str);
    /// Receives the last line that a program printed, from time to time while it runs.
    fn line(&self, _line: &str) {}
    /// Says whether the run should stop as soon as it can.
    fn cancelled(&self) -> bool;
    /// Says whether it should stop at once, without time for a program to clean up.
    fn killed(&self) -> bool {
        false
    }
}

/// Why a run has no outputs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It was asked to stop.
    #[error("stopped on request")]
    Cancelled,
    /// It could not be done.
    #[error("{message}")]
    Failed {
        /// What went wrong: lower-case, in the user's words.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
}

impl Failure {
    /// Makes a failure without help.
    pub fn new(message: impl Into<String>) -> Self {
        Self::Failed { message: message.into(), help: None }
    }

    /// Gives what went wrong in one line, without what a program printed.
    pub fn headline(&self) -> String {
        self.to_string().lines().next().unwrap_or_default().to_owned()
    }

    /// Adds what to do about it.
    pub fn with_help(self, help: impl Into<String>) -> Self {
        match self {
            Self::Failed { message, .. } => Self::Failed { message, help: Some(help.into()) },
            Self::Cancelled => Self::Cancelled,
        }
    }
}
