//! Bars: a row a group, a bar from zero to the mean, a whisker from the lowest repeat to the highest.

use super::canvas::{Canvas, Ink, Pixel};
use super::frame::{Chart, LegendEntry};
use super::palette::{BLUE, DARK};
use super::repeats::Repeats;
use super::rows::{RowChart, RowMark, RowPosition};
use super::scale::Scale;
use super::{Axis, Group};

/// Sizes of groups, from zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What the values are.
    pub axis: Axis,
    /// A bar each, from the top.
    pub groups: Vec<Group>,
}

impl Bars {
    /// Lays it out; an error says why there is nothing to draw.
    pub(super) fn chart<'a>(&'a self, repeat: &'a str) -> Result<Box<dyn Chart + 'a>, &'static str> {
        let values = Group::all_values(&self.groups)?;
        // The length of a bar means its value, so that its axis is linear and has all values and zero.
        let scale = Scale::covering(values.into_iter().chain([0.0]), &self.axis.unit);
        Ok(Box::new(RowChart::new(&self.axis, &self.groups, repeat, scale, BarMark)))
    }
}

struct BarMark;

impl RowMark for BarMark {
    fn legend(&self, repeat: &str, rows: &[&Repeats]) -> Vec<LegendEntry<'_>> {
        let mut entries = Vec::new();
        if rows.iter().any(|repeats| repeats.expected > 1) {
            let paint = |canvas: &Canvas<'_>, (x, y)| paint_bar(canvas, x, x + 16.0, y, false);
            entries.push(LegendEntry::new("mean", 16.0, paint));
        }
        if rows.iter().any(|repeats| repeats.range().is_some_and(|(low, high)| low < high)) {
            let paint = |canvas: &Canvas<'_>, (x, y)| paint_whisker(canvas, x, x + 18.0, y);
            entries.push(LegendEntry::new(format!("lowest to highest {repeat}"), 18.0, paint));
        }
        entries
    }

    fn paint(&self, canvas: &Canvas<'_>, repeats: &Repeats, place: &dyn Fn(f64) -> RowPosition, y: f64) {
        let (Some(mean), Some((low, high))) = (repeats.mean(), repeats.range()) else { return };
        if let (RowPosition::On(zero), RowPosition::On(end)) = (place(0.0), place(mean)) {
            paint_bar(canvas, zero.min(end), zero.max(end), y, repeats.is_incomplete());
        }
        if low < high
            && let (RowPosition::On(low), RowPosition::On(high)) = (place(low), place(high))
        {
            paint_whisker(canvas, low, high, y);
        }
    }

    fn paint_incomplete(&self, canvas: &Canvas<'_>, (x, y): Pixel) {
        paint_bar(canvas, x, x + 10.0, y, true);
    }
}

fn paint_bar(canvas: &Canvas<'_>, left: f64, right: f64, y: f64, is_hollow: bool) {
    if is_hollow {
        canvas.outline((left, y - 5.5), (right, y + 5.5), Ink::new(BLUE, 1.6));
    } else {
        canvas.fill((left, y - 6.0), (right, y + 6.0), BLUE, 0.75);
    }
}

fn paint_whisker(canvas: &Canvas<'_>, left: f64, right: f64, y: f64) {
    canvas.line((left, y), (right, y), Ink::new(DARK, 1.4));
    for end in [left, right] {
        canvas.line((end, y - 3.5), (end, y + 3.5), Ink::new(DARK, 1.4));
    }
}
