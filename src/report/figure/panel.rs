//! A panel of lines: its axes, its curves, and the marks on them.
//!
//! Invariants
//! - Nothing of a curve is drawn beyond the panel's edges, but for marks at an edge.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Face, Ink, Mark, Pixel};
use super::curve::{Curve, divergences, mean_curve, thinned, visible_pieces};
use super::frame::{LINE, paint_gap};
use super::palette::{CARD, FAINT, GRID};
use super::scale::{Scale, Tick};

/// A series, ready to be drawn.
pub(super) struct Line {
    /// Which group's it is, from 0.
    pub(super) group: usize,
    /// Which column it shows, from 0.
    pub(super) column: usize,
    /// A curve for each repeat; without a point where it is missing.
    pub(super) repeats: Vec<Curve>,
    /// How many repeats have values and also such as can't be drawn.
    pub(super) broken: usize,
}

/// A panel with its place, in pixels from the chart's top and the picture's left.
pub(super) struct PanelBox {
    /// What is drawn.
    pub(super) lines: Vec<Line>,
    /// The axis upwards.
    pub(super) scale: Scale,
    /// Its title, in lines.
    pub(super) title: Vec<String>,
    /// What is said below the title, in lines.
    pub(super) remarks: Vec<String>,
    /// Where its title begins.
    pub(super) head: Pixel,
    /// The left end of the axis across.
    pub(super) left: f64,
    /// Its right end.
    pub(super) right: f64,
    /// The upper end of the axis upwards.
    pub(super) top: f64,
    /// Its lower end.
    pub(super) bottom: f64,
    /// The labels of the axis across.
    pub(super) ticks_across: Vec<Tick>,
    /// The labels of the axis upwards.
    pub(super) ticks_up: Vec<Tick>,
}

/// With more points, a mean has no marks on its points.
const MAX_MARKS: usize = 40;

/// How a series is drawn.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Its colour.
    pub(super) color: RGBColor,
    /// Its mark on each point of the mean.
    pub(super) mark: Mark,
    /// Whether its colour is in use a second time, so that its mean has to differ.
    pub(super) is_hollow: bool,
    /// The style of its lines, from 0.
    pub(super) style: usize,
}

impl Look {
    /// Draws a piece of the mean.
    pub(super) fn paint_mean(self, canvas: &Canvas<'_>, piece: &[Pixel]) {
        if self.is_hollow {
            canvas.path(piece, Ink::new(self.color, 3.8));
            canvas.path(piece, Ink::new(CARD, 1.5));
        } else {
            canvas.path(piece, Ink::styled(self.color, self.style, true));
        }
    }
}

impl PanelBox {
    fn pixel(&self, (x, y): Pixel, top: f64) -> Pixel {
        (self.left + (self.right - self.left) * x, top + self.bottom - (self.bottom - self.top) * y)
    }

    fn pieces(&self, curve: &Curve, across: &Scale, top: f64) -> Vec<Vec<Pixel>> {
        let share = |y: f64| if y.is_finite() { self.scale.share(y) } else { f64::NAN };
        let shares: Vec<Pixel> = curve.iter().map(|(x, y)| (across.share(*x), share(*y))).collect();
        let pixels = |piece: Vec<Pixel>| piece.into_iter().map(|it| self.pixel(it, top)).collect();
        visible_pieces(&shares).into_iter().map(|piece| thinned(pixels(piece))).collect()
    }

    /// Draws the title, the axes and their labels, `top` pixels below the picture's upper edge.
    pub(super) fn paint_axes(&self, canvas: &Canvas<'_>, top: f64) {
        let bottom = top + self.bottom;
        for (index, line) in self.title.iter().chain(&self.remarks).enumerate() {
            let at = (self.head.0, top + self.head.1 + LINE * (index as f64 + 0.5));
            canvas.text(line, at, if index < self.title.len() { Face::AXIS } else { Face::NOTE });
        }
        for tick in &self.ticks_up {
            let y = bottom - (self.bottom - self.top) * tick.share;
            canvas.line((self.left, y), (self.right, y), Ink::new(GRID, 1.0));
            canvas.text(&tick.label, (self.left - 6.0, y), Face::NOTE.ending());
        }
        for tick in &self.ticks_across {
            let x = self.left + (self.right - self.left) * tick.share;
            canvas.line((x, bottom), (x, bottom + 4.0), Ink::new(FAINT, 1.0));
            canvas.text(&tick.label, (x, bottom + 14.0), Face::NOTE.centred());
        }
        let corner = (self.left, bottom);
        canvas.path(&[(self.left, top + self.top), corner, (self.right, bottom)], Ink::new(FAINT, 1.0));
        if let Some(gap) = self.scale.gap() {
            paint_gap(canvas, (self.left, bottom - (self.bottom - self.top) * gap));
        }
    }

    /// Draws a thin line for each repeat, and a point where a value has no neighbour.
    pub(super) fn paint_repeats(
        &self,
        canvas: &Canvas<'_>,
        line: &Line,
        look: Look,
        across: &Scale,
        top: f64,
    ) {
        for curve in &line.repeats {
            for piece in self.pieces(curve, across, top) {
                match piece.as_slice() {
                    [alone] => canvas.mark(Mark::Disc, *alone, 2.2, look.color, 0.5),
                    piece => canvas.path(piece, Ink::styled(look.color, look.style, false).faded(0.5)),
                }
            }
        }
    }

    /// Draws the mean over the repeats that have values.
    pub(super) fn paint_mean(&self, canvas: &Canvas<'_>, line: &Line, look: Look, across: &Scale, top: f64) {
        let curves: Vec<&Curve> =
            line.repeats.iter().filter(|curve| curve.iter().any(|(_, y)| y.is_finite())).collect();
        let mean = mean_curve(&curves);
        for piece in self.pieces(&mean, across, top).into_iter().filter(|piece| piece.len() > 1) {
            look.paint_mean(canvas, &piece);
        }
        if mean.len() <= MAX_MARKS {
            for (x, y) in mean.iter().filter(|(_, y)| y.is_finite() && self.scale.holds(*y)) {
                let at = self.pixel((across.share(*x), self.scale.share(*y)), top);
                canvas.mark(look.mark, at, 3.0, look.color, 1.0);
            }
        }
    }

    /// Draws a hollow mark where a repeat has its last value before one that is not finite; beyond the panel, at its
    /// edge.
    pub(super) fn paint_divergences(
        &self,
        canvas: &Canvas<'_>,
        line: &Line,
        look: Look,
        across: &Scale,
        top: f64,
    ) {
        for (x, y) in line.repeats.iter().flat_map(divergences) {
            let at = self.pixel((across.share(x), self.scale.share(y).clamp(0.0, 1.0)), top);
            canvas.hollow(Mark::Disc, at, 4.2, look.color);
        }
    }
}
