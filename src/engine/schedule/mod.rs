//! A run of many instances: what is ready, who works on it, and who watches.

mod finished;
mod next_snapshot;
pub(crate) mod observer;
mod progress;
pub(crate) mod retired;
pub(crate) mod run;
pub(crate) mod scheduler;
pub(crate) mod worker_pool;
