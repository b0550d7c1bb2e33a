//! Which names braces may hold: coordinates and parameters everywhere, and in what a stage runs also what stages fill or set.
//!
//! `{word}` is a coordinate or a parameter, `{params}` the file of all parameters, `{out}` a field of the stage that is a path
//! it writes; `{fit.out}` and `{fit.rate}` are a field and a parameter of a stage that it needs.

use std::ops::Range;

use super::outline::{AxisValues, StageDraft};
use super::points::in_braces;
use super::schema::Shape;
use super::settings::Settings;
use super::shape::get;
use super::shell_line::{QUOTED_ELSEWHERE, UNQUOTED, quotings};
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

/// The name in braces of the file that holds all parameters.
pub(crate) const PARAMS: &str = "params";

impl<'a, 's> Braces<'a, 's> {
    fn draft(&self) -> &'a StageDraft<'s> {
        &self.drafts[self.stage]
    }

    /// Gives the names that braces may hold.
    fn known(&self) -> Vec<String> {
        let mut known: Vec<String> =
            self.draft().each.iter().map(|entry| entry.axis.name().to_owned()).collect();
        known.extend(parameter_names(self.draft()).into_iter().map(str::to_owned));
        if self.folders != Folders::None {
            known.push(PARAMS.to_owned());
            known.extend(written_fields(self.draft()).map(str::to_owned));
            for &need in &self.needs[self.stage] {
                let need = &self.drafts[need];
                let names = written_fields(need).chain(parameter_names(need));
                known.extend(names.map(|name| format!("{}.{name}", need.name)));
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
            // What it names may be meant by something misspelt.
            let raw = &self.draft().raw;
            if !self.draft().each_refused && !raw.nameless && !raw.unreadable {
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
        let mistakes = names(template)
            .into_iter()
            .filter_map(|(name, part)| Some((self.several(name).or_else(|| self.unprintable(name))?, part)));
        for (mistake, part) in mistakes {
            report(part, &|| mistake.clone());
        }
        sound
    }

    /// Reports values that a shell would read as something else where a line has them.
    pub fn check_quotes(&self, line: &str, place: &Place, diagnostics: &mut Diagnostics) {
        let shell = get(&self.draft().raw.params, "shell");
        let shell: Vec<String> =
            shell.iter().flat_map(|words| words.texts()).map(|(word, _)| word.to_owned()).collect();
        let quotings = quotings(line, &shell);
        for ((name, part), quoting) in names(line).into_iter().zip(quotings) {
            if let Some(value) = self.values(name).into_iter().find(|value| quoting.write(value).is_none()) {
                let message = format!("`{{{name}}}` may be `{value}`, which {UNQUOTED}");
                let mistake = Diagnostic::error(message).at(&place.narrowed_to(line, part));
                diagnostics.add(mistake.help(QUOTED_ELSEWHERE));
            }
        }
    }

    /// Gives what a coordinate or a parameter may be, at whatever point.
    fn values(&self, name: &str) -> Vec<String> {
        let (draft, parameter) = match name.rsplit_once('.') {
            None => (self.draft(), name),
            Some((stage, parameter)) => match self.need(stage) {
                Some(draft) => (draft, parameter),
                None => return Vec::new(),
            },
        };
        let own = std::ptr::eq(draft, self.draft());
        if let Some(axis) = draft.axes.iter().find(|axis| own && axis.name == parameter) {
            return axis.values.clone();
        }
        let base = draft.variants.is_empty().then_some(&draft.base);
        let all = base.into_iter().chain(draft.variants.iter().map(|variant| &variant.settings));
        all.filter_map(|settings| settings.get(parameter).and_then(in_braces)).collect()
    }

    /// Finds out whether a parameter has no text to put in, or several.
    fn unprintable(&self, name: &str) -> Option<Diagnostic> {
        let (draft, parameter) = match name.rsplit_once('.') {
            None => (self.draft(), name),
            Some((stage, parameter)) => (self.need(stage)?, parameter),
        };
        if draft.axes.iter().any(|axis| axis.name == name) || !parameter_names(draft).contains(&parameter) {
            return None;
        }
        let is_matched =
            || draft.axes.iter().filter(|axis| axis.name == "variant").all(|axis| self.shares(axis));
        if self.stage_of(draft) != self.stage && !draft.variants.is_empty() && !is_matched() {
            let message = format!("`{{{name}}}` has several values here: `{}` has variants", draft.name);
            return Some(Diagnostic::error(message).help("add `variant` to its `each`"));
        }
        let base = (draft.variants.is_empty()).then_some((None, &draft.base));
        let variants = draft.variants.iter().map(|variant| (Some(&variant.name), &variant.settings));
        base.into_iter().chain(variants).find_map(|(variant, settings): (Option<&String>, &Settings)| {
            let at = variant.map(|variant| format!(" for variant `{variant}`")).unwrap_or_default();
            match settings.parameters().get(parameter) {
                Some(value) if in_braces(value).is_some() => None,
                Some(_) => Some(
                    Diagnostic::error(format!("`{parameter}` is a list or a map{at}, and no text"))
                        .help("hand it over with all others by `{params}`, the path of a JSON file"),
                ),
                None => Some(
                    Diagnostic::error(format!("`{parameter}` is not set{at}"))
                        .help("set it, or hand over what there is by `{params}`, the path of a JSON file"),
                ),
            }
        })
    }

    fn need(&self, stage: &str) -> Option<&'a StageDraft<'s>> {
        self.needs[self.stage].iter().map(|need| &self.drafts[*need]).find(|need| need.name == stage)
    }

    fn stage_of(&self, draft: &StageDraft<'_>) -> usize {
        self.drafts.iter().position(|other| std::ptr::eq(other, draft)).unwrap_or(self.stage)
    }

    /// Says whether the stage is repeated over an axis of a need: at the same values, or at those that it lists itself.
    fn shares(&self, axis: &AxisValues) -> bool {
        let is_listed = match axis.name.as_str() {
            "variant" => self.draft().raw.variants.is_some(),
            "seed" => self.draft().raw.seeds.is_some(),
            _ => true,
        };
        let same = |own: &AxisValues| own.name == axis.name && (is_listed || own.values == axis.values);
        self.draft().axes.iter().any(same)
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
            Some((_, stage, "out")) => Diagnostic::error(format!("stage `{stage}` has no `out`"))
                .help("give it one in `pipeline.yaml`: `out: PATH`"),
            Some((_, stage, field)) => Diagnostic::error(format!("stage `{stage}` has no `{field}`"))
                .help("a need has an `out`, and its parameters"),
            None if name == "out" && self.folders != Folders::None => {
                let message = format!("stage `{}` has no folder of its own", self.draft().name);
                Diagnostic::error(message).help("give it one in `pipeline.yaml`: `out: PATH`")
            }
            None => {
                let literal = format!("braces that are meant as such are written `{{{{{name}}}}}`");
                let listed = listed.iter().copied().filter(|name| *name != PARAMS);
                let help = suggestion::help(name, listed, "the name", "its names are");
                let help = help.map_or(literal.clone(), |help| format!("{help}; {literal}"));
                Diagnostic::error(format!("no coordinate or parameter is named `{name}`")).help(help)
            }
        }
    }

    /// Finds out whether a name is of several folders where only one may be.
    fn several(&self, name: &str) -> Option<Diagnostic> {
        let (stage, field) = name.rsplit_once('.').filter(|_| self.folders == Folders::One)?;
        let need = self.need(stage)?;
        if !written_fields(need).any(|written| written == field) {
            return None;
        }
        let more: Vec<&AxisValues> =
            need.axes.iter().filter(|axis| axis.values.len() > 1 && !self.shares(axis)).collect();
        let axis = &more.first()?.name;
        let count: usize = more.iter().map(|axis| axis.values.len()).product();
        let message = format!("`{{{name}}}` is {count} folders here, and a line takes one");
        let help = format!(
            "write what it runs as a list, where each is an argument of its own, or add `{axis}` to its `each`"
        );
        Some(Diagnostic::error(message).help(help))
    }
}

/// Names the parameters of any name that a stage or a variant of it sets.
pub(super) fn parameter_names<'a>(draft: &'a StageDraft<'_>) -> Vec<&'a str> {
    if draft.schema.is_none_or(|schema| !schema.inline) {
        return Vec::new();
    }
    let variants = draft.variants.iter().map(|variant| &variant.settings);
    let mut names: Vec<&str> = std::iter::once(&draft.base)
        .chain(variants)
        .flat_map(Settings::paths)
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    names
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
