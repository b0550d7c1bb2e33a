//! recount re-runs what changed, re-tells the report, and answers for every number in it.
//!
//! | module | its duty |
//! |---|---|
//! | [`cli`] | a file per command; the only place that prints or reads the environment |
//! | [`program`] | what the lab adds to the command line |
//! | [`kinds`] | one file per stage kind of the lab: its parameters, their effective form, its run |
//! | [`lab`] | the science: data, models, training, metrics |
//! | [`week3`] | the report of week 3, its claims and its audit, until any pipeline has them |
//! | `recount_report` | a crate below: measures, comparisons, tables of results, figures |
//! | `recount_engine` | the crate below all: decides what is stale, runs it, keeps what it made |
//!
//! All but `cli` are built with the feature `lab`. Arrows point down only: `program → {cli, kinds, week3} → lab → recount_engine`, and `{cli, kinds} → recount_report → recount_engine`. `lab` imports nothing of ours but
//! `recount_engine::digest`.
//! `tests/layers.rs` holds them.

pub mod cli;
#[cfg(feature = "lab")]
pub mod kinds;
#[cfg(feature = "lab")]
pub mod lab;
#[cfg(feature = "lab")]
pub mod program;
#[cfg(feature = "lab")]
pub mod week3;
