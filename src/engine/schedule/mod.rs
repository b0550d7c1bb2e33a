//! A run of many instances: what is ready, who works on it, and what became of it.

pub(crate) mod observer;
pub(crate) mod options;
pub(crate) mod retired;
pub(crate) mod run;
pub(crate) mod scheduler;
pub(crate) mod summary;
pub(crate) mod worker_pool;
