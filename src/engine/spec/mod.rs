//! YAML text → checked [`Pipeline`]; every mistake with its place in the file.
//!
//! | module | its duty |
//! |---|---|
//! | `load` | the files of a project → [`Pipeline`], by way of the others |
//! | `file` | bytes → text |
//! | `names`, `shape` | what may be called how; values against a kind's [`Schema`] |
//! | `outline`, `repeats` | `pipeline.yaml`: stages, and what each is repeated over |
//! | `settings_file`, `inherit` | `stages/NAME.yaml`: parameters, seeds, variants `from` one another |
//! | `overrides` | `--set` |
//! | `graph`, `order`, `waits` | needs, circles, which stages wait for which |
//! | `axes` | whose variants and seeds a stage is repeated over |
//! | `outputs`, `path_uses`, `project_path` | who writes what, and where |
//! | `template` | coordinates in braces |
//! | `json_schema` | what all this checks, for editors |
//!
//! Invariants
//! - Knows no kind: what a stage may say comes as [`Schema`]s.
//! - Prints nothing; a mistake is a [`crate::diagnostic::Diagnostic`].

mod axes;
mod file;
mod graph;
mod inherit;
mod json_schema;
mod load;
mod names;
mod order;
mod outline;
mod outputs;
mod overrides;
mod path_uses;
mod pipeline;
mod project_path;
mod repeats;
mod schema;
mod settings_file;
mod shape;
mod template;
mod value;
mod waits;

pub use json_schema::{FileSchema, file_schemas};
pub use load::load;
pub use pipeline::{Axis, Origin, Pipeline, Settings, Stage, StageId, Variant};
pub use schema::{Field, Schema, Shape};
pub use template::substitute;
pub use value::{Parameters, Value};
