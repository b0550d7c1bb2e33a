//! The engine of recount: decides what is stale, runs it, and keeps what it made.
//!
//! Pipeline + Registry + Store ──plan──▶ instances ──decide──▶ stale ones ──run──▶ records, `pipeline.lock`
//!
//! | module | its duty |
//! |---|---|
//! | [`digest`] | canonical bytes → [`digest::Digest`] |
//! | [`diagnostic`] | a mistake as data, and its one renderer |
//! | [`address`] | `FILE#/json/pointer`, `FILE#ROW/COLUMN`: a value inside a file |
//! | [`yaml`] | YAML text → a tree in which every value knows its place |
//! | [`value`] | values of parameters |
//! | [`suggestion`] | did-you-mean |
//! | [`spec`] | YAML text → checked [`spec::Pipeline`]; every mistake with its place in the file |
//! | [`project_path`], [`folder`] | paths in one spelling; what is read, written and removed below a folder, following no link |
//! | `cancel` | the flag that stops what takes long |
//! | [`stamp`] | what a file looks like from outside |
//! | `listing` | which names in a folder count as its content |
//! | [`instance_name`] | the names of instances and of their outputs, taken apart |
//! | [`store`] | objects, records, the log of runs; writes atomically |
//! | [`kind`], [`param_reader`] | what a stage kind is, and how it reads its settings |
//! | `options`, `summary` | how a run is to be done, and what became of every instance |
//! | `plan` | every instance, what it needs, and what a target names |
//! | `recipe` | all that determines what a run gives, and its key |
//! | `decide` | what enters a recipe, whether it has to run, and why |
//! | `status`, `why` | what a run would do, and where the changes began |
//! | `same_experiment` | which instances are one experiment under several names |
//! | `schedule` | what is ready, and who works on it |
//! | `exec` | one run, from inputs to a record; what a killed one left |
//! | [`observed_values`] | what of a file lasts that has observed values beside others |
//! | `lockfile` | `pipeline.lock` |
//! | `verify` | a second run, compared with the first |
//! | `adopt` | records for outputs at hand that are those of `pipeline.lock` |
//! | [`command`] | the kind `command`: any program as a stage |
//!
//! Invariants
//! - Knows no template, no tensor and no terminal: kinds come as a [`Registry`], and what happens goes to an [`Observer`].
//! - Reads no clock: times come from [`Options::clock`], and enter no key.

pub mod address;
pub mod command;
pub mod diagnostic;
pub mod digest;
pub mod file_table;
pub mod folder;
pub mod instance_name;
pub mod kind;
pub mod observed_values;
pub mod param_reader;
pub mod project_path;
pub mod snapshot;
pub mod spec;
pub mod stamp;
pub mod store;
pub mod suggestion;
pub mod value;
pub mod yaml;

mod adopt;
mod cancel;
mod decide;
mod error;
mod exec;
mod file_name;
mod listing;
mod lockfile;
mod options;
mod pattern;
mod plan;
mod process_stat;
mod recipe;
mod same_experiment;
mod schedule;
mod status;
mod summary;
mod verify;
mod why;

pub use adopt::{Adoption, Became, adopt};
pub use cancel::Cancel;
pub use decide::at_hand::{Lacking, misplaced_by_lock};
pub use decide::changes::differences;
pub use decide::reason::Reason;
pub use decide::targets::{check_targets, targets};
pub use error::EngineError;
pub use exec::recovery::Running;
pub use exec::repeat::{RepeatedOutput, Subject, repeat};
pub use kind::{
    CitedRun, Context, Effective, Failure, Input, Job, Kind, Output, OutputContent, Point, ProjectFile, Read,
    Registry, Watch,
};
pub use lockfile::lock::{Lock, Locked};
pub use lockfile::lock_file::{LOCK_FILE, LockChange, read_lock, read_lock_text};
pub use options::Options;
pub use plan::graph::{GroupId, Instance, InstanceId, Need, Plan};
pub use recipe::Recipe;
pub use same_experiment::{SameExperiment, same_experiments};
pub use schedule::observer::{Event, Observer, Planned};
pub use schedule::run::{MakeAnswer, run};
pub use status::status;
pub use summary::{Outcome, Report, Summary};
pub use verify::{Checked, Difference, Verification, VerifyOutcome, verify};
pub use why::{Cause, Explanation, why};
