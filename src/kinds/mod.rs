//! The stage kinds: one file each, and their registry.

mod command;
mod evaluate;
mod plot;
mod prepare;
mod render;
mod train;

use crate::spec::Schema;

/// The settings of every kind, for `spec` to check against.
pub fn schemas() -> Vec<Schema> {
    vec![
        prepare::schema(),
        train::schema(),
        evaluate::schema(),
        plot::schema(),
        render::schema(),
        command::schema(),
    ]
}
