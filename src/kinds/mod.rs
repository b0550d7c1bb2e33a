//! The lab's stage kinds: one file each.

mod checkpoint;
mod evaluate;
mod files;
mod memory;
mod prepare;
mod progress;
mod train;

pub use evaluate::Evaluate;
pub use memory::MemoryGate;
pub use prepare::{Archive, Archives, Prepare, archive_source};
pub use train::Train;

use recount_engine::digest::Digest;
use recount_engine::spec::Schema;

include!(concat!(env!("OUT_DIR"), "/code.rs"));

/// The settings of each.
pub fn schemas() -> Vec<Schema> {
    vec![prepare::schema(), train::schema(), evaluate::schema()]
}

/// The digest of the code that decides a kind's bytes, from the build.
pub(crate) fn code_of(kind: &str) -> Digest {
    let found = CODE.iter().find(|(name, _)| *name == kind);
    let (_, hex) = found.expect("the build digests every file of this folder");
    Digest::from_hex(hex).expect("the build writes digests in hexadecimal")
}
