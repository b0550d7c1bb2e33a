//! Reports stages that are repeated over variants or seeds which no stage has, or of which it is unclear whose.

use super::outline::StageDraft;
use super::owners::{Owner, Takes, owners};
use super::pipeline::Axis;
use super::settings_file;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion;

/// Finds the owners of an axis, and reports stages that are repeated over variants or seeds which no stage has, or
/// of which it is unclear whose.
pub(super) fn check(
    axis: &Axis,
    drafts: &[StageDraft<'_>],
    needs: &[Vec<usize>],
    order: &[usize],
    diagnostics: &mut Diagnostics,
) -> Vec<Owner> {
    let takes: Vec<Takes> = (0..drafts.len()).map(|index| takes(axis, index, drafts, diagnostics)).collect();
    let owners = owners(order, needs, &takes);
    for &index in order {
        let draft = &drafts[index];
        let Some(entry) = draft.each.iter().find(|entry| entry.axis == *axis) else { continue };
        let uncertain = draft.raw.unreadable
            || needs[index].len() < draft.needs.len()
            || needs[index].iter().any(|need| drafts[*need].schema.is_none());
        let (name, word) = (&draft.name, plural(axis));
        let mistake = match owners[index] {
            Owner::One(_) => continue,
            // The need that has them may be the one that is misspelt.
            Owner::None if uncertain || draft.schema.is_none() => continue,
            Owner::None if draft.schema.is_some_and(settings_file::has_variants) => {
                let help = format!("list them under `{word}`, here or in `{}`", settings_file::path(name));
                Diagnostic::error(format!("stage `{name}` is repeated over {word} but has none")).help(help)
            }
            Owner::None => {
                let message =
                    format!("stage `{name}` is repeated over {word}, but no stage that it needs has any");
                Diagnostic::error(message).help(format!("add the stage that has {word} to its `needs`"))
            }
            Owner::Unclear(one, another) => {
                let (one, another) = (&drafts[one].name, &drafts[another].name);
                let message =
                    format!("stage `{name}` can't take its {word} from both `{one}` and `{another}`");
                let axis = axis.name();
                let help = format!("name the stage: `each: [{one}.{axis}]`, or `{another}.{axis}`");
                Diagnostic::error(message).help(help)
            }
        };
        diagnostics.add(mistake.at(&entry.place));
    }
    owners
}

/// Reads where a stage takes the values of an axis from, and reports those of its own that it doesn't use.
fn takes(axis: &Axis, index: usize, drafts: &[StageDraft<'_>], diagnostics: &mut Diagnostics) -> Takes {
    let draft = &drafts[index];
    let listed = place(axis, draft);
    let entry = draft.each.iter().find(|entry| entry.axis == *axis);
    let from = entry.and_then(|entry| Some((entry.of.as_ref()?, &entry.place)));
    let (unused, takes) = match (entry, from) {
        // A stage whose `each` was refused may well have meant it.
        (None, _) => (listed.filter(|_| !draft.each_refused), Takes::Nothing),
        (Some(_), Some((name, place))) => match owner_named(name, axis, drafts, place, diagnostics) {
            Some(stage) => (listed.filter(|_| stage != index), Takes::From(stage)),
            None => return Takes::Own,
        },
        (Some(_), None) if lists(axis, draft) => return Takes::Own,
        (Some(_), None) => (None, Takes::Nearest),
    };
    if let Some(place) = unused {
        let (name, word) = (&draft.name, axis.name());
        let mistake = match from {
            None => Diagnostic::error(format!("stage `{name}` isn't repeated over {word}s"))
                .help(format!("add `{word}` to its `each` in `pipeline.yaml`, or take these away")),
            Some((from, _)) => Diagnostic::error(format!("stage `{name}` takes its {word}s from `{from}`"))
                .help(format!("take these away, or write `each: [{word}]`")),
        };
        diagnostics.add(mistake.at(place));
    }
    takes
}

/// Finds the stage that an `each` names, if it lists values of the axis.
fn owner_named(
    name: &str,
    axis: &Axis,
    drafts: &[StageDraft<'_>],
    place: &Place,
    diagnostics: &mut Diagnostics,
) -> Option<usize> {
    let found = drafts.iter().position(|draft| draft.name == name && lists(axis, draft));
    if found.is_none() {
        diagnostics.add_with(|| {
            let word = plural(axis);
            let message = format!("no stage with {word} of its own is named `{name}`");
            let known = drafts.iter().filter(|draft| lists(axis, draft)).map(|draft| draft.name.as_str());
            let help = suggestion::help(name, known, "a stage named", &format!("stages with {word} are"));
            let help = help.unwrap_or_else(|| format!("no stage lists {word}"));
            Diagnostic::error(message).at(place).help(help)
        });
    }
    found
}

/// Says whether a stage lists values of an axis, or may do so in a file that can't be read.
fn lists(axis: &Axis, draft: &StageDraft<'_>) -> bool {
    let raw = &draft.raw;
    raw.unreadable || if *axis == Axis::Variant { raw.variants.is_some() } else { raw.seeds.is_some() }
}

/// Gives where a stage lists values of an axis.
fn place<'a>(axis: &Axis, draft: &'a StageDraft<'_>) -> Option<&'a Place> {
    match axis {
        Axis::Variant => draft.raw.variants_place.as_ref(),
        _ => draft.raw.seeds_place.as_ref(),
    }
}

fn plural(axis: &Axis) -> String {
    format!("{}s", axis.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_takes_its_own_values_else_those_of_the_nearest_need() {
        let needs = [vec![], vec![0], vec![1], vec![2, 0]];
        let order = [0, 1, 2, 3];
        let of = |takes: [Takes; 4]| owners(&order, &needs, &takes)[3];
        use Takes::{From, Nearest, Nothing, Own};
        assert_eq!(of([Own, Nothing, Own, Own]), Owner::One(3));
        assert_eq!(of([Own, Nothing, Nothing, Nearest]), Owner::One(0));
        assert_eq!(of([Nothing, Own, Nothing, Nearest]), Owner::One(1));
        assert_eq!(of([Own, Nothing, Nearest, Nearest]), Owner::One(0));
        assert_eq!(of([Own, Nothing, Own, Nearest]), Owner::Unclear(0, 2));
        assert_eq!(of([Own, Nothing, Own, From(2)]), Owner::One(2));
        assert_eq!(of([Nothing, Nothing, Nothing, Nearest]), Owner::None);
        assert_eq!(of([Own, Nothing, Own, Nothing]), Owner::None);
    }
}
