//! What an instance needs to run for: its recipe, and how that differs from the last one.

pub(crate) mod assemble;
pub(crate) mod at_hand;
pub(crate) mod changes;
pub(crate) mod inputs;
pub(crate) mod reason;
pub(crate) mod recipe;
pub(crate) mod status;
pub(crate) mod why;
