//! `curves-SECTION`: how the variants of each section learn, epoch by epoch.
//!
//! Section ──experiments──▶ one [`Line`] each ──three [`Panel`]s──▶ accuracy, validation loss, training loss
//!
//! Invariants
//! - Variants that are the same experiment are one line, and its legend names them all.
//! - The two loss panels share one axis, so that they can be compared by eye.
//! - A line that lies above its axis as a whole is named there.

use std::cmp::Reverse;

use super::Figure;
use super::canvas::{Canvas, Face, MARGIN, Mark, Picture, Place, WIDTH, picture, shortened, text_width};
use super::input::{FigureInput, VariantRuns, drawable};
use super::palette::SERIES;
use super::panel::{Line, Panel, Value};
use super::scale::Scale;
use crate::lab::number::ln;

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
    let longest = lines.iter().map(|line| line.variant.epochs()).max()?;
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
    let Picture { svg, numerals } = picture((WIDTH, top + PANEL_HEIGHT + 56.0), &title, &alt, |canvas| {
        curves.paint(canvas, &legend, top);
    });
    Some(Figure { name: format!("curves-{section}"), title, alt, svg, numerals })
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
            line.paint_sample(canvas, (*x, *y));
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
            // Thin lines first, so that no seed covers a mean; long ones first, so that none covers a short one that
            // learns alike.
            let mut lines: Vec<&Line<'_>> = self.lines.iter().collect();
            lines.sort_by_key(|line| Reverse(line.variant.epochs()));
            lines.iter().for_each(|line| panel.paint_seeds(canvas, line));
            lines.iter().for_each(|line| panel.paint_mean(canvas, line));
            let above: Vec<&str> =
                self.lines.iter().filter(|it| panel.is_above(it)).map(|it| it.label.as_str()).collect();
            if !above.is_empty() {
                let note = shortened(&format!("above the axis: {}", above.join(", ")), 40);
                canvas.text(&note, (panel.right, top + 12.0), Face::NOTE.ending());
            }
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
