//! Scatter: a mark a point, at the means of two values, with a line for the range over the repeats.
//!
//! Invariants
//! - Names never collide: one that has no room beside its point is listed below the chart.
//! - A point that lacks a repeat is hollow; one without any value is listed below the chart.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Face, Ink, Mark, Pixel};
use super::frame::{Chart, LINE, LegendEntry, MARGIN, WIDTH, axis_title, incomplete_label, paint_gap};
use super::labels::{Name, beside};
use super::palette::{BLUE, FAINT, GRID, SERIES};
use super::repeats::Repeats;
use super::scale::{Direction, Scale, Tick};
use super::text::{BOLD, label, text_width, wrapped};
use super::{Axis, NO_VALUE};

/// Pairs of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    /// The axis across.
    pub x: Axis,
    /// The axis upwards.
    pub y: Axis,
    /// The points, in the order of their sections in the legend.
    pub points: Vec<ScatterPoint>,
}

/// A pair of values over some repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct ScatterPoint {
    /// Its name; several where experiments are one.
    pub names: Vec<String>,
    /// What it belongs to: points of one section look alike.
    pub section: Option<String>,
    /// The value across in each repeat, in the unit of [`Scatter::x`]; none where it is missing.
    pub x: Vec<Option<f64>>,
    /// The value upwards in each repeat, in the unit of [`Scatter::y`]; none where it is missing.
    pub y: Vec<Option<f64>>,
}

impl Scatter {
    /// Lays it out; an error says why there is nothing to draw.
    pub(super) fn chart<'a>(&'a self, repeat: &'a str) -> Result<Box<dyn Chart + 'a>, &'static str> {
        let mut notes = Vec::new();
        let (mut dots, mut without_value) = (Vec::new(), Vec::new());
        let mut sections: Vec<&str> = Vec::new();
        for point in &self.points {
            let (label, note) = label(&point.names, MAX_NAMES_WIDTH);
            notes.extend(note);
            let (x, y) = (Repeats::of(&point.x), Repeats::of(&point.y));
            let section = point.section.as_deref().map(|name| {
                sections.iter().position(|section| *section == name).unwrap_or_else(|| {
                    sections.push(name);
                    sections.len() - 1
                })
            });
            let (Some(at), Some(across), Some(up)) = (x.mean().zip(y.mean()), x.range(), y.range()) else {
                without_value.push(label);
                continue;
            };
            let is_incomplete = x.is_incomplete() || y.is_incomplete();
            let note = x.missing_note().or_else(|| y.missing_note());
            let label = note.map_or_else(|| label.clone(), |note| format!("{label} ({note})"));
            dots.push(Dot { label, section, at, across, up, is_incomplete });
        }
        if dots.is_empty() {
            return Err(NO_VALUE);
        }
        if !without_value.is_empty() {
            notes.push(format!("without a value: {}", without_value.join(", ")));
        }
        let ends = |range: fn(&Dot) -> (f64, f64)| -> Vec<f64> {
            dots.iter().map(range).flat_map(|(low, high)| [low, high]).collect()
        };
        let across = Scale::fitting(&ends(|dot| dot.across), &self.x.unit);
        let up = Scale::fitting(&ends(|dot| dot.up), &self.y.unit);
        let ticks_up = up.ticks(HEIGHT, Direction::Up);
        let labels = ticks_up.iter().map(|tick| text_width(&tick.label)).fold(0.0, f64::max);
        let left = MARGIN + labels + 12.0;
        let mut chart = ScatterChart {
            repeat,
            left,
            ticks_across: across.ticks(RIGHT - left, Direction::Across { overhang: 22.0 }),
            ticks_up,
            title_across: wrapped(&axis_title(&self.x, &across), RIGHT - left, BOLD),
            title_up: wrapped(&axis_title(&self.y, &up), WIDTH - 2.0 * MARGIN, BOLD),
            across,
            up,
            names: Vec::new(),
            dots,
            sections,
            notes,
        };
        chart.name_dots();
        Ok(Box::new(chart))
    }
}

struct ScatterChart<'a> {
    repeat: &'a str,
    across: Scale,
    up: Scale,
    left: f64,
    ticks_across: Vec<Tick>,
    ticks_up: Vec<Tick>,
    title_across: Vec<String>,
    title_up: Vec<String>,
    dots: Vec<Dot>,
    /// Where the name of each dot is, as if the plot began at the picture's top.
    names: Vec<Option<Name>>,
    sections: Vec<&'a str>,
    notes: Vec<String>,
}

/// A point that has values.
struct Dot {
    label: String,
    /// Which of the sections it belongs to.
    section: Option<usize>,
    at: Pixel,
    across: (f64, f64),
    up: (f64, f64),
    is_incomplete: bool,
}

impl Dot {
    fn look(&self) -> (Mark, RGBColor) {
        look(self.section)
    }
}

fn look(section: Option<usize>) -> (Mark, RGBColor) {
    section.map_or((Mark::Disc, BLUE), |index| {
        (Mark::ALL[index % Mark::ALL.len()], SERIES[index % SERIES.len()])
    })
}

/// The height of the plot, in pixels.
const HEIGHT: f64 = 500.0;
/// Where the plot ends at the right, in pixels.
const RIGHT: f64 = WIDTH - MARGIN - 8.0;
/// The most room for a name, in pixels.
const MAX_NAMES_WIDTH: f64 = 220.0;
/// The radius of a mark, in pixels.
const RADIUS: f64 = 4.2;

impl ScatterChart<'_> {
    /// Finds a position for each name, and lists those that have none.
    fn name_dots(&mut self) {
        /// With more points the search for free positions takes long, and names would cover the chart.
        const MAX_NAMED_DOTS: usize = 120;
        if self.dots.len() > MAX_NAMED_DOTS {
            self.names = vec![None; self.dots.len()];
            self.notes.push(format!("{} points, too many to be named", self.dots.len()));
            return;
        }
        let anchors: Vec<Pixel> = self.dots.iter().map(|dot| self.pixel(dot.at, 0.0)).collect();
        let widths: Vec<f64> = self.dots.iter().map(|dot| text_width(&dot.label)).collect();
        let ends = self.dots.iter().flat_map(|dot| {
            let (x, y) = dot.at;
            [(dot.across.0, y), (dot.across.1, y), (x, dot.up.0), (x, dot.up.1)]
        });
        let ends: Vec<Pixel> = ends.map(|end| self.pixel(end, 0.0)).collect();
        self.names = beside(&anchors, &ends, &widths, ((self.left + 4.0, 2.0), (RIGHT, HEIGHT - 4.0)));
        let unnamed: Vec<&str> = self
            .dots
            .iter()
            .zip(&self.names)
            .filter(|(_, name)| name.is_none())
            .map(|(dot, _)| dot.label.as_str())
            .collect();
        if !unnamed.is_empty() {
            self.notes.push(format!("points without room for a name: {}", unnamed.join(", ")));
        }
    }

    fn pixel(&self, (x, y): (f64, f64), top: f64) -> Pixel {
        let (x, y) = (self.across.share(x).clamp(0.0, 1.0), self.up.share(y).clamp(0.0, 1.0));
        (self.left + (RIGHT - self.left) * x, top + HEIGHT * (1.0 - y))
    }

    fn paint_axes(&self, canvas: &Canvas<'_>, top: f64) {
        let bottom = top + HEIGHT;
        for tick in &self.ticks_across {
            let x = self.left + (RIGHT - self.left) * tick.share;
            canvas.line((x, top), (x, bottom), Ink::new(GRID, 1.0));
            canvas.text(&tick.label, (x, bottom + 13.0), Face::NOTE.centred());
        }
        for tick in &self.ticks_up {
            let y = top + HEIGHT * (1.0 - tick.share);
            canvas.line((self.left, y), (RIGHT, y), Ink::new(GRID, 1.0));
            canvas.text(&tick.label, (self.left - 7.0, y), Face::NOTE.ending());
        }
        canvas.path(&[(self.left, top), (self.left, bottom), (RIGHT, bottom)], Ink::new(FAINT, 1.0));
        if let Some(gap) = self.across.gap() {
            paint_gap(canvas, (self.left + (RIGHT - self.left) * gap, bottom));
        }
        if let Some(gap) = self.up.gap() {
            paint_gap(canvas, (self.left, top + HEIGHT * (1.0 - gap)));
        }
        for (index, line) in self.title_across.iter().enumerate() {
            let y = bottom + 24.0 + LINE * (index as f64 + 0.5);
            canvas.text(line, ((self.left + RIGHT) / 2.0, y), Face::AXIS.centred());
        }
    }

    /// The height of the upper axis title with the space below it, in pixels.
    fn head(&self) -> f64 {
        LINE * self.title_up.len() as f64 + 8.0
    }
}

impl Chart for ScatterChart<'_> {
    fn height(&self) -> f64 {
        self.head() + HEIGHT + 24.0 + LINE * self.title_across.len() as f64 + 6.0
    }

    fn legend(&self) -> Vec<LegendEntry<'_>> {
        let section = |(index, name): (usize, &&str)| {
            let (mark, color) = look(Some(index));
            LegendEntry::new(*name, 9.0, move |canvas, (x, y)| {
                canvas.mark(mark, (x + 4.5, y), RADIUS, color, 0.85);
            })
        };
        let mut entries: Vec<LegendEntry<'_>> = self.sections.iter().enumerate().map(section).collect();
        if self.dots.iter().any(|dot| dot.across.0 < dot.across.1 || dot.up.0 < dot.up.1) {
            let label = format!("mark: mean; line: lowest to highest {}", self.repeat);
            entries.push(LegendEntry::new(label, 18.0, |canvas, (x, y)| {
                canvas.line((x, y), (x + 18.0, y), Ink::new(FAINT, 1.4));
            }));
        }
        if self.dots.iter().any(|dot| dot.is_incomplete) {
            entries.push(LegendEntry::new(incomplete_label(self.repeat), 9.0, |canvas, (x, y)| {
                canvas.hollow(Mark::Disc, (x + 4.5, y), RADIUS, FAINT);
            }));
        }
        entries
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn paint(&self, canvas: &Canvas<'_>, top: f64) {
        for (index, line) in self.title_up.iter().enumerate() {
            canvas.text(line, (MARGIN, top + LINE * (index as f64 + 0.5)), Face::AXIS);
        }
        let top = top + self.head();
        self.paint_axes(canvas, top);
        let within = |pixel: Pixel| (pixel.0, pixel.1 + top);
        for (dot, name) in self.dots.iter().zip(&self.names) {
            let anchor = self.pixel(dot.at, 0.0);
            if let Some(name) = name.filter(|name| name.needs_line(anchor)) {
                canvas.line(within(anchor), within(name.edge(anchor)), Ink::new(FAINT, 0.8).faded(0.7));
            }
        }
        for dot in &self.dots {
            let ((x, y), (_, color)) = (dot.at, dot.look());
            let ink = Ink::new(color, 1.4).faded(0.6);
            for (from, to) in [((dot.across.0, y), (dot.across.1, y)), ((x, dot.up.0), (x, dot.up.1))] {
                if from != to {
                    canvas.line(self.pixel(from, top), self.pixel(to, top), ink);
                }
            }
        }
        for dot in &self.dots {
            let (mark, color) = dot.look();
            let at = self.pixel(dot.at, top);
            match dot.is_incomplete {
                true => canvas.hollow(mark, at, RADIUS, color),
                false => canvas.mark(mark, at, RADIUS, color, 0.85),
            }
        }
        for (dot, name) in self.dots.iter().zip(&self.names) {
            if let Some(name) = name {
                canvas.text(&dot.label, within(name.position()), Face::PLAIN);
            }
        }
    }
}
