//! The command line, end to end: the real program on small projects of `command` stages.

mod fsck;
mod project;
