//! The engine and the store, end to end, on toy `command` stages in temporary projects.

mod at_its_place;
mod crash;
mod damage;
mod damaged_store;
mod flips;
mod folders;
mod freshness;
mod holes;
mod hostile_store;
mod irregular;
mod language;
mod links;
mod made;
mod partial;
mod persons_files;
mod programs;
mod property;
mod random;
mod rerun;
mod retired;
mod schedule;
mod support;
mod unseen;
mod variants;
mod verify;
mod victim;
