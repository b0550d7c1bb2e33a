//! `pipeline.lock`: its text, and how a run keeps it true.

pub(crate) mod lock;
pub(crate) mod lock_file;
