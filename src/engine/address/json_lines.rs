//! JSON lines → a document a line. Each is read by itself, so that a broken one leaves the others readable.

use std::sync::Arc;

use super::json;
use super::pointer::Pointer;
use crate::diagnostic::{Diagnostic, Diagnostics, Source};
use crate::yaml::Node;

/// What a line holds, or why it can't be read.
pub(super) type Line = Result<Node, Diagnostic>;

/// Finds a value in a line.
pub(super) fn find<'l>(line: &'l Line, pointer: &Pointer) -> Result<&'l Node, Diagnostic> {
    pointer.find(line.as_ref().map_err(Diagnostic::clone)?)
}

/// Reads the lines of a text that are not empty, from the byte `start` on.
pub(super) fn read(source: &Arc<Source>, start: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = start;
    for text in source.text()[start..].split_inclusive('\n') {
        let part = start..start + text.trim_end().len();
        start += text.len();
        if part.is_empty() {
            continue;
        }
        let mut mistakes = Diagnostics::default();
        let node = json::read(source, part, &mut mistakes);
        lines.push(match (mistakes.iter().next(), node) {
            (None, Some(node)) => Ok(node),
            (mistake, _) => Err(mistake.expect("what can't be read has a mistake").clone()),
        });
    }
    lines
}
