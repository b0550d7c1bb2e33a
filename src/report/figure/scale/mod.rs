//! Axes: which scale fits some values, and where on it a value is; which ticks label it is `ticks`' to say.
//!
//! Values ──[`Scale::fitting`], [`Scale::fitting_most`], [`Scale::covering`]──▶ a scale ──[`Scale::share`], [`Scale::ticks`]──▶ positions, labels
//!
//! | scale | when |
//! |---|---|
//! | linear | mostly |
//! | logarithmic | all values are positive and span more than two decades |
//! | complement | fractions that crowd near 1: the logarithm of the distance from 1, labelled 90 %, 99 %, 99.9 % |
//!
//! # Why a complement, and no broken axis
//! On a linear axis from 0.3 to 1 the models that one wants to compare, at 0.97 to 0.995, share a twentieth of it.
//! An axis that begins near them would cut the weak ones off, or bend behind a break where distances mean nothing.
//! The distance from 1 is the share of mistakes, and equal steps on its logarithm are equal factors of it: halving
//! the mistakes is the same step at 60 % as at 99 %. Every value keeps its true position, in order, and no choice of a
//! break is needed. Exactly 1 has no logarithm: it has a place of its own at the axis' end, behind a marked gap.
//!
//! Invariants
//! - A tick's label says exactly the value whose position it marks; labels of one axis never collide.
//! - Positions come from `+ − × ÷` and a logarithm in software (`libm`), so they are the same on every platform.

mod ticks;

use super::repeats::drawable;
use crate::measure::FRACTION;

pub(super) use ticks::{Direction, Tick};

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scale {
    form: Form,
    /// The ends: values, or the decimal logarithms of values or of distances from 1.
    low: f64,
    high: f64,
    percent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Linear,
    Logarithmic,
    /// `has_full`: whether some values are exactly 1.
    Complement {
        has_full: bool,
    },
}

/// Room at each end, as a part of the range.
const ROOM: f64 = 0.04;
/// Where the gap before a place for exactly 1 begins, as a part of the axis.
const GAP: f64 = 0.88;
/// The place for exactly 1, as a part of the axis.
const FULL: f64 = 0.985;

impl Scale {
    /// A linear scale over all `values`, which are finite.
    pub(super) fn covering(values: impl IntoIterator<Item = f64>, unit: &str) -> Self {
        let ends = values.into_iter().filter_map(drawable).map(|value| (value, value));
        let (low, high) = ends.reduce(|(a, b), (low, high)| (a.min(low), b.max(high))).unwrap_or((0.0, 1.0));
        let percent = unit == FRACTION;
        // Closer values are drawn as equal: their labels would need more digits than are legible.
        let least = low.abs().max(high.abs()) * 1e-7;
        let room = match high - low {
            span if span > least => span * ROOM,
            _ if low == 0.0 && high == 0.0 => 1.0,
            _ => (low.abs() * 0.1).max(least),
        };
        let (mut floor, mut ceiling) = (low - room, high + room);
        // An axis does not go beyond 0, or a fraction's beyond 1, where no value does.
        if low >= 0.0 {
            floor = floor.max(0.0);
        }
        if high <= 0.0 {
            ceiling = ceiling.min(0.0);
        }
        if percent && high <= 1.0 {
            ceiling = ceiling.min(1.0);
        }
        if floor >= ceiling {
            ceiling = floor + room;
        }
        Self { form: Form::Linear, low: floor, high: ceiling, percent }
    }

    /// The scale that shows all `values` best: linear, logarithmic, or for fractions near 1 a complement.
    pub(super) fn fitting(values: &[f64], unit: &str) -> Self {
        Self::complement(values, unit)
            .or_else(|| Self::logarithmic(values, unit))
            .unwrap_or_else(|| Self::covering(values.iter().copied(), unit))
    }

    /// The scale that shows most of `values` best.
    ///
    /// Where at most a tenth of the values are so far from the others that these would share a small part of the
    /// axis, they are left beyond its ends; [`Self::holds`] says which.
    pub(super) fn fitting_most(values: &[f64], unit: &str) -> Self {
        let values: Vec<f64> = values.iter().copied().filter_map(drawable).collect();
        let usual = without_outliers(&values);
        let scale = Self::fitting(&usual, unit);
        // Where the usual values need a factor or a distance from 1, no other one is far away.
        if unit == FRACTION || scale.form != Form::Linear { Self::fitting(&values, unit) } else { scale }
    }

    /// A complement, where `values` are fractions that crowd near 1.
    pub(super) fn complement(values: &[f64], unit: &str) -> Option<Self> {
        /// The median from which fractions are near 1.
        const NEAR: f64 = 0.9;
        /// The factor between the largest and the smallest distance from 1 that makes a linear axis illegible.
        const FACTOR: f64 = 30.0;
        let mut sorted: Vec<f64> = values.iter().copied().filter_map(drawable).collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let nearest = sorted.iter().rev().map(|value| 1.0 - value).find(|distance| *distance > 0.0)?;
        let farthest = 1.0 - least;
        let is_crowded = sorted[sorted.len() / 2] >= NEAR && farthest > FACTOR * nearest;
        if unit != FRACTION || least < 0.0 || most > 1.0 || !is_crowded {
            return None;
        }
        let (low, high) = (libm::log10(farthest), libm::log10(nearest));
        let room = (low - high) * ROOM;
        let form = Form::Complement { has_full: most == 1.0 };
        Some(Self { form, low: (low + room).min(0.0), high: high - room, percent: true })
    }

    fn logarithmic(values: &[f64], unit: &str) -> Option<Self> {
        /// The factor above which an axis is logarithmic: two decades.
        const FACTOR: f64 = 100.0;
        let values = || values.iter().copied().filter_map(drawable);
        let (least, most) = (values().reduce(f64::min)?, values().reduce(f64::max)?);
        // Below, a float has too few digits for values to differ.
        if least < f64::MIN_POSITIVE || most / least <= FACTOR {
            return None;
        }
        let (low, high) = (libm::log10(least), libm::log10(most));
        let room = (high - low) * ROOM;
        Some(Self { form: Form::Logarithmic, low: low - room, high: high + room, percent: unit == FRACTION })
    }

    /// Where `value`, finite, is on the axis: 0 at its low end, 1 at its high end, outside of these beyond them.
    pub(super) fn share(&self, value: f64) -> f64 {
        let along = |value: f64| (value - self.low) / (self.high - self.low);
        match self.form {
            Form::Linear => along(value),
            Form::Logarithmic if value > 0.0 => along(libm::log10(value)),
            Form::Logarithmic => -1.0,
            Form::Complement { has_full: true } if value >= 1.0 => FULL,
            Form::Complement { has_full: true } => along(libm::log10(1.0 - value)) * GAP,
            Form::Complement { has_full: false } if value >= 1.0 => 2.0,
            Form::Complement { has_full: false } => along(libm::log10(1.0 - value)),
        }
    }

    /// Whether `value` is on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        (0.0..=1.0).contains(&self.share(value))
    }

    /// What an axis' title says of the scale; empty for a linear one.
    pub(super) fn note(&self) -> &'static str {
        match self.form {
            Form::Linear => "",
            Form::Logarithmic => ", logarithmic",
            Form::Complement { .. } => ", distance from 100 % logarithmic",
        }
    }

    /// The middle of the gap in the axis, as a part of it, where it has one.
    pub(super) fn gap(&self) -> Option<f64> {
        matches!(self.form, Form::Complement { has_full: true }).then_some((GAP + FULL) / 2.0)
    }
}

/// Leaves out values far from the others, if they are a tenth of all or fewer.
fn without_outliers(values: &[f64]) -> Vec<f64> {
    /// How many times as far from the median as nine tenths of the values an outlier is.
    const REACH: f64 = 3.0;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(median) = sorted.get(sorted.len() / 2).copied() else { return sorted };
    let mut distances: Vec<f64> = sorted.iter().map(|value| (value - median).abs()).collect();
    distances.sort_by(f64::total_cmp);
    let usual = distances[(distances.len() * 9 / 10).min(distances.len() - 1)];
    let reach = if usual > 0.0 { REACH * usual } else { f64::INFINITY };
    values.iter().copied().filter(|value| (value - median).abs() <= reach).collect()
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    fn axis(values: &[f64], unit: &str) -> String {
        let scale = Scale::fitting(values, unit);
        let labels: Vec<String> = scale
            .ticks(500.0, Direction::Across { overhang: 20.0 })
            .into_iter()
            .map(|tick| tick.label)
            .collect();
        format!("{}{}", labels.join(" | "), scale.note())
    }

    #[test]
    fn ticks_are_round_numbers_that_span_the_values() {
        let axes = [
            axis(&[0.0, 1.0], ""),
            axis(&[-0.07, 0.31], "nats"),
            axis(&[1.0, 16.0], "s"),
            axis(&[0.2, 0.9], "fraction"),
            axis(&[3.0, 3.0], "s"),
            axis(&[0.0], "s"),
            axis(&[-4.0], "s"),
            axis(&[1.0, 1.0], "fraction"),
            axis(&[1e12, 1e12 + 1.0], "s"),
            axis(&[-1e12, 1e12], "s"),
            axis(&[-1e-12, 2e-12], "s"),
            axis(&[1e-12, 1e12], "s"),
            axis(&[0.02, 0.9, 7.0], "s"),
            axis(&[-1e290, 1e290], "s"),
            axis(&[], "s"),
        ];
        assert_data_eq!(
            axes.join("\n"),
            str![[r#"
0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0
−0.05 | 0 | 0.05 | 0.10 | 0.15 | 0.20 | 0.25 | 0.30
2 | 4 | 6 | 8 | 10 | 12 | 14 | 16
20 % | 30 % | 40 % | 50 % | 60 % | 70 % | 80 % | 90 %
2.7 | 2.8 | 2.9 | 3.0 | 3.1 | 3.2 | 3.3
0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0
−4.4 | −4.3 | −4.2 | −4.1 | −4.0 | −3.9 | −3.8 | −3.7 | −3.6
90 % | 92 % | 94 % | 96 % | 98 %
9·10¹¹ | 9.5·10¹¹ | 10¹² | 1.05·10¹²
−10¹² | −5·10¹¹ | 0 | 5·10¹¹ | 10¹²
−10⁻¹² | −5·10⁻¹³ | 0 | 5·10⁻¹³ | 10⁻¹² | 1.5·10⁻¹² | 2·10⁻¹²
10⁻¹² | 10⁻⁹ | 10⁻⁶ | 10⁻³ | 1 | 10³ | 10⁶ | 10⁹ | 10¹², logarithmic
0.02 | 0.05 | 0.1 | 0.2 | 0.5 | 1 | 2 | 5, logarithmic
−10²⁹⁰ | −5·10²⁸⁹ | 0 | 5·10²⁸⁹ | 10²⁹⁰
0 | 0.2 | 0.4 | 0.6 | 0.8 | 1.0
"#]]
        );
    }

    #[test]
    fn fractions_near_one_are_shown_by_their_distance_from_it() {
        let axes = [
            axis(&[0.5, 0.97, 0.98, 0.99, 0.999], "fraction"),
            axis(&[0.3, 0.97, 0.98, 0.99, 1.0], "fraction"),
            axis(&[0.97, 0.98, 0.99], "fraction"),
            axis(&[0.1, 0.2, 0.3, 0.999], "fraction"),
            axis(&[0.5, 0.97, 0.98, 0.99, 0.999], "s"),
        ];
        assert_data_eq!(
            axes.join("\n"),
            str![[r#"
70 % | 90 % | 97 % | 99 % | 99.7 % | 99.9 %, distance from 100 % logarithmic
50 % | 80 % | 90 % | 95 % | 98 % | 99 % | 100 %, distance from 100 % logarithmic
97.0 % | 97.5 % | 98.0 % | 98.5 % | 99.0 %
10 % | 20 % | 30 % | 40 % | 50 % | 60 % | 70 % | 80 % | 90 %
0.5 | 0.6 | 0.7 | 0.8 | 0.9 | 1.0
"#]]
        );
    }

    #[test]
    fn a_tenth_of_the_values_or_fewer_may_be_beyond_the_axis() {
        let mut values: Vec<f64> = (0..20).map(f64::from).collect();
        values.push(1e9);
        let scale = Scale::fitting_most(&values, "s");
        assert!(values[..20].iter().all(|value| scale.holds(*value)));
        assert!(!scale.holds(1e9));
    }
}
