//! The engine and the store, end to end, on toy `command` stages in temporary projects.

mod crash;
mod damage;
mod flips;
mod holes;
mod made;
mod programs;
mod property;
mod random;
mod rerun;
mod schedule;
mod support;
