//! `recount audit` on a small trained sweep: what it answers, and that no change escapes its check.

mod answers;
mod mutations;
mod project;
mod schema;
mod verify;
