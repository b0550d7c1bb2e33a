//! `needs`: which stages come before which.

use std::collections::HashMap;

use super::inherit::arrows;
use super::order::{Sorted, sorted};
use super::outline::StageDraft;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::suggestion;

/// Finds each stage's needs, by index; those that don't exist and those on itself are reported and left out.
///
/// With `nameless`, an unknown name may be that of a stage whose own can't be read, and is not reported.
pub(super) fn needs(
    drafts: &[StageDraft<'_>],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<usize>> {
    let known: HashMap<&str, usize> =
        drafts.iter().enumerate().map(|(index, draft)| (draft.name.as_str(), index)).collect();
    let find = |draft: &StageDraft<'_>, diagnostics: &mut Diagnostics| {
        let mut needs = Vec::new();
        for (name, place) in &draft.needs {
            if *name == draft.name {
                let mistake = Diagnostic::error(format!("stage `{name}` needs itself")).at(place);
                diagnostics.add(mistake.help(format!("take `{name}` out of its `needs`")));
            } else if let Some(index) = known.get(name.as_str()) {
                needs.push(*index);
            } else if !nameless {
                diagnostics.add_with(|| {
                    let mistake = Diagnostic::error(format!("no stage is named `{name}`")).at(place);
                    let others = drafts.iter().map(|other| other.name.as_str());
                    let others = others.filter(|other| *other != draft.name);
                    let help = suggestion::help(name, others, "a stage named", "the other stages are");
                    mistake.help(help.unwrap_or_else(|| "there is no other stage".to_owned()))
                });
            }
        }
        needs
    };
    drafts.iter().map(|draft| find(draft, diagnostics)).collect()
}

/// Sorts stages, needs first, and reports circles.
pub(super) fn order(
    drafts: &[StageDraft<'_>],
    needs: &[Vec<usize>],
    diagnostics: &mut Diagnostics,
) -> Vec<usize> {
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
