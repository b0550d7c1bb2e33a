//! Prints: results on standard output, everything else on standard error.
//!
//! Invariants
//! - A reader that is gone, or a full disk behind a redirection, never stops a run: what can't be printed is lost.
//! - A line goes out in one piece, so that lines of two processes on one terminal do not mix.

use std::io::{self, Write as _};

/// Prints a line of a command's result.
pub fn result(line: &str) {
    drop(io::stdout().lock().write_all(format!("{line}\n").as_bytes()));
}

/// Prints a line about what goes on, or went wrong.
pub fn note(line: &str) {
    drop(io::stderr().lock().write_all(format!("{line}\n").as_bytes()));
}
