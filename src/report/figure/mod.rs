//! Data → SVG pictures, one sort a file.
//!
//! [`Figure`] ──its [`Sort`] lays out a chart──▶ chart ──title, legend, notes around it──▶ SVG
//!
//! | file | its duty |
//! |---|---|
//! | `points`, `lines`, `matrix`, `scatter`, `bars` | a sort each: its data, its chart |
//! | `frame` | what all figures have around their chart |
//! | `rows` | a row a group, for points and bars |
//! | `panel`, `curve` | axes of lines; their means, gaps and edges |
//! | `labels` | names beside points |
//! | `repeats` | mean, range and missing ones of repeats |
//! | `scale`, `decimal` | linear and logarithmic axes, exact labels |
//! | `canvas`, `palette`, `text` | ink, colours light and dark, widths of text |
//!
//! A new sort is a file with its data and its chart, and a line in [`Sort`] and in [`draw`].
//!
//! Invariants
//! - Same figure, same bytes on any platform: coordinates come from `+ − × ÷ √` and a logarithm in software, labels
//!   from exact decimals; no font is read, no clock. plotters' own axes are not used, for they take logarithms from
//!   the C library.
//! - A missing repeat is marked, never left out in silence; a number that is not finite is never drawn.
//! - Labels don't cover one another, and nothing is outside the picture, whatever the names and the numbers.
//! - Knows no file, no stage and no measure.

mod bars;
mod canvas;
#[cfg(test)]
pub(crate) mod corpus;
mod curve;
pub(crate) mod decimal;
mod frame;
mod labels;
mod lines;
mod matrix;
mod palette;
mod panel;
mod points;
mod repeats;
mod rows;
mod scale;
mod scatter;
#[cfg(test)]
mod tests;
mod text;

pub use bars::Bars;
pub use lines::{Lines, Panel, Series};
pub use matrix::Matrix;
pub use points::Points;
pub use scatter::{Scatter, ScatterPoint};

pub(crate) use palette::style_sheet;
use repeats::drawable;

/// The version of the drawing: raised by hand whenever a figure's bytes change for equal data.
pub const VERSION: u32 = 1;

/// A picture, as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The title at its top.
    pub title: String,
    /// What is to be seen, in a sentence, for who can't see it.
    pub description: String,
    /// What one repeat is called, such as `seed`; `repeat` where there is no better word.
    pub repeat: String,
    /// What is drawn.
    pub sort: Sort,
}

/// The sorts of figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Sort {
    /// Values of groups along one axis.
    Points(Points),
    /// Series in panels.
    Lines(Lines),
    /// Numbers in rows and columns.
    Matrix(Matrix),
    /// Pairs of values.
    Scatter(Scatter),
    /// Sizes of groups, from zero.
    Bars(Bars),
}

/// What an axis counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Axis {
    /// Its title, such as `accuracy`.
    pub label: String,
    /// The unit, printed in brackets behind the label; `fraction` prints as percentages instead, empty prints none.
    pub unit: String,
}

/// The values of one group, such as a variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name; several where experiments are one, printed as `a = b`.
    pub names: Vec<String>,
    /// The heading of the rows that it is among, where they have one.
    pub section: Option<String>,
    /// The value of each repeat, in the axis' unit; none where it is missing.
    pub values: Vec<Option<f64>>,
}

/// Why a figure without a single value is empty.
const NO_VALUE: &str = "no run has a value";

impl Group {
    /// Every value of `groups` that can be drawn; an error says that there is none.
    fn all_values(groups: &[Self]) -> Result<Vec<f64>, &'static str> {
        let values = groups.iter().flat_map(|group| &group.values);
        let values: Vec<f64> = values.filter_map(|value| drawable((*value)?)).collect();
        if values.is_empty() { Err(NO_VALUE) } else { Ok(values) }
    }
}

/// Draws a figure as an SVG document.
///
/// Where there is nothing to draw, the document says so and why.
pub fn draw(figure: &Figure) -> String {
    let chart = match &figure.sort {
        Sort::Points(points) => points.chart(&figure.repeat),
        Sort::Lines(lines) => lines.chart(&figure.repeat),
        Sort::Matrix(matrix) => matrix.chart(),
        Sort::Scatter(scatter) => scatter.chart(&figure.repeat),
        Sort::Bars(bars) => bars.chart(&figure.repeat),
    };
    match chart {
        Ok(chart) => frame::draw(figure, Ok(chart.as_ref())),
        Err(reason) => frame::draw(figure, Err(reason)),
    }
}
