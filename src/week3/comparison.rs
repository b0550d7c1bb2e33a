//! Two spreads → the words that prose may use about them; a template prints one by `borne_by` (see `comparative`).
//!
//! | `relation` | when |
//! |---|---|
//! | `identical` | the same values |
//! | `higher`, `lower` | the ranges over the seeds do not touch |
//! | `overlapping` | they do, so that the seeds do not tell the two apart: one may only be higher on average |
//!
//! Invariants
//! - Prose is chosen by a relation, so that it cannot contradict the numbers beside it.

use std::cmp::Ordering;

use minijinja::{Environment, Error, ErrorKind, Value, context};

use super::comparative::Borne;
use super::compared::Compared;
use super::measure::Measure;
use super::quantity::Sort;
use super::spoken::quantity;
use super::spread::Spread;

/// Gives `environment` the function `compare(left, right)`, which is `none` where a side is.
pub(super) fn install(environment: &mut Environment<'_>) {
    environment.add_function("compare", |left: &Value, right: &Value| {
        if left.is_none() || right.is_none() {
            return Ok(Value::from(()));
        }
        let spread = |value: &Value| value.downcast_object::<Spread>();
        match (spread(left), spread(right)) {
            (Some(left), Some(right)) if quantity(&left) == quantity(&right) => Ok(compare(&left, &right)),
            (Some(_), Some(_)) => Err(Error::new(
                ErrorKind::InvalidOperation,
                "`compare` takes the same quantity of both, such as `variant.best` and `other.best`",
            )),
            _ => Err(Error::new(
                ErrorKind::InvalidOperation,
                "`compare` takes two quantities over seeds, such as `variant.best`",
            )),
        }
    });
}

/// Means that differ by less than this are printed alike, to the decimals that accuracies and losses have.
const PRINTED: f64 = 0.0005;

/// How one quantity over seeds stands to another; see the table above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Both have the same values.
    Identical,
    /// Every value is higher than each of the other's.
    Higher,
    /// Every value is lower than each of the other's.
    Lower,
    /// The ranges touch.
    Overlapping,
}

impl Standing {
    /// Says how `left` stands to `right`.
    pub fn of(left: &Spread, right: &Spread) -> Self {
        let values = |spread: &Spread| spread.parts.iter().map(Measure::value).collect::<Vec<_>>();
        if values(left) == values(right) {
            Self::Identical
        } else if left.least.value() > right.most.value() {
            Self::Higher
        } else if left.most.value() < right.least.value() {
            Self::Lower
        } else {
            Self::Overlapping
        }
    }
}

fn compare(left: &Spread, right: &Spread) -> Value {
    let standing = Standing::of(left, right);
    let means = means(left, right);
    context! {
        words => Borne::to_template(&words(left, right), &Compared::of_spreads(left, right)),
        relation => match standing {
            Standing::Identical => "identical",
            Standing::Higher => "higher",
            Standing::Lower => "lower",
            Standing::Overlapping => "overlapping",
        },
        means => match means {
            Ordering::Less => "lower",
            Ordering::Equal => "equal",
            Ordering::Greater => "higher",
        },
        difference => Measure::difference(&left.mean, &right.mean).to_template(),
    }
}

/// Compares the means, as far as they are printed.
fn means(left: &Spread, right: &Spread) -> Ordering {
    let (own, other) = (left.mean.value(), right.mean.value());
    if (own - other).abs() < PRINTED { Ordering::Equal } else { own.total_cmp(&other) }
}

/// Gives the words of comparison that hold of the left one; of accuracies alone that one is more accurate.
fn words(left: &Spread, right: &Spread) -> Vec<&'static str> {
    let words: &[&str] = match (Standing::of(left, right), means(left, right)) {
        (Standing::Identical, _) => &["identical"],
        (Standing::Higher, _) => &["higher", "larger", "more accurate"],
        (Standing::Lower, _) => &["lower", "smaller", "less accurate"],
        (Standing::Overlapping, Ordering::Greater) => &["higher on average", "larger on average"],
        (Standing::Overlapping, Ordering::Less) => &["lower on average", "smaller on average"],
        (Standing::Overlapping, Ordering::Equal) => &["the same on average"],
    };
    let accuracies = [left, right].iter().all(|spread| Sort::of(&spread.mean) == Sort::Share);
    words.iter().copied().filter(|word| accuracies || !word.ends_with("accurate")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64]) -> Spread {
        let parts = values.iter().map(|value| Measure::real("metrics.json", "/best/accuracy", *value));
        Spread::over(parts.collect()).expect("it has values")
    }

    fn relation(left: &[f64], right: &[f64]) -> String {
        compare(&spread(left), &spread(right)).get_attr("relation").expect("it has a relation").to_string()
    }

    #[test]
    fn higher_is_said_of_every_seed_and_on_average_where_the_means_print_differently() {
        let words = |left: &[f64], right: &[f64]| {
            let [left, right] = [left, right].map(spread);
            super::words(&left, &right)
        };
        assert_eq!(words(&[0.8, 0.9], &[0.5, 0.7]), ["higher", "larger", "more accurate"]);
        assert_eq!(words(&[0.6, 0.9], &[0.5, 0.7]), ["higher on average", "larger on average"]);
        assert_eq!(words(&[0.5, 0.7], &[0.6, 0.9]), ["lower on average", "smaller on average"]);
        assert_eq!(words(&[0.6, 0.7004], &[0.65, 0.65]), ["the same on average"]);
        let losses = [[0.8, 0.9], [0.5, 0.7]].map(|values| {
            let parts = values.map(|value| Measure::real("metrics.json", "/last/train_loss", value));
            Spread::over(parts.to_vec()).expect("it has values")
        });
        assert_eq!(super::words(&losses[0], &losses[1]), ["higher", "larger"]);
    }

    #[test]
    fn ranges_that_touch_are_not_told_apart() {
        assert_eq!(relation(&[0.8, 0.9], &[0.5, 0.7]), "higher");
        assert_eq!(relation(&[0.5, 0.7], &[0.8, 0.9]), "lower");
        assert_eq!(relation(&[0.5, 0.8], &[0.8, 0.9]), "overlapping");
        assert_eq!(relation(&[0.5, 0.8], &[0.5, 0.8]), "identical");
    }
}
