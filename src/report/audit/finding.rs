//! Something that does not agree.

use std::fmt;

use serde::Serialize;

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Where: a line of a file, or a run.
    pub place: String,
    /// What is there, and what should be.
    pub what: String,
}

impl Finding {
    /// Makes a finding.
    pub fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.what)
    }
}
