//! Figures with a row for each group: names at the left, values along a shared axis, notes at the right.
//!
//! Invariants
//! - Every row names its group, also where the group has no value, and says how many of its repeats lack one.

use super::canvas::{Canvas, Face, Ink, Pixel};
use super::decimal::format_value;
use super::frame::{Chart, LINE, LegendEntry, MARGIN, WIDTH, axis_title, incomplete_label, paint_gap};
use super::palette::{DARK, FAINT, GRID, STRIPE};
use super::repeats::Repeats;
use super::scale::{Direction, Scale, Tick};
use super::text::{BOLD, label, shortened, text_width, wrapped};
use super::{Axis, Group};

/// How one sort draws the repeats of a row.
pub(super) trait RowMark {
    /// What its marks in `rows` mean.
    fn legend(&self, repeat: &str, rows: &[&Repeats]) -> Vec<LegendEntry<'_>>;

    /// Draws the repeats of a row, whose middle is at `y`; `place` finds a value on the axis.
    fn paint(&self, canvas: &Canvas<'_>, repeats: &Repeats, place: &dyn Fn(f64) -> RowPosition, y: f64);

    /// Draws the sample of a group that lacks a repeat.
    fn paint_incomplete(&self, canvas: &Canvas<'_>, at: Pixel);
}

/// Where a value is in a row.
#[derive(Clone, Copy)]
pub(super) enum RowPosition {
    /// On the axis, at this pixel.
    On(f64),
    /// Below the axis' low end, which is this pixel.
    Below(f64),
    /// Above the axis' high end, which is this pixel.
    Above(f64),
}

/// A chart with a row for each group.
pub(super) struct RowChart<'a, M> {
    repeat: &'a str,
    scale: Scale,
    mark: M,
    rows: Vec<Row<'a>>,
    /// Sentences below the chart.
    notes: Vec<String>,
    width: f64,
    /// The ends of the axis, in pixels.
    left: f64,
    right: f64,
    ticks: Vec<Tick>,
    title: Vec<String>,
}

struct Row<'a> {
    label: String,
    section: Option<&'a str>,
    repeats: Repeats,
    note: String,
}

/// Height of a row, in pixels.
const ROW: f64 = 19.0;
/// Room for tick labels above the rows, and below them, in pixels.
const TICKS: f64 = 24.0;
/// From this number of rows on, tick labels are also above them.
const MANY: usize = 12;
/// The most room for the names of groups, and of sections, in pixels.
const MAX_NAMES_WIDTH: f64 = 300.0;
const MAX_SECTIONS_WIDTH: f64 = 110.0;
/// The least length of the axis, in pixels; with long names and notes the picture is wider.
const MIN_AXIS_LENGTH: f64 = 300.0;

impl<'a, M: RowMark> RowChart<'a, M> {
    /// Lays out a row for each of `groups`.
    pub(super) fn new(axis: &'a Axis, groups: &'a [Group], repeat: &'a str, scale: Scale, mark: M) -> Self {
        let mut notes = Vec::new();
        let rows: Vec<Row<'a>> = groups
            .iter()
            .map(|group| {
                let (label, all) = label(&group.names, MAX_NAMES_WIDTH);
                notes.extend(all);
                let repeats = Repeats::of(&group.values);
                let note = row_note(&repeats, &scale, &axis.unit);
                Row { label, section: group.section.as_deref(), repeats, note }
            })
            .collect();
        let widest = |texts: &mut dyn Iterator<Item = f64>| texts.fold(0.0, f64::max);
        let sections = widest(&mut rows.iter().filter_map(|row| row.section).map(section_width));
        let names = widest(&mut rows.iter().map(|row| text_width(&row.label)));
        let noted = widest(&mut rows.iter().map(|row| text_width(&row.note)));
        let left = MARGIN + sections + names + 22.0;
        let right_margin = MARGIN + 10.0 + if noted > 0.0 { noted + 14.0 } else { 0.0 };
        let right = (WIDTH - right_margin).max(left + MIN_AXIS_LENGTH);
        let width = right + right_margin;
        let ticks = scale.ticks(right - left, Direction::Across { overhang: 22.0 });
        let title = wrapped(&axis_title(axis, &scale), right - left, BOLD);
        Self { repeat, scale, mark, rows, notes, width, left, right, ticks, title }
    }

    fn place(&self, value: f64) -> RowPosition {
        match self.scale.share(value) {
            share if share < 0.0 => RowPosition::Below(self.left),
            share if share > 1.0 => RowPosition::Above(self.right),
            share => RowPosition::On(self.x(share)),
        }
    }

    fn x(&self, share: f64) -> f64 {
        self.left + (self.right - self.left) * share
    }

    fn upper_ticks(&self) -> f64 {
        if self.rows.len() >= MANY { TICKS } else { 4.0 }
    }

    fn paint_axis(&self, canvas: &Canvas<'_>, top: f64, bottom: f64) {
        for tick in &self.ticks {
            let x = self.x(tick.share);
            canvas.line((x, top), (x, bottom), Ink::new(GRID, 1.0));
            if self.rows.len() >= MANY {
                canvas.text(&tick.label, (x, top - 12.0), Face::NOTE.centred());
            }
            canvas.text(&tick.label, (x, bottom + 13.0), Face::NOTE.centred());
        }
        if self.scale.holds(0.0) && self.ticks.iter().any(|tick| tick.label.starts_with('−')) {
            let zero = self.x(self.scale.share(0.0));
            canvas.line((zero, top), (zero, bottom), Ink::new(DARK, 1.4));
        }
        canvas.line((self.left, top), (self.left, bottom), Ink::new(FAINT, 1.0));
        canvas.line((self.left, bottom), (self.right, bottom), Ink::new(FAINT, 1.0));
        if let Some(gap) = self.scale.gap() {
            paint_gap(canvas, (self.x(gap), bottom));
        }
        for (index, line) in self.title.iter().enumerate() {
            let y = bottom + TICKS + LINE * (index as f64 + 0.5);
            canvas.text(line, ((self.left + self.right) / 2.0, y), Face::AXIS.centred());
        }
    }
}

impl<M: RowMark> Chart for RowChart<'_, M> {
    fn width(&self) -> f64 {
        self.width
    }

    fn height(&self) -> f64 {
        self.upper_ticks() + ROW * self.rows.len() as f64 + TICKS + LINE * self.title.len() as f64 + 6.0
    }

    fn legend(&self) -> Vec<LegendEntry<'_>> {
        let rows: Vec<&Repeats> = self.rows.iter().map(|row| &row.repeats).collect();
        let mut entries = self.mark.legend(self.repeat, &rows);
        if self.rows.iter().any(|row| row.repeats.is_incomplete() && !row.repeats.values.is_empty()) {
            let paint = |canvas: &Canvas<'_>, at| self.mark.paint_incomplete(canvas, at);
            entries.push(LegendEntry::new(incomplete_label(self.repeat), 10.0, paint));
        }
        entries
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }

    fn paint(&self, canvas: &Canvas<'_>, top: f64) {
        let top = top + self.upper_ticks();
        let bottom = top + ROW * self.rows.len() as f64;
        for index in (1..self.rows.len()).step_by(2) {
            let top = top + ROW * index as f64;
            canvas.fill((MARGIN, top), (self.width - MARGIN, top + ROW), STRIPE, 1.0);
        }
        self.paint_axis(canvas, top, bottom);
        for (index, row) in self.rows.iter().enumerate() {
            let upper = top + ROW * index as f64;
            let y = upper + ROW / 2.0;
            if index == 0 || row.section != self.rows[index - 1].section {
                if index > 0 {
                    canvas.line((MARGIN, upper), (self.width - MARGIN, upper), Ink::new(FAINT, 0.6));
                }
                if let Some(section) = row.section {
                    canvas.text(
                        &shortened(section, MAX_SECTIONS_WIDTH / BOLD),
                        (MARGIN + 2.0, y),
                        Face::AXIS,
                    );
                }
            }
            canvas.text(&row.label, (self.left - 9.0, y), Face::PLAIN.ending());
            self.mark.paint(canvas, &row.repeats, &|value| self.place(value), y);
            canvas.text(&row.note, (self.right + 14.0, y), Face::NOTE);
        }
    }
}

fn section_width(section: &str) -> f64 {
    (text_width(section) * BOLD).min(MAX_SECTIONS_WIDTH) + 12.0
}

/// What is said beside a row: how many repeats have a value, and which values are beyond the axis.
fn row_note(repeats: &Repeats, scale: &Scale, unit: &str) -> String {
    let beyond: Vec<f64> = repeats.values.iter().copied().filter(|value| !scale.holds(*value)).collect();
    let low = beyond.iter().copied().reduce(f64::min);
    let high = beyond.iter().copied().reduce(f64::max);
    let beyond = match (low, high) {
        (Some(low), Some(high)) if low == high => Some(format!("beyond: {}", format_value(low, unit))),
        (Some(low), Some(high)) => {
            Some(format!("beyond: {} to {}", format_value(low, unit), format_value(high, unit)))
        }
        _ => None,
    };
    let mean = repeats.mean().filter(|mean| repeats.expected > 1 && !scale.holds(*mean));
    let mean = mean.map(|mean| format!("mean: {}", format_value(mean, unit)));
    repeats.missing_note().into_iter().chain(beyond).chain(mean).collect::<Vec<_>>().join(" · ")
}
