//! What every figure has around its chart: the title and the legend above it, the notes below it.
//!
//! [`Chart`] ──[`draw`]──▶ an SVG document
//!
//! Invariants
//! - Nothing is wider than the picture: titles and notes are broken into lines, a legend into rows.

use super::canvas::{Canvas, Face, Ink, Pixel, TITLE, picture};
use super::palette::FAINT;
use super::scale::Scale;
use super::text::{BOLD, TEXT, shortened, text_width, wrapped};
use super::{Axis, Figure};
use crate::measure::FRACTION;

/// The width of every figure that is free to choose one, in pixels.
pub(super) const WIDTH: f64 = 860.0;
/// The space between what is drawn and the picture's edge, in pixels.
pub(super) const MARGIN: f64 = 16.0;
/// The height of a line of text, in pixels.
pub(super) const LINE: f64 = 18.0;

/// The height of a line of a figure's title, in pixels.
const TITLE_LINE: f64 = 22.0;
/// The height of a row of the legend, in pixels.
const LEGEND_LINE: f64 = 21.0;

/// What a sort of figure draws, between the legend and the notes.
pub(super) trait Chart {
    /// Its width, in pixels.
    fn width(&self) -> f64 {
        WIDTH
    }

    /// Its height, in pixels.
    fn height(&self) -> f64;

    /// What its marks mean, in the order of the legend.
    fn legend(&self) -> Vec<LegendEntry<'_>>;

    /// Sentences below it.
    fn notes(&self) -> Vec<String>;

    /// Draws it, `top` pixels below the picture's upper edge.
    fn paint(&self, canvas: &Canvas<'_>, top: f64);
}

/// Draws a sample at the right of a position.
type Paint<'a> = Box<dyn Fn(&Canvas<'_>, Pixel) + 'a>;

/// A mark and what it means.
pub(super) struct LegendEntry<'a> {
    /// What it means.
    pub(super) label: String,
    /// The width of its sample, in pixels.
    pub(super) sample: f64,
    /// Draws the sample at the right of a position.
    pub(super) paint: Paint<'a>,
}

impl<'a> LegendEntry<'a> {
    /// An entry with a sample of `sample` pixels.
    pub(super) fn new(
        label: impl Into<String>,
        sample: f64,
        paint: impl Fn(&Canvas<'_>, Pixel) + 'a,
    ) -> Self {
        Self { label: label.into(), sample, paint: Box::new(paint) }
    }
}

/// Draws a figure with `chart` in it; without one it says why there is nothing to draw.
pub(super) fn draw(figure: &Figure, chart: Result<&dyn Chart, &str>) -> String {
    let width = chart.map_or(WIDTH, Chart::width);
    let inner = width - 2.0 * MARGIN;
    let title = wrapped(&figure.title, inner, TITLE / TEXT * BOLD);
    let legend = placed(chart.map_or_else(|_| Vec::new(), Chart::legend), inner);
    let rows = legend.last().map_or(0.0, |(_, (_, y))| y + LEGEND_LINE);
    let legend_top = 16.0 + title.len() as f64 * TITLE_LINE;
    let chart_top = legend_top + rows + if rows > 0.0 { 10.0 } else { 0.0 };
    let notes = match chart {
        Ok(chart) => chart.notes(),
        Err(reason) => vec![format!("nothing to draw: {reason}")],
    };
    let notes: Vec<String> = notes.iter().flat_map(|note| wrapped(note, inner, 1.0)).collect();
    let notes_top = chart_top + chart.map_or(0.0, Chart::height);
    let height = notes_top + notes.len() as f64 * LINE + 12.0;
    picture((width, height), &figure.title, &figure.description, |canvas| {
        for (index, line) in title.iter().enumerate() {
            canvas.text(line, (MARGIN, 24.0 + index as f64 * TITLE_LINE), Face::TITLE);
        }
        for (entry, (x, y)) in &legend {
            let at = (MARGIN + x, legend_top + LEGEND_LINE / 2.0 + y);
            (entry.paint)(canvas, at);
            canvas.text(&entry.label, (at.0 + entry.sample + 7.0, at.1), Face::PLAIN);
        }
        if let Ok(chart) = chart {
            chart.paint(canvas, chart_top);
        }
        for (index, line) in notes.iter().enumerate() {
            canvas.text(line, (MARGIN, notes_top + LINE * (index as f64 + 0.5)), Face::NOTE);
        }
    })
}

/// Gives each entry its position, in rows of at most `width` pixels.
fn placed(entries: Vec<LegendEntry<'_>>, width: f64) -> Vec<(LegendEntry<'_>, Pixel)> {
    /// The space between two entries, in pixels.
    const SPACE: f64 = 22.0;
    let (mut x, mut y) = (0.0, 0.0);
    let mut positions = Vec::new();
    for mut entry in entries {
        entry.label = shortened(&entry.label, width - entry.sample - 7.0);
        let needed = entry.sample + 7.0 + text_width(&entry.label);
        if x > 0.0 && x + needed > width {
            (x, y) = (0.0, y + LEGEND_LINE);
        }
        positions.push((entry, (x, y)));
        x += needed + SPACE;
    }
    positions
}

/// The title of an axis: its label, its unit, and how it is scaled.
pub(super) fn axis_title(axis: &Axis, scale: &Scale) -> String {
    match axis.unit.as_str() {
        "" | FRACTION => format!("{}{}", axis.label, scale.note()),
        unit => format!("{} ({unit}){}", axis.label, scale.note()),
    }
}

/// Draws two strokes across an axis, where it has a gap.
pub(super) fn paint_gap(canvas: &Canvas<'_>, (x, y): Pixel) {
    for offset in [-2.5, 2.5] {
        canvas.line((x + offset - 2.5, y + 5.0), (x + offset + 2.5, y - 5.0), Ink::new(FAINT, 1.2));
    }
}

/// Says that a hollow mark stands for incomplete repeats.
pub(super) fn incomplete_label(repeat: &str) -> String {
    format!("hollow: a {repeat} is missing")
}

/// Draws an arrow head within the end of an axis that points to a value beyond it; `side` is −1 at the low end, 1 at the high one.
pub(super) fn paint_arrow(canvas: &Canvas<'_>, (x, y): Pixel, side: f64, ink: Ink) {
    canvas.path(&[(x - 8.0 * side, y - 4.5), (x - side, y), (x - 8.0 * side, y + 4.5)], ink);
}
