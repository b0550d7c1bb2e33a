//! One run, from inputs to a record, and what a killed one left.

pub(crate) mod execute;
pub(crate) mod recovery;
pub(crate) mod repeat;
