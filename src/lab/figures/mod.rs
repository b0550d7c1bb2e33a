//! The figures: what the runs of every variant left behind → SVG pictures, drawn with plotters.
//!
//! [`FigureInput`] ──each entry of the registry──▶ [`Figure`]s ──▶ the plot kind writes them
//!
//! | file | its duty |
//! |---|---|
//! | `accuracy`, `learning_curve`, `confusion`, `loss_gap`, `cost` | one figure each |
//! | `rows` | the frame that figures with a row for each variant share |
//! | `panel` | the axes of learning curves, and a line on them |
//! | `input` | what a figure is drawn from, and the statistics that figures share |
//! | `labels` | names beside points |
//! | `numeral` | what a numeral in a picture states |
//! | `canvas`, `palette`, `scale`, `logarithm` | ink, colours, linear and decimal axes |
//!
//! Invariants
//! - Same input, same bytes: coordinates come from `+ − × ÷ √` alone, labels from integers; no
//!   font is read, no clock, no platform mathematics. plotters' own axes are not used, for they
//!   take logarithms from the C library.
//! - Numbers that are not finite, or too large for any loss, are left out, never drawn.
//! - Where there is nothing to draw there is no figure.
//! - A numeral that is no name is drawn as one, so that whoever shows the figure can hold it against the runs.
//! - Knows no file and no stage.

mod accuracy;
mod canvas;
mod confusion;
mod cost;
mod input;
mod labels;
mod learning_curve;
mod logarithm;
mod loss_gap;
mod numeral;
mod palette;
mod panel;
mod rows;
mod scale;

pub use input::{FigureInput, Run, VariantRuns};
pub use numeral::{Numeral, Quantity};

/// One picture, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name, fit for a file name without an ending: `accuracy`, `curves-2.4`.
    pub name: String,
    /// Its title; also drawn at its top.
    pub title: String,
    /// What is to be seen, in one sentence, for who can't see it. Its only numerals are
    /// variants' names, labels and sections.
    pub alt: String,
    /// The SVG document, UTF-8, with its own background.
    pub svg: String,
    /// Every text of it that has a numeral besides names, in the order of the document.
    pub numerals: Vec<Numeral>,
}

/// Draws the figures of one kind: none, one, or one for each section.
type Draw = fn(&FigureInput) -> Vec<Figure>;

/// Every figure, in the order of the report.
const REGISTRY: [Draw; 5] =
    [accuracy::draw, learning_curve::draw, confusion::draw, loss_gap::draw, cost::draw];

/// Draws every figure that `input` has data for.
///
/// # Returns
/// In this order `accuracy`, a `curves-SECTION` for each section in order of appearance,
/// `confusion`, `loss-gap`, `cost`; without those that would be empty.
pub fn draw(input: &FigureInput) -> Vec<Figure> {
    REGISTRY.iter().flat_map(|figure| figure(input)).collect()
}
