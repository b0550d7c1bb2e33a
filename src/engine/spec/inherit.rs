//! Variants and `from`: what each variant sets, inherits, and leaves to the default.
//!
//! Order of precedence: `--set` on the variant, the variant's own, what it derives from, and so on down to
//! the stage's `params`, then the kind's defaults. A variant may derive from one of another stage, `train/2.4.2`: then what
//! holds there goes over the `params` of its own stage.

use std::collections::HashMap;

use super::open_params;
use super::order;
use super::outline::StageDraft;
use super::pipeline::{STAGE_SEPARATOR, Variant};
use super::settings::Settings;
use super::settings_file::RawVariant;
use super::shape::ParsedValues;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;

/// Resolves the variants of every stage; those on a circle, or behind one, are left out and reported.
///
/// With `nameless`, an unknown stage may be one whose own name can't be read, and is not reported.
pub(super) fn resolve(drafts: &mut [StageDraft<'_>], nameless: bool, diagnostics: &mut Diagnostics) {
    let mut resolved = variants(drafts, nameless, diagnostics);
    for (draft, variants) in drafts.iter_mut().zip(&mut resolved) {
        draft.variants = std::mem::take(variants);
    }
}

/// Gives each stage's variants.
fn variants(drafts: &[StageDraft<'_>], nameless: bool, diagnostics: &mut Diagnostics) -> Vec<Vec<Variant>> {
    let family = Family::of(drafts);
    let find = |at| family.parent(at, nameless, diagnostics).into_iter().collect();
    let parents: Vec<Vec<usize>> = (0..family.all.len()).map(find).collect();
    let sorted = order::sorted(&parents);
    for circle in &sorted.circles {
        diagnostics.add(family.circular(circle));
    }
    let mut inherited: Vec<Option<Settings>> = vec![None; family.all.len()];
    for index in sorted.order {
        let (stage, variant) = family.all[index];
        let parent = parents[index].first().and_then(|parent| {
            let settings = inherited[*parent].as_ref()?;
            Some((family.all[*parent].0, settings))
        });
        let base = &drafts[stage].base;
        let mut settings = match parent {
            None => base.clone(),
            Some((of, parent)) if of == stage => parent.clone(),
            Some((_, parent)) => base.overlaid_by(parent),
        };
        put(&mut settings, &variant.own);
        open_params::put(&mut settings, &variant.own_open, diagnostics);
        inherited[index] = Some(settings);
    }
    let mut resolved: Vec<Vec<Variant>> = drafts.iter().map(|_| Vec::new()).collect();
    for ((stage, variant), settings) in family.all.iter().zip(inherited) {
        let Some(mut settings) = settings else { continue };
        put(&mut settings, &variant.over);
        open_params::put(&mut settings, &variant.over_open, diagnostics);
        let from = variant.from.as_ref().map(|(name, _)| name.clone());
        resolved[*stage].push(Variant { name: variant.name.clone(), from, settings });
    }
    resolved
}

/// The variants of all stages.
struct Family<'d, 's> {
    drafts: &'d [StageDraft<'s>],
    /// Each with its stage, stage by stage.
    all: Vec<(usize, &'d RawVariant)>,
    known: HashMap<(usize, &'d str), usize>,
}

impl<'d, 's> Family<'d, 's> {
    fn of(drafts: &'d [StageDraft<'s>]) -> Self {
        let of_stage = |(stage, draft): (usize, &'d StageDraft<'s>)| {
            draft.raw.variants().iter().map(move |variant| (stage, variant))
        };
        let all: Vec<(usize, &RawVariant)> = drafts.iter().enumerate().flat_map(of_stage).collect();
        let known = all.iter().enumerate();
        let known = known.map(|(at, (stage, variant))| ((*stage, variant.name.as_str()), at)).collect();
        Self { drafts, all, known }
    }

    /// Finds the variant that another one derives from.
    fn parent(&self, at: usize, nameless: bool, diagnostics: &mut Diagnostics) -> Option<usize> {
        let (own, variant) = self.all[at];
        let (written, place) = variant.from.as_ref()?;
        let (stage, wanted, place) = match written.split_once(STAGE_SEPARATOR) {
            None => (own, written.as_str(), place.clone()),
            Some((stage, wanted)) if stage.is_empty() || wanted.is_empty() => {
                let mistake = Diagnostic::error(format!("`{written}` names no variant of a stage")).at(place);
                diagnostics.add(mistake.help("write `STAGE/VARIANT`, as in `fit/svm`"));
                return None;
            }
            Some((stage, wanted)) => {
                let part = place.narrowed_to(written, 0..stage.len());
                let found = self.stage(stage, nameless, &part, diagnostics)?;
                if !self.fits(own, found, place, diagnostics) {
                    return None;
                }
                (found, wanted, place.narrowed_to(written, stage.len() + 1..written.len()))
            }
        };
        let found = self.known.get(&(stage, wanted)).copied();
        let raw = &self.drafts[stage].raw;
        if found.is_none() && !raw.nameless && !raw.unreadable {
            diagnostics.add_with(|| self.unknown(at, stage, wanted).at(&place));
        }
        found
    }

    /// Finds a stage that lists variants, or may do so where what it lists can't be read.
    fn stage(
        &self,
        name: &str,
        nameless: bool,
        place: &Place,
        diagnostics: &mut Diagnostics,
    ) -> Option<usize> {
        let lists = |draft: &&StageDraft<'_>| draft.raw.variants.is_some();
        let found = self.drafts.iter().position(|draft| draft.name == name);
        let message = match found.map(|found| (found, &self.drafts[found])) {
            Some((found, draft)) if lists(&draft) => return Some(found),
            Some((_, draft)) if draft.schema.is_none() || draft.raw.unreadable => return None,
            Some(_) => format!("stage `{name}` lists no variants"),
            None if nameless => return None,
            None => format!("no stage is named `{name}`"),
        };
        diagnostics.add_with(|| {
            let known = self.drafts.iter().filter(lists).map(|draft| draft.name.as_str());
            let help = suggestion::help(name, known, "a stage named", "stages with variants are");
            Diagnostic::error(message).at(place).help(help.unwrap_or_else(|| "take `from` away".to_owned()))
        });
        None
    }

    /// Reports a stage whose variants have other parameters: those of a kind with a schema, of another kind.
    fn fits(&self, own: usize, other: usize, place: &Place, diagnostics: &mut Diagnostics) -> bool {
        let (Some(own), Some(other)) = (self.drafts[own].schema, self.drafts[other].schema) else {
            return false;
        };
        let fits = own.kind == other.kind || own.inline && other.inline;
        if !fits {
            let (own, other) = (own.kind, other.kind);
            let message = format!("a variant of kind `{own}` can't derive from one of kind `{other}`");
            let help = format!("derive it from a variant of a stage of kind `{own}`, or take `from` away");
            diagnostics.add(Diagnostic::error(message).at(place).help(help));
        }
        fits
    }

    fn unknown(&self, at: usize, stage: usize, wanted: &str) -> Diagnostic {
        let (own, variant) = self.all[at];
        let mistake =
            Diagnostic::error(format!("stage `{}` has no variant named `{wanted}`", self.drafts[stage].name));
        let names = self.drafts[stage].raw.variants().iter().map(|other| other.name.as_str());
        let others = names.filter(|other| own != stage || *other != variant.name);
        let elsewhere = self.all.iter().find(|(other, it)| *other != stage && it.name == wanted);
        if let (None, Some((other, _))) = (suggestion::nearest(wanted, others.clone()), elsewhere) {
            let other = &self.drafts[*other].name;
            return mistake.help(format!("stage `{other}` has one: `{other}{STAGE_SEPARATOR}{wanted}`"));
        }
        let many = if own == stage { "the other variants are" } else { "its variants are" };
        let help = suggestion::help(wanted, others, "a variant named", many);
        mistake.help(help.unwrap_or_else(|| "take `from` away".to_owned()))
    }

    /// Names variants that derive from one another; with their stages where these are several.
    fn circular(&self, circle: &[usize]) -> Diagnostic {
        let (stage, first) = self.all[circle[0]];
        let is_within = circle.iter().all(|index| self.all[*index].0 == stage);
        let name = |index: &usize| match self.all[*index] {
            (_, variant) if is_within => format!("`{}`", variant.name),
            (of, variant) => format!("`{}{STAGE_SEPARATOR}{}`", self.drafts[of].name, variant.name),
        };
        let message = match circle.len() {
            1 => format!("variant `{}` derives from itself", first.name),
            _ => {
                let names = circle.iter().chain(circle.first()).map(name);
                format!("variants derive from one another in a circle: {}", arrows(names))
            }
        };
        let place = first.from.as_ref().map_or(&first.place, |(_, place)| place);
        let help = "derive it from a variant outside the circle, or take `from` away";
        Diagnostic::error(message).at(place).help(help)
    }
}

/// Joins names by arrows, for a circle.
pub(super) fn arrows(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(" → ")
}

fn put(settings: &mut Settings, values: &ParsedValues) {
    for (name, parsed) in values {
        settings.set(name, parsed.value.clone(), parsed.origin.clone());
    }
}
