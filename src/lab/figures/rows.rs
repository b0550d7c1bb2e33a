//! The frame of figures that give each variant a row: names at the left, values along a shared axis.
//!
//! Invariants
//! - Every row names its variant, also where the variant has no value.

use super::canvas::{Canvas, Face, Ink, MARGIN, Mark, Picture, Place, WIDTH, picture, shortened, text_width};
use super::input::{VariantRuns, mean};
use super::palette::{BLUE, DARK, FAINT, GRID, STRIPE, VERMILLION};
use super::scale::Scale;

/// A figure with a row for each variant.
pub(super) struct RowPlot<'a> {
    /// The title at its top.
    pub(super) title: &'a str,
    /// What is to be seen, in one sentence.
    pub(super) alt: &'a str,
    /// What the axis counts, with its unit.
    pub(super) axis: &'a str,
    /// What the small points are.
    pub(super) points: &'a str,
    /// What the bars are.
    pub(super) bar: &'a str,
    /// What the hollow marks are, where rows have some.
    pub(super) hollow: Option<&'a str>,
    /// The range of the axis.
    pub(super) scale: Scale,
    /// The rows, from the top.
    pub(super) rows: Vec<Row>,
}

/// One variant's values.
pub(super) struct Row {
    label: String,
    section: String,
    points: Vec<f64>,
    hollow: Option<f64>,
}

impl Row {
    /// A row with a point for each run, and where wanted a hollow mark.
    pub(super) fn new(variant: &VariantRuns, points: Vec<f64>, hollow: Option<f64>) -> Self {
        const LONGEST: usize = 30;
        let name = shortened(&variant.name, LONGEST);
        let label = match &variant.same_as {
            Some(first) => format!("{name} = {}", shortened(first, LONGEST)),
            None => name,
        };
        Self { label, section: variant.section(), points, hollow }
    }
}

/// Height of a row, in pixels.
const ROW: f64 = 18.0;
/// Where the first row begins, in pixels from the top.
const TOP: f64 = 92.0;
/// Room for the lower tick labels and the axis' title, in pixels.
const BOTTOM: f64 = 54.0;

impl RowPlot<'_> {
    /// Draws it.
    pub(super) fn draw(&self) -> Picture {
        let height = TOP + ROW * self.rows.len() as f64 + BOTTOM;
        picture((WIDTH, height), self.title, self.alt, |canvas| self.paint(canvas))
    }

    fn paint(&self, canvas: &Canvas<'_>) {
        let names = self.rows.iter().map(|row| text_width(&row.label)).fold(80.0, f64::max);
        let (left, right) = (MARGIN + names + 12.0, WIDTH - MARGIN - 10.0);
        let bottom = TOP + ROW * self.rows.len() as f64;
        canvas.text(self.title, (MARGIN, 24.0), Face::TITLE);
        self.paint_legend(canvas);
        for index in (1..self.rows.len()).step_by(2) {
            let top = TOP + ROW * index as f64;
            canvas.fill((MARGIN, top), (right, top + ROW), STRIPE);
        }
        for tick in self.scale.ticks(left, right) {
            canvas.line((tick.place, TOP), (tick.place, bottom), Ink::new(GRID, 1.0));
            canvas.tick(&tick.label, (tick.place, TOP - 12.0), Face::NOTE.centred());
            canvas.tick(&tick.label, (tick.place, bottom + 14.0), Face::NOTE.centred());
        }
        if self.scale.low() < 0.0 && self.scale.high() > 0.0 {
            let zero = self.scale.place(0.0, left, right);
            canvas.line((zero, TOP), (zero, bottom), Ink::new(DARK, 1.5));
        }
        canvas.line((left, TOP), (left, bottom), Ink::new(FAINT, 1.0));
        canvas.text(self.axis, ((left + right) / 2.0, bottom + 36.0), Face::AXIS.centred());
        for (index, row) in self.rows.iter().enumerate() {
            let top = TOP + ROW * index as f64;
            if index > 0 && row.section != self.rows[index - 1].section {
                canvas.line((MARGIN, top), (right, top), Ink::new(FAINT, 0.6));
            }
            canvas.text(&row.label, (left - 10.0, top + ROW / 2.0), Face::PLAIN.ending());
            self.paint_row(canvas, row, top + ROW / 2.0, (left, right));
        }
    }

    fn paint_legend(&self, canvas: &Canvas<'_>) {
        let mut left = MARGIN + 6.0;
        let mut entry = |text: &str, paint: &dyn Fn(Place)| {
            paint((left, 52.0));
            canvas.text(text, (left + 12.0, 52.0), Face::PLAIN);
            left += 12.0 + text_width(text) + 22.0;
        };
        entry(self.points, &|at| paint_point(canvas, at));
        entry(self.bar, &|at| paint_bar(canvas, at));
        if let Some(hollow) = self.hollow {
            entry(hollow, &|at| paint_hollow(canvas, at));
        }
        if self.rows.iter().any(|row| row.points.iter().any(|value| self.is_beyond(*value))) {
            entry("beyond the axis", &|at| paint_beyond(canvas, at, 1.0));
        }
    }

    fn paint_row(&self, canvas: &Canvas<'_>, row: &Row, middle: f64, (left, right): (f64, f64)) {
        let place = |value| (self.scale.place(value, left, right), middle);
        let Some(mean) = mean(&row.points) else {
            canvas.text("no run finished an epoch", (left + 10.0, middle), Face::NOTE);
            return;
        };
        if !self.is_beyond(mean) {
            paint_bar(canvas, place(mean));
        }
        for value in &row.points {
            match self.is_beyond(*value) {
                true => {
                    paint_beyond(canvas, place(*value), if *value < self.scale.low() { -1.0 } else { 1.0 })
                }
                false => paint_point(canvas, place(*value)),
            }
        }
        if let Some(value) = row.hollow {
            paint_hollow(canvas, place(value));
        }
    }

    fn is_beyond(&self, value: f64) -> bool {
        value < self.scale.low() || value > self.scale.high()
    }
}

fn paint_point(canvas: &Canvas<'_>, at: Place) {
    canvas.mark(Mark::Disc, at, 3.2, BLUE, 0.65);
}

fn paint_bar(canvas: &Canvas<'_>, (x, y): Place) {
    canvas.fill((x - 1.2, y - 7.5), (x + 1.2, y + 7.5), DARK);
}

fn paint_hollow(canvas: &Canvas<'_>, at: Place) {
    canvas.ring(at, 4.6, Ink::new(VERMILLION, 1.6));
}

/// An arrow head at the axis' end; `side` is −1 at the low end, 1 at the high one.
fn paint_beyond(canvas: &Canvas<'_>, (x, y): Place, side: f64) {
    let tip = (x + 5.0 * side, y);
    canvas.path(&[(x - 2.0 * side, y - 4.5), tip, (x - 2.0 * side, y + 4.5)], Ink::new(BLUE, 2.0));
}
