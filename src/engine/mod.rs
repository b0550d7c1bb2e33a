//! Graph, plan, decide, run.

mod kind;

pub use kind::{
    Content, Context, Effective, Failure, Input, Job, Kind, Output, Point, ProjectFile, Read, Registry, Watch,
};
