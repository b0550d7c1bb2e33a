//! Points: a row a group, a small point for each repeat, a bar at their mean.

use super::canvas::{Canvas, Ink, Mark, Pixel};
use super::frame::{Chart, LegendEntry, paint_arrow};
use super::palette::{BLUE, DARK};
use super::repeats::Repeats;
use super::rows::{RowChart, RowMark, RowPosition};
use super::scale::Scale;
use super::{Axis, Group};

/// Values of groups, side by side along one axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// What the values are.
    pub axis: Axis,
    /// A row each, from the top.
    pub groups: Vec<Group>,
}

impl Points {
    /// Lays it out; an error says why there is nothing to draw.
    pub(super) fn chart<'a>(&'a self, repeat: &'a str) -> Result<Box<dyn Chart + 'a>, &'static str> {
        let values = Group::all_values(&self.groups)?;
        let scale = Scale::fitting_most(&values, &self.axis.unit);
        Ok(Box::new(RowChart::new(&self.axis, &self.groups, repeat, scale, PointMark)))
    }
}

struct PointMark;

impl RowMark for PointMark {
    fn legend(&self, repeat: &str, rows: &[&Repeats]) -> Vec<LegendEntry<'_>> {
        if rows.iter().all(|repeats| repeats.expected < 2) {
            return Vec::new();
        }
        vec![
            LegendEntry::new(format!("a {repeat}"), 8.0, |canvas, (x, y)| paint_point(canvas, (x + 4.0, y))),
            LegendEntry::new("mean", 6.0, |canvas, (x, y)| paint_mean(canvas, (x + 3.0, y), false)),
        ]
    }

    fn paint(&self, canvas: &Canvas<'_>, repeats: &Repeats, place: &dyn Fn(f64) -> RowPosition, y: f64) {
        for value in &repeats.values {
            match place(*value) {
                RowPosition::On(x) => paint_point(canvas, (x, y)),
                RowPosition::Below(end) => paint_arrow(canvas, (end, y), -1.0, Ink::new(BLUE, 2.0)),
                RowPosition::Above(end) => paint_arrow(canvas, (end, y), 1.0, Ink::new(BLUE, 2.0)),
            }
        }
        if let (Some(RowPosition::On(x)), 2..) = (repeats.mean().map(place), repeats.expected) {
            paint_mean(canvas, (x, y), repeats.is_incomplete());
        }
    }

    fn paint_incomplete(&self, canvas: &Canvas<'_>, (x, y): Pixel) {
        paint_mean(canvas, (x + 5.0, y), true);
    }
}

fn paint_point(canvas: &Canvas<'_>, at: Pixel) {
    canvas.mark(Mark::Disc, at, 3.4, BLUE, 0.7);
}

fn paint_mean(canvas: &Canvas<'_>, (x, y): Pixel, is_hollow: bool) {
    if is_hollow {
        canvas.outline((x - 2.0, y - 7.0), (x + 2.0, y + 7.0), Ink::new(DARK, 1.2));
    } else {
        canvas.fill((x - 1.2, y - 7.5), (x + 1.2, y + 7.5), DARK, 1.0);
    }
}
