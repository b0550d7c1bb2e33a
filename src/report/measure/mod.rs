//! Measures of runs: numbers at addresses in what runs left.
//!
//! [`Run`] + [`recount_engine::spec::Measure`] ──[`read_measures`]──▶ a number each, or why there is none ([`Unread`])
//!
//! | file | its duty |
//! |---|---|
//! | `run` | a run, its outputs, and who has their bytes |
//! | `data_file` | an output as a file with values |
//! | `files` | the files with values that a run left, each read once |
//! | `reading` | declared and derived measures; every number that there is |
//! | `units` | several repeats: the first is the unit, the others are averaged within it |
//!
//! Invariants
//! - What is not there, or not finite, is reported with its address, and never taken for a number.

/// The unit of a share of one.
pub const FRACTION: &str = "fraction";

mod data_file;
mod files;
mod reading;
mod run;
mod units;

pub use data_file::read_data_file;
pub(crate) use data_file::short;
pub use files::{RunFiles, Unread};
pub use reading::{Reading, cases, numbers, read_measures};
pub use run::{Coordinates, Left, Objects, Run};
pub use units::{averaged, units};
