//! Who writes what: files that are missing, leave the project, or are written twice.
//!
//! Invariant: an output is written by one instance, and read only by stages that wait for it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::outline::Draft;
use super::pipeline::Axis;
use super::project_path::{Ground, plain};
use super::schema::{Field, Schema, Shape};
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
    /// Where the path was written, and what its template is.
    place: &'a Place,
    written: String,
}

/// Checks the paths of every stage.
pub(super) fn check(root: &Path, drafts: &[Draft<'_>], needs: &[Vec<usize>], diagnostics: &mut Diagnostics) {
    let mut ground = Ground::new(root);
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    for (stage, draft) in drafts.iter().enumerate() {
        let Some(schema) = draft.schema else { continue };
        for field in &schema.fields {
            let uses = match path_shape(&field.shape) {
                _ if schema.inline => templates(stage, draft, field, diagnostics),
                Some(_) => literals(stage, draft, schema, field),
                None => continue,
            };
            match path_shape(&field.shape) {
                Some(Shape::ExistingPath) => inputs.extend(accepted(uses, &mut ground, diagnostics)),
                Some(_) => outputs.extend(accepted(uses, &mut ground, diagnostics)),
                None => {}
            }
        }
    }
    refuse_reserved(&outputs, diagnostics);
    let writers = writers(&outputs, drafts, diagnostics);
    let mut told = BTreeSet::new();
    for input in &inputs {
        // One mistake for each place, however many instances make it.
        let at = (input.place.source().name().to_owned(), input.place.span().start);
        if !told.contains(&at) && !check_input(input, &writers, drafts, needs, &ground, diagnostics) {
            told.insert(at);
        }
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
fn literals<'a>(stage: usize, draft: &'a Draft<'_>, schema: &Schema, field: &Field) -> Vec<Use<'a>> {
    let told = &draft.told;
    let variants = told.variants().iter().flat_map(|variant| [&variant.own, &variant.over]);
    let sayings = std::iter::once(&told.params).chain(variants);
    let mut texts: Vec<(String, &Place)> = sayings
        .filter_map(|sayings| sayings.get(field.name))
        .flat_map(|said| said.texts.iter().map(|(text, place)| (text.clone(), place)))
        .collect();
    let default = field.default.as_ref().and_then(|default| default.as_text());
    if let Some(default) = default.filter(|_| !told.unreadable && !told.params.contains_key(field.name)) {
        debug_assert!(!schema.inline, "inline kinds' paths are templates");
        texts.push((default.to_owned(), &draft.place));
    }
    let uses = texts.into_iter().map(|(path, place)| Use {
        stage,
        point: String::new(),
        written: path.clone(),
        path,
        place,
    });
    uses.collect()
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
            let at = |point: Vec<(String, String)>| Use {
                stage,
                path: substitute(text, &point),
                point: named(&point),
                place,
                written: text.clone(),
            };
            if path_shape(&field.shape).is_some() {
                uses.extend(points(draft).into_iter().map(at));
            }
        } else if !draft.each_refused {
            refuse_braces(&faults, &known, place, diagnostics);
        }
    }
    uses
}

fn refuse_braces(faults: &[Fault], known: &[&str], place: &Place, diagnostics: &mut Diagnostics) {
    for fault in faults {
        let (message, help, part) = match fault {
            Fault::Unknown(name) => {
                let bare = name.trim_matches(['{', '}']);
                let help = super::suggestion::help(
                    bare,
                    known.iter().copied(),
                    "a coordinate named",
                    "its coordinates are",
                );
                let literal = format!("braces that are meant as such are written `{{{name}}}`");
                let help = help.map_or(literal.clone(), |help| format!("{help}; {literal}"));
                (format!("no coordinate is named `{bare}`"), help, name.clone())
            }
            Fault::Single(brace) => (
                format!("a `{brace}` stands alone"),
                format!("a brace that is meant as such is written `{brace}{brace}`"),
                brace.to_string(),
            ),
        };
        diagnostics.add(Diagnostic::error(message).at(&place.narrowed_to(&part)).help(help));
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
        let whole = std::iter::once(output.path.as_str());
        let folders = output.path.match_indices('/').map(|(at, _)| &output.path[..at]);
        let found = whole.chain(folders).find_map(|path| writers.get(path).map(|other| (path, *other)));
        if let Some((path, other)) = found {
            if !told.insert((output.stage, output.place.span().start)) {
                continue;
            }
            let name = |one: &Use<'_>| format!("`{}{}`", drafts[one.stage].name, one.point);
            let mistake = if path.len() < output.path.len() {
                let message =
                    format!("`{path}` is a file that {} writes, so nothing can be in it", name(other));
                Diagnostic::error(message).help("give one of the two another path")
            } else if other.place.span() == output.place.span() {
                let message = format!("{} and {} both write `{path}`", name(other), name(output));
                Diagnostic::error(message).help("put every coordinate of `each` into the path, in braces")
            } else {
                let message = format!("{} and {} both write `{path}`", name(other), name(output));
                let line = other.place.line();
                let help = format!("line {line} has the other; give one of the two another path");
                Diagnostic::error(message).help(help)
            };
            diagnostics.add(mistake.at(output.place));
            continue;
        }
        writers.insert(&output.path, output);
    }
    writers
}

/// Checks that an input is there, or that a stage that comes before writes it.
fn check_input(
    input: &Use<'_>,
    writers: &BTreeMap<&str, &Use<'_>>,
    drafts: &[Draft<'_>],
    needs: &[Vec<usize>],
    ground: &Ground<'_>,
    diagnostics: &mut Diagnostics,
) -> bool {
    let inside = format!("{}/", input.path);
    let everything = input.path.is_empty();
    let within = writers.range(inside.as_str()..).take_while(|(path, _)| path.starts_with(&inside));
    let all = writers.iter().filter(|_| everything);
    let exact = writers.get_key_value(input.path.as_str()).into_iter();
    let mut written = false;
    for (path, writer) in exact.chain(within).chain(all) {
        written = true;
        let (reader, source) = (&drafts[input.stage].name, &drafts[writer.stage].name);
        let mistake = if writer.stage == input.stage {
            Diagnostic::error(format!("stage `{reader}` reads `{path}`, which it writes itself"))
                .help("split it into two stages, or take the path out of its inputs")
        } else if !comes_before(writer.stage, input.stage, needs) {
            Diagnostic::error(format!(
                "stage `{reader}` reads `{path}` but doesn't wait for `{source}`, which writes it"
            ))
            .help(format!("add `{source}` to its `needs`"))
        } else {
            continue;
        };
        diagnostics.add(mistake.at(input.place));
        return false;
    }
    if written || ground.has(&input.path) {
        return true;
    }
    let at = if input.written == input.path { String::new() } else { format!(" (from `{}`)", input.written) };
    let mistake = Diagnostic::error(format!("there is no file or folder `{}`{at}", input.path));
    diagnostics
        .add(mistake.at(input.place).help("create it, or correct the path; it is relative to the project"));
    false
}

/// Says whether `stage` waits for `first`, directly or through others.
fn comes_before(first: usize, stage: usize, needs: &[Vec<usize>]) -> bool {
    let mut seen = BTreeSet::new();
    let mut open = vec![stage];
    while let Some(stage) = open.pop() {
        if needs[stage].contains(&first) {
            return true;
        }
        open.extend(needs[stage].iter().copied().filter(|need| seen.insert(*need)));
    }
    false
}
