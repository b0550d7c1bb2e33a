//! A number together with where it is from.
//!
//! Invariants
//! - Whatever a template can print as a number is a [`Measure`].
//! - An aggregate carries the measures it was made of, down to the outputs of runs.
//! - In a template, a measure compares with a measure. Against a bare number the engine compares their
//!   sorts and never asks us: `m < 0` is always false. What prose needs to ask is a boolean beside the
//!   measure, such as a spread's `negative`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Object, ObjectRepr};
use serde::{Deserialize, Serialize};

use super::constant::Constant;
use super::marks::BARE;
use super::number::Number;

/// A number that knows its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The number, unrounded; shares are fractions, times are seconds, losses are nats.
    pub number: Number,
    /// Where it is from.
    pub source: Source,
}

/// Where a number is from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A place in an output of a run.
    Output {
        /// The run and its output, such as `evaluate[2.4.2,seed=1]/metrics.json`.
        output: String,
        /// The place in it, as a JSON pointer (RFC 6901).
        pointer: String,
    },
    /// The index of an entry in a list of an output, such as a label in a confusion matrix.
    Index {
        /// The run and its output.
        output: String,
        /// The entry, as a JSON pointer that ends with the index.
        pointer: String,
    },
    /// The seed of a run.
    Seed {
        /// The run, such as `train[2.4.2,seed=1]`.
        instance: String,
    },
    /// A setting of a variant.
    Parameter {
        /// The variant.
        variant: String,
        /// The setting's name.
        name: String,
        /// The value as it is spelled.
        text: String,
    },
    /// A figure of the source document.
    Quoted {
        /// The document's section.
        section: String,
        /// The figure as the document prints it.
        text: String,
    },
    /// A number that the program decides by.
    Constant(Constant),
    /// Computed from other measures.
    Made {
        /// How.
        by: Aggregate,
        /// From what.
        parts: Vec<Measure>,
    },
}

/// How a measure is made from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Arithmetic mean.
    Mean,
    /// The least of them.
    Least,
    /// The most of them.
    Most,
    /// The distance between two of them, never negative.
    Difference,
    /// The first of two minus the second.
    Excess,
    /// All of them added.
    Sum,
    /// How many of them there are.
    Count,
    /// How many of them are above zero.
    Positive,
    /// How many of them are below zero.
    Negative,
    /// The first of two divided by the second.
    Share,
}

impl Aggregate {
    /// Makes a number from others, which it takes in their order; `None` where there are none to make it from.
    pub fn of(self, parts: &[Number]) -> Option<Number> {
        let values = || parts.iter().map(|part| part.value());
        let by_value = |a: &&Number, b: &&Number| a.value().total_cmp(&b.value());
        let how_many = |counts: fn(f64) -> bool| {
            u64::try_from(values().filter(|value| counts(*value)).count()).ok().map(Number::Whole)
        };
        match (self, parts) {
            (Self::Count, _) => how_many(|_| true),
            (Self::Positive, _) => how_many(|value| value > 0.0),
            (Self::Negative, _) => how_many(|value| value < 0.0),
            (Self::Sum, _) => {
                let whole = parts.iter().try_fold(0_u64, |sum, part| match part {
                    Number::Whole(number) => sum.checked_add(*number),
                    Number::Real(_) => None,
                });
                Some(whole.map_or_else(|| Number::Real(values().sum()), Number::Whole))
            }
            (_, []) => None,
            (Self::Mean, _) => Some(Number::Real(values().sum::<f64>() / parts.len() as f64)),
            (Self::Least, _) => parts.iter().min_by(by_value).copied(),
            (Self::Most, _) => parts.iter().max_by(by_value).copied(),
            (Self::Difference, [left, right]) => Some(Number::Real((left.value() - right.value()).abs())),
            (Self::Excess, [left, right]) => Some(Number::Real(left.value() - right.value())),
            (Self::Share, [some, all]) if all.value() != 0.0 => {
                Some(Number::Real(some.value() / all.value()))
            }
            (Self::Difference | Self::Excess | Self::Share, _) => None,
        }
    }

    /// Says whether it is a number of parts, so that none of them may stand twice.
    pub fn counts(self) -> bool {
        matches!(self, Self::Count | Self::Positive | Self::Negative)
    }

    /// Gives its name as prose has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Least => "least",
            Self::Most => "most",
            Self::Difference => "difference",
            Self::Excess => "excess",
            Self::Sum => "sum",
            Self::Count => "count",
            Self::Positive => "count above zero",
            Self::Negative => "count below zero",
            Self::Share => "share",
        }
    }
}

impl Measure {
    /// Takes a quantity from an output.
    pub fn real(output: &str, pointer: impl Into<String>, number: f64) -> Self {
        Self { number: Number::Real(number), source: Self::output(output, pointer) }
    }

    /// Takes a count from an output.
    pub fn whole(output: &str, pointer: impl Into<String>, number: impl Into<u64>) -> Self {
        Self { number: Number::Whole(number.into()), source: Self::output(output, pointer) }
    }

    fn output(output: &str, pointer: impl Into<String>) -> Source {
        Source::Output { output: output.to_owned(), pointer: pointer.into() }
    }

    /// Takes the index of the entry `list/index` in an output.
    pub fn index(output: &str, list: &str, index: usize) -> Self {
        let number = u64::try_from(index).expect("an index fits in 64 bits");
        let source = Source::Index { output: output.to_owned(), pointer: format!("{list}/{index}") };
        Self { number: Number::Whole(number), source }
    }

    /// Takes a number that the program decides by.
    pub fn constant(constant: Constant) -> Self {
        Self { number: constant.number(), source: Source::Constant(constant) }
    }

    /// Counts `parts`.
    pub fn count(parts: Vec<Self>) -> Self {
        Self::made(Aggregate::Count, parts).expect("no parts have a count, which is zero")
    }

    /// Counts those of `parts` that are above zero.
    pub fn positive(parts: Vec<Self>) -> Self {
        Self::made(Aggregate::Positive, parts).expect("no parts have a count, which is zero")
    }

    /// Counts those of `parts` that are below zero.
    pub fn negative(parts: Vec<Self>) -> Self {
        Self::made(Aggregate::Negative, parts).expect("no parts have a count, which is zero")
    }

    /// Adds `parts`: whole as long as all of them are.
    pub fn sum(parts: Vec<Self>) -> Self {
        Self::made(Aggregate::Sum, parts).expect("no parts have a sum, which is zero")
    }

    /// Averages `parts`; `None` without any.
    pub fn mean(parts: Vec<Self>) -> Option<Self> {
        Self::made(Aggregate::Mean, parts)
    }

    /// Finds the least of `parts`; `None` without any.
    pub fn least(parts: Vec<Self>) -> Option<Self> {
        Self::made(Aggregate::Least, parts)
    }

    /// Finds the most of `parts`; `None` without any.
    pub fn most(parts: Vec<Self>) -> Option<Self> {
        Self::made(Aggregate::Most, parts)
    }

    /// Gives the distance between two measures.
    pub fn difference(left: &Self, right: &Self) -> Self {
        let parts = vec![left.clone(), right.clone()];
        Self::made(Aggregate::Difference, parts).expect("two parts have a difference")
    }

    /// Takes `right` from `left`.
    pub fn excess(left: &Self, right: &Self) -> Self {
        let parts = vec![left.clone(), right.clone()];
        Self::made(Aggregate::Excess, parts).expect("two parts have a difference")
    }

    /// Divides one count by another, which it is a part of; `None` without anything to be a part of.
    pub fn share(some: Self, all: Self) -> Option<Self> {
        Self::made(Aggregate::Share, vec![some, all])
    }

    fn made(by: Aggregate, parts: Vec<Self>) -> Option<Self> {
        let numbers: Vec<Number> = parts.iter().map(|part| part.number).collect();
        Some(Self { number: by.of(&numbers)?, source: Source::Made { by, parts } })
    }

    /// Gives the number, whole or not.
    pub fn value(&self) -> f64 {
        self.number.value()
    }

    /// Hands it to a template, which can compare it, and print it through a filter.
    pub(super) fn to_template(&self) -> Value {
        Value::from_object(self.clone())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output { output, pointer } => write!(out, "{output}#{pointer}"),
            Self::Index { output, pointer } => write!(out, "the index of {output}#{pointer}"),
            Self::Seed { instance } => write!(out, "the seed of {instance}"),
            Self::Parameter { variant, name, .. } => write!(out, "setting {name} of {variant}"),
            Self::Quoted { section, .. } => write!(out, "the source document, section {section}"),
            Self::Constant(constant) => constant.fmt(out),
            Self::Made { by, parts } => {
                write!(out, "{}(", by.name())?;
                for (index, part) in parts.iter().enumerate() {
                    let comma = if index == 0 { "" } else { "; " };
                    write!(out, "{comma}{}", part.source)?;
                }
                out.write_str(")")
            }
        }
    }
}

impl Object for Measure {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.value().total_cmp(&other.downcast_ref::<Self>()?.value()))
    }

    /// Leaves a mark that the writer refuses, for a template that joins a measure into a text.
    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{BARE}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accuracy(seed: u64, number: f64) -> Measure {
        Measure::real(&format!("evaluate[2.2,seed={seed}]/metrics.json"), "/best/accuracy", number)
    }

    #[test]
    fn an_aggregate_says_what_it_is_made_of() {
        let mean = Measure::mean(vec![accuracy(1, 0.5), accuracy(2, 1.0)]).expect("it has parts");
        assert_eq!(mean.value(), 0.75);
        assert_eq!(
            mean.source.to_string(),
            "mean(evaluate[2.2,seed=1]/metrics.json#/best/accuracy; \
             evaluate[2.2,seed=2]/metrics.json#/best/accuracy)"
        );
    }

    #[test]
    fn no_parts_have_no_mean_and_no_range() {
        assert_eq!(Measure::mean(Vec::new()), None);
        assert_eq!(Measure::least(Vec::new()), None);
        assert_eq!(Measure::most(Vec::new()), None);
    }

    #[test]
    fn a_sum_of_counts_is_a_count() {
        let part = |number: u32| Measure::whole("prepare/data-card.json", "/rows", number);
        assert_eq!(Measure::sum(vec![part(2), part(3)]).number, Number::Whole(5));
        assert_eq!(Measure::sum(vec![part(2), accuracy(1, 0.5)]).number, Number::Real(2.5));
    }

    #[test]
    fn a_difference_has_no_sign() {
        assert_eq!(Measure::difference(&accuracy(1, 0.25), &accuracy(2, 1.0)).value(), 0.75);
    }
}
