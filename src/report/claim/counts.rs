//! A claim on some of the repeats: it is counted in how many it is so, and nothing is tested.
//!
//! Invariants
//! - A repeat is compared with the repeat of the same coordinate on the other side.

use super::finding::Other;
use super::quantities::Side;
use super::reported::{ends, margin};
use super::verdict::{Doubt, Verdict};
use super::written::{Claim, Relation};
use crate::statistics::Reason;

/// Judges whether a claim is so in `wanted` repeats or more.
pub(super) fn judge(
    claim: &Claim,
    own: &[Side<'_>],
    others: &[(usize, Other<'_>)],
    wanted: usize,
) -> Verdict {
    let repeats = &own[0].values.repeats;
    if wanted > repeats.len() {
        return Verdict::NotShown(Doubt::FewRepeats);
    }
    let measured = others.iter().filter_map(|(_, other)| match other {
        Other::Measured(side) => Some(side),
        Other::Number(_) => None,
    });
    for side in own.iter().chain(measured) {
        if side.values.repeats != *repeats {
            return Verdict::NotShown(Doubt::OtherRepeats);
        }
        if !side.is_whole() {
            let values = side.values.sample.values();
            let present = values.iter().flatten().count();
            return Verdict::NotShown(Doubt::Unclear(Reason::MissingValues {
                present,
                repeats: values.len(),
            }));
        }
    }
    let so = (0..repeats.len()).filter(|at| is_so(claim, own, others, *at)).count();
    if so >= wanted { Verdict::Holds } else { Verdict::Contradicted }
}

fn is_so(claim: &Claim, own: &[Side<'_>], others: &[(usize, Other<'_>)], at: usize) -> bool {
    let value = |side: &Side<'_>| side.values.sample.values().get(at).copied().flatten().unwrap_or(f64::NAN);
    let first = value(&own[0]);
    let within = claim.within.as_ref().map_or(0.0, |within| within.value);
    let each = |is_so: &dyn Fn(f64) -> bool| {
        others.iter().all(|(_, other)| match other {
            Other::Measured(side) => is_so(value(side)),
            Other::Number(number) => is_so(*number),
        })
    };
    match claim.relation {
        Relation::Above | Relation::Highest => each(&|other| first > other),
        Relation::Below | Relation::Lowest => each(&|other| first < other),
        Relation::Same => each(&|other| (first - other).abs() <= within),
        Relation::NearZero => first.abs() <= within,
        Relation::Between => {
            let (low, high) = ends(&claim.values);
            (low..=high).contains(&first)
        }
        Relation::Reported => {
            let ((low, high), margin) = (ends(&claim.values), margin(claim).unwrap_or_default());
            (low - margin..=high + margin).contains(&first)
        }
        Relation::Monotone => own.windows(2).all(|pair| value(&pair[1]) > value(&pair[0])),
    }
}
