//! Prints: results on standard output, everything else on standard error.
//!
//! Invariants
//! - A reader that is gone, or a full disk behind a redirection, never stops a run: what can't be printed is lost.

use std::io::{self, Write as _};

/// Prints a line of a command's result.
pub fn result(line: &str) {
    drop(writeln!(io::stdout().lock(), "{line}"));
}

/// Prints a line about what goes on, or went wrong.
pub fn note(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}
