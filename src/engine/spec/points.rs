//! The points of a stage's `each`, before there is a plan: which values its coordinates and parameters have at each.

use super::exclude::Excluded;
use super::outline::{AxisValues, StageDraft};
use super::pipeline::Axis;
use super::settings::Settings;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::suggestion;
use crate::value::Value;

/// Instances of one stage, at most.
const MAX_INSTANCES: usize = 100_000;

/// Sets the values of each stage's axes, which for variants and seeds are those of their owners.
pub(super) fn set_values(
    drafts: &mut [StageDraft<'_>],
    variants_of: &[Option<usize>],
    seeds_of: &[Option<usize>],
    diagnostics: &mut Diagnostics,
) {
    for index in 0..drafts.len() {
        let values = |axis: &Axis| match axis {
            Axis::Listed { name, values } => AxisValues { name: name.clone(), values: values.clone() },
            Axis::Variant => {
                let owner = variants_of[index].map(|owner| drafts[owner].raw.variants()).unwrap_or_default();
                let values = owner.iter().map(|variant| variant.name.clone()).collect();
                AxisValues { name: "variant".to_owned(), values }
            }
            Axis::Seed => {
                let owner = seeds_of[index].and_then(|owner| drafts[owner].raw.seeds.as_deref());
                let values = owner.unwrap_or_default().iter().map(u64::to_string).collect();
                AxisValues { name: "seed".to_owned(), values }
            }
        };
        let axes: Vec<AxisValues> = drafts[index].each.iter().map(|entry| values(&entry.axis)).collect();
        let count = axes.iter().fold(1_usize, |count, axis| count.saturating_mul(axis.values.len()));
        if count > MAX_INSTANCES {
            let draft = &drafts[index];
            let mistake = Diagnostic::error(format!("these are more than {MAX_INSTANCES} instances"));
            let place = draft.each.first().map_or(&draft.place, |entry| &entry.place);
            diagnostics.add(mistake.at(place).help("list fewer values, or split the stage"));
            continue;
        }
        drafts[index].axes = axes;
        let draft = &drafts[index];
        if !draft.exclude.is_empty() {
            check_excluded(draft, diagnostics);
        }
    }
}

/// Reports what a stage leaves out that it has not, or twice, and a stage of which nothing is left.
fn check_excluded(draft: &StageDraft<'_>, diagnostics: &mut Diagnostics) {
    let known = || draft.axes.iter().map(|axis| axis.name.as_str());
    let mistakes = diagnostics.len();
    for excluded in &draft.exclude {
        for ((name, value), place) in excluded.values.iter().zip(&excluded.places) {
            let axis = draft.axes.iter().find(|axis| axis.name == *name);
            let (message, help) = match axis {
                None => (
                    format!("stage `{}` isn't repeated over `{name}`", draft.name),
                    suggestion::help(name, known(), "a coordinate named", "its coordinates are"),
                ),
                // Whose values they are may be what is wrong.
                Some(axis) if axis.values.is_empty() || axis.values.contains(value) => continue,
                Some(axis) => (
                    format!("no `{name}` is `{value}`"),
                    suggestion::help(
                        value,
                        axis.values.iter().map(String::as_str),
                        "a value",
                        "its values are",
                    ),
                ),
            };
            let mistake = Diagnostic::error(message).at(place);
            diagnostics.add(match help {
                Some(help) => mistake.help(help),
                None => mistake.help("take it away"),
            });
        }
    }
    // Where a coordinate has no values, that is reported.
    if count(draft) == 0 {
        return;
    }
    let mut leaves_out = vec![false; draft.exclude.len()];
    let mut left = 0;
    for point in 0..count(draft) {
        match draft.exclude.iter().position(|excluded| has_all(draft, point, excluded)) {
            Some(first) => leaves_out[first] = true,
            None => left += 1,
        }
    }
    // What names no point at all is reported by that name.
    let sound = diagnostics.len() == mistakes;
    for (excluded, _) in draft.exclude.iter().zip(leaves_out).filter(|(_, some)| sound && !some) {
        let mistake = Diagnostic::error("what this leaves out is left out already").at(&excluded.place);
        diagnostics.add(mistake.help("take it away"));
    }
    if let (0, Some(last)) = (left, draft.exclude.last()) {
        let mistake = Diagnostic::error(format!("nothing is left of stage `{}`", draft.name));
        diagnostics.add(mistake.at(&last.place).help("leave out fewer points"));
    }
}

/// Says whether a point has all values of one that is left out.
fn has_all(draft: &StageDraft<'_>, point: usize, excluded: &Excluded) -> bool {
    let has = |(name, value): &(String, String)| {
        coordinates(draft, point).any(|(own, at)| own == name && at == value)
    };
    excluded.values.iter().all(has)
}

/// Gives a stage's points, without those that it leaves out.
pub(super) fn all(draft: &StageDraft<'_>) -> impl Iterator<Item = usize> {
    let is_left = |point: &usize| !draft.exclude.iter().any(|excluded| has_all(draft, *point, excluded));
    (0..count(draft)).filter(is_left)
}

/// Counts a stage's points, with those that it leaves out.
fn count(draft: &StageDraft<'_>) -> usize {
    draft.axes.iter().map(|axis| axis.values.len()).product()
}

/// Gives a stage's coordinates at a point, the last one first.
fn coordinates<'a>(draft: &'a StageDraft<'_>, point: usize) -> impl Iterator<Item = (&'a str, &'a str)> {
    draft.axes.iter().rev().scan(point, |rest, AxisValues { name, values }| {
        let value = &values[*rest % values.len()];
        *rest /= values.len();
        Some((name.as_str(), value.as_str()))
    })
}

/// Gives the text that a name in braces stands for at a point: a coordinate, or a parameter.
pub(super) fn text_of(draft: &StageDraft<'_>, point: usize, name: &str) -> Option<String> {
    if let Some((_, value)) = coordinates(draft, point).find(|(known, _)| *known == name) {
        return Some(value.to_owned());
    }
    let variant = coordinates(draft, point).find(|(known, _)| *known == "variant").map(|(_, value)| value);
    settings(draft, variant).get(name).and_then(in_braces)
}

/// Gives the parameters that hold at a variant.
fn settings<'a>(draft: &'a StageDraft<'_>, variant: Option<&str>) -> &'a Settings {
    let own = variant.and_then(|name| draft.variants.iter().find(|variant| variant.name == name));
    own.map_or(&draft.base, |variant| &variant.settings)
}

/// Writes a parameter as braces in a text give it; `None` for a list or a map.
pub(crate) fn in_braces(value: &Value) -> Option<String> {
    match value {
        Value::List(_) | Value::Map(_) => None,
        Value::Text(text) => Some(text.clone()),
        value => Some(value.to_string()),
    }
}

/// Names a stage at a point, for a sentence.
pub(super) fn point_name(draft: &StageDraft<'_>, point: usize) -> String {
    let part = |(name, value): (&str, &str)| {
        if name == "variant" { value.to_owned() } else { format!("{name}={value}") }
    };
    let mut parts: Vec<String> = coordinates(draft, point).map(part).collect();
    parts.reverse();
    if parts.is_empty() { draft.name.clone() } else { format!("{}[{}]", draft.name, parts.join(",")) }
}
