//! Measures, and the Markdown writer that cites each number it prints.
//!
//! [`ReportInputs`] ──context──▶ template values ──minijinja──▶ marked text ──tidy, settle──▶ linked text
//! ──audit──▶ [`Rendered`]: the report with a definition for each link, and what its numbers answer with
//!
//! Invariants
//! - A template sees numbers as [`Measure`]s alone, and a measure is printed by a filter alone, which
//!   records where it is from.
//! - A numeral that is neither this nor a name is refused, in a template and in the finished text.
//! - Equal inputs and templates give equal bytes; nothing here reads a clock, a file or the environment.
//! - Of `spec` it knows the trees that YAML reads as, and nothing of pipelines.
//! - Knows no stage kind and no store: whoever calls it says what each output is named.

mod attributed;
pub mod audit;
mod beside;
mod best;
mod citation;
mod claims;
mod comparative;
mod compared;
mod comparison;
mod constant;
mod context;
mod data;
mod error;
mod fence;
mod filters;
mod format;
mod inputs;
pub(crate) mod kind;
mod literals;
mod marks;
mod measure;
mod named;
mod new_users;
mod number;
mod orphans;
mod prose;
mod quantity;
mod render;
mod section;
mod sentence;
mod shown;
mod source;
mod spoken;
mod spread;
mod svg;
mod tidy;
mod variant;
mod vocabulary;

pub use citation::{Citation, Reference, reference_name};
pub use claims::{Claim, Contrast, Estimate, Relation, Repeats, Runs, Statistic, read_claims};
pub use constant::{Constant, HALF_LEVEL, LEVEL};
pub use error::{Fault, RenderError};
pub use format::Format;
pub use inputs::{Change, Difference, Ineffective, PlotReference, ReportInputs, RunResult, VariantResult};
pub use measure::{Aggregate, Measure, Source};
pub use number::Number;
pub use render::{MAIN_TEMPLATE, Rendered, audit_file_name, render};
pub use source::{Figure, Section, SourceDocument};
