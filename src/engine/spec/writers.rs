//! Which stage writes which path.
//!
//! Invariant: an output is written by one instance.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::collections::hash_map::{self, HashMap};
use std::ptr;

use super::outline::StageDraft;
use super::path_uses::Use;
use super::points::point_name;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Which stage writes which path.
pub(super) struct Writers<'a> {
    outputs: &'a [Use<'a>],
    /// The outputs in the order of their paths, once that is asked for.
    sorted: OnceCell<Vec<(&'a str, usize)>>,
    /// The output that is each path.
    by_path: HashMap<&'a str, usize>,
    /// The folders of outputs, and the first output in each.
    folders: HashMap<&'a str, usize>,
}

impl<'a> Writers<'a> {
    /// Takes in all outputs, and reports paths that two write.
    pub fn of(outputs: &'a [Use<'a>], drafts: &[StageDraft<'_>], diagnostics: &mut Diagnostics) -> Self {
        let by_path = HashMap::with_capacity(outputs.len());
        let mut writers = Self { outputs, sorted: OnceCell::new(), by_path, folders: HashMap::new() };
        let mut reported = BTreeSet::new();
        for (index, output) in outputs.iter().enumerate() {
            let Some(other) = writers.add(index) else { continue };
            // One mistake for each place, however many instances make it.
            if reported.insert((output.stage, output.place.span().start)) {
                diagnostics.add_with(|| both_write(&outputs[other], output, drafts));
            }
        }
        writers
    }

    /// Adds an output; gives the one that writes the same path, a path above it, or a path below it.
    fn add(&mut self, index: usize) -> Option<usize> {
        let path = self.outputs[index].path.as_str();
        let folders = || path.rmatch_indices('/').map(|(at, _)| &path[..at]);
        if let Some(inside) = self.folders.get(path) {
            return Some(*inside);
        }
        // Of a folder that is known, all above it are known, and none is an output.
        let new = folders().take_while(|folder| !self.folders.contains_key(folder));
        let new: Vec<&str> = new.collect();
        if let Some(above) = new.iter().find_map(|folder| self.by_path.get(folder)) {
            return Some(*above);
        }
        match self.by_path.entry(path) {
            hash_map::Entry::Occupied(other) => return Some(*other.get()),
            hash_map::Entry::Vacant(entry) => entry.insert(index),
        };
        self.folders.extend(new.into_iter().map(|folder| (folder, index)));
        None
    }

    /// Says whether an input, the folder that it is in, or something in the folder that it is, is written by a stage.
    pub fn has(&self, path: &str) -> bool {
        self.around(path).is_some()
            || self.folders.contains_key(path)
            || (path.is_empty() && !self.by_path.is_empty())
    }

    /// Gives the stage that writes a path, or a folder that it is in.
    pub fn around(&self, path: &str) -> Option<usize> {
        let above = path.rmatch_indices('/').map(|(at, _)| &path[..at]);
        let output = std::iter::once(path).chain(above).find_map(|path| self.by_path.get(path))?;
        Some(self.outputs[*output].stage)
    }

    /// Gives the stages that write into a folder, and what `fits` there; sorted.
    pub fn stages_in(&self, folder: &str, fits: impl Fn(&str) -> bool) -> Vec<usize> {
        let sorted = self.sorted.get_or_init(|| {
            let mut all: Vec<(&str, usize)> =
                self.outputs.iter().map(|output| (output.path.as_str(), output.stage)).collect();
            all.sort_unstable();
            all
        });
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let from = sorted.partition_point(|(path, _)| *path < inside.as_str());
        let within = sorted[from..].iter().take_while(|(path, _)| path.starts_with(&inside));
        let mut stages: Vec<usize> = within.filter(|(path, _)| fits(path)).map(|(_, stage)| *stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    /// Gives the first output of a stage that is an input, or in the folder that it is.
    pub fn output_in(&self, stage: usize, path: &str) -> Option<&'a Use<'a>> {
        let is_inside = |output: &&Use<'_>| {
            let rest = output.path.strip_prefix(path);
            output.stage == stage
                && rest.is_some_and(|rest| path.is_empty() || rest.is_empty() || rest.starts_with('/'))
        };
        self.outputs.iter().find(is_inside)
    }
}

fn both_write(other: &Use<'_>, output: &Use<'_>, drafts: &[StageDraft<'_>]) -> Diagnostic {
    let name = |one: &Use<'_>| format!("`{}`", point_name(&drafts[one.stage], one.point));
    let (first, second, path) = (name(other), name(output), &output.path);
    let message = if other.path == *path {
        format!("{first} and {second} both write `{path}`")
    } else {
        format!(
            "{first} writes `{}` and {second} `{path}`, but what one writes can't be in another's",
            other.path
        )
    };
    let help = if ptr::eq(other.place, output.place) {
        "put every coordinate of `each` into the path, in braces".to_owned()
    } else {
        let (file, line) = (other.place.source().name(), other.place.line());
        format!("{file}:{line} has the other; give one of the two another path")
    };
    Diagnostic::error(message).at(output.place).help(help)
}
