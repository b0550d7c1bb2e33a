//! Decides whether an instance has to run, and why: the work that is laid out, its inputs, its recipe, the verdict.

pub(crate) mod assemble;
pub(crate) mod at_hand;
pub(crate) mod changes;
mod excerpt;
pub(crate) mod input_file;
pub(crate) mod inputs;
pub(crate) mod listing_changes;
mod places;
pub(crate) mod reason;
pub(crate) mod stage_digests;
pub(crate) mod targets;
pub(crate) mod tree;
pub(crate) mod values;
pub(crate) mod verdict;
pub(crate) mod work;
