//! The anchored values of a data file, and the copies that its aliases make of them.
//!
//! Programs write anchors unasked, where one value stands in two places. Nobody writes so by hand in a pipeline, where
//! `parser` refuses them.
//!
//! Invariants
//! - The copies of a file have at most [`MAX_COPIED`] values together, and no copy is deeper than a tree may be.

use std::collections::HashMap;

use super::node::{Content, Node};

/// The most values that all copies of a file may have together.
const MAX_COPIED: usize = 1_000_000;

/// The anchored values so far, each with how many values it has and how deep it is.
#[derive(Default)]
pub(super) struct Anchors {
    values: HashMap<usize, (Node, usize, usize)>,
    copied: usize,
}

impl Anchors {
    /// Keeps a value whose anchor has the number `anchor`.
    pub(super) fn insert(&mut self, anchor: usize, value: &Node) {
        let (count, depth) = extent(value);
        self.values.insert(anchor, (value.clone(), count, depth));
    }

    /// Copies the value with the number `anchor` to a place that is `depth` deep.
    ///
    /// # Errors
    /// What is wrong with the alias, and what to do.
    pub(super) fn copy(
        &mut self,
        anchor: usize,
        depth: usize,
        max_depth: usize,
    ) -> Result<Node, (&'static str, &'static str)> {
        let Some((value, count, own_depth)) = self.values.get(&anchor) else {
            return Err((
                "this alias is within the value that it repeats",
                "write the value without a circle",
            ));
        };
        self.copied += count;
        if self.copied > MAX_COPIED || depth + own_depth > max_depth {
            return Err(("the aliases repeat more than can be read", "write out the values that are needed"));
        }
        Ok(value.clone())
    }
}

/// Counts the values of a tree, and its levels of lists and maps.
fn extent(node: &Node) -> (usize, usize) {
    let parts: Vec<(usize, usize)> = match &node.content {
        Content::Scalar(_) => return (1, 0),
        Content::List(items) => items.iter().map(extent).collect(),
        Content::Map(entries) => entries.iter().map(|entry| extent(&entry.value)).collect(),
    };
    let depth = parts.iter().map(|(_, depth)| *depth).max().unwrap_or(0);
    (1 + parts.iter().map(|(count, _)| *count).sum::<usize>(), depth + 1)
}
