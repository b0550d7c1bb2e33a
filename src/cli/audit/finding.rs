//! Something that does not agree with what the records and the objects say.

use std::fmt::{self, Write as _};

use serde::Serialize;

/// Something that does not agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Where: a place in a file, a reference, or an instance.
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
        // The text of a file that someone edited must not drive the terminal.
        for symbol in format!("{}: {}", self.place, self.what).chars() {
            match symbol {
                '\n' => out.write_char(symbol)?,
                symbol if symbol.is_control() => write!(out, "{}", symbol.escape_default())?,
                symbol => out.write_char(symbol)?,
            }
        }
        Ok(())
    }
}
