//! YAML text → checked [`Pipeline`].

mod pipeline;
mod schema;
mod value;

pub use pipeline::{Axis, Origin, Pipeline, Settings, Stage, StageId, Variant};
pub use schema::{Field, Schema, Shape};
pub use value::{Parameters, Value};
