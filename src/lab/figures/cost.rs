//! `cost`: what accuracy costs in arithmetic.

use super::Figure;
use super::canvas::{Canvas, Face, Ink, MARGIN, Mark, Place, TEXT, WIDTH, picture, shortened, text_width};
use super::input::{FigureInput, VariantRuns, mean};
use super::logarithm::Decades;
use super::palette::{BLUE, FAINT, GRID, VERMILLION};
use super::scale::Scale;

/// Draws accuracy against multiply-adds, one point for each experiment; nothing when no run
/// finished an epoch.
pub(super) fn draw(input: &FigureInput) -> Vec<Figure> {
    let points = points(&input.variants);
    let costs: Vec<u64> = points.iter().map(|point| point.cost).collect();
    let (Some(across), Some(cheapest)) =
        (Decades::covering(&costs), points.iter().min_by_key(|point| point.cost))
    else {
        return Vec::new();
    };
    let dearest = points.iter().max_by_key(|point| point.cost).unwrap_or(cheapest);
    let title = "Validation accuracy against the cost of a prediction";
    let alt = format!(
        "Scatter plot of the best epochs' accuracy against the multiply-adds of one forward pass, on a logarithmic \
         axis, a point for each experiment; {} costs least and {} most.",
        cheapest.name, dearest.name,
    );
    let lowest = points.iter().map(|point| point.low).fold(1.0, f64::min);
    let highest = points.iter().map(|point| point.high).fold(0.0, f64::max);
    let up = Scale::covering(lowest.clamp(0.0, 1.0), highest.clamp(0.0, 1.0), 8);
    let svg = picture((WIDTH, BOTTOM + 60.0), title, &alt, |canvas| {
        canvas.text(title, (MARGIN, 24.0), Face::TITLE);
        paint_axes(canvas, &across, &up);
        paint_points(canvas, &points, &across, &up);
    });
    vec![Figure { name: "cost".to_owned(), title: title.to_owned(), alt, svg }]
}

const LEFT: f64 = 74.0;
const RIGHT: f64 = WIDTH - MARGIN - 8.0;
const TOP: f64 = 80.0;
const BOTTOM: f64 = 600.0;

/// One experiment.
struct Point {
    name: String,
    label: String,
    /// Multiply-adds of one forward pass.
    cost: u64,
    mean: f64,
    low: f64,
    high: f64,
    /// Whether it stands in section 1, whose variants the source ran once.
    first_section: bool,
}

fn points(variants: &[VariantRuns]) -> Vec<Point> {
    let first = |variant: &VariantRuns| {
        variants.iter().find(|other| other.experiment() == variant.experiment()).map(|other| &other.name)
    };
    let point = |variant: &VariantRuns| {
        let accuracies = variant.best_accuracies();
        let mean = mean(&accuracies)?;
        let cost = variant.runs.first()?.metrics.multiply_adds;
        let same = variants.iter().filter(|other| other.experiment() == variant.experiment()).count() - 1;
        let name = shortened(&variant.name, 18);
        (cost > 0 && first(variant) == Some(&variant.name)).then(|| Point {
            name: variant.name.clone(),
            label: if same == 0 { name } else { format!("{name} (+{same})") },
            cost,
            mean,
            low: accuracies.iter().copied().fold(mean, f64::min),
            high: accuracies.iter().copied().fold(mean, f64::max),
            first_section: variant.section() == "1",
        })
    };
    variants.iter().filter_map(point).collect()
}

fn paint_axes(canvas: &Canvas<'_>, across: &Decades, up: &Scale) {
    for tick in across.ticks(LEFT, RIGHT) {
        canvas.line((tick.place, TOP), (tick.place, BOTTOM), Ink::new(GRID, 1.0));
        canvas.text(&tick.label, (tick.place, BOTTOM + 15.0), Face::NOTE.centred());
    }
    for tick in up.ticks(BOTTOM, TOP) {
        canvas.line((LEFT, tick.place), (RIGHT, tick.place), Ink::new(GRID, 1.0));
        canvas.text(&tick.label, (LEFT - 8.0, tick.place), Face::NOTE.ending());
    }
    canvas.path(&[(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], Ink::new(FAINT, 1.0));
    let axis = "multiply-adds of one forward pass over a sequence of median length (logarithmic)";
    canvas.text(axis, ((LEFT + RIGHT) / 2.0, BOTTOM + 40.0), Face::AXIS.centred());
    let axis = "validation accuracy (fraction), best epoch";
    canvas.text(axis, (MARGIN + 8.0, (TOP + BOTTOM) / 2.0), Face::AXIS.centred().turned());
}

fn paint_points(canvas: &Canvas<'_>, points: &[Point], across: &Decades, up: &Scale) {
    let at = |point: &Point| (across.place(point.cost, LEFT, RIGHT), up.place(point.mean, BOTTOM, TOP));
    let look = |point: &Point| {
        if point.first_section { (Mark::Square, VERMILLION) } else { (Mark::Disc, BLUE) }
    };
    let anchors: Vec<Place> = points.iter().map(at).collect();
    let widths: Vec<f64> = points.iter().map(|point| text_width(&point.label)).collect();
    let labels = spread(&anchors, &widths);
    for (anchor, label) in anchors.iter().zip(&labels) {
        canvas.path(&[*anchor, (label.0 - 3.0, label.1)], Ink::new(FAINT, 0.6).faded(0.7));
    }
    for (point, anchor) in points.iter().zip(&anchors) {
        let (mark, color) = look(point);
        let (low, high) = (up.place(point.low, BOTTOM, TOP), up.place(point.high, BOTTOM, TOP));
        canvas.line((anchor.0, low), (anchor.0, high), Ink::new(color, 1.4).faded(0.6));
        canvas.mark(mark, *anchor, 4.2, color, 0.85);
    }
    for (point, label) in points.iter().zip(&labels) {
        canvas.text(&point.label, *label, Face::PLAIN);
    }
    paint_legend(canvas, points);
}

fn paint_legend(canvas: &Canvas<'_>, points: &[Point]) {
    let mut left = MARGIN + 6.0;
    for (mark, color, section, text) in
        [(Mark::Square, VERMILLION, true, "section 1"), (Mark::Disc, BLUE, false, "other sections")]
    {
        if points.iter().any(|point| point.first_section == section) {
            canvas.mark(mark, (left, 52.0), 4.2, color, 0.85);
            canvas.text(text, (left + 12.0, 52.0), Face::PLAIN);
            left += 12.0 + text_width(text) + 20.0;
        }
    }
    let note = "point: mean over the seeds; line: lowest to highest seed; (+n): n variants are the same";
    canvas.text(note, (left, 52.0), Face::NOTE);
}

/// Places labels beside their points so that none covers another one.
///
/// Points whose labels could meet form a column of labels at the right of all of them, in the
/// points' order from the top.
fn spread(anchors: &[Place], widths: &[f64]) -> Vec<Place> {
    /// From a point to its label, in pixels.
    const DISTANCE: f64 = 16.0;
    let mut order: Vec<usize> = (0..anchors.len()).collect();
    order.sort_by(|one, other| anchors[*one].0.total_cmp(&anchors[*other].0));
    let mut columns: Vec<Vec<usize>> = Vec::new();
    let mut reach = f64::NEG_INFINITY;
    for index in order {
        let end = anchors[index].0 + DISTANCE + widths[index];
        match columns.last_mut() {
            Some(column) if anchors[index].0 - 8.0 < reach => column.push(index),
            _ => columns.push(vec![index]),
        }
        // A column's labels begin where its last point is, so its reach grows with that.
        let column = columns.last().expect("a column was just filled");
        let widest = column.iter().map(|member| widths[*member]).fold(0.0, f64::max);
        reach = end.max(anchors[index].0 + DISTANCE + widest);
    }
    let mut places = vec![(0.0, 0.0); anchors.len()];
    for column in columns {
        let right = column.iter().map(|index| anchors[*index].0).fold(LEFT, f64::max);
        for (index, y) in stack(&column, anchors) {
            places[index] = (right + DISTANCE, y);
        }
    }
    places
}

/// Gives the labels of a column heights that keep their distance, from the top.
fn stack(column: &[usize], anchors: &[Place]) -> Vec<(usize, f64)> {
    const APART: f64 = TEXT + 2.5;
    let mut rows: Vec<(usize, f64)> = column.iter().map(|index| (*index, anchors[*index].1)).collect();
    rows.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut free = f64::NEG_INFINITY;
    for (_, y) in &mut rows {
        *y = y.max(free);
        free = *y + APART;
    }
    let mut limit = BOTTOM - APART / 2.0;
    for (_, y) in rows.iter_mut().rev() {
        *y = y.min(limit);
        limit = *y - APART;
    }
    rows
}
