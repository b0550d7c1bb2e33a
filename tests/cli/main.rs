//! The command line, end to end: the real program on small projects of `command` stages.

mod adopt;
mod commands;
mod documented;
mod fsck;
mod gc;
mod histories;
mod hostile_git;
mod irregular;
mod lock;
mod observed;
mod page;
mod params;
mod plot;
mod project;
mod results;
#[cfg(feature = "lab")]
mod schemas;
mod serve;
mod served;
mod snapshot;
mod terminal;
mod trial;
mod verify;
