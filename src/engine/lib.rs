//! The engine of recount: decides what is stale, runs it, and keeps what it made.
//!
//! Pipeline + Registry + Store ──plan──▶ instances ──decide──▶ stale ones ──run──▶ records, `pipeline.lock`
//!
//! | module | its duty |
//! |---|---|
//! | [`digest`] | canonical bytes → [`digest::Digest`] |
//! | [`diagnostic`] | a mistake as data, and its one renderer |
//! | [`address`] | `FILE#/json/pointer`: a value inside a file |
//! | [`spec`] | YAML text → checked [`spec::Pipeline`]; every mistake with its place in the file |
//! | [`project_path`], [`folder`] | paths in one spelling; what is read, written and removed below a folder, following no link |
//! | `cancel` | the flag that stops what takes long |
//! | [`stamp`] | what a file looks like from outside |
//! | [`store`] | objects, records, the log of runs; writes atomically |
//! | [`kind`], `told` | what a stage kind is, and how it reads its settings |
//! | `plan` | every instance, what it needs, and what a target names |
//! | `decide` | recipe, key, reasons; `status` and `why` |
//! | `schedule` | what is ready, who works on it, what became of it |
//! | `exec` | one run, from inputs to a record; what a killed one left |
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
pub mod kind;
pub mod project_path;
pub mod snapshot;
pub mod spec;
pub mod stamp;
pub mod store;
pub mod told;

mod adopt;
mod cancel;
mod decide;
mod error;
mod exec;
mod lockfile;
mod log_name;
mod plan;
mod schedule;
mod verify;

pub use adopt::{Adoption, Became, adopt};
pub use cancel::Cancel;
pub use decide::at_hand::Lacking;
pub use decide::reason::{Known, Reason, Verdict, decide, differences};
pub use decide::recipe::Recipe;
pub use decide::status::status;
pub use decide::why::{Cause, Explanation, why};
pub use error::EngineError;
pub use exec::recovery::Running;
pub use exec::repeat::{RepeatedOutput, Subject, repeat};
pub use kind::{
    CitedRun, Content, Context, Effective, Failure, Input, Job, Kind, Output, Point, ProjectFile, Read,
    Registry, Watch,
};
pub use lockfile::lock::{Lock, Locked};
pub use lockfile::lock_file::{LOCK_FILE, LockChange, read_lock};
pub use plan::graph::{GroupId, Instance, InstanceId, Need, Plan};
pub use plan::target::{check_targets, targets};
pub use schedule::observer::{Event, Observer, Planned};
pub use schedule::options::Options;
pub use schedule::run::{Answer, run};
pub use schedule::summary::{Outcome, Report, Summary};
pub use verify::{Checked, Difference, Found, Verification, verify};
