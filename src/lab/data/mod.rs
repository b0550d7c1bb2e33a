//! The data: where it comes from, what it holds, how it is split.

mod card;
mod dataset;

pub use card::{DataCard, Lengths};
pub use dataset::{Dataset, Sequence};
