//! What the source document says, held against what was measured.
//!
//! Each comparison has a verdict of its own, and a reading the most unfavourable of them:
//!
//! | verdict | when |
//! |---|---|
//! | `agrees` | the ranges over the seeds stand apart as the statement says, or touch where it says *equal*; what it says of one variant holds for every seed |
//! | `open` | the ranges touch; what it says of one variant holds for some seeds |
//! | `differs` | anything else, also where two variants share their runs |
//!
//! None of this is a statistical test.
//!
//! Invariants
//! - A statement is read twice where the executed code differed from the description: once for each.
//! - Without a result for every variant it names, a statement has no reading.

use minijinja::{Value, context};

use super::comparison::Standing;
use super::figures::{bounds, quote, touches};
use super::measure::{Measure, Number};
use super::relation::{Relation, Statement};
use super::spread::Spread;
use super::variant::Summary;

/// A training loss below this, in nats, is zero to one decimal.
const NEAR_ZERO: f64 = 0.05;

/// From favourable to unfavourable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Agrees,
    Open,
    Differs,
}

impl Verdict {
    fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Open => "open",
            Self::Differs => "differs",
        }
    }

    fn of(agrees: bool) -> Self {
        if agrees { Self::Agrees } else { Self::Differs }
    }

    /// Judges what is said of one variant by the seeds for which it holds.
    fn of_seeds(spread: &Spread, holds: impl Fn(f64) -> bool) -> Self {
        let holding = spread.parts.iter().filter(|part| holds(part.value())).count();
        match holding {
            0 => Self::Differs,
            _ if holding == spread.parts.len() => Self::Agrees,
            _ => Self::Open,
        }
    }

    fn of_standing(standing: Standing, wanted: Standing) -> Self {
        match (standing, wanted) {
            (Standing::Identical | Standing::Overlapping, Standing::Identical) => Self::Agrees,
            (Standing::Overlapping, _) => Self::Open,
            (standing, wanted) => Self::of(standing == wanted),
        }
    }
}

/// Reads `statement`, taking the summary of each variant from `summary` under the name it gives.
///
/// # Returns
/// - `as_run`: whether executed twins stand in for the described variants;
/// - `name` and `value`, the variant and what it measured over its seeds;
/// - `counted`: `some` and `all` of what was counted, or `none`;
/// - `than`: a list of `name`, `mean`;
/// - `verdict`, and the names in `than` by theirs: `agreeing`, `open`, `differing`.
pub(super) fn reading<'a>(
    statement: &Statement,
    as_run: bool,
    summary: impl Fn(&str) -> Option<(&'a str, &'a Summary)>,
) -> Option<Value> {
    let relation = statement.relation;
    let read = |name: &str| {
        let (name, summary) = summary(name)?;
        Some((name, summary, quantity(relation, summary)?))
    };
    let (name, own, value) = read(&statement.variant)?;
    let others = statement.than.iter().map(|name| read(name)).collect::<Option<Vec<_>>>()?;
    let verdicts: Vec<(&str, Verdict)> = others
        .iter()
        .map(|(name, _, other)| (*name, Verdict::of_standing(Standing::of(value, other), wanted(relation))))
        .collect();
    let counted = counted(relation, own);
    let verdict = match verdicts.iter().map(|(_, verdict)| *verdict).max() {
        Some(worst) => worst,
        None => alone(statement, value, counted.as_ref()),
    };
    let with = |wanted: Verdict| {
        let those = verdicts.iter().filter(|(_, verdict)| *verdict == wanted);
        those.map(|(name, _)| (*name).to_owned()).collect::<Vec<String>>()
    };
    Some(context! {
        as_run => as_run,
        name => name,
        value => Spread::to_template(Some(value)),
        counted => counted.as_ref().map(|(some, all)| {
            context! { some => some.to_template(), all => all.to_template() }
        }),
        than => others.iter().map(|(name, _, other)| {
            context! { name => *name, mean => other.mean.to_template() }
        }).collect::<Vec<_>>(),
        verdict => verdict.name(),
        agreeing => with(Verdict::Agrees),
        open => with(Verdict::Open),
        differing => with(Verdict::Differs),
    })
}

/// Shows a statement of the document's `section` to a template, without its readings.
pub(super) fn statement_view(section: &str, statement: &Statement, readings: Vec<Value>) -> Value {
    let count = |number: u32| quote(section, &number.to_string(), Number::Whole(number.into()));
    context! {
        relation => statement.relation.name(),
        variant => statement.variant.clone(),
        than => statement.than.clone(),
        values => statement.values.iter().map(|figure| {
            quote(section, figure.text(), Number::Real(figure.value()))
        }).collect::<Vec<_>>(),
        repeats => statement.repeats.map(|repeats| {
            context! { some => count(repeats.some), of => count(repeats.of) }
        }),
        readings => readings,
    }
}

/// Finds what a relation is about.
fn quantity(relation: Relation, summary: &Summary) -> Option<&Spread> {
    match relation {
        Relation::Equal | Relation::Above | Relation::Below | Relation::HighestOf => summary.best.as_ref(),
        Relation::Slower | Relation::Faster => summary.seconds.as_ref(),
        Relation::Underfits | Relation::TrainLossNearZero => summary.train_loss.as_ref(),
        Relation::Overfits | Relation::GapNegativeIn | Relation::GapAlwaysPositive => summary.gap.as_ref(),
        Relation::GapAbove | Relation::GapBetween => summary.distance.as_ref(),
    }
}

/// Says how a variant stands to each other one if the document is right.
fn wanted(relation: Relation) -> Standing {
    match relation {
        Relation::Below | Relation::Faster => Standing::Lower,
        Relation::Above
        | Relation::HighestOf
        | Relation::Slower
        | Relation::Underfits
        | Relation::GapAbove => Standing::Higher,
        // The relations on one variant compare nothing, so that theirs is never asked for.
        Relation::Equal
        | Relation::Overfits
        | Relation::TrainLossNearZero
        | Relation::GapBetween
        | Relation::GapNegativeIn
        | Relation::GapAlwaysPositive => Standing::Identical,
    }
}

/// Counts what the document counts: seeds with a negative gap, epochs with a positive one.
fn counted(relation: Relation, summary: &Summary) -> Option<(Measure, Measure)> {
    match relation {
        Relation::GapNegativeIn => {
            let gaps = &summary.gap.as_ref()?.parts;
            let negative = gaps.iter().filter(|gap| gap.value() < 0.0).cloned().collect();
            Some((Measure::count(negative), Measure::count(gaps.clone())))
        }
        Relation::GapAlwaysPositive => Some(summary.gap_epochs.clone()),
        _ => None,
    }
}

/// Judges a statement on one variant.
fn alone(statement: &Statement, value: &Spread, counted: Option<&(Measure, Measure)>) -> Verdict {
    match statement.relation {
        Relation::TrainLossNearZero => Verdict::of_seeds(value, |loss| loss < NEAR_ZERO),
        Relation::GapBetween => {
            let (low, high) = bounds(statement.values.iter());
            Verdict::of(touches(value, low, high))
        }
        Relation::GapNegativeIn => {
            let (some, all) = counted.expect("this relation counts");
            let repeats = statement.repeats.expect("a checked statement has the repeats it needs");
            let same_share = some.value() * f64::from(repeats.of) == all.value() * f64::from(repeats.some);
            Verdict::of(same_share)
        }
        Relation::GapAlwaysPositive => {
            let (some, all) = counted.expect("this relation counts");
            Verdict::of(some.value() == all.value())
        }
        // Only `Overfits` is left: the relations that compare have others to stand against.
        _ => Verdict::of_seeds(value, |gap| gap > 0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Spread {
        let parts = values.iter().map(|value| Measure::real("metrics.json", "/best/accuracy", *value));
        Spread::over(parts.collect()).expect("it has values")
    }

    fn verdict(wanted: Standing, left: &[f64], right: &[f64]) -> Verdict {
        Verdict::of_standing(Standing::of(&spread(left), &spread(right)), wanted)
    }

    #[test]
    fn ranges_that_touch_leave_a_comparison_open() {
        assert_eq!(verdict(Standing::Higher, &[0.8, 0.9], &[0.5, 0.7]), Verdict::Agrees);
        assert_eq!(verdict(Standing::Higher, &[0.5, 0.8], &[0.8, 0.9]), Verdict::Open);
        assert_eq!(verdict(Standing::Higher, &[0.5, 0.7], &[0.8, 0.9]), Verdict::Differs);
        assert_eq!(verdict(Standing::Lower, &[0.5, 0.7], &[0.8, 0.9]), Verdict::Agrees);
    }

    #[test]
    fn shared_runs_are_equal_and_nothing_else() {
        assert_eq!(verdict(Standing::Identical, &[0.5, 0.8], &[0.5, 0.8]), Verdict::Agrees);
        assert_eq!(verdict(Standing::Identical, &[0.5, 0.8], &[0.7, 0.9]), Verdict::Agrees);
        assert_eq!(verdict(Standing::Identical, &[0.5, 0.6], &[0.7, 0.9]), Verdict::Differs);
        assert_eq!(verdict(Standing::Higher, &[0.5, 0.8], &[0.5, 0.8]), Verdict::Differs);
    }

    #[test]
    fn what_holds_for_some_seeds_is_open() {
        let positive = |values: &[f64]| Verdict::of_seeds(&spread(values), |gap| gap > 0.0);
        assert_eq!(positive(&[0.1, 0.2]), Verdict::Agrees);
        assert_eq!(positive(&[-0.1, 0.2]), Verdict::Open);
        assert_eq!(positive(&[-0.1, -0.2]), Verdict::Differs);
    }
}
