//! `curves-SECTION`: how the variants of each section learn, epoch by epoch.
//!
//! Section ──experiments──▶ one [`Line`] each ──three panels──▶ accuracy, validation loss, training loss
//!
//! Invariants
//! - Variants that are the same experiment are one line, and its legend names them all.
//! - The two loss panels share one axis, so that they can be compared by eye.

use super::Figure;
use super::canvas::{Canvas, Face, Ink, MARGIN, Mark, Place, WIDTH, picture, shortened, text_width};
use super::input::{FigureInput, VariantRuns, drawable, mean};
use super::logarithm::ln;
use super::palette::{FAINT, GRID, SERIES, WHITE};
use super::scale::Scale;
use crate::lab::history::Epoch;
use plotters::style::RGBColor;

/// Draws one figure for each section in which a run finished an epoch.
pub(super) fn draw(input: &FigureInput) -> Vec<Figure> {
    let mut sections: Vec<(String, Vec<&VariantRuns>)> = Vec::new();
    for variant in &input.variants {
        let section = variant.section();
        match sections.iter_mut().find(|(name, _)| *name == section) {
            Some((_, variants)) => variants.push(variant),
            None => sections.push((section, vec![variant])),
        }
    }
    sections.iter().filter_map(|(section, variants)| figure(section, variants, input.labels)).collect()
}

fn figure(section: &str, variants: &[&VariantRuns], labels: usize) -> Option<Figure> {
    let lines = lines(variants);
    let longest =
        lines.iter().flat_map(|line| &line.variant.runs).map(|run| run.history.epochs.len()).max()?;
    if longest == 0 {
        return None;
    }
    let names: Vec<&str> = variants.iter().map(|variant| variant.name.as_str()).collect();
    let title = if section == "other" {
        "Learning curves of the variants outside the sections".to_owned()
    } else {
        format!("Learning curves of section {section}")
    };
    let alt = format!(
        "Three line charts over the epochs for {}: validation accuracy, validation loss and training loss, each \
         seed as a thin line and the mean over the seeds as a thick one.",
        names.join(", "),
    );
    let curves = Curves { title: &title, lines: &lines, longest, losses: losses(&lines, labels) };
    let legend = curves.legend();
    let rows = legend.last().map_or(0.0, |(_, (_, y))| *y);
    let top = rows + 52.0;
    let svg = picture((WIDTH, top + PANEL_HEIGHT + 56.0), &title, &alt, |canvas| {
        curves.paint(canvas, &legend, top);
    });
    Some(Figure { name: format!("curves-{section}"), title, alt, svg })
}

/// One experiment of the section.
struct Line<'a> {
    label: String,
    variant: &'a VariantRuns,
    color: RGBColor,
    mark: Mark,
    /// Whether its colour is in use a second time, so that it has to differ by a hollow mean.
    hollow: bool,
}

fn lines<'a>(variants: &[&'a VariantRuns]) -> Vec<Line<'a>> {
    let mut experiments: Vec<Vec<&VariantRuns>> = Vec::new();
    for &variant in variants {
        match experiments.iter_mut().find(|same| same[0].experiment() == variant.experiment()) {
            Some(same) => same.push(variant),
            None => experiments.push(vec![variant]),
        }
    }
    let line = |(index, same): (usize, Vec<&'a VariantRuns>)| {
        let names: Vec<String> = same.iter().map(|variant| shortened(&variant.name, 30)).collect();
        let mut label = names.join(" = ");
        if let Some(first) = same[0].same_as.as_deref().filter(|first| same.iter().all(|v| v.name != *first))
        {
            label = format!("{label} (same as {})", shortened(first, 30));
        }
        if same[0].runs.iter().all(|run| run.history.epochs.is_empty()) {
            label.push_str(" (no run finished an epoch)");
        }
        Line {
            label: shortened(&label, 96),
            variant: same[0],
            color: SERIES[index % SERIES.len()],
            mark: Mark::ALL[index % Mark::ALL.len()],
            hollow: (index / SERIES.len()) % 2 == 1,
        }
    };
    experiments.into_iter().enumerate().map(line).collect()
}

/// The axis of both loss panels, and whether losses lie above it.
struct Losses {
    scale: Scale,
    cut: bool,
}

fn losses(lines: &[Line<'_>], labels: usize) -> Losses {
    /// Losses are shown up to this many times that of a model which gives every label equal odds.
    const REACH: f64 = 1.5;
    let epochs = lines.iter().flat_map(|line| &line.variant.runs).flat_map(|run| &run.history.epochs);
    let values: Vec<f64> =
        epochs.flat_map(|epoch| [epoch.train_loss, epoch.valid_loss]).filter_map(drawable).collect();
    let limit = if labels > 1 { REACH * ln(labels as f64) } else { f64::INFINITY };
    let shown = values.iter().copied().filter(|loss| *loss <= limit);
    let (low, high) = shown.fold((0.0_f64, 0.0_f64), |(low, high), loss| (low.min(loss), high.max(loss)));
    let cut = values.iter().any(|loss| *loss > limit);
    Losses { scale: Scale::covering(low, if cut { limit } else { high }, 6), cut }
}

struct Curves<'a> {
    title: &'a str,
    lines: &'a [Line<'a>],
    longest: usize,
    losses: Losses,
}

const PANEL_HEIGHT: f64 = 270.0;
/// Room for the tick labels of a panel's upward axis, in pixels.
const PANEL_LEFT: f64 = 46.0;

impl Curves<'_> {
    /// Places each entry of the legend, in rows below the title.
    fn legend(&self) -> Vec<(&Line<'_>, Place)> {
        let mut place = (MARGIN, 52.0);
        let mut entries = Vec::new();
        for line in self.lines {
            let width = 38.0 + text_width(&line.label) + 20.0;
            if place.0 > MARGIN && place.0 + width > WIDTH - MARGIN {
                place = (MARGIN, place.1 + 20.0);
            }
            entries.push((line, place));
            place.0 += width;
        }
        entries
    }

    fn paint(&self, canvas: &Canvas<'_>, legend: &[(&Line<'_>, Place)], top: f64) {
        canvas.text(self.title, (MARGIN, 24.0), Face::TITLE);
        let note = "thin: a seed; thick: their mean, as long as all of them train";
        canvas.text(note, (WIDTH - MARGIN, 24.0), Face::NOTE.ending());
        for (line, (x, y)) in legend {
            stroke(canvas, line, &[(*x, *y), (x + 28.0, *y)]);
            canvas.mark(line.mark, (x + 14.0, *y), 4.0, line.color, 1.0);
            canvas.text(&line.label, (x + 38.0, *y), Face::PLAIN);
        }
        let accuracies = self.accuracies();
        let cut = if self.losses.cut { "loss (nats), cut at the top" } else { "loss (nats)" };
        let panels: [(String, &Scale, Value); 3] = [
            ("Validation accuracy (fraction)".to_owned(), &accuracies, |epoch| epoch.accuracy),
            (format!("Validation {cut}"), &self.losses.scale, |epoch| epoch.valid_loss),
            (format!("Training {cut}"), &self.losses.scale, |epoch| epoch.train_loss),
        ];
        let width = (WIDTH - 2.0 * MARGIN) / panels.len() as f64;
        for (index, (title, scale, value)) in panels.iter().enumerate() {
            let begin = MARGIN + width * index as f64;
            let panel = Panel {
                left: begin + PANEL_LEFT,
                right: begin + width - 8.0,
                top,
                bottom: top + PANEL_HEIGHT,
                longest: self.longest,
                scale,
                value: *value,
            };
            canvas.text(title, (begin + 8.0, top - 16.0), Face::AXIS);
            panel.paint_axes(canvas);
            // Thin lines first, so that no seed covers a mean.
            self.lines.iter().for_each(|line| panel.paint_seeds(canvas, line));
            self.lines.iter().for_each(|line| panel.paint_mean(canvas, line));
        }
    }

    fn accuracies(&self) -> Scale {
        let epochs =
            self.lines.iter().flat_map(|line| &line.variant.runs).flat_map(|run| &run.history.epochs);
        let values = epochs.filter_map(|epoch| drawable(epoch.accuracy));
        let (low, high) =
            values.fold((1.0_f64, 0.0_f64), |(low, high), value| (low.min(value), high.max(value)));
        Scale::covering(low.clamp(0.0, 1.0), high.clamp(0.0, 1.0), 6)
    }
}

/// What a panel shows of an epoch.
type Value = fn(&Epoch) -> f64;

struct Panel<'a> {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    longest: usize,
    scale: &'a Scale,
    value: Value,
}

impl Panel<'_> {
    fn paint_axes(&self, canvas: &Canvas<'_>) {
        for tick in self.scale.ticks(self.bottom, self.top) {
            canvas.line((self.left, tick.place), (self.right, tick.place), Ink::new(GRID, 1.0));
            canvas.text(&tick.label, (self.left - 7.0, tick.place), Face::NOTE.ending());
        }
        let step = step(self.longest);
        for epoch in (step..=self.longest).step_by(step) {
            let x = self.epoch(epoch);
            canvas.line((x, self.bottom), (x, self.bottom + 4.0), Ink::new(FAINT, 1.0));
            canvas.text(&epoch.to_string(), (x, self.bottom + 15.0), Face::NOTE.centred());
        }
        let corners = [(self.left, self.top), (self.left, self.bottom), (self.right, self.bottom)];
        canvas.path(&corners, Ink::new(FAINT, 1.0));
        canvas.text("epoch", ((self.left + self.right) / 2.0, self.bottom + 36.0), Face::AXIS.centred());
    }

    fn paint_seeds(&self, canvas: &Canvas<'_>, line: &Line<'_>) {
        for run in &line.variant.runs {
            let values: Vec<Option<f64>> =
                run.history.epochs.iter().map(|epoch| drawable((self.value)(epoch))).collect();
            for piece in self.pieces(&values) {
                canvas.path(&piece, Ink::new(line.color, 1.2).faded(0.5));
            }
        }
    }

    /// Draws the mean over the runs, as far as all runs go that finished an epoch.
    fn paint_mean(&self, canvas: &Canvas<'_>, line: &Line<'_>) {
        let runs = || line.variant.runs.iter().map(|run| &run.history.epochs).filter(|all| !all.is_empty());
        let shared = runs().map(Vec::len).min().unwrap_or(0);
        let mean_of = |index: usize| {
            let values: Option<Vec<f64>> = runs().map(|all| drawable((self.value)(&all[index]))).collect();
            mean(&values?)
        };
        let means: Vec<Option<f64>> = (0..shared).map(mean_of).collect();
        for piece in self.pieces(&means) {
            stroke(canvas, line, &piece);
        }
        for (index, value) in means.iter().enumerate() {
            if let Some(value) = value.filter(|value| *value <= self.scale.high()) {
                canvas.mark(line.mark, self.place(index, value), 3.2, line.color, 1.0);
            }
        }
    }

    /// Splits a curve where a value is missing and where it leaves the panel through its top.
    fn pieces(&self, values: &[Option<f64>]) -> Vec<Vec<Place>> {
        let high = self.scale.high();
        let mut pieces: Vec<Vec<Place>> = vec![Vec::new()];
        for (index, value) in values.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| values[before]);
            let crossing = |from: f64, to: f64| {
                let share = (high - from) / (to - from);
                (self.epoch(index) + (self.epoch(index + 1) - self.epoch(index)) * share, self.top)
            };
            let last = pieces.last_mut().expect("there is always a last piece");
            match (before, *value) {
                (Some(from), Some(to)) if from <= high && to > high => last.push(crossing(from, to)),
                (Some(from), Some(to)) if from > high && to <= high => {
                    pieces.push(vec![crossing(from, to), self.place(index, to)]);
                }
                (_, Some(to)) if to <= high => last.push(self.place(index, to)),
                _ => pieces.push(Vec::new()),
            }
        }
        pieces.retain(|piece| piece.len() > 1);
        pieces
    }

    fn place(&self, index: usize, value: f64) -> Place {
        (self.epoch(index + 1), self.scale.place(value, self.bottom, self.top))
    }

    /// The place of an epoch, from 1, on the horizontal axis.
    fn epoch(&self, epoch: usize) -> f64 {
        /// Room at either end, as a part of the axis.
        const ROOM: f64 = 0.04;
        let share = if self.longest > 1 { (epoch as f64 - 1.0) / (self.longest as f64 - 1.0) } else { 0.5 };
        self.left + (self.right - self.left) * (ROOM + (1.0 - 2.0 * ROOM) * share)
    }
}

/// The distance of labelled epochs: 1, 2 or 5 of a power of ten, with at most nine labels.
fn step(longest: usize) -> usize {
    let mut power = 1;
    loop {
        for digit in [1, 2, 5] {
            if longest / (digit * power) <= 9 {
                return digit * power;
            }
        }
        power *= 10;
    }
}

/// Draws the thick line of a mean.
fn stroke(canvas: &Canvas<'_>, line: &Line<'_>, places: &[Place]) {
    if line.hollow {
        canvas.path(places, Ink::new(line.color, 3.8));
        canvas.path(places, Ink::new(WHITE, 1.4));
    } else {
        canvas.path(places, Ink::new(line.color, 2.6));
    }
}
