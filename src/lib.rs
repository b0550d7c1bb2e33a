//! recount re-runs what changed, re-tells the report, and answers for every number in it.
//!
//! | module | its duty |
//! |---|---|
//! | [`cli`] | a file per command; the only place that prints or reads the environment |
//! | [`spec`] | YAML text → checked [`spec::Pipeline`]; every mistake with its place in the file |
//! | [`diagnostic`] | a mistake as data, and its one renderer |
//! | [`engine`] | graph, plan, decide, run; knows no kind, no tensor, no terminal |
//! | [`store`] | objects, records, the stat index; writes atomically |
//! | [`digest`] | canonical bytes → [`digest::Digest`] |
//! | [`kinds`] | one file per stage kind: its parameters, their effective form, its run |
//! | [`lab`] | the science: data, models, training, metrics, figures |
//! | [`report`] | measures, claims and the Markdown writer |
//!
//! Arrows point down only: `cli → kinds → {lab, report, engine}`, `engine → {spec, store}`,
//! `report → {lab, the trees of spec}`, `spec → diagnostic`, `store → digest`. `lab` imports nothing of ours but `digest`.
//! `tests/layers.rs` holds them.

pub mod cli;
pub mod diagnostic;
pub mod digest;
pub mod engine;
pub mod kinds;
pub mod lab;
pub mod report;
pub mod spec;
pub mod store;
