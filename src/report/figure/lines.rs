//! Lines: series in panels, a thin line for each repeat and a thick one for their mean.
//!
//! Panels with the same upward axis share one scale, so that they can be compared by eye; all share the axis across.
//! Colours and marks tell series apart, styles of lines the columns; where each panel has one series, colours tell the
//! columns apart, too.
//!
//! Invariants
//! - A value that is not finite is never drawn: its repeat ends in a hollow mark. What lies beyond a panel is not drawn
//!   within it, and the panel says so.
//! - A panel says of each series how many of its repeats have values, where some have none.

use plotters::style::RGBColor;

use super::canvas::{Canvas, Face, Ink, Mark, Pixel};
use super::curve::{Curve, curve, mean_curve, thinned, values_in_reach, visible_pieces};
use super::frame::{Chart, LINE, LegendEntry, MARGIN, WIDTH, axis_title, paint_gap};
use super::palette::{CARD, FAINT, GRID, SERIES};
use super::repeats::Repeats;
use super::scale::{Direction, Scale, Tick};
use super::text::{BOLD, label, text_width, wrapped};
use super::{Axis, NO_VALUE};

/// Values along an axis, such as learning curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The axis across.
    pub x: Axis,
    /// The names of the columns that [`Series::column`] counts, such as `train_loss` and `valid_loss`; one column
    /// needs no name.
    pub columns: Vec<String>,
    /// The panels, from the left and from the top.
    pub panels: Vec<Panel>,
}

/// One set of axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Its title, such as the value of the coordinate whose values have a panel each.
    pub title: String,
    /// The axis upwards; panels with an equal one share a scale.
    pub y: Axis,
    /// What is drawn.
    pub series: Vec<Series>,
}

/// One column of one group's runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The group's name; several where experiments are one.
    pub names: Vec<String>,
    /// Which of [`Lines::columns`] it shows, from 0.
    pub column: usize,
    /// The (x, y) of each repeat, in any order; empty where a repeat is missing, y not finite where it diverged.
    pub repeats: Vec<Vec<(f64, f64)>>,
}

impl Lines {
    /// Lays it out; an error says why there is nothing to draw.
    pub(super) fn chart<'a>(&'a self, repeat: &'a str) -> Result<Box<dyn Chart + 'a>, &'static str> {
        let mut notes = Vec::new();
        let mut groups: Vec<String> = Vec::new();
        let mut panels: Vec<Vec<Line>> = Vec::new();
        for panel in &self.panels {
            let mut lines = Vec::new();
            for series in &panel.series {
                let (label, note) = label(&series.names, NAMES);
                notes.extend(note.filter(|note| !notes.contains(note)));
                let group = groups.iter().position(|group| *group == label).unwrap_or_else(|| {
                    groups.push(label);
                    groups.len() - 1
                });
                let repeats = series.repeats.iter().map(|repeat| curve(repeat)).collect();
                lines.push(Line { group, column: series.column, repeats });
            }
            panels.push(lines);
        }
        let curves = || panels.iter().flatten().flat_map(|line| &line.repeats);
        let drawn = || curves().flatten().filter(|(_, y)| y.is_finite());
        if drawn().next().is_none() {
            return Err(NO_VALUE);
        }
        let across = Scale::covering(drawn().map(|(x, _)| *x), &self.x.unit);
        let scale = |axis: &Axis| {
            let alike = self.panels.iter().zip(&panels).filter(|(panel, _)| panel.y == *axis);
            let curves: Vec<&Curve> =
                alike.flat_map(|(_, lines)| lines).flat_map(|line| &line.repeats).collect();
            let values: Vec<f64> = curves.iter().copied().flatten().map(|(_, y)| *y).collect();
            let is_fraction = axis.unit == "fraction";
            Scale::complement(&values, &axis.unit).unwrap_or_else(|| {
                Scale::covering(if is_fraction { values } else { values_in_reach(&curves) }, &axis.unit)
            })
        };
        let is_colored_by_column =
            panels.iter().all(|lines| lines.windows(2).all(|pair| pair[0].group == pair[1].group));
        let scales: Vec<Scale> = self.panels.iter().map(|panel| scale(&panel.y)).collect();
        let mut chart =
            LineChart { lines: self, repeat, groups, is_colored_by_column, across, notes, boxes: Vec::new() };
        chart.lay_out(panels, scales);
        Ok(Box::new(chart))
    }
}

/// A series, ready to be drawn.
struct Line {
    group: usize,
    column: usize,
    repeats: Vec<Curve>,
}

struct LineChart<'a> {
    lines: &'a Lines,
    repeat: &'a str,
    /// The labels of all groups.
    groups: Vec<String>,
    is_colored_by_column: bool,
    across: Scale,
    boxes: Vec<PanelBox>,
    notes: Vec<String>,
}

/// A panel with its place, in pixels from the chart's upper left.
struct PanelBox {
    lines: Vec<Line>,
    scale: Scale,
    title: Vec<String>,
    remarks: Vec<String>,
    /// Where its title begins.
    head: Pixel,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    ticks_across: Vec<Tick>,
    ticks_up: Vec<Tick>,
}

/// The most room for a group's label, in pixels.
const NAMES: f64 = 360.0;
/// The height of a mean's sample and a panel's tick labels below it, in pixels.
const TICKS: f64 = 24.0;
/// With more points, a mean has no marks on its points.
const MOST_MARKS: usize = 40;

/// How many panels a row has, and how high they are, in pixels.
fn grid(panels: usize) -> (usize, f64) {
    match panels {
        0 | 1 => (1, 360.0),
        2 | 4 => (2, 270.0),
        _ => (3, 240.0),
    }
}

impl LineChart<'_> {
    fn lay_out(&mut self, panels: Vec<Vec<Line>>, scales: Vec<Scale>) {
        let (columns, height) = grid(panels.len());
        let width = (WIDTH - 2.0 * MARGIN) / columns as f64;
        let inner = width - 16.0;
        let mut top = 0.0;
        let mut all: Vec<(usize, Vec<Line>, Scale)> = panels
            .into_iter()
            .zip(scales)
            .enumerate()
            .map(|(index, (lines, scale))| (index, lines, scale))
            .collect();
        while !all.is_empty() {
            let row: Vec<_> = all.drain(..columns.min(all.len())).collect();
            let heads: Vec<(Vec<String>, Vec<String>)> = row
                .iter()
                .map(|(index, lines, scale)| {
                    let title = &self.lines.panels[*index].title;
                    let title = if title.is_empty() { Vec::new() } else { wrapped(title, inner, BOLD) };
                    (title, wrapped(&self.remarks(*index, lines, scale), inner, 1.0))
                })
                .collect();
            let head = heads.iter().map(|(title, remarks)| title.len() + remarks.len()).max().unwrap_or(0);
            let upper = top + LINE * head as f64 + 8.0;
            for ((column, (_, lines, scale)), (title, remarks)) in row.into_iter().enumerate().zip(heads) {
                let begin = MARGIN + width * column as f64;
                let ticks_up = scale.ticks(height, Direction::Up);
                let labels = ticks_up.iter().map(|tick| text_width(&tick.label)).fold(0.0, f64::max);
                let (left, right) = (begin + labels + 10.0, begin + inner);
                let ticks_across = self.across.ticks(right - left, Direction::Across);
                let (head, bottom) = ((begin, top), upper + height);
                self.boxes.push(PanelBox {
                    lines,
                    scale,
                    title,
                    remarks,
                    head,
                    left,
                    right,
                    top: upper,
                    bottom,
                    ticks_across,
                    ticks_up,
                });
            }
            top = upper + height + TICKS + 10.0;
        }
    }

    /// What is said below a panel's title: its upward axis, and what of its series is not to be seen.
    fn remarks(&self, index: usize, lines: &[Line], scale: &Scale) -> String {
        let mut remarks = vec![axis_title(&self.lines.panels[index].y, scale)];
        let is_beyond = |curve: &Curve| curve.iter().any(|(_, y)| y.is_finite() && !scale.holds(*y));
        if lines.iter().flat_map(|line| &line.repeats).any(is_beyond) {
            remarks.push("cut at the edge".to_owned());
        }
        for line in lines {
            let has_value = |curve: &Curve| curve.iter().find(|(_, y)| y.is_finite()).map(|(_, y)| *y);
            let ends: Vec<Option<f64>> = line.repeats.iter().map(has_value).collect();
            let repeats = Repeats::of(&ends);
            let name = self.name(line, lines);
            if let Some(missing) = repeats.missing_note() {
                remarks.push(format!("{name}{missing}"));
            }
            let mut values =
                line.repeats.iter().flatten().map(|(_, y)| *y).filter(|y| y.is_finite()).peekable();
            if values.peek().is_some() && !values.any(|y| scale.holds(y)) {
                remarks.push(format!("{name}beyond the edge"));
            }
        }
        remarks.join(" · ")
    }

    /// Names a series within its panel, with a colon; empty where it is the only one.
    fn name(&self, line: &Line, lines: &[Line]) -> String {
        let column = self.lines.columns.get(line.column).cloned().unwrap_or_default();
        let is_same = |other: &Line| (other.group == line.group, other.column == line.column);
        let group = lines.iter().any(|other| !is_same(other).0).then(|| self.groups[line.group].clone());
        let column = lines.iter().any(|other| !is_same(other).1).then_some(column);
        let parts: Vec<String> = group.into_iter().chain(column).collect();
        if parts.is_empty() { String::new() } else { format!("{}: ", parts.join(" ")) }
    }

    fn look(&self, group: usize, column: usize) -> Look {
        let index = if self.is_colored_by_column { column } else { group };
        Look {
            color: SERIES[index % SERIES.len()],
            mark: Mark::ALL[index % Mark::ALL.len()],
            is_hollow: (index / SERIES.len()) % 2 == 1,
            style: column,
        }
    }

    fn has_repeats(&self) -> bool {
        self.boxes.iter().flat_map(|panel| &panel.lines).any(|line| line.repeats.len() > 1)
    }

    fn has_diverged(&self) -> bool {
        let mut curves = self.boxes.iter().flat_map(|panel| &panel.lines).flat_map(|line| &line.repeats);
        curves.any(|curve| curve.iter().any(|(_, y)| y.is_nan()))
    }
}

/// How a series is drawn.
#[derive(Clone, Copy)]
struct Look {
    color: RGBColor,
    mark: Mark,
    /// Whether its colour is in use a second time, so that its mean has to differ.
    is_hollow: bool,
    style: usize,
}

impl Look {
    fn paint_mean(self, canvas: &Canvas<'_>, piece: &[Pixel]) {
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

    fn paint_axes(&self, canvas: &Canvas<'_>, top: f64) {
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

    fn paint_repeats(&self, canvas: &Canvas<'_>, line: &Line, look: Look, across: &Scale, top: f64) {
        for curve in &line.repeats {
            for piece in self.pieces(curve, across, top) {
                match piece.as_slice() {
                    [alone] => canvas.mark(Mark::Disc, *alone, 2.2, look.color, 0.5),
                    piece => canvas.path(piece, Ink::styled(look.color, look.style, false).faded(0.5)),
                }
            }
        }
    }

    fn paint_mean(&self, canvas: &Canvas<'_>, line: &Line, look: Look, across: &Scale, top: f64) {
        let curves: Vec<&Curve> =
            line.repeats.iter().filter(|curve| curve.iter().any(|(_, y)| y.is_finite())).collect();
        let mean = mean_curve(&curves);
        for piece in self.pieces(&mean, across, top).into_iter().filter(|piece| piece.len() > 1) {
            look.paint_mean(canvas, &piece);
        }
        if mean.len() <= MOST_MARKS {
            for (x, y) in mean.iter().filter(|(_, y)| y.is_finite() && self.scale.holds(*y)) {
                let at = self.pixel((across.share(*x), self.scale.share(*y)), top);
                canvas.mark(look.mark, at, 3.0, look.color, 1.0);
            }
        }
    }

    /// Draws a hollow mark where a repeat has its last value before one that is not finite.
    fn paint_divergences(&self, canvas: &Canvas<'_>, line: &Line, look: Look, across: &Scale, top: f64) {
        for pair in line.repeats.iter().flat_map(|curve| curve.windows(2)) {
            if let [(x, y), (_, next)] = pair
                && next.is_nan()
                && self.scale.holds(*y)
            {
                let at = self.pixel((across.share(*x), self.scale.share(*y)), top);
                canvas.hollow(Mark::Disc, at, 4.2, look.color);
            }
        }
    }
}

impl Chart for LineChart<'_> {
    fn height(&self) -> f64 {
        self.boxes.iter().map(|panel| panel.bottom).fold(0.0, f64::max) + TICKS + LINE + 8.0
    }

    fn legend(&self) -> Vec<LegendEntry<'_>> {
        let mut entries = Vec::new();
        let sample = |label: &str, look: Look, has_mark: bool| {
            LegendEntry::new(label, 32.0, move |canvas, (x, y)| {
                look.paint_mean(canvas, &[(x, y), (x + 32.0, y)]);
                if has_mark {
                    canvas.mark(look.mark, (x + 16.0, y), 3.6, look.color, 1.0);
                }
            })
        };
        if !self.is_colored_by_column {
            let groups = self.groups.iter().enumerate();
            entries.extend(groups.map(|(group, label)| sample(label, self.look(group, 0), true)));
        }
        if self.lines.columns.len() > 1 {
            let column = |(column, name): (usize, &String)| match self.is_colored_by_column {
                true => sample(name, self.look(0, column), true),
                false => sample(name, Look { color: FAINT, is_hollow: false, ..self.look(0, column) }, false),
            };
            entries.extend(self.lines.columns.iter().enumerate().map(column));
        }
        if self.has_repeats() {
            entries.push(LegendEntry::new(format!("thin: a {}", self.repeat), 20.0, |canvas, (x, y)| {
                canvas.line((x, y), (x + 20.0, y), Ink::new(FAINT, 1.2).faded(0.7));
            }));
            let label = format!("thick: mean, as far as every {} goes", self.repeat);
            entries.push(LegendEntry::new(label, 20.0, |canvas, (x, y)| {
                canvas.line((x, y), (x + 20.0, y), Ink::new(FAINT, 2.6));
            }));
        }
        if self.has_diverged() {
            entries.push(LegendEntry::new("hollow: the next value is not finite", 10.0, |canvas, (x, y)| {
                canvas.hollow(Mark::Disc, (x + 5.0, y), 4.2, FAINT);
            }));
        }
        entries
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn paint(&self, canvas: &Canvas<'_>, top: f64) {
        for panel in &self.boxes {
            panel.paint_axes(canvas, top);
            let lines = || panel.lines.iter().map(|line| (line, self.look(line.group, line.column)));
            // Thin lines first, so that no repeat covers a mean.
            for (line, look) in lines().filter(|(line, _)| line.repeats.len() > 1) {
                panel.paint_repeats(canvas, line, look, &self.across, top);
            }
            for (line, look) in lines() {
                panel.paint_mean(canvas, line, look, &self.across, top);
            }
            for (line, look) in lines() {
                panel.paint_divergences(canvas, line, look, &self.across, top);
            }
        }
        let title = axis_title(&self.lines.x, &self.across);
        let bottom = self.boxes.iter().map(|panel| panel.bottom).fold(0.0, f64::max);
        canvas.text(&title, (WIDTH / 2.0, top + bottom + TICKS + LINE / 2.0), Face::AXIS.centred());
    }
}
