//! YAML text as a tree in which every value knows its place, for files of the project besides the pipeline's own.

pub use super::document::{Content, Entry, Node};
pub use super::entries::{entries, entry, is_missing, items, refuse_unknown, text};
pub use super::parser::read;
pub use super::scalar::Scalar;
pub use super::suggestion::help;
