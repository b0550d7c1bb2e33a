//! One set of axes with learning curves on it: epochs across, an accuracy or a loss upwards.
//!
//! Invariants
//! - A curve that leaves through the top ends there; it never enters what lies above.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Face, Ink, Mark, Place};
use super::input::{VariantRuns, drawable, mean};
use super::palette::{FAINT, GRID, WHITE};
use super::scale::Scale;
use crate::lab::history::Epoch;

/// One experiment as a line; its runs as thin ones, their mean as a thick one with marks.
pub(super) struct Line<'a> {
    /// What the legend says.
    pub(super) label: String,
    /// The runs.
    pub(super) variant: &'a VariantRuns,
    /// Its colour.
    pub(super) color: RGBColor,
    /// Its mark on each epoch's mean.
    pub(super) mark: Mark,
    /// Whether its colour is in use a second time, so that it has to differ by a hollow mean.
    pub(super) hollow: bool,
}

impl Line<'_> {
    /// Draws a piece of the mean, with a mark, from `at` to the right.
    pub(super) fn paint_sample(&self, canvas: &Canvas<'_>, at: Place) {
        self.paint_thick(canvas, &[at, (at.0 + 28.0, at.1)]);
        canvas.mark(self.mark, (at.0 + 14.0, at.1), 4.0, self.color, 1.0);
    }

    fn paint_thick(&self, canvas: &Canvas<'_>, places: &[Place]) {
        if self.hollow {
            canvas.path(places, Ink::new(self.color, 3.8));
            canvas.path(places, Ink::new(WHITE, 1.4));
        } else {
            canvas.path(places, Ink::new(self.color, 2.6));
        }
    }
}

/// What a panel shows of an epoch.
pub(super) type Value = fn(&Epoch) -> f64;

/// One set of axes; the places are in pixels.
pub(super) struct Panel<'a> {
    /// Where the horizontal axis begins.
    pub(super) left: f64,
    /// Where it ends.
    pub(super) right: f64,
    /// Where the upward axis ends.
    pub(super) top: f64,
    /// Where it begins.
    pub(super) bottom: f64,
    /// The number of epochs of the longest run; at least 1.
    pub(super) longest: usize,
    /// The upward axis.
    pub(super) scale: &'a Scale,
    /// What is drawn.
    pub(super) value: Value,
}

impl Panel<'_> {
    /// Draws the axes, and a label every few epochs.
    pub(super) fn paint_axes(&self, canvas: &Canvas<'_>) {
        for tick in self.scale.ticks(self.bottom, self.top) {
            canvas.line((self.left, tick.place), (self.right, tick.place), Ink::new(GRID, 1.0));
            canvas.tick(&tick.label, (self.left - 7.0, tick.place), Face::NOTE.ending());
        }
        let step = step(self.longest);
        for epoch in (step..=self.longest).step_by(step) {
            let x = self.epoch(epoch);
            canvas.line((x, self.bottom), (x, self.bottom + 4.0), Ink::new(FAINT, 1.0));
            canvas.tick(&epoch.to_string(), (x, self.bottom + 15.0), Face::NOTE.centred());
        }
        let corners = [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)];
        canvas.path(&corners, Ink::new(FAINT, 1.0));
        canvas.text("epoch", ((self.left + self.right) / 2.0, self.bottom + 36.0), Face::AXIS.centred());
    }

    /// Draws a thin line for each run, and a point where an epoch has no neighbour.
    pub(super) fn paint_seeds(&self, canvas: &Canvas<'_>, line: &Line<'_>) {
        for run in &line.variant.runs {
            let values: Vec<Option<f64>> =
                run.history.epochs.iter().map(|epoch| drawable((self.value)(epoch))).collect();
            for piece in self.pieces(&values) {
                match piece.as_slice() {
                    [alone] => canvas.mark(Mark::Disc, *alone, 2.2, line.color, 0.5),
                    piece => canvas.path(piece, Ink::new(line.color, 1.2).faded(0.5)),
                }
            }
        }
    }

    /// Draws the mean over the runs, as far as all runs go that finished an epoch.
    pub(super) fn paint_mean(&self, canvas: &Canvas<'_>, line: &Line<'_>) {
        let runs = || line.variant.runs.iter().map(|run| &run.history.epochs).filter(|all| !all.is_empty());
        let shared = runs().map(Vec::len).min().unwrap_or(0);
        let mean_of = |index: usize| {
            let values: Option<Vec<f64>> = runs().map(|all| drawable((self.value)(&all[index]))).collect();
            mean(&values?)
        };
        let means: Vec<Option<f64>> = (0..shared).map(mean_of).collect();
        for piece in self.pieces(&means).into_iter().filter(|piece| piece.len() > 1) {
            line.paint_thick(canvas, &piece);
        }
        for (index, value) in means.iter().enumerate() {
            if let Some(value) = value.filter(|value| *value <= self.scale.high()) {
                canvas.mark(line.mark, self.place(index, value), 3.2, line.color, 1.0);
            }
        }
    }

    /// Says whether a line has values, and none that the axis reaches.
    pub(super) fn is_above(&self, line: &Line<'_>) -> bool {
        let epochs = || line.variant.runs.iter().flat_map(|run| &run.history.epochs);
        let mut values = epochs().filter_map(|epoch| drawable((self.value)(epoch))).peekable();
        values.peek().is_some() && values.all(|value| value > self.scale.high())
    }

    /// Splits a curve where a value is missing and where it leaves the panel through its top.
    fn pieces(&self, values: &[Option<f64>]) -> Vec<Vec<Place>> {
        let high = self.scale.high();
        let mut pieces: Vec<Vec<Place>> = vec![Vec::new()];
        for (index, value) in values.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| values[before]);
            let crossing = |from: f64, to: f64| {
                let share = (high - from) / (to - from);
                (self.epoch(index) + (self.epoch(index + 1) - self.epoch(index)) * share, self.top)
            };
            let last = pieces.last_mut().expect("there is always a last piece");
            match (before, *value) {
                (Some(from), Some(to)) if from <= high && to > high => last.push(crossing(from, to)),
                (Some(from), Some(to)) if from > high && to <= high => {
                    pieces.push(vec![crossing(from, to), self.place(index, to)]);
                }
                (_, Some(to)) if to <= high => last.push(self.place(index, to)),
                _ => pieces.push(Vec::new()),
            }
        }
        pieces.retain(|piece| !piece.is_empty());
        pieces
    }

    fn place(&self, index: usize, value: f64) -> Place {
        (self.epoch(index + 1), self.scale.place(value, self.bottom, self.top))
    }

    /// The place of an epoch, from 1, on the horizontal axis.
    fn epoch(&self, epoch: usize) -> f64 {
        /// Room at either end, as a part of the axis.
        const ROOM: f64 = 0.04;
        let share = if self.longest > 1 { (epoch as f64 - 1.0) / (self.longest as f64 - 1.0) } else { 0.5 };
        self.left + (self.right - self.left) * (ROOM + (1.0 - 2.0 * ROOM) * share)
    }
}

/// The distance of labelled epochs: 1, 2 or 5 of a power of ten, with at most nine labels.
fn step(longest: usize) -> usize {
    let mut power = 1;
    loop {
        for digit in [1, 2, 5] {
            if longest / (digit * power) <= 9 {
                return digit * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_epochs_are_labelled_and_none_twice() {
        assert_eq!([1, 9, 10, 16, 20, 99, 100].map(step), [1, 1, 2, 2, 5, 10, 20]);
    }

    #[test]
    fn a_curve_ends_where_it_leaves_through_the_top_and_begins_where_it_returns() {
        let scale = Scale::covering(0.0, 1.0, 1);
        let panel = Panel {
            left: 0.0,
            right: 100.0,
            top: 0.0,
            bottom: 10.0,
            longest: 4,
            scale: &scale,
            value: |epoch| epoch.valid_loss,
        };
        let pieces = panel.pieces(&[Some(0.0), Some(2.0), Some(0.5), None]);
        let [leaving, returning] = pieces.as_slice() else { panic!("two pieces, not {pieces:?}") };
        assert_eq!(leaving.len(), 2);
        assert_eq!(leaving[0], panel.place(0, 0.0));
        assert_eq!(leaving[1].1, 0.0);
        assert!(leaving[1].0 > panel.epoch(1) && leaving[1].0 < panel.epoch(2));
        assert_eq!(returning[0].1, 0.0);
        assert_eq!(returning[1], panel.place(2, 0.5));
    }
}
