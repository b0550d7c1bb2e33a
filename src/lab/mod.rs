//! The science: data, models, training, metrics, figures. Knows no pipeline, no store, no terminal.

pub mod data;
pub mod difference;
pub mod figures;
pub mod history;
pub mod metrics;
pub mod nn;
pub mod number;
pub mod random;
pub mod settings;
pub mod trainer;
