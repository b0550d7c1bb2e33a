//! The stage kinds: one file each, and their registry.

mod checkpoint;
mod evaluate;
pub(crate) mod files;
mod memory;
mod prepare;
mod progress;
mod train;
pub(crate) mod variants;

pub use crate::week3::kind::check;
pub use prepare::{Archive, Archives, archive_source};
pub use variants::{Described, Difference, describe};

use recount_engine::command::surroundings::Variables;
use recount_engine::digest::Digest;
use recount_engine::spec::Schema;
use recount_engine::{Registry, command};

use crate::lab::nn::Simd;
use crate::week3::kind as render;
use memory::MemoryGate;
use recount_report::plot;

include!(concat!(env!("OUT_DIR"), "/code.rs"));

/// What the kinds are told from around the program.
pub struct Surroundings {
    /// Whether the archives that stages ask for can be had.
    pub archives: Archives,
    /// The instruction set for the kernels.
    pub simd: Simd,
    /// Gives how much memory the process may still take, in bytes.
    pub free_memory: fn() -> u64,
    /// The environment, for `command` stages to be given the variables they name.
    pub variables: Variables,
}

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

/// Every kind, ready to run.
pub fn registry(surroundings: Surroundings) -> Registry {
    let Surroundings { archives, simd, free_memory, variables } = surroundings;
    vec![
        Box::new(prepare::Prepare { archives }),
        Box::new(train::Train { simd, memory: MemoryGate::new(free_memory) }),
        Box::new(evaluate::Evaluate { simd }),
        Box::new(plot::Plot),
        Box::new(render::Render),
        Box::new(command::Command::new(variables)),
    ]
}

/// The digest of the code that decides a kind's bytes, from the build.
pub(crate) fn code_of(kind: &str) -> Digest {
    let found = CODE.iter().find(|(name, _)| *name == kind);
    let (_, hex) = found.expect("the build digests every file of this folder");
    Digest::from_hex(hex).expect("the build writes digests in hexadecimal")
}
