//! Who writes what: files that are missing, leave the project, or are written twice.
//!
//! Invariant: an output is written by one instance, and read only by stages that wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;

use super::outline::Draft;
use super::pipeline::Axis;
use super::project_path::{Ground, plain};
use super::schema::{Field, Shape};
use super::suggestion;
use super::template::{Fault, faults, substitute};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Folders and files that a run must not write: `recount`'s own, and git's.
const RESERVED: [&str; 5] = ["artifacts", "stages", ".git", "pipeline.yaml", "pipeline.lock"];

/// A path at one point of a stage's `each`.
struct Use<'a> {
    stage: usize,
    /// The point, for a sentence; empty for a stage with one instance.
    point: String,
    path: String,
    /// Where the path was written.
    place: &'a Place,
    /// How it came to be, where that is not plain to see.
    remark: String,
}

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

/// Gives the path shape that a shape is made of.
fn path_shape(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::ExistingPath | Shape::OutputPath => Some(shape),
        Shape::List(inner) => path_shape(inner),
        Shape::Either(first, second) => path_shape(first).or_else(|| path_shape(second)),
        _ => None,
    }
}

/// Gives the paths of a field as they stand, in `params`, in variants, or as the default.
fn literals<'a>(stage: usize, draft: &'a Draft<'_>, field: &Field) -> Vec<Use<'a>> {
    let told = &draft.told;
    let variants = told.variants().iter().flat_map(|variant| [&variant.own, &variant.over]);
    let sayings = std::iter::once(&told.params).chain(variants);
    let one = |path: &str, place: &'a Place, remark: String| Use {
        stage,
        point: String::new(),
        path: path.to_owned(),
        place,
        remark,
    };
    let said = sayings.filter_map(|sayings| sayings.get(field.name)).flat_map(|said| &said.texts);
    let mut uses: Vec<Use<'a>> = said.map(|(text, place)| one(text, place, String::new())).collect();
    let default = field.default.as_ref().and_then(|default| default.as_text());
    if let Some(default) = default.filter(|_| !told.unreadable && !told.params.contains_key(field.name)) {
        uses.push(one(default, &draft.place, format!(" (the default of `{}`)", field.name)));
    }
    uses
}

/// Checks the braces in a field's texts, and gives the texts at every point of the stage's `each`.
fn templates<'a>(
    stage: usize,
    draft: &'a Draft<'_>,
    field: &Field,
    diagnostics: &mut Diagnostics,
) -> Vec<Use<'a>> {
    let Some(said) = draft.told.params.get(field.name) else { return Vec::new() };
    let known: Vec<&str> =
        draft.each.iter().filter_map(|(axis, _)| listed(axis)).map(|(name, _)| name).collect();
    let mut uses = Vec::new();
    for (text, place) in &said.texts {
        let faults = faults(text, &known);
        if faults.is_empty() {
            let at = |point: Vec<(String, String)>| {
                let path = substitute(text, &point);
                let remark = if path == *text { String::new() } else { format!(" (from `{text}`)") };
                Use { stage, point: named(&point), path, place, remark }
            };
            if path_shape(&field.shape).is_some() {
                uses.extend(points(draft).into_iter().map(at));
            }
        } else if !draft.each_refused {
            refuse_braces(text, faults, &known, place, diagnostics);
        }
    }
    uses
}

fn refuse_braces(
    template: &str,
    faults: Vec<Fault>,
    known: &[&str],
    place: &Place,
    diagnostics: &mut Diagnostics,
) {
    for fault in faults {
        let (mistake, part) = match fault {
            Fault::Unknown(name, part) => {
                let literal = format!("braces that are meant as such are written `{{{{{name}}}}}`");
                let known = known.iter().copied();
                let help = match suggestion::help(&name, known, "a coordinate named", "its coordinates are") {
                    Some(help) => format!("{help}; {literal}"),
                    None => literal,
                };
                (Diagnostic::error(format!("no coordinate is named `{name}`")).help(help), part)
            }
            Fault::Single(brace, part) => {
                let help = format!("a brace that is meant as such is written `{brace}{brace}`");
                (Diagnostic::error(format!("a `{brace}` stands alone")).help(help), part)
            }
        };
        diagnostics.add(mistake.at(&place.narrowed_to(template, part)));
    }
}

fn listed(axis: &Axis) -> Option<(&str, &[String])> {
    match axis {
        Axis::Listed { name, values } => Some((name, values)),
        Axis::Variant | Axis::Seed => None,
    }
}

/// Gives every point of a stage's listed coordinates, the last of them changing fastest.
fn points(draft: &Draft<'_>) -> Vec<Vec<(String, String)>> {
    let mut points = vec![Vec::new()];
    for (name, values) in draft.each.iter().filter_map(|(axis, _)| listed(axis)) {
        let longer = |point: &Vec<(String, String)>, value: &String| {
            point.iter().cloned().chain([(name.to_owned(), value.clone())]).collect()
        };
        points = points.iter().flat_map(|point| values.iter().map(|value| longer(point, value))).collect();
    }
    points
}

fn named(point: &[(String, String)]) -> String {
    let coordinates: Vec<String> = point.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if coordinates.is_empty() { String::new() } else { format!("[{}]", coordinates.join(",")) }
}

/// Brings paths to their one spelling and tells those that leave the project, once for each place.
fn accepted<'a>(uses: Vec<Use<'a>>, ground: &mut Ground<'_>, diagnostics: &mut Diagnostics) -> Vec<Use<'a>> {
    let mut told = None;
    let mut kept = Vec::with_capacity(uses.len());
    for mut one in uses {
        match plain(&one.path).and_then(|path| ground.check(&path).map(|()| path)) {
            Ok(path) => {
                one.path = path;
                kept.push(one);
            }
            Err((what, help)) => {
                if told != Some(one.place.span().start) {
                    let message = format!("the path `{}` {what}", one.path);
                    diagnostics.add(Diagnostic::error(message).at(one.place).help(help));
                }
                told = Some(one.place.span().start);
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
        let help = if other.stage == output.stage && other.place.span() == output.place.span() {
            "put every coordinate of `each` into the path, in braces".to_owned()
        } else {
            format!("line {} has the other; give one of the two another path", other.place.line())
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
