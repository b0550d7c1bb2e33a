//! Graph, plan, decide, run.
//!
//! Pipeline + Registry ──graph──▶ [`Plan`] ──recipe, decide──▶ [`Verdict`] ──run──▶ [`Summary`]
//!
//! Invariants
//! - Knows no kind by name, no tensor, no terminal: kinds come as a [`Registry`], and all there is
//!   to tell goes to an [`Observer`].
//! - Reads no clock: times come from [`Options::clock`], and enter no key.

mod board;
mod changes;
mod crew;
mod decide;
mod error;
mod execute;
mod files;
mod graph;
mod inputs;
mod kind;
mod leftover;
mod lock;
mod lock_file;
mod observer;
mod options;
mod recipe;
mod repeat;
mod run;
mod standing;
mod status;
mod summary;
mod target;
mod verify;
mod why;
mod work;

pub use decide::{Known, Reason, Verdict, decide, differences};
pub use error::EngineError;
pub use graph::{GroupId, Instance, InstanceId, Need, Plan};
pub use kind::{
    CitedRun, Content, Context, Effective, Failure, Input, Job, Kind, Output, Point, ProjectFile, Read,
    Registry, Watch,
};
pub use leftover::Running;
pub use lock::{Lock, Locked};
pub use lock_file::{LOCK_FILE, LockChange};
pub use observer::{Event, Observer, Planned};
pub use options::{Cancel, Options};
pub use recipe::Recipe;
pub use repeat::{Subject, repeat};
pub use run::run;
pub use standing::{Certain, Standing};
pub use status::status;
pub use summary::{Outcome, Report, Standstill, Summary};
pub use target::{check_target, standing, targets};
pub use verify::{Checked, Difference, Found, Verification, verify};
pub use why::{Cause, Explanation, why};
