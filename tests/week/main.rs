//! The project's own pipeline, run by the real program on short trainings.

mod failed;
mod killed;
mod project;
mod readme;
mod resumed;
mod verify;
mod weeks;
mod whole;
