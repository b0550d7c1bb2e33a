//! What claims need to know of a measure: its values over the repeats, and which runs they are of.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::digest::Key;

use crate::reference::Reference;
use crate::statistics::{Comparison, Repeats, Sample, compare};

/// A measure over repeats.
#[derive(Clone, Debug)]
pub struct MeasuredValues {
    /// A value for each repeat.
    pub sample: Sample,
    /// The coordinate of each repeat, such as `1` of `seed=1`, in the order of the sample.
    pub repeats: Vec<String>,
    /// The keys of the runs; `None` where one has not run.
    pub keys: Option<Vec<Key>>,
    /// Whether two results are compared repeat by repeat.
    pub is_paired: bool,
}

/// Gives measures by what claims call them.
pub trait Quantities {
    /// Reads the values of a reference to a number.
    ///
    /// # Errors
    /// Why it can't be had at all; what single repeats lack is missing in the sample instead.
    fn measured(&self, reference: &Reference) -> Result<MeasuredValues, String>;

    /// Says whether anything is made from stand-in data.
    fn is_stand_in(&self) -> bool;
}

/// A reference with its values.
pub(super) struct Side<'c> {
    pub(super) reference: &'c Reference,
    pub(super) values: MeasuredValues,
}

impl Side<'_> {
    /// Says whether the other side is the same measure of the same runs: their keys are equal.
    pub(super) fn is_same_run(&self, other: &Self) -> bool {
        self.reference.what == other.reference.what
            && self.reference.stage == other.reference.stage
            && self.values.keys.is_some()
            && self.values.keys == other.values.keys
    }

    /// Says whether every repeat has its value.
    pub(super) fn is_whole(&self) -> bool {
        let values = self.values.sample.values();
        !values.is_empty() && values.iter().all(Option::is_some)
    }

    /// Compares with another side by the one rule.
    pub(super) fn compare(&self, other: &Self) -> Comparison {
        if self.is_same_run(other) && self.is_whole() {
            return Comparison::of_same_run();
        }
        self.test(&self.values.sample, other, &other.values.sample)
    }

    /// Compares with another side that is raised by `margin`, 0 or more.
    ///
    /// Of shares the side is moved that goes towards one half, where the noise of cases is largest, so that the
    /// comparison finds less than it could and errs less often.
    pub(super) fn compare_beyond(&self, other: &Self, margin: f64) -> Comparison {
        let (own, others) = (&self.values.sample, &other.values.sample);
        let is_high = own.summary().is_some_and(|summary| summary.mean > 0.5);
        match is_high {
            true => self.test(&moved(own, -margin), other, others),
            false => self.test(own, other, &moved(others, margin)),
        }
    }

    /// Compares samples of two sides, pair by pair where both have partners; one without a partner is missing there.
    fn test(&self, own: &Sample, other: &Self, others: &Sample) -> Comparison {
        if !(self.values.is_paired && other.values.is_paired) {
            return compare(own, others, Repeats::Independent);
        }
        let mut coordinates: BTreeSet<&String> = self.values.repeats.iter().collect();
        coordinates.extend(&other.values.repeats);
        let aligned = |sample: &Sample, repeats: &[String]| {
            let known: BTreeMap<&String, Option<f64>> =
                repeats.iter().zip(sample.values().iter().copied()).collect();
            let values = coordinates.iter().map(|coordinate| known.get(coordinate).copied().flatten());
            with_values(sample, Sample::new(values))
        };
        let (own, others) = (aligned(own, &self.values.repeats), aligned(others, &other.values.repeats));
        compare(&own, &others, Repeats::Paired)
    }
}

/// Adds a number to each value of a sample.
pub(super) fn moved(sample: &Sample, by: f64) -> Sample {
    with_values(sample, Sample::new(sample.values().iter().map(|value| value.map(|value| value + by))))
}

/// Says of other values what a sample says of its own: whether they are exact, and shares of how many cases.
fn with_values(sample: &Sample, values: Sample) -> Sample {
    let values = if sample.is_exact() { values.exact() } else { values };
    match sample.cases() {
        Some(cases) => values.out_of(cases),
        None => values,
    }
}
