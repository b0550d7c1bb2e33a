//! The ticks of an axis: as many round numbers as have room.

use super::{Form, Scale};
use crate::figure::decimal::{Decimal, labels};
use crate::figure::text::text_width;

/// A label on an axis.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::figure) struct Tick {
    /// Its position, as a part of the axis.
    pub(in crate::figure) share: f64,
    pub(in crate::figure) label: String,
    /// Whether there is a gap in the axis just before it.
    pub(in crate::figure) follows_gap: bool,
}

/// How the labels of an axis are placed.
#[derive(Clone, Copy)]
pub(in crate::figure) enum Direction {
    /// Side by side; they may reach `overhang` pixels beyond the axis' ends.
    Across {
        /// In pixels.
        overhang: f64,
    },
    /// One above the other.
    Up,
}

impl Scale {
    /// The labels of an axis of `pixels`: as many round numbers as have room.
    pub(in crate::figure) fn ticks(&self, pixels: f64, direction: Direction) -> Vec<Tick> {
        let mut coarsest = Vec::new();
        for values in self.candidates() {
            let mut ticks = self.labelled(&values);
            if let Direction::Across { overhang } = direction {
                ticks.retain(|tick| {
                    let (x, half) = (tick.share * pixels, text_width(&tick.label) / 2.0);
                    x - half >= -overhang && x + half <= pixels + overhang
                });
            }
            if !ticks.is_empty() && fits(&ticks, pixels, direction) {
                return ticks;
            }
            if !ticks.is_empty() {
                coarsest = ticks;
            }
        }
        // Labels that are too wide side by side: the middle one says at least where the axis is.
        let middle = coarsest.len() / 2;
        coarsest.into_iter().skip(middle).take(1).collect()
    }

    /// Sets of round numbers on the axis, the finest first.
    fn candidates(&self) -> Vec<Vec<Decimal>> {
        match self.form {
            Form::Linear => self.linear_candidates(),
            Form::Logarithmic => decade_candidates(self.low, self.high),
            Form::Complement { .. } => {
                let distances = decade_candidates(self.high, self.low);
                distances
                    .iter()
                    .map(|set| set.iter().rev().filter_map(|it| complement(*it)).collect())
                    .collect()
            }
        }
    }

    fn linear_candidates(&self) -> Vec<Vec<Decimal>> {
        /// The most labels on an axis.
        const MAX_TICKS: f64 = 10.0;
        let span = self.high - self.low;
        let power = Decimal::rounded(span, 1).power + digits_of(Decimal::rounded(span, 1)) - 3;
        let steps = (power..power + 4).flat_map(|power| [1, 2, 5].map(|digits| Decimal { digits, power }));
        let set = |step: Decimal| {
            let size = step.value();
            // A tick that a rounding error puts beyond the end still counts.
            let (first, last) = ((self.low / size - 1e-9).ceil(), (self.high / size + 1e-9).floor());
            let counts = if last - first < MAX_TICKS { first as i64..last as i64 + 1 } else { 0..0 };
            counts.map(|count| Decimal { digits: count * step.digits, power: step.power }).collect::<Vec<_>>()
        };
        steps.map(set).filter(|set| !set.is_empty()).collect()
    }

    fn labelled(&self, values: &[Decimal]) -> Vec<Tick> {
        let tick = |(value, label): (&Decimal, String)| Tick {
            share: self.share(value.value()).clamp(0.0, 1.0),
            label,
            follows_gap: false,
        };
        let mut ticks: Vec<Tick> = values.iter().zip(labels(values, self.percent)).map(tick).collect();
        if self.gap().is_some() {
            ticks.push(Tick { share: self.share(1.0), label: "100 %".to_owned(), follows_gap: true });
        }
        ticks
    }
}

/// Whether no label covers its neighbour.
fn fits(ticks: &[Tick], pixels: f64, direction: Direction) -> bool {
    ticks.windows(2).all(|pair| {
        let needed = match direction {
            Direction::Across { .. } => (text_width(&pair[0].label) + text_width(&pair[1].label)) / 2.0 + 8.0,
            Direction::Up => 26.0,
        };
        (pair[1].share - pair[0].share) * pixels >= needed
    })
}

/// Numbers whose decimal logarithms are between `low` and `high`: 1, 2 and 5 of each decade, then 1 and 3, then
/// every decade, then ever fewer.
fn decade_candidates(low: f64, high: f64) -> Vec<Vec<Decimal>> {
    let powers = || low.floor() as i32..=high.ceil() as i32;
    let within = |value: &Decimal| (low..=high).contains(&libm::log10(value.value()));
    let set = |digits: &'static [i64], every: i32| {
        let decades = powers().filter(move |power| power.rem_euclid(every) == 0);
        let values =
            decades.flat_map(|power| digits.iter().map(move |digits| Decimal { digits: *digits, power }));
        values.filter(within).collect::<Vec<_>>()
    };
    let mut sets = vec![set(&[1, 2, 5], 1), set(&[1, 3], 1)];
    sets.extend([1, 2, 3, 5, 10, 20, 50, 100].map(|every| set(&[1], every)));
    sets
}

/// 1 − `distance`, exactly; none where that has more digits than a label.
fn complement(distance: Decimal) -> Option<Decimal> {
    let places = u32::try_from(-distance.power).ok()?;
    let one = 10_i64.checked_pow(places)?;
    Some(Decimal { digits: one - distance.digits, power: distance.power }.normalised())
}

fn digits_of(value: Decimal) -> i32 {
    value.digits.unsigned_abs().to_string().len() as i32
}
