//! A run of many instances: what is ready, who works on it, and what became of it.

pub(crate) mod board;
pub(crate) mod crew;
pub(crate) mod observer;
pub(crate) mod options;
pub(crate) mod run;
pub(crate) mod standing;
pub(crate) mod summary;
