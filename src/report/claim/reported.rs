//! Numbers that a source measured against the repeats here.
//!
//! ```text
//! single, max    one more run would give the number, or clearly not
//! range          likewise, the end that is nearer to the mean; a mean between the ends is not elsewhere
//! each           the numbers are a sample, which is compared with the repeats
//! ```
//!
//! The number is *reached* where it is between the lowest and the highest repeat, each of them widened by `within`, or
//! by half of the number's last place. It is *elsewhere* where the test finds that it is, beyond the same margin.
//!
//! Assumptions
//! - The source's runs vary as the repeats here do, and are scored on as many cases of their own.
//! - Behind the highest of several runs there are as many runs as there are repeats here: it is elsewhere only below the
//!   level divided by their number (Bonferroni), or where it is clearly exceeded.

use super::figure::ReportedValue;
use super::finding::{Finding, mirrored, of_bounds};
use super::quantities::{MeasuredValues, Side};
use super::verdict::{Doubt, Verdict};
use super::written::{Claim, Runs};
use crate::statistics::{ALPHA, Comparison, Reason, Relation, Sample, StatedNumber, compare_with_stated};

/// Judges whether the repeats reach the numbers of a claim.
pub(super) fn judge(claim: &Claim, own: &Side<'_>) -> Finding {
    let values = &claim.values;
    let (Some(summary), Some(margin)) = (own.values.sample.summary(), margin(claim)) else {
        return Finding::without_test(Verdict::NotShown(Doubt::Unclear(missing(own))));
    };
    if !own.is_whole() {
        return Finding::without_test(Verdict::NotShown(Doubt::Unclear(missing(own))));
    }
    let (low, high) = ends(values);
    let (verdict, comparisons) = match claim.runs {
        Runs::Each if values.len() > 1 => compare_each(values, own, margin),
        Runs::Single | Runs::Each | Runs::Max | Runs::Range => {
            // The rounding of the last place is in the test; a margin that is written comes on top.
            let step = values.iter().map(|value| value.step).fold(0.0, f64::max);
            let within = claim.within.as_ref().map_or(0.0, |within| within.value);
            let near = summary.mean.clamp(low - within, high + within);
            let comparison = compare_one_run(own, near, step);
            let is_elsewhere = match comparison.relation {
                Relation::Lower if claim.runs == Runs::Max => {
                    comparison.p.is_none_or(|p| p * summary.n as f64 <= ALPHA)
                }
                Relation::Higher | Relation::Lower => true,
                Relation::Same | Relation::Unclear(_) => false,
            };
            let verdict = match comparison.relation {
                _ if is_elsewhere => Verdict::Contradicted,
                Relation::Unclear(reason) => Verdict::NotShown(Doubt::Unclear(reason)),
                _ => Verdict::Holds,
            };
            (verdict, vec![comparison])
        }
    };
    let is_reached = summary.min <= high + margin && summary.max >= low - margin;
    let verdict = match verdict {
        Verdict::NotShown(Doubt::Unclear(Reason::NotSignificant) | Doubt::NearBound) | Verdict::Holds => {
            if is_reached {
                Verdict::Holds
            } else {
                Verdict::NotShown(Doubt::NotReached)
            }
        }
        other => other,
    };
    Finding { verdict, comparisons, decisive: None }
}

/// Gives how far a number may be from what it is reached by.
pub(super) fn margin(claim: &Claim) -> Option<f64> {
    let step = claim.values.iter().map(|value| value.step).reduce(f64::max)?;
    Some(claim.within.as_ref().map_or(step / 2.0, |within| within.value))
}

/// Gives the lowest and the highest of several numbers.
pub(super) fn ends(values: &[ReportedValue]) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(ends, |(low, high), value| (low.min(value.value), high.max(value.value)))
}

fn missing(own: &Side<'_>) -> Reason {
    let values = own.values.sample.values();
    Reason::MissingValues { present: values.iter().flatten().count(), repeats: values.len() }
}

fn compare_one_run(own: &Side<'_>, number: f64, step: f64) -> Comparison {
    match StatedNumber::one_run(number, step) {
        Some(stated) => compare_with_stated(&own.values.sample, stated),
        None => Comparison { relation: Relation::Unclear(Reason::NotSignificant), difference: None, p: None },
    }
}

/// Compares the repeats with a number of each run of the source.
fn compare_each(values: &[ReportedValue], own: &Side<'_>, margin: f64) -> (Verdict, Vec<Comparison>) {
    let sample = Sample::new(values.iter().map(|value| Some(value.value)));
    let sample = match own.values.sample.cases() {
        Some(cases) => sample.out_of(cases),
        None => sample,
    };
    let reported = MeasuredValues { sample, repeats: Vec::new(), keys: None, is_paired: false };
    let reported = Side { reference: own.reference, values: reported };
    let above = own.compare_beyond(&reported, margin);
    let below = mirrored(reported.compare_beyond(own, margin));
    (of_bounds(below, above), vec![below, above])
}
