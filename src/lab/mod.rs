//! The science: data, models, training, metrics. Knows no pipeline, no store, no terminal.

pub mod data;
pub mod history;
pub mod metrics;
pub mod nn;
pub mod number;
pub mod random;
pub mod settings;
pub mod trainer;
