//! The plan: every instance, what it needs, and what a target names.

pub(crate) mod graph;
pub(crate) mod target;
