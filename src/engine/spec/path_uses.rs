//! The paths that a stage names, at every point of its `each`.
//!
//! fields ──▶ [`Use`]s, with coordinates and parameters put in for kinds that are written whole in `pipeline.yaml`.

use std::fmt;

use super::braces::{Braces, Folders};
use super::outline::StageDraft;
use super::points;
use super::schema::{Field, Shape};
use super::shape::get;
use super::template::fill;
use crate::address::Address;
use crate::diagnostic::{Diagnostics, Place};
use crate::project_path::MAX_PATH_BYTES;
use crate::value::Value;

/// A path at one point of a stage's `each`.
pub(super) struct Use<'a> {
    pub stage: usize,
    /// The point, counted with the last coordinate changing fastest.
    pub point: usize,
    /// Its one spelling, once it is accepted.
    pub path: String,
    /// Where an input is that is reached through links.
    pub behind_links: Option<String>,
    /// What of the file is meant, if not the whole of it.
    pub address: Option<Address>,
    /// Where the path was written.
    pub place: &'a Place,
    pub origin: PathOrigin<'a>,
}

impl Use<'_> {
    /// Gives where the file itself is.
    pub fn file(&self) -> &str {
        self.behind_links.as_deref().unwrap_or(&self.path)
    }
}

/// How a path came to be.
#[derive(Clone, Copy)]
pub(super) enum PathOrigin<'a> {
    /// It is as somebody wrote it.
    Written,
    /// It is this template with coordinates and parameters put in.
    Template(&'a str),
    /// It is the default of this field.
    Default(&'static str),
}

impl fmt::Display for PathOrigin<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Written => Ok(()),
            Self::Template(template) => write!(out, " (from `{template}`)"),
            Self::Default(field) => write!(out, " (the default of `{field}`)"),
        }
    }
}

/// Gives the path shape that a shape is made of.
pub(super) fn path_shape(shape: &Shape) -> Option<&Shape> {
    match shape {
        Shape::ExistingPath | Shape::Input | Shape::OutputPath => Some(shape),
        Shape::List(inner) => path_shape(inner),
        Shape::Either(first, second) => path_shape(first).or_else(|| path_shape(second)),
        _ => None,
    }
}

/// Gives the paths of a field as they are written, in `params`, in variants, or as the default.
pub(super) fn literals<'a>(
    stage: usize,
    draft: &'a StageDraft<'_>,
    field: &'a Field,
    uses: &mut Vec<Use<'a>>,
) {
    let raw = &draft.raw;
    let variants = raw.variants().iter().flat_map(|variant| [&variant.own, &variant.over]);
    let values = std::iter::once(&raw.params).chain(variants);
    let one = |path: &str, place, origin| Use {
        stage,
        point: 0,
        path: path.to_owned(),
        behind_links: None,
        address: None,
        place,
        origin,
    };
    let parsed = values.filter_map(|values| get(values, field.name)).flat_map(|parsed| parsed.texts());
    uses.extend(parsed.map(|(text, place)| one(text, place, PathOrigin::Written)));
    let default = field.default.as_ref().and_then(|default| default.as_text());
    if let Some(default) = default.filter(|_| !raw.unreadable && get(&raw.params, field.name).is_none()) {
        uses.push(one(default, &draft.place, PathOrigin::Default(field.name)));
    }
}

/// Checks the braces in a field's texts, and gives those that are paths at every point of the stage's `each`.
pub(super) fn templates<'a>(
    (stage, drafts, needs): (usize, &'a [StageDraft<'_>], &[Vec<usize>]),
    field: &Field,
    uses: &mut Vec<Use<'a>>,
    diagnostics: &mut Diagnostics,
) {
    let draft = &drafts[stage];
    let Some(parsed) = get(&draft.raw.params, field.name) else { return };
    let is_path = path_shape(&field.shape).is_some();
    let folders = match (is_template(&field.shape), &parsed.value) {
        (false, _) => Folders::None,
        (true, Value::Text(_)) => Folders::One,
        (true, _) => Folders::Any,
    };
    let braces = Braces { drafts, needs, stage, folders };
    for (text, place) in parsed.texts() {
        // A path that is too long is refused as it is written, before points multiply it.
        let too_long = is_path && text.len() > MAX_PATH_BYTES;
        let has_braces = !too_long && text.contains(['{', '}']);
        let sound = !has_braces || braces.check(text, place, diagnostics);
        if sound && has_braces && folders == Folders::One {
            braces.check_quotes(text, place, diagnostics);
        }
        if !sound || !is_path {
            continue;
        }
        let origin = if has_braces { PathOrigin::Template(text) } else { PathOrigin::Written };
        let count = if too_long { 1 } else { usize::MAX };
        uses.extend(points::all(draft).take(count).map(|point| {
            let value = |name: &str| points::text_of(draft, point, name);
            let path = if has_braces { fill(text, value) } else { text.to_owned() };
            Use { stage, point, path, behind_links: None, address: None, place, origin }
        }));
    }
}

/// Says whether braces in it may name folders of stages.
pub(super) fn is_template(shape: &Shape) -> bool {
    match shape {
        Shape::Template => true,
        Shape::List(inner) => is_template(inner),
        Shape::Either(one, other) => is_template(one) || is_template(other),
        _ => false,
    }
}
