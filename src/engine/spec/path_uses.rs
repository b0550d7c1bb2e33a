//! The paths that a stage names, at every point of its `each`.
//!
//! parameters ──▶ [`Use`]s, with coordinates put in for kinds that stand whole in `pipeline.yaml`.

use super::outline::Draft;
use super::pipeline::Axis;
use super::schema::{Field, Shape};
use super::suggestion;
use super::template::{Fault, faults, substitute};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// A path at one point of a stage's `each`.
pub(super) struct Use<'a> {
    pub stage: usize,
    /// The point, for a sentence; empty for a stage with one instance.
    pub point: String,
    pub path: String,
    /// Where the path was written.
    pub place: &'a Place,
    /// How it came to be, where that is not plain to see.
    pub remark: String,
}

/// Gives the path shape that a shape is made of.
pub(super) fn path_shape(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::ExistingPath | Shape::OutputPath => Some(shape),
        Shape::List(inner) => path_shape(inner),
        Shape::Either(first, second) => path_shape(first).or_else(|| path_shape(second)),
        _ => None,
    }
}

/// Gives the paths of a field as they stand, in `params`, in variants, or as the default.
pub(super) fn literals<'a>(stage: usize, draft: &'a Draft<'_>, field: &Field) -> Vec<Use<'a>> {
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
pub(super) fn templates<'a>(
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
