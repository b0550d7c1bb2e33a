//! The data: where it comes from, what it holds, how it is split.
//!
//! | file | its duty |
//! |---|---|
//! | `fetch` | finds the archive, or downloads it, and checks its digest |
//! | `entry` | what an entry of the archive is, by its name |
//! | `archive` | the archive's bytes → raw sequences |
//! | `synthetic` | raw sequences of the same shape, generated |
//! | `split` | which sequences train and which validate |
//! | `hold_out` | users that are taken out of the split |
//! | `describe` | raw sequences → the data card |
//! | `prepare` | all of these in their order |
//! | `packed` | the dataset ⇄ bytes |

mod archive;
mod card;
mod dataset;
mod describe;
mod entry;
pub mod fetch;
mod hold_out;
mod packed;
mod prepare;
mod raw;
mod split;
mod synthetic;

pub use archive::{ArchiveContent, ArchiveError, LineError, read_archive};
pub use card::{DataCard, Lengths};
pub use dataset::{Dataset, Sequence};
pub use hold_out::HoldOutError;
pub use packed::PackedError;
pub use prepare::{Source, prepare};
pub use raw::RawSequence;
pub use split::{Split, SplitError, split};
