//! YAML text → a tree in which every value knows its place, for every file whose lines are reported.
//!
//! | file | its duty |
//! |---|---|
//! | `parser`, `syntax` | text → [`Node`], or what makes it unreadable |
//! | `anchors` | the values that a data file repeats |
//! | `node`, `scalar` | the tree, and what a plain scalar is |
//! | `entries` | maps with known names, lists, texts |

mod anchors;
mod entries;
mod node;
mod parser;
mod scalar;
mod syntax;

pub(crate) use entries::refuse_repeated;
pub use entries::{entries, entry, is_missing, items, refuse_unknown, text};
pub use node::{Content, Entry, Node};
pub use parser::{read, read_data};
pub use scalar::Scalar;
