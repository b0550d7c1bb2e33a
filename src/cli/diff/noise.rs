//! Whether a measure moved by more than repeating it would move it: by the test that the report's claims are judged by.
//!
//! Invariants
//! - Says nothing where nothing can be said: a measure of one run has no spread.
//! - What no seed and no validation set moves differs exactly, however little.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::week3::{Contrast, Estimate, LEVEL};

use super::measures::MeasurePlace;

/// Values of one measure, before and after, one for each seed.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) old: Vec<f64>,
    pub(super) new: Vec<f64>,
}

/// How a difference compares with the spread of the seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Noise {
    /// Chance alone would hardly make it.
    Beyond,
    /// Chance alone may make it.
    Within,
    /// There is no chance in it: on either side all runs agree.
    Exact,
    /// There are too few runs to say.
    Unknown,
}

impl Noise {
    /// Says it in a few words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Beyond => "beyond noise",
            Self::Within => "within noise",
            Self::Exact => "exact",
            Self::Unknown => "one run: noise unknown",
        }
    }
}

/// What the size of the validation set adds to the noise of a measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sampling {
    /// Nothing: it is not measured on the validation set.
    None,
    /// It is an accuracy, on so many sequences.
    Accuracy(f64),
    /// It is a mean loss, with this variance.
    Loss(f64),
}

impl Sampling {
    /// Finds what is said of the validation set in the output that holds a measure; `side` takes one side of
    /// a sample.
    pub(super) fn of(
        place: &MeasurePlace,
        samples: &BTreeMap<MeasurePlace, Sample>,
        side: fn(&Sample) -> &[f64],
    ) -> Self {
        let beside = |pointer: &str| {
            let place = MeasurePlace { pointer: pointer.to_owned(), listed: false, ..place.clone() };
            samples.get(&place).map(side).filter(|values| !values.is_empty()).map(mean)
        };
        let Some(examples) = beside("/whole/examples") else { return Self::None };
        match place.pointer.rsplit('/').next() {
            Some("accuracy") => Self::Accuracy(examples),
            Some("valid_loss" | "loss" | "loss_gap") => match beside("/whole/loss_deviation") {
                Some(deviation) => Self::Loss(deviation * deviation / examples),
                None => Self::None,
            },
            _ => Self::None,
        }
    }

    fn estimate(self, values: &[f64]) -> Estimate {
        match self {
            Self::None => Estimate::of(values, 0.0),
            Self::Accuracy(examples) => Estimate::of_accuracies(values, examples),
            Self::Loss(variance) => Estimate::of(values, variance),
        }
    }
}

/// Gives the mean of values; not a number without any.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value) / values.len() as f64
}

/// Holds the two sides of a sample against each other; `sampling` is of the old and of the new one.
pub(super) fn judge(sample: &Sample, sampling: [Sampling; 2]) -> Noise {
    let sides = [&sample.old, &sample.new];
    if sides.iter().any(|values| values.len() < 2) {
        return Noise::Unknown;
    }
    let is_alike = |values: &&Vec<f64>| values.iter().all(|value| *value == values[0]);
    if sampling == [Sampling::None; 2] && sides.iter().all(is_alike) {
        return Noise::Exact;
    }
    let [old, new] = [0, 1].map(|side| sampling[side].estimate(sides[side]));
    match Contrast::of(&old, &new) {
        Some(contrast) if contrast.chance_apart() < LEVEL => Noise::Beyond,
        Some(_) => Noise::Within,
        None => Noise::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared(old: &[f64], new: &[f64], sampling: Sampling) -> Noise {
        judge(&Sample { old: old.to_vec(), new: new.to_vec() }, [sampling; 2])
    }

    #[test]
    fn a_difference_is_measured_by_the_spread_of_the_seeds() {
        let compared = |old: &[f64], new: &[f64]| compared(old, new, Sampling::None);
        assert_eq!(compared(&[0.90, 0.92, 0.94], &[0.92, 0.93, 0.95]), Noise::Within);
        assert_eq!(compared(&[0.90, 0.91, 0.92], &[0.97, 0.98, 0.99]), Noise::Beyond);
        assert_eq!(compared(&[0.5], &[0.6, 0.7]), Noise::Unknown);
    }

    #[test]
    fn what_no_seed_moves_differs_exactly() {
        assert_eq!(compared(&[19.0, 19.0], &[20.0, 20.0], Sampling::None), Noise::Exact);
        assert_eq!(compared(&[19.0, 19.0], &[20.0, 20.5], Sampling::None), Noise::Within);
        assert_eq!(compared(&[19.0], &[20.0], Sampling::None), Noise::Unknown);
    }

    #[test]
    fn seeds_that_agree_leave_the_noise_of_the_validation_set() {
        assert_eq!(compared(&[0.90; 3], &[0.92; 3], Sampling::Accuracy(651.0)), Noise::Within);
        assert_eq!(compared(&[0.90; 3], &[0.98; 3], Sampling::Accuracy(651.0)), Noise::Beyond);
        assert_eq!(compared(&[0.40; 3], &[0.41; 3], Sampling::Loss(0.001)), Noise::Within);
        assert_eq!(compared(&[0.40; 3], &[0.41; 3], Sampling::Loss(0.000_001)), Noise::Beyond);
    }

    #[test]
    fn the_boundary_is_where_the_table_puts_it() {
        // Equal variances of 1 and three values each: four degrees of freedom, t = difference / sqrt(2/3).
        let boundary = 2.77645 * (2.0_f64 / 3.0).sqrt();
        let shifted = |by: f64| [-1.0 + by, by, 1.0 + by];
        assert_eq!(compared(&shifted(0.0), &shifted(boundary * 0.999), Sampling::None), Noise::Within);
        assert_eq!(compared(&shifted(0.0), &shifted(boundary * 1.001), Sampling::None), Noise::Beyond);
    }

    #[test]
    fn a_measure_of_the_validation_set_is_known_by_its_name() {
        let place = |pointer: &str| MeasurePlace {
            output: "metrics.json".to_owned(),
            pointer: pointer.to_owned(),
            listed: false,
        };
        let sample = |value: f64| Sample { old: vec![value], new: vec![value] };
        let samples = BTreeMap::from([
            (place("/whole/examples"), sample(650.0)),
            (place("/whole/loss_deviation"), sample(2.0)),
        ]);
        let of = |pointer: &str| Sampling::of(&place(pointer), &samples, |sample| &sample.old);
        assert_eq!(of("/best/accuracy"), Sampling::Accuracy(650.0));
        assert_eq!(of("/last/valid_loss"), Sampling::Loss(4.0 / 650.0));
        assert_eq!(of("/last/train_loss"), Sampling::None);
        assert_eq!(of("/whole/examples"), Sampling::None);
        let bare = Sampling::of(&place("/best/accuracy"), &BTreeMap::new(), |sample| &sample.old);
        assert_eq!(bare, Sampling::None);
    }
}
