//! recount re-runs what changed, rewrites the report, and answers for every number in it.
//!
//! The program is the general product, the crate [`recount_cli`], and with the feature `lab` what trains recurrent networks:
//!
//! | module | its duty |
//! |---|---|
//! | `program` | what the lab adds to the command line |
//! | `kinds` | one file per stage kind of the lab: its parameters, their effective form, its run |
//! | `lab` | the science: data, models, training, metrics |
//!
//! | crate | its duty |
//! |---|---|
//! | [`recount_cli`] | a file per command; the only place that prints or reads the environment |
//! | `recount_report` | measures, comparisons, figures, reports, claims and audits of any pipeline |
//! | `recount_engine` | decides what is stale, runs it, keeps what it made |
//!
//! Arrows point down only: `program → {recount_cli, kinds} → lab`, and `recount_cli → recount_report → recount_engine`. `lab` imports
//! nothing of ours but `recount_engine::digest`.
//! `tests/layers.rs` holds them.

#[cfg(feature = "lab")]
pub mod kinds;
#[cfg(feature = "lab")]
pub mod lab;
#[cfg(feature = "lab")]
pub mod program;
