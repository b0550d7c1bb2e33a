//! Variants and `from`: what each variant sets, inherits, and leaves to the default.
//!
//! Order of precedence: `--set` on the variant, the variant's own, what it derives from, and so on down to
//! the stage's `params`, then the kind's defaults.

use std::collections::BTreeMap;

use super::open_params;
use super::order;
use super::pipeline::Variant;
use super::settings::Settings;
use super::settings_file::{self, RawStage, RawVariant};
use super::shape::ParsedValues;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::suggestion;

/// Resolves the variants of a stage; those on a circle, or behind one, are left out and reported.
pub(super) fn variants(
    base: &Settings,
    raw: &RawStage,
    stage: &str,
    diagnostics: &mut Diagnostics,
) -> Vec<Variant> {
    let nameless = raw.nameless;
    let variants = raw.variants();
    if variants.is_empty() {
        return Vec::new();
    }
    let known: BTreeMap<&str, usize> =
        variants.iter().enumerate().map(|(index, variant)| (variant.name.as_str(), index)).collect();
    let parents: Vec<Vec<usize>> = variants
        .iter()
        .map(|variant| parent(variant, &known, stage, nameless, diagnostics).into_iter().collect())
        .collect();
    let sorted = order::sorted(&parents);
    for circle in &sorted.circles {
        let names = circle.iter().chain(circle.first()).map(|index| format!("`{}`", variants[*index].name));
        let first = &variants[circle[0]];
        let message = match circle.len() {
            1 => format!("variant `{}` derives from itself", first.name),
            _ => format!("variants derive from one another in a circle: {}", arrows(names)),
        };
        let place = first.from.as_ref().map_or(&first.place, |(_, place)| place);
        let help = "derive it from a variant outside the circle, or take `from` away";
        diagnostics.add(Diagnostic::error(message).at(place).help(help));
    }
    let mut inherited: Vec<Option<Settings>> = vec![None; variants.len()];
    for index in sorted.order {
        let parent = parents[index].first().and_then(|parent| inherited[*parent].as_ref());
        let mut settings = parent.unwrap_or(base).clone();
        put(&mut settings, &variants[index].own);
        open_params::put(&mut settings, &variants[index].own_open, diagnostics);
        inherited[index] = Some(settings);
    }
    let resolved = variants.iter().zip(inherited).filter_map(|(variant, settings)| {
        let mut settings = settings?;
        put(&mut settings, &variant.over);
        open_params::put(&mut settings, &variant.over_open, diagnostics);
        let from = variant.from.as_ref().map(|(name, _)| name.clone());
        Some(Variant { name: variant.name.clone(), from, settings })
    });
    resolved.collect()
}

/// Joins names by arrows, for a circle.
pub(super) fn arrows(names: impl Iterator<Item = String>) -> String {
    names.collect::<Vec<_>>().join(" → ")
}

fn parent(
    variant: &RawVariant,
    known: &BTreeMap<&str, usize>,
    stage: &str,
    nameless: bool,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let (name, place) = variant.from.as_ref()?;
    let found = known.get(name.as_str()).copied();
    if found.is_none() && !nameless {
        diagnostics.add_with(|| {
            let path = settings_file::path(stage);
            let mistake = Diagnostic::error(format!("no variant of `{path}` is named `{name}`")).at(place);
            let others = known.keys().copied().filter(|other| *other != variant.name);
            let help = suggestion::help(name, others, "a variant named", "the other variants are");
            mistake.help(help.unwrap_or_else(|| "take `from` away".to_owned()))
        });
    }
    found
}

fn put(settings: &mut Settings, values: &ParsedValues) {
    for (name, parsed) in values {
        settings.set(name, parsed.value.clone(), parsed.origin.clone());
    }
}
