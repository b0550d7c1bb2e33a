//! YAML text → checked [`Pipeline`]; every mistake with its place in the file.
//!
//! | module | its duty |
//! |---|---|
//! | `load` | the files of a project → [`Pipeline`], by way of the others |
//! | `file` | bytes → text |
//! | `names`, `shape` | what may be called how; values against a kind's [`Schema`] |
//! | `outline`, `repeats`, `resources`, `measures` | `pipeline.yaml`: stages, what each is repeated over, takes of the machine and measures |
//! | `settings_file`, `inherit` | `stages/NAME.yaml`: parameters, seeds, variants `from` one another |
//! | `settings` | what holds for a stage or a variant, and where it was set |
//! | `overrides` | `--set` |
//! | `graph`, `order`, `waits` | needs, circles, which stages wait for which |
//! | `aggregated` | the coordinates over which its results are aggregated |
//! | `exclude`, `points` | the points of its `each` |
//! | `owners`, `axes` | whose variants and seeds a stage is repeated over |
//! | `unmatched` | points at which a need has nothing |
//! | `outputs`, `writers`, `inputs`, `path_uses`, `project_path` | who writes what, who reads what, and when |
//! | `unlisted`, `unread` | files that a `run` names and that are no inputs; parameters that it never reads |
//! | `project_texts` | the texts that stages name, such as templates |
//! | `template`, `braces` | names in braces, and which there may be |
//! | `shell_line` | how a value is put into a shell line |
//! | `json_schema` | what all this checks, for editors |
//!
//! Invariants
//! - Knows no kind: what a stage may say comes as [`Schema`]s.
//! - Prints nothing; a mistake is a [`crate::diagnostic::Diagnostic`].

mod aggregated;
mod axes;
mod braces;
mod exclude;
mod file;
mod graph;
mod inherit;
mod inputs;
mod json_schema;
mod load;
mod measures;
mod names;
mod open_params;
mod order;
mod outline;
mod outputs;
mod overrides;
mod owners;
mod path_uses;
mod pipeline;
mod points;
mod project_path;
mod project_texts;
mod repeats;
mod resources;
mod schema;
mod settings;
mod settings_file;
mod shape;
mod shell_line;
mod template;
mod unlisted;
mod unmatched;
mod unread;
mod waits;
mod writers;

pub use crate::value::{Parameters, Value};
pub(crate) use braces::PARAMS;
pub use json_schema::{FileSchema, file_schemas};
pub use load::load;
pub use measures::{Better, Measure, MeasureSource, OutOf};
pub(crate) use outputs::is_reserved;
pub(crate) use owners::has_values_of;
pub use pipeline::{Axis, Pipeline, Stage, StageId, Variant};
pub(crate) use points::in_braces;
pub use project_texts::ProjectTexts;
pub use resources::{NotASize, Resources, parse_size};
pub use schema::{Field, KnownStage, NamedStage, References, Schema, Shape};
pub use settings::{Origin, Settings};
pub(crate) use shell_line::{QUOTED_ELSEWHERE, Quoting, UNQUOTED, quotings};
pub use template::{fill, fill_partly, substitute, template_names};
