//! Lines: series in panels, a thin line for each repeat and a thick one for their mean.
//!
//! Panels with the same upward axis share one scale, so that they can be compared by eye; all share the axis across.
//! Colours and marks distinguish series, styles of lines the columns; where each panel has one series, colours distinguish the
//! columns apart, too.
//!
//! Invariants
//! - A value that is not finite is never drawn: its repeat ends in a hollow mark. What is beyond a panel is not drawn
//!   within it, and the panel says so.
//! - A panel says of each series how many of its repeats have values, where some have none.

use super::canvas::{Canvas, Face, Ink, Mark};
use super::curve::{Curve, curve, divergences, values_in_reach};
use super::frame::{Chart, LINE, LegendEntry, MARGIN, WIDTH, axis_title};
use super::palette::{FAINT, SERIES};
use super::panel::{Line, Look, PanelBox};
use super::repeats::Repeats;
use super::scale::{Direction, Scale};
use super::text::{BOLD, label, text_width, wrapped};
use super::{Axis, NO_VALUE};
use crate::measure::FRACTION;

/// Values along an axis, such as learning curves.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// The axis across.
    pub x: Axis,
    /// The names of the columns, such as `train_loss` and `valid_loss`; a single column needs none.
    /// [`Series::column`] is an index into them.
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
    /// Which of [`Lines::columns`] it shows: an index, from 0.
    pub column: usize,
    /// The (x, y) of each repeat, in any order and in the units of the axes: a list without points where the repeat is
    /// missing, a y that is not finite where it diverged. The panel says how many repeats have such a y or x.
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
                let (label, note) = label(&series.names, MAX_NAMES_WIDTH);
                notes.extend(note.filter(|note| !notes.contains(note)));
                let group = groups.iter().position(|group| *group == label).unwrap_or_else(|| {
                    groups.push(label);
                    groups.len() - 1
                });
                let repeats: Vec<Curve> = series.repeats.iter().map(|repeat| curve(repeat)).collect();
                let is_broken = |(curve, given): &(&Curve, &Vec<(f64, f64)>)| {
                    let finite = curve.iter().filter(|(_, y)| y.is_finite()).count();
                    finite > 0 && finite < given.len()
                };
                let broken = repeats.iter().zip(&series.repeats).filter(is_broken).count();
                lines.push(Line { group, column: series.column, repeats, broken });
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
            let is_fraction = axis.unit == FRACTION;
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

/// The most room for a group's label, in pixels.
const MAX_NAMES_WIDTH: f64 = 360.0;
/// Room for tick labels below a panel, in pixels.
const TICKS: f64 = 24.0;

/// How many panels a row has, and how high they are, in pixels.
fn grid(panels: usize) -> (usize, f64) {
    match panels {
        0 | 1 => (1, 360.0),
        2 | 4 => (2, 270.0),
        _ => (3, 240.0),
    }
}

impl LineChart<'_> {
    /// Gives each panel its place, in rows.
    fn lay_out(&mut self, panels: Vec<Vec<Line>>, scales: Vec<Scale>) {
        let (columns, height) = grid(panels.len());
        let width = (WIDTH - 2.0 * MARGIN) / columns as f64;
        for (index, (lines, scale)) in panels.into_iter().zip(scales).enumerate() {
            let left = MARGIN + width * (index % columns) as f64;
            let panel = self.panel_box(index, lines, scale, (left, left + width - 20.0), height);
            self.boxes.push(panel);
        }
        let mut top = 0.0;
        for row in self.boxes.chunks_mut(columns) {
            let head = row.iter().map(|panel| panel.title.len() + panel.remarks.len()).max().unwrap_or(0);
            for panel in row {
                panel.head.1 = top;
                panel.top = top + LINE * head as f64 + 8.0;
                panel.bottom = panel.top + height;
            }
            top += LINE * head as f64 + 8.0 + height + TICKS + 10.0;
        }
    }

    /// A panel between two pixels across; its row decides about its top.
    fn panel_box(
        &self,
        index: usize,
        lines: Vec<Line>,
        scale: Scale,
        (begin, right): (f64, f64),
        height: f64,
    ) -> PanelBox {
        let title = &self.lines.panels[index].title;
        let title = if title.is_empty() { Vec::new() } else { wrapped(title, right - begin, BOLD) };
        let remarks = wrapped(&self.remarks(index, &lines, &scale), right - begin, 1.0);
        let ticks_up = scale.ticks(height, Direction::Up);
        let left = begin + ticks_up.iter().map(|tick| text_width(&tick.label)).fold(0.0, f64::max) + 10.0;
        let ticks_across = self.across.ticks(right - left, Direction::Across { overhang: 14.0 });
        let (head, top, bottom) = ((begin, 0.0), 0.0, height);
        PanelBox { lines, scale, title, remarks, head, left, right, top, bottom, ticks_across, ticks_up }
    }

    /// What is said below a panel's title: its upward axis, and what of its series is not to be seen.
    fn remarks(&self, index: usize, lines: &[Line], scale: &Scale) -> String {
        let mut remarks = vec![axis_title(&self.lines.panels[index].y, scale)];
        let is_beyond = |curve: &Curve| curve.iter().any(|(_, y)| y.is_finite() && !scale.holds(*y));
        if lines.iter().flat_map(|line| &line.repeats).any(is_beyond) {
            remarks.push("cut at the edge".to_owned());
        }
        for line in lines {
            let name = self.name(line, lines);
            let first_value = |curve: &Curve| curve.iter().map(|(_, y)| *y).find(|y| y.is_finite());
            let repeats = Repeats::of(&line.repeats.iter().map(first_value).collect::<Vec<_>>());
            if let Some(missing) = repeats.missing_note() {
                remarks.push(format!("{name}{missing}"));
            }
            if line.broken > 0 {
                remarks.push(format!("{name}{} of {} not finite", line.broken, repeats.expected));
            }
            let mut values =
                line.repeats.iter().flatten().map(|(_, y)| *y).filter(|y| y.is_finite()).peekable();
            if values.peek().is_some() && !values.any(|y| scale.holds(y)) {
                remarks.push(format!("{name}beyond the edge"));
            }
        }
        remarks.retain(|remark| !remark.is_empty());
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

    /// The title of the axis that all panels share, in lines.
    fn title(&self) -> Vec<String> {
        wrapped(&axis_title(&self.lines.x, &self.across), WIDTH - 2.0 * MARGIN, BOLD)
    }

    /// Where the lowest panel ends, in pixels from the chart's top.
    fn bottom(&self) -> f64 {
        self.boxes.iter().map(|panel| panel.bottom).fold(0.0, f64::max)
    }

    fn has_repeats(&self) -> bool {
        self.boxes.iter().flat_map(|panel| &panel.lines).any(|line| line.repeats.len() > 1)
    }

    fn has_diverged(&self) -> bool {
        self.boxes
            .iter()
            .flat_map(|panel| &panel.lines)
            .any(|line| line.repeats.iter().any(|it| divergences(it).next().is_some()))
    }
}

impl Chart for LineChart<'_> {
    fn height(&self) -> f64 {
        self.bottom() + TICKS + LINE * self.title().len() as f64 + 8.0
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
        for (index, line) in self.title().iter().enumerate() {
            let y = top + self.bottom() + TICKS + LINE * (index as f64 + 0.5);
            canvas.text(line, (WIDTH / 2.0, y), Face::AXIS.centred());
        }
    }
}
