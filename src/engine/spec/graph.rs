//! `needs`: which stages stand before which, and whose variants and seeds a stage takes.

use std::collections::BTreeMap;

use super::inherit::arrows;
use super::order::{Sorted, sorted};
use super::outline::Draft;
use super::pipeline::Axis;
use super::settings_file;
use super::suggestion;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Finds each stage's needs, by index; those that don't exist and those on itself are told and left out.
///
/// With `nameless`, an unknown name may be that of a stage whose own can't be read, and is not told.
pub(super) fn needs(drafts: &[Draft<'_>], nameless: bool, diagnostics: &mut Diagnostics) -> Vec<Vec<usize>> {
    let known: BTreeMap<&str, usize> =
        drafts.iter().enumerate().map(|(index, draft)| (draft.name.as_str(), index)).collect();
    let find = |draft: &Draft<'_>, diagnostics: &mut Diagnostics| {
        let mut needs = Vec::new();
        for (name, place) in &draft.needs {
            if *name == draft.name {
                let mistake = Diagnostic::error(format!("stage `{name}` needs itself")).at(place);
                diagnostics.add(mistake.help(format!("take `{name}` out of its `needs`")));
            } else if let Some(index) = known.get(name.as_str()) {
                needs.push(*index);
            } else if !nameless {
                let mistake = Diagnostic::error(format!("no stage is named `{name}`")).at(place);
                let others = known.keys().copied().filter(|other| *other != draft.name);
                let help = suggestion::help(name, others, "a stage named", "the other stages are");
                diagnostics.add(mistake.help(help.unwrap_or_else(|| "there is no other stage".to_owned())));
            }
        }
        needs
    };
    drafts.iter().map(|draft| find(draft, diagnostics)).collect()
}

/// Sorts stages, needs first, and tells circles.
pub(super) fn order(drafts: &[Draft<'_>], needs: &[Vec<usize>], diagnostics: &mut Diagnostics) -> Vec<usize> {
    let Sorted { order, circles } = sorted(needs);
    for circle in circles {
        let names = circle.iter().chain(circle.first()).map(|index| format!("`{}`", drafts[*index].name));
        let message = format!("stages need one another in a circle: {}", arrows(names));
        let first = &drafts[circle[0]];
        let next = &drafts[*circle.get(1).unwrap_or(&circle[0])].name;
        let place =
            first.needs.iter().find(|(name, _)| name == next).map_or(&first.place, |(_, place)| place);
        diagnostics.add(Diagnostic::error(message).at(place).help("take one of these needs away"));
    }
    order
}

/// Tells stages that are repeated over variants or seeds that nobody has, or that two have.
pub(super) fn check_axes(
    drafts: &[Draft<'_>],
    needs: &[Vec<usize>],
    order: &[usize],
    diagnostics: &mut Diagnostics,
) {
    for (axis, word) in [(Axis::Variant, "variants"), (Axis::Seed, "seeds")] {
        // Which stage's variants (or seeds) each stage is repeated over; its own index for its own.
        let mut owner: Vec<Option<usize>> = vec![None; drafts.len()];
        for &index in order {
            let draft = &drafts[index];
            let repeated = draft.each.iter().find(|(known, _)| *known == axis);
            let (Some((_, place)), Some(schema)) = (repeated, draft.schema) else {
                check_unused(draft, &axis, diagnostics);
                continue;
            };
            if !schema.fields.is_empty() {
                owner[index] = Some(index);
                let has = match axis {
                    Axis::Variant => draft.told.variants.is_some(),
                    _ => draft.told.seeds.is_some(),
                };
                if !has && !draft.told.unreadable {
                    let message = format!("stage `{}` is repeated over {word} but has none", draft.name);
                    let path = settings_file::path(&draft.name);
                    let help = format!("list them in `{path}`, under `{word}`");
                    diagnostics.add(Diagnostic::error(message).at(place).help(help));
                }
                continue;
            }
            let mut owners: Vec<usize> = needs[index].iter().filter_map(|need| owner[*need]).collect();
            owners.sort_unstable();
            owners.dedup();
            owner[index] = owners.first().copied();
            let names: Vec<&str> = owners.iter().map(|owner| drafts[*owner].name.as_str()).collect();
            let uncertain = needs[index].len() < draft.needs.len()
                || needs[index].iter().any(|need| drafts[*need].schema.is_none());
            let mistake = match names[..] {
                [_] => continue,
                // The need that has them may be the one that is misspelt.
                [] if uncertain => continue,
                [] => Diagnostic::error(format!(
                    "stage `{}` is repeated over {word}, but no stage that it needs has any",
                    draft.name
                ))
                .help(format!("add the stage that has {word} to its `needs`")),
                [one, another, ..] => Diagnostic::error(format!(
                    "stage `{}` can't take its {word} from both `{one}` and `{another}`",
                    draft.name
                ))
                .help("split it into one stage for each of them"),
            };
            diagnostics.add(mistake.at(place));
        }
    }
}

fn check_unused(draft: &Draft<'_>, axis: &Axis, diagnostics: &mut Diagnostics) {
    let (place, word) = match axis {
        Axis::Variant => (&draft.told.variants_place, "variant"),
        _ => (&draft.told.seeds_place, "seed"),
    };
    // A stage whose `each` was refused may well have meant it.
    if let Some(place) = place.as_ref().filter(|_| !draft.each_refused) {
        let message = format!("stage `{}` isn't repeated over {word}s", draft.name);
        let help = format!("add `{word}` to its `each` in `pipeline.yaml`, or take these away");
        diagnostics.add(Diagnostic::error(message).at(place).help(help));
    }
}
