//! Who writes what: files that are missing, leave the project, or are written twice.
//!
//! Invariant: an output is written by one instance, and read only by stages that wait for it.

use std::collections::BTreeSet;
use std::collections::hash_map::{self, HashMap};
use std::path::Path;
use std::ptr;

use super::outline::StageDraft;
use super::path_uses::{Use, literals, path_shape, point_name, templates};
use super::project_path::{ProjectRoot, plain};
use super::schema::Shape;
use super::waits;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Folders and files that a run must not write: `recount`'s own, and git's.
const RESERVED: [&str; 5] = ["artifacts", "stages", ".git", "pipeline.yaml", "pipeline.lock"];

/// Checks the paths of every stage; `order` has needs before those that need them, without stages on circles.
///
/// With `nameless`, a stage whose name can't be read may write what others read.
pub(super) fn check(
    root: &Path,
    drafts: &[StageDraft<'_>],
    needs: &[Vec<usize>],
    order: &[usize],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut project = ProjectRoot::new(root);
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let mut uncertain = nameless || drafts.iter().any(|draft| draft.schema.is_none());
    for (stage, draft) in drafts.iter().enumerate() {
        let Some(schema) = draft.schema else { continue };
        for field in &schema.fields {
            let mistakes = diagnostics.len();
            let shape = path_shape(&field.shape);
            let is_output = matches!(shape, Some(Shape::OutputPath));
            let uses = if is_output { &mut outputs } else { &mut inputs };
            let first = uses.len();
            match shape {
                _ if schema.inline => templates(stage, draft, field, uses, diagnostics),
                Some(_) => literals(stage, draft, field, uses),
                None => continue,
            }
            accept(uses, first, &mut project, diagnostics);
            uncertain |= is_output && (diagnostics.len() > mistakes || draft.each_refused);
        }
    }
    refuse_reserved(&outputs, diagnostics);
    let writers = Writers::of(&outputs, drafts, diagnostics);
    let mut reported: BTreeSet<(&str, usize)> = BTreeSet::new();
    let mut written = Vec::new();
    for input in &inputs {
        if writers.has(&input.path) {
            written.push(input);
        } else if !uncertain
            && !project.has(&input.path)
            && reported.insert((input.place.source().name(), input.place.span().start))
        {
            diagnostics.add_with(|| missing(input, &project).at(input.place));
        }
    }
    if order.len() < drafts.len() {
        // On a circle nobody waits for anybody.
        return;
    }
    for (input, writer) in early(&written, &writers, needs, order) {
        if reported.insert((input.place.source().name(), input.place.span().start)) {
            diagnostics.add_with(|| {
                let output = writers.output_in(writer, &input.path);
                too_early(input, writer, output.map_or(&input.path, |output| &output.path), drafts)
            });
        }
    }
}

/// Brings the paths from `first` on to their one spelling, and reports those that leave the project, once for each
/// place.
fn accept<'a>(
    uses: &mut Vec<Use<'a>>,
    first: usize,
    project: &mut ProjectRoot<'_>,
    diagnostics: &mut Diagnostics,
) {
    let mut reported: Option<&Place> = None;
    let mut accepted = first;
    for index in first..uses.len() {
        let one = &mut uses[index];
        match plain(&one.path).and_then(|path| project.check(&path).map(|()| path)) {
            Ok(path) => {
                one.path = path;
                uses.swap(accepted, index);
                accepted += 1;
            }
            Err((what, help)) => {
                if reported.is_none_or(|place| !ptr::eq(place, one.place)) {
                    let message = format!("the path `{}` {what}", one.path);
                    diagnostics.add(Diagnostic::error(message).at(one.place).help(help));
                }
                reported = Some(one.place);
            }
        }
    }
    uses.truncate(accepted);
}

fn refuse_reserved(outputs: &[Use<'_>], diagnostics: &mut Diagnostics) {
    let mut reported = BTreeSet::new();
    for output in outputs {
        let first = output.path.split('/').next().unwrap_or_default();
        let message = if output.path.is_empty() {
            "an output can't be the project's folder itself".to_owned()
        } else if RESERVED.contains(&first) {
            format!("an output can't be written to `{first}`")
        } else {
            continue;
        };
        if reported.insert((output.stage, output.place.span().start)) {
            let help = "`artifacts`, `stages`, `.git` and the pipeline's own files belong to no stage";
            diagnostics.add(Diagnostic::error(message).at(output.place).help(help));
        }
    }
}

/// Who writes what.
struct Writers<'a> {
    outputs: &'a [Use<'a>],
    /// The output that is each path.
    by_path: HashMap<&'a str, usize>,
    /// The folders of outputs, and the first output in each.
    folders: HashMap<&'a str, usize>,
}

impl<'a> Writers<'a> {
    /// Takes in all outputs, and reports paths that two write.
    fn of(outputs: &'a [Use<'a>], drafts: &[StageDraft<'_>], diagnostics: &mut Diagnostics) -> Self {
        let mut writers =
            Self { outputs, by_path: HashMap::with_capacity(outputs.len()), folders: HashMap::new() };
        let mut reported = BTreeSet::new();
        for (index, output) in outputs.iter().enumerate().filter(|(_, output)| !output.path.is_empty()) {
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

    /// Says whether an input, or something in the folder that it is, is written by a stage.
    fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
            || self.folders.contains_key(path)
            || (path.is_empty() && !self.by_path.is_empty())
    }

    /// Gives the stages that write an input, or into the folder that it is; sorted.
    fn stages(&self, path: &str, sorted: &mut Option<Vec<(&'a str, usize)>>) -> Vec<usize> {
        if let Some(output) = self.by_path.get(path) {
            return vec![self.outputs[*output].stage];
        }
        let sorted = sorted.get_or_insert_with(|| {
            let mut all: Vec<(&str, usize)> =
                self.outputs.iter().map(|output| (output.path.as_str(), output.stage)).collect();
            all.sort_unstable();
            all
        });
        let inside = if path.is_empty() { String::new() } else { format!("{path}/") };
        let from = sorted.partition_point(|(path, _)| *path < inside.as_str());
        let within = sorted[from..].iter().take_while(|(path, _)| path.starts_with(&inside));
        let mut stages: Vec<usize> = within.map(|(_, stage)| *stage).collect();
        stages.sort_unstable();
        stages.dedup();
        stages
    }

    /// Gives the first output of a stage that is an input, or in the folder that it is.
    fn output_in(&self, stage: usize, path: &str) -> Option<&'a Use<'a>> {
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
        format!("{first} writes `{}` and {second} `{path}`, but a file can't be in a file", other.path)
    };
    let help = if ptr::eq(other.place, output.place) {
        "put every coordinate of `each` into the path, in braces".to_owned()
    } else {
        let (file, line) = (other.place.source().name(), other.place.line());
        format!("{file}:{line} has the other; give one of the two another path")
    };
    Diagnostic::error(message).at(output.place).help(help)
}

/// Finds the inputs that are read before they are written, each with the first stage that writes too late.
fn early<'a>(
    inputs: &[&'a Use<'a>],
    writers: &Writers<'a>,
    needs: &[Vec<usize>],
    order: &[usize],
) -> Vec<(&'a Use<'a>, usize)> {
    let mut sorted = None;
    let mut sets: Vec<Vec<usize>> = Vec::new();
    let mut set_of: HashMap<&str, usize> = HashMap::new();
    let (mut found, mut asked, mut questions) = (Vec::new(), Vec::new(), Vec::new());
    // The last reader that needs each stage directly; inputs come stage by stage.
    let mut needed_by = vec![usize::MAX; needs.len()];
    let mut reader = usize::MAX;
    for &input in inputs {
        let set = *set_of.entry(&input.path).or_insert_with(|| {
            sets.push(writers.stages(&input.path, &mut sorted));
            sets.len() - 1
        });
        if reader != input.stage {
            reader = input.stage;
            needs[reader].iter().for_each(|need| needed_by[*need] = reader);
        }
        if sets[set].binary_search(&reader).is_ok() {
            found.push((input, reader));
        } else if sets[set].iter().any(|writer| needed_by[*writer] != reader) {
            questions.push((reader, set));
            asked.push(input);
        }
    }
    let answers = waits::unmet(order, needs, &sets, &questions);
    found.extend(asked.into_iter().zip(answers).filter_map(|(input, writer)| Some((input, writer?))));
    found
}

fn too_early(input: &Use<'_>, writer: usize, path: &str, drafts: &[StageDraft<'_>]) -> Diagnostic {
    let reader = &drafts[input.stage].name;
    let mistake = if writer == input.stage {
        let mistake = Diagnostic::error(format!("stage `{reader}` reads `{path}`, which it writes itself"));
        mistake.help("split it into two stages, or take the path out of its inputs")
    } else {
        let writer = &drafts[writer].name;
        let message =
            format!("stage `{reader}` reads `{path}` but doesn't wait for `{writer}`, which writes it");
        Diagnostic::error(message).help(format!("add `{writer}` to its `needs`"))
    };
    mistake.at(input.place)
}

fn missing(input: &Use<'_>, project: &ProjectRoot<'_>) -> Diagnostic {
    let help = match project.nearest(&input.path) {
        Some(path) => format!("did you mean `{path}`?"),
        None => "create it, or correct the path; it is relative to the project".to_owned(),
    };
    let message = format!("there is no file or folder `{}`{}", input.path, input.origin);
    Diagnostic::error(message).help(help)
}
