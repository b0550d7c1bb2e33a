//! What comparisons say of a claim.

use super::quantities::Side;
use super::verdict::{Doubt, Verdict};
use crate::statistics::{Comparison, Reason, Relation, StatedNumber, compare_with_stated};

/// What was found, before the reading's name is put to it.
pub(super) struct Finding {
    pub(super) verdict: Verdict,
    pub(super) comparisons: Vec<Comparison>,
    pub(super) decisive: Option<usize>,
}

impl Finding {
    pub(super) fn without_test(verdict: Verdict) -> Self {
        Self { verdict, comparisons: Vec::new(), decisive: None }
    }
}

/// What a measure is compared with.
pub(super) enum Other<'c> {
    Measured(Side<'c>),
    Number(f64),
}

/// Compares with an exact number; a number that is too large to be one leaves it unclear.
pub(super) fn compare_with_bound(own: &Side<'_>, number: f64) -> Comparison {
    match StatedNumber::bound(number) {
        Some(stated) => compare_with_stated(&own.values.sample, stated),
        None => Comparison { relation: Relation::Unclear(Reason::NotSignificant), difference: None, p: None },
    }
}

/// Gives the comparison of the other side with this one.
pub(super) fn mirrored(comparison: Comparison) -> Comparison {
    use Relation::{Higher, Lower};
    let relation = match comparison.relation {
        Higher => Lower,
        Lower => Higher,
        other => other,
    };
    Comparison { relation, difference: comparison.difference.map(|difference| -difference), ..comparison }
}

/// Judges by comparisons with a lower and an upper bound.
pub(super) fn of_bounds(low: Comparison, high: Comparison) -> Verdict {
    use Relation::{Higher, Lower, Same, Unclear};
    match (low.relation, high.relation) {
        (Lower, _) | (_, Higher) => Verdict::Contradicted,
        // The bounds themselves are inside.
        (Higher | Same, Lower | Same) => Verdict::Holds,
        (Unclear(Reason::NotSignificant), _) | (_, Unclear(Reason::NotSignificant)) => {
            Verdict::NotShown(Doubt::NearBound)
        }
        (Unclear(reason), _) | (_, Unclear(reason)) => Verdict::NotShown(Doubt::Unclear(reason)),
    }
}
