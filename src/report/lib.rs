//! Measures of any pipeline's outputs: read, compared, listed and drawn.
//!
//! | module | its duty |
//! |---|---|
//! | [`statistics`] | when two samples differ, and which of many is best |
//! | [`figure`] | data → SVG pictures, one sort a file |
//!
//! Invariants
//! - Knows no stage kind of the lab, no terminal and no clock.

pub mod figure;
pub mod statistics;
