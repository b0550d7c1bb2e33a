//! Who writes what: files that are missing, leave the project, or are written twice.
//!
//! Invariant: an output is written by one instance, and read only by stages that wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;
use std::ptr;

use super::outline::Draft;
use super::path_uses::{Use, literals, path_shape, templates};
use super::project_path::{Ground, plain};
use super::schema::Shape;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Folders and files that a run must not write: `recount`'s own, and git's.
const RESERVED: [&str; 5] = ["artifacts", "stages", ".git", "pipeline.yaml", "pipeline.lock"];

/// Checks the paths of every stage.
///
/// With `nameless`, a stage whose name can't be read may write what others read.
pub(super) fn check(
    root: &Path,
    drafts: &[Draft<'_>],
    needs: &[Vec<usize>],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) {
    let mut ground = Ground::new(root);
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let mut uncertain = nameless || drafts.iter().any(|draft| draft.schema.is_none());
    for (stage, draft) in drafts.iter().enumerate() {
        let Some(schema) = draft.schema else { continue };
        for field in &schema.fields {
            let mistakes = diagnostics.len();
            let shape = path_shape(&field.shape);
            let uses = match shape {
                _ if schema.inline => templates(stage, draft, field, diagnostics),
                Some(_) => literals(stage, draft, field),
                None => continue,
            };
            let accepted = accepted(uses, &mut ground, diagnostics);
            match shape {
                Some(Shape::OutputPath) => {
                    uncertain |= diagnostics.len() > mistakes || draft.each_refused;
                    outputs.extend(accepted);
                }
                Some(_) => inputs.extend(accepted),
                None => {}
            }
        }
    }
    refuse_reserved(&outputs, diagnostics);
    let writers = writers(&outputs, drafts, diagnostics);
    let mut told = BTreeSet::new();
    let mut waiting: Option<Waiting<'_>> = None;
    for input in &inputs {
        let place = (input.place.source().name(), input.place.span().start);
        if told.contains(&place) {
            continue;
        }
        let known = waiting.take().filter(|waiting| waiting.stage == input.stage);
        let waiting = waiting.insert(known.unwrap_or_else(|| Waiting::new(needs, input.stage)));
        let mistake = match early(input, &writers, drafts, waiting) {
            Some(mistake) => mistake,
            None if uncertain || is_written(input, &writers) || ground.has(&input.path) => continue,
            None => missing(input, &ground),
        };
        told.insert(place);
        diagnostics.add(mistake.at(input.place));
    }
}

/// Brings paths to their one spelling and tells those that leave the project, once for each place.
fn accepted<'a>(uses: Vec<Use<'a>>, ground: &mut Ground<'_>, diagnostics: &mut Diagnostics) -> Vec<Use<'a>> {
    let mut told: Option<&Place> = None;
    let mut kept = Vec::with_capacity(uses.len());
    for mut one in uses {
        match plain(&one.path).and_then(|path| ground.check(&path).map(|()| path)) {
            Ok(path) => {
                one.path = path;
                kept.push(one);
            }
            Err((what, help)) => {
                if told.is_none_or(|told| !ptr::eq(told, one.place)) {
                    let message = format!("the path `{}` {what}", one.path);
                    diagnostics.add(Diagnostic::error(message).at(one.place).help(help));
                }
                told = Some(one.place);
            }
        }
    }
    kept
}

fn refuse_reserved(outputs: &[Use<'_>], diagnostics: &mut Diagnostics) {
    let mut told = BTreeSet::new();
    for output in outputs {
        let first = output.path.split('/').next().unwrap_or_default();
        let message = if output.path.is_empty() {
            "an output can't be the project's folder itself".to_owned()
        } else if RESERVED.contains(&first) {
            format!("an output can't be written to `{first}`")
        } else {
            continue;
        };
        if told.insert((output.stage, output.place.span().start)) {
            let help =
                "`artifacts`, `stages`, `.git` and the pipeline's own files are not a stage's to write";
            diagnostics.add(Diagnostic::error(message).at(output.place).help(help));
        }
    }
}

/// Gives who writes each path, and tells paths that two write.
fn writers<'a>(
    outputs: &'a [Use<'a>],
    drafts: &[Draft<'_>],
    diagnostics: &mut Diagnostics,
) -> BTreeMap<&'a str, &'a Use<'a>> {
    let mut writers: BTreeMap<&str, &Use<'_>> = BTreeMap::new();
    let mut told = BTreeSet::new();
    for output in outputs.iter().filter(|output| !output.path.is_empty()) {
        let path = output.path.as_str();
        let Some(other) = conflicting(path, &writers) else {
            writers.insert(path, output);
            continue;
        };
        // One mistake for each place, however many instances make it.
        if !told.insert((output.stage, output.place.span().start)) {
            continue;
        }
        let name = |one: &Use<'_>| format!("`{}{}`", drafts[one.stage].name, one.point);
        let (first, second) = (name(other), name(output));
        let message = if other.path == path {
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
        diagnostics.add(Diagnostic::error(message).at(output.place).help(help));
    }
    writers
}

/// Finds who writes the same path, a path above it, or a path below it.
fn conflicting<'a>(path: &str, writers: &BTreeMap<&'a str, &'a Use<'a>>) -> Option<&'a Use<'a>> {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    let inside = format!("{path}/");
    let below = || writers.range(inside.as_str()..).next().filter(|(other, _)| other.starts_with(&inside));
    let same_or_above = std::iter::once(path).chain(above).find_map(|path| writers.get(path));
    same_or_above.or_else(|| below().map(|(_, other)| other)).copied()
}

/// Gives those who write an input: the path itself, or something in the folder that it is.
fn writers_of<'a>(
    input: &Use<'_>,
    writers: &'a BTreeMap<&str, &Use<'_>>,
) -> impl Iterator<Item = &'a Use<'a>> {
    let inside = if input.path.is_empty() { String::new() } else { format!("{}/", input.path) };
    let from = writers.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded));
    let within = from.take_while(move |(path, _)| path.starts_with(&inside)).map(|(_, writer)| *writer);
    writers.get(input.path.as_str()).copied().into_iter().chain(within)
}

fn is_written(input: &Use<'_>, writers: &BTreeMap<&str, &Use<'_>>) -> bool {
    writers_of(input, writers).next().is_some()
}

/// Tells that an input is read before it is written.
fn early(
    input: &Use<'_>,
    writers: &BTreeMap<&str, &Use<'_>>,
    drafts: &[Draft<'_>],
    waiting: &mut Waiting<'_>,
) -> Option<Diagnostic> {
    let writer = writers_of(input, writers)
        .find(|writer| writer.stage == input.stage || !waiting.waits_for(writer.stage))?;
    let (reader, source, path) = (&drafts[input.stage].name, &drafts[writer.stage].name, &writer.path);
    if writer.stage == input.stage {
        let mistake = Diagnostic::error(format!("stage `{reader}` reads `{path}`, which it writes itself"));
        return Some(mistake.help("split it into two stages, or take the path out of its inputs"));
    }
    let message = format!("stage `{reader}` reads `{path}` but doesn't wait for `{source}`, which writes it");
    Some(Diagnostic::error(message).help(format!("add `{source}` to its `needs`")))
}

fn missing(input: &Use<'_>, ground: &Ground<'_>) -> Diagnostic {
    let help = match ground.nearest(&input.path) {
        Some(path) => format!("did you mean `{path}`?"),
        None => "create it, or correct the path; it is relative to the project".to_owned(),
    };
    let message = format!("there is no file or folder `{}`{}", input.path, input.remark);
    Diagnostic::error(message).help(help)
}

/// Which stages one stage waits for; inputs come stage by stage, so one answer serves many.
struct Waiting<'a> {
    needs: &'a [Vec<usize>],
    stage: usize,
    direct: BTreeSet<usize>,
    /// Also those that its needs wait for; found out only when somebody asks beyond `direct`.
    all: Option<BTreeSet<usize>>,
}

impl<'a> Waiting<'a> {
    fn new(needs: &'a [Vec<usize>], stage: usize) -> Self {
        Self { needs, stage, direct: needs[stage].iter().copied().collect(), all: None }
    }

    fn waits_for(&mut self, first: usize) -> bool {
        self.direct.contains(&first) || {
            let (needs, direct) = (self.needs, &self.direct);
            self.all.get_or_insert_with(|| Self::reached(needs, direct)).contains(&first)
        }
    }

    fn reached(needs: &[Vec<usize>], direct: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut reached = direct.clone();
        let mut open: Vec<usize> = direct.iter().copied().collect();
        while let Some(stage) = open.pop() {
            open.extend(needs[stage].iter().copied().filter(|need| reached.insert(*need)));
        }
        reached
    }
}
