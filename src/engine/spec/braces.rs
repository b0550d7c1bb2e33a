//! Which names braces may hold: coordinates everywhere, and in what a stage runs also folders that stages fill.
//!
//! `{word}` is a coordinate, `{out}` a field of the stage that is a path it writes, `{fit.out}` one of a stage that it needs.

use std::ops::Range;

use super::outline::StageDraft;
use super::pipeline::Axis;
use super::schema::Shape;
use super::shape::get;
use super::template::{Piece, names, pieces};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;
use crate::value::Value;

/// A stage whose braces are checked.
pub(super) struct Braces<'a, 's> {
    pub drafts: &'a [StageDraft<'s>],
    pub needs: &'a [Vec<usize>],
    pub stage: usize,
    /// Whether they may name folders, and whether each of these must be one word.
    pub folders: Folders,
}

/// What braces may say of folders.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Folders {
    /// Nothing.
    None,
    /// One folder, as in a line.
    One,
    /// Any number, as in a list of words.
    Any,
}

/// Gives the coordinates that a stage lists, with their values.
pub(super) fn listed<'a>(
    draft: &'a StageDraft<'_>,
) -> impl DoubleEndedIterator<Item = (&'a str, &'a [String])> {
    draft.each.iter().filter_map(|entry| match &entry.axis {
        Axis::Listed { name, values } => Some((name.as_str(), values.as_slice())),
        Axis::Variant | Axis::Seed => None,
    })
}

impl<'a, 's> Braces<'a, 's> {
    fn draft(&self) -> &'a StageDraft<'s> {
        &self.drafts[self.stage]
    }

    /// Gives the names that braces may hold.
    fn known(&self) -> Vec<String> {
        let mut known: Vec<String> = listed(self.draft()).map(|(name, _)| name.to_owned()).collect();
        if self.folders != Folders::None {
            known.extend(written_fields(self.draft()).map(str::to_owned));
            for &need in &self.needs[self.stage] {
                let need = &self.drafts[need];
                known.extend(written_fields(need).map(|field| format!("{}.{field}", need.name)));
            }
        }
        known
    }

    /// Reports what is wrong with the braces of a template; says whether nothing is.
    pub fn check(&self, template: &str, place: &Place, diagnostics: &mut Diagnostics) -> bool {
        let known = self.known();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let listed: Vec<&str> = known.iter().copied().filter(|name| !name.contains('.')).collect();
        let mut sound = true;
        let mut report = |part: Range<usize>, mistake: &dyn Fn() -> Diagnostic| {
            sound = false;
            if !self.draft().each_refused {
                diagnostics.add_with(|| mistake().at(&place.narrowed_to(template, part)));
            }
        };
        for (piece, part) in pieces(template) {
            match piece {
                Piece::Coordinate(name) if !known.contains(&name) => {
                    report(part, &|| self.unknown(name, &listed));
                }
                Piece::Stray(brace) => report(part, &|| {
                    let help = format!("a brace that is meant as such is written `{brace}{brace}`");
                    Diagnostic::error(format!("a `{brace}` has no counterpart")).help(help)
                }),
                _ => {}
            }
        }
        for (mistake, part) in self.several(template) {
            report(part, &|| mistake.clone());
        }
        sound
    }

    fn unknown(&self, name: &str, listed: &[&str]) -> Diagnostic {
        let other = name.rsplit_once('.').filter(|_| self.folders != Folders::None);
        let other = other.and_then(|(stage, field)| {
            let at = self.drafts.iter().position(|draft| draft.name == stage)?;
            Some((at, stage, field))
        });
        match other {
            Some((at, stage, _)) if !self.needs[self.stage].contains(&at) => {
                let message = format!("stage `{}` doesn't need `{stage}`", self.draft().name);
                Diagnostic::error(message).help(format!("add `{stage}` to its `needs`"))
            }
            Some((_, stage, field)) => Diagnostic::error(format!("stage `{stage}` has no `{field}`"))
                .help(format!("give it one in `pipeline.yaml`: `{field}: PATH`")),
            None if name == "out" && self.folders != Folders::None => {
                let message = format!("stage `{}` has no folder of its own", self.draft().name);
                Diagnostic::error(message).help("give it one in `pipeline.yaml`: `out: PATH`")
            }
            None => {
                let literal = format!("braces that are meant as such are written `{{{{{name}}}}}`");
                let help = suggestion::help(
                    name,
                    listed.iter().copied(),
                    "a coordinate named",
                    "its coordinates are",
                );
                let help = help.map_or(literal.clone(), |help| format!("{help}; {literal}"));
                Diagnostic::error(format!("no coordinate is named `{name}`")).help(help)
            }
        }
    }

    /// Finds the names of several folders where only one may be.
    fn several(&self, template: &str) -> Vec<(Diagnostic, Range<usize>)> {
        if self.folders != Folders::One {
            return Vec::new();
        }
        let own: Vec<&str> = listed(self.draft()).map(|(name, _)| name).collect();
        let mut mistakes = Vec::new();
        for (name, part) in names(template) {
            let Some((stage, _)) = name.rsplit_once('.') else { continue };
            let need = self.needs[self.stage].iter().map(|need| &self.drafts[*need]);
            let Some(need) = need.into_iter().find(|need| need.name == stage) else { continue };
            let more = listed(need).filter(|(name, values)| !own.contains(name) && values.len() > 1);
            let more: Vec<(&str, usize)> = more.map(|(name, values)| (name, values.len())).collect();
            if let Some((axis, _)) = more.first() {
                let count: usize = more.iter().map(|(_, count)| count).product();
                let message = format!("`{{{name}}}` is {count} folders here, and a line takes one");
                let help = format!(
                    "write what it runs as a list, where each is an argument of its own, or add `{axis}` to its `each`"
                );
                mistakes.push((Diagnostic::error(message).help(help), part));
            }
        }
        mistakes
    }
}

/// Names the fields of a stage that are one path which it writes.
fn written_fields<'a>(draft: &'a StageDraft<'_>) -> impl Iterator<Item = &'a str> {
    let fields = draft.schema.map_or(&[][..], |schema| &schema.fields);
    let is_set =
        |name: &str| get(&draft.raw.params, name).is_some_and(|set| matches!(set.value, Value::Text(_)));
    fields
        .iter()
        .filter(move |field| written_once(&field.shape) && is_set(field.name))
        .map(|field| field.name)
}

fn written_once(shape: &Shape) -> bool {
    match shape {
        Shape::OutputPath => true,
        Shape::Either(one, other) => written_once(one) || written_once(other),
        _ => false,
    }
}
