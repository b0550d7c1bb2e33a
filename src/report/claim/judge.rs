//! A claim and what was measured → a verdict, by the one rule of [`crate::statistics`].
//!
//! | a claim | holds | is contradicted |
//! |---|---|---|
//! | that compares | clearly so against each of `than` | clearly the other way round against one, or the same run |
//! | `same` | the same run, or clearly nearer than `within` | clearly apart, by more than `within` |
//! | `between`, `near_zero` | clearly inside the bounds | clearly outside one of them |
//! | `reported` | the repeats reach the numbers | they are clearly elsewhere |
//! | with `repeats` | in so many repeats or more | in fewer |
//!
//! Everything else is not shown. That a claim is clearly inside bounds is tested from both sides (D. J. Schuirmann,
//! J. Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680). A claim on several others holds if it holds for each,
//! which needs no correction (R. L. Berger, Technometrics 24 (1982), 295–300). That reported numbers are reached says no
//! more than that: how often that happens to wrong ones is not bounded.
//!
//! Invariants
//! - Where a repeat of the claim's measure lacks its value, the claim neither holds nor is contradicted.

use super::counts;
use super::finding::{Finding, Other, compare_with_bound, mirrored, of_bounds};
use super::quantities::{MeasuredValues, Quantities, Side};
use super::reported;
use super::verdict::{Doubt, Elsewhere, Judgement, Verdict};
use super::written::{Claim, Named, Operand, Reading, Relation};
use crate::statistics::{self, Comparison};

/// Judges each reading of a claim.
pub(super) fn judge(claim: &Claim, quantities: &dyn Quantities) -> Vec<Judgement> {
    claim.readings.iter().map(|reading| judge_reading(claim, reading, quantities)).collect()
}

fn judge_reading(claim: &Claim, reading: &Reading, quantities: &dyn Quantities) -> Judgement {
    let Finding { verdict, comparisons, decisive } = find(claim, reading, quantities);
    Judgement { reading: reading.name.clone(), verdict, comparisons, decisive }
}

fn find(claim: &Claim, reading: &Reading, quantities: &dyn Quantities) -> Finding {
    if reading.is_observed {
        return Finding::without_test(Verdict::DependsOnMachine);
    }
    if !reading.applies {
        return Finding::without_test(Verdict::NotApplicable(Elsewhere::OtherReading));
    }
    if quantities.is_stand_in() && !claim.values.is_empty() {
        return Finding::without_test(Verdict::NotApplicable(Elsewhere::StandIn));
    }
    let read = |named: &Named| quantities.measured(&named.reference);
    let of: Vec<_> = reading.of.iter().map(read).collect();
    let than: Vec<_> = reading.than.iter().map(|than| than.measured().map(read)).collect();
    let all = || of.iter().chain(than.iter().flatten());
    if let Some(Err(reason)) = all().find(|read| read.is_err()) {
        return Finding::without_test(Verdict::NotShown(Doubt::Unread(reason.clone())));
    }
    let own: Vec<Side<'_>> =
        reading.of.iter().zip(of).filter_map(|(named, read)| side_of(named, read)).collect();
    let others: Vec<Other<'_>> = reading
        .than
        .iter()
        .zip(than)
        .filter_map(|(than, read)| match than {
            Operand::Measured(named) => side_of(named, read?).map(Other::Measured),
            Operand::Stated(stated) => Some(Other::Number(stated.value.value)),
            Operand::Zero => Some(Other::Number(0.0)),
        })
        .collect();
    // Runs that are this one under another name are no others.
    let is_other = |own: &Side<'_>, other: &Other<'_>| match other {
        Other::Measured(other) => !(reading.is_among_all && own.is_same_run(other)),
        Other::Number(_) => true,
    };
    let Some(first) = own.first() else { return Finding::without_test(Verdict::NotShown(Doubt::Alone)) };
    let others: Vec<(usize, Other<'_>)> =
        others.into_iter().enumerate().filter(|(_, other)| is_other(first, other)).collect();
    if reading.is_among_all && others.is_empty() {
        return Finding::without_test(Verdict::NotShown(Doubt::Alone));
    }
    match &claim.repeats {
        Some(repeats) => Finding::without_test(counts::judge(claim, &own, &others, repeats.count)),
        None => test(claim, &own, &others),
    }
}

fn side_of(named: &Named, values: Result<MeasuredValues, String>) -> Option<Side<'_>> {
    Some(Side { reference: &named.reference, values: values.ok()? })
}

fn test(claim: &Claim, own: &[Side<'_>], others: &[(usize, Other<'_>)]) -> Finding {
    let margin = claim.within.as_ref().map(|within| within.value);
    let first = &own[0];
    let each = |test: &dyn Fn(&Other<'_>) -> (Verdict, Vec<Comparison>)| {
        worst(others.iter().map(|(at, other)| (Some(*at), test(other))))
    };
    match claim.relation {
        Relation::Above | Relation::Highest => each(&|other| is_higher(compare(first, other))),
        Relation::Below | Relation::Lowest => each(&|other| is_higher(mirrored(compare(first, other)))),
        Relation::Same => each(&|other| is_same(first, other, margin)),
        Relation::Monotone => {
            let pairs = own.windows(2).map(|pair| (None, is_higher(pair[1].compare(&pair[0]))));
            worst(pairs)
        }
        Relation::Between => {
            inside(first, claim.values.first().map(|it| it.value), claim.values.last().map(|it| it.value))
        }
        Relation::NearZero => inside(first, margin.map(|margin| -margin), margin),
        Relation::Reported => reported::judge(claim, first),
    }
}

fn compare(own: &Side<'_>, other: &Other<'_>) -> Comparison {
    match other {
        Other::Measured(other) => own.compare(other),
        Other::Number(number) => compare_with_bound(own, *number),
    }
}

fn is_higher(comparison: Comparison) -> (Verdict, Vec<Comparison>) {
    let verdict = match comparison.relation {
        statistics::Relation::Higher => Verdict::Holds,
        statistics::Relation::Lower | statistics::Relation::Same => Verdict::Contradicted,
        statistics::Relation::Unclear(reason) => Verdict::NotShown(Doubt::Unclear(reason)),
    };
    (verdict, vec![comparison])
}

/// Judges whether two are the same: without a margin they are where they are the same run or equal exact numbers, and
/// are not where they are clearly different.
fn is_same(own: &Side<'_>, other: &Other<'_>, margin: Option<f64>) -> (Verdict, Vec<Comparison>) {
    use statistics::Relation::{Higher, Lower, Same, Unclear};
    let plain = compare(own, other);
    let Some(margin) = margin.filter(|_| plain.relation != Same) else {
        let verdict = match plain.relation {
            Same => Verdict::Holds,
            Higher | Lower => Verdict::Contradicted,
            Unclear(reason) => Verdict::NotShown(Doubt::Unclear(reason)),
        };
        return (verdict, vec![plain]);
    };
    let [above, below] = match other {
        Other::Measured(other) => {
            [own.compare_beyond(other, margin), mirrored(other.compare_beyond(own, margin))]
        }
        Other::Number(number) => {
            [number + margin, number - margin].map(|bound| compare_with_bound(own, bound))
        }
    };
    (of_bounds(below, above), vec![below, above])
}

fn inside(own: &Side<'_>, low: Option<f64>, high: Option<f64>) -> Finding {
    let bounds = [low, high].map(|bound| compare_with_bound(own, bound.unwrap_or(f64::NAN)));
    let [low, high] = bounds;
    Finding { verdict: of_bounds(low, high), comparisons: bounds.to_vec(), decisive: None }
}

/// Joins verdicts of which all have to hold: the first that contradicts decides, else the first that is not shown, else
/// the one with the smallest difference.
fn worst(found: impl Iterator<Item = (Option<usize>, (Verdict, Vec<Comparison>))>) -> Finding {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Contradicted => 0,
        Verdict::Holds => 2,
        _ => 1,
    };
    let mut worst: Option<(Verdict, Option<usize>, f64)> = None;
    let mut comparisons = Vec::new();
    for (at, (verdict, made)) in found {
        let difference = made.first().and_then(|it| it.difference).map_or(f64::INFINITY, f64::abs);
        let is_worse = worst.as_ref().is_none_or(|(known, _, nearest)| {
            let (own, known_rank) = (rank(&verdict), rank(known));
            own < known_rank || own == 2 && known_rank == 2 && difference < *nearest
        });
        if is_worse {
            worst = Some((verdict, at, difference));
        }
        comparisons.extend(made);
    }
    let (verdict, decisive, _) = worst.unwrap_or((Verdict::NotShown(Doubt::Alone), None, 0.0));
    Finding { verdict, comparisons, decisive }
}
