//! Points of a stage at which a stage that it needs has nothing: no plan can be laid out, so nothing that asks for runs is
//! checked, either.

use std::collections::HashSet;

use super::outline::{AxisValues, StageDraft};
use super::owners::{Owner, has_values_of};
use super::points;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// How many values of a need's coordinate are named.
const MAX_LISTED: usize = 8;

/// Reports for each stage the first point that a need lacks; of those that take their values from such a stage, or wait for
/// one, nothing. Says whether there is one.
pub(super) fn check(
    drafts: &[StageDraft<'_>],
    needs: &[Vec<usize>],
    order: &[usize],
    [variants_of, seeds_of]: [&[Owner]; 2],
    diagnostics: &mut Diagnostics,
) -> bool {
    let mut is_reported = vec![false; drafts.len()];
    for &stage in order {
        let owners = [variants_of[stage], seeds_of[stage]].into_iter().filter_map(Owner::first);
        if owners.chain(needs[stage].iter().copied()).any(|other| is_reported[other]) {
            is_reported[stage] = true;
            continue;
        }
        let draft = &drafts[stage];
        for &need in &needs[stage] {
            let needed = &drafts[need];
            let owners = |name: &str| match name {
                "variant" => Some(variants_of),
                "seed" => Some(seeds_of),
                _ => None,
            };
            // As the plan matches coordinates: what both list, or take from one stage, or the stage lists itself.
            let is_shared = |axis: &&AxisValues| {
                axis_named(draft, &axis.name).is_some()
                    && owners(&axis.name)
                        .is_none_or(|of| has_values_of(of[stage].first(), stage, of[need].first()))
            };
            let shared: Vec<&AxisValues> = needed.axes.iter().filter(is_shared).collect();
            if let Some(point) = unmatched(draft, needed, &shared) {
                is_reported[stage] = true;
                diagnostics.add(mistake(draft, point, needed, &shared));
                break;
            }
        }
    }
    is_reported.contains(&true)
}

/// Finds the first point of a stage at which a need has nothing.
fn unmatched(draft: &StageDraft<'_>, needed: &StageDraft<'_>, shared: &[&AxisValues]) -> Option<usize> {
    // Of values that can't be read nothing is known.
    let is_unclear =
        |draft: &StageDraft<'_>| draft.each_refused || draft.raw.nameless || draft.raw.unreadable;
    if needed.axes.iter().any(|axis| axis.values.is_empty()) || is_unclear(needed) || is_unclear(draft) {
        return None;
    }
    let is_same =
        |axis: &&AxisValues| axis_named(draft, &axis.name).is_some_and(|own| own.values == axis.values);
    if needed.exclude.is_empty() && shared.iter().all(is_same) {
        return None;
    }
    let place = |draft: &StageDraft<'_>, point| -> Vec<Option<String>> {
        shared.iter().map(|axis| points::text_of(draft, point, &axis.name)).collect()
    };
    let known: HashSet<Vec<Option<String>>> = points::all(needed).map(|point| place(needed, point)).collect();
    points::all(draft).find(|point| !known.contains(&place(draft, *point)))
}

fn axis_named<'a>(draft: &'a StageDraft<'_>, name: &str) -> Option<&'a AxisValues> {
    draft.axes.iter().find(|axis| axis.name == name)
}

/// Says what is lacking: a value of a coordinate, where the stage has it from; else values that the need leaves out.
fn mistake(
    draft: &StageDraft<'_>,
    point: usize,
    needed: &StageDraft<'_>,
    shared: &[&AxisValues],
) -> Diagnostic {
    let (instance, need) = (points::point_name(draft, point), &needed.name);
    let message = format!("`{instance}` needs `{need}`, which has nothing at the same coordinates");
    let lacking = shared.iter().find_map(|axis| {
        let value = points::text_of(draft, point, &axis.name)?;
        (!axis.values.contains(&value)).then_some((*axis, value))
    });
    let Some((axis, value)) = lacking else {
        let help = format!("`{need}` leaves it out by its `exclude`: leave it out here, too");
        return Diagnostic::error(message).at(&draft.place).help(help);
    };
    let (name, listed) = (&axis.name, &axis.values[..axis.values.len().min(MAX_LISTED)]);
    let more = if listed.len() < axis.values.len() { ", …" } else { "" };
    let help = format!(
        "`{need}` has no {name} `{value}`; its {name}s are {}{more}: add it there, or take it away here",
        listed.join(", ")
    );
    Diagnostic::error(message).at(axis_place(draft, name)).help(help)
}

/// Gives where a stage says which values of a coordinate it has.
fn axis_place<'a>(draft: &'a StageDraft<'_>, name: &str) -> &'a Place {
    let listed = match name {
        "variant" => draft.raw.variants_place.as_ref(),
        "seed" => draft.raw.seeds_place.as_ref(),
        _ => None,
    };
    let entry = draft.each.iter().find(|entry| entry.axis.name() == name);
    listed.or(entry.map(|entry| &entry.place)).unwrap_or(&draft.place)
}
