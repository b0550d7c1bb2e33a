//! `cost`: what accuracy costs in arithmetic.

use super::Figure;
use super::canvas::{Canvas, Face, Ink, MARGIN, Mark, Picture, Place, WIDTH, picture, shortened, text_width};
use super::input::{FigureInput, VariantRuns, mean};
use super::labels::beside;
use super::logarithm::{Decades, power_of_ten};
use super::numeral::Quantity;
use super::palette::{BLUE, FAINT, GRID, VERMILLION};

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
    let errors: Vec<u64> = points.iter().flat_map(|point| [error(point.low), error(point.high)]).collect();
    let Some(up) = Decades::covering(&errors) else { return Vec::new() };
    let Picture { svg, numerals } = picture((WIDTH, BOTTOM + 60.0), title, &alt, |canvas| {
        canvas.text(title, (MARGIN, 24.0), Face::TITLE);
        paint_axes(canvas, &across, &up);
        paint_points(canvas, &points, &across, &up);
    });
    vec![Figure { name: "cost".to_owned(), title: title.to_owned(), alt, svg, numerals }]
}

const LEFT: f64 = 90.0;
const RIGHT: f64 = WIDTH - MARGIN - 8.0;
const TOP: f64 = 80.0;
const BOTTOM: f64 = 600.0;

/// One experiment.
struct Point {
    name: String,
    label: String,
    /// Whether the label says how many other variants are the same experiment.
    has_twins: bool,
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
            has_twins: same > 0,
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

/// The share of mistakes in millionths, at least a thousandth: no run here is told apart from that.
fn error(accuracy: f64) -> u64 {
    ((1.0 - accuracy).clamp(0.001, 1.0) * MILLION as f64).round() as u64
}

/// Spells the accuracy that leaves `error` millionths of mistakes, of which there are some.
fn accuracy(error: u64) -> String {
    let millionths = format!("{:06}", MILLION.saturating_sub(error));
    let fraction = millionths.trim_end_matches('0');
    if error == 0 {
        "1".to_owned()
    } else {
        format!("0.{}", if fraction.is_empty() { "0" } else { fraction })
    }
}

const MILLION: u64 = 1_000_000;

fn paint_axes(canvas: &Canvas<'_>, across: &Decades, up: &Decades) {
    for (value, x) in across.marks(LEFT, RIGHT) {
        canvas.line((x, TOP), (x, BOTTOM), Ink::new(GRID, 1.0));
        canvas.tick(&power_of_ten(value), (x, BOTTOM + 15.0), Face::NOTE.centred());
    }
    for (error, y) in up.marks(TOP, BOTTOM).into_iter().filter(|(error, _)| *error <= MILLION) {
        canvas.line((LEFT, y), (RIGHT, y), Ink::new(GRID, 1.0));
        canvas.tick(&accuracy(error), (LEFT - 8.0, y), Face::NOTE.ending());
    }
    canvas.path(&[(LEFT, TOP), (LEFT, BOTTOM), (RIGHT, BOTTOM)], Ink::new(FAINT, 1.0));
    let axis = "multiply-adds of one forward pass over a sequence of median length (logarithmic)";
    canvas.text(axis, ((LEFT + RIGHT) / 2.0, BOTTOM + 40.0), Face::AXIS.centred());
    let axis = "validation accuracy of the best epoch (distance from 1 logarithmic)";
    canvas.tick(axis, (MARGIN + 8.0, (TOP + BOTTOM) / 2.0), Face::AXIS.centred().turned());
}

fn paint_points(canvas: &Canvas<'_>, points: &[Point], across: &Decades, up: &Decades) {
    let at =
        |point: &Point| (across.place(point.cost, LEFT, RIGHT), up.place(error(point.mean), TOP, BOTTOM));
    let look = |point: &Point| {
        if point.first_section { (Mark::Square, VERMILLION) } else { (Mark::Disc, BLUE) }
    };
    let anchors: Vec<Place> = points.iter().map(at).collect();
    let widths: Vec<f64> = points.iter().map(|point| text_width(&point.label)).collect();
    let ends = |point: &Point| {
        let x = across.place(point.cost, LEFT, RIGHT);
        [point.low, point.high].map(|end| (x, up.place(error(end), TOP, BOTTOM)))
    };
    let seeds: Vec<Place> = points.iter().flat_map(ends).collect();
    let names = beside(&anchors, &seeds, &widths, ((LEFT + 4.0, TOP), (RIGHT, BOTTOM - 4.0)));
    for (anchor, name) in anchors.iter().zip(&names) {
        if name.needs_line(*anchor) {
            canvas.path(&[*anchor, name.edge(*anchor)], Ink::new(FAINT, 0.8).faded(0.7));
        }
    }
    for (point, anchor) in points.iter().zip(&anchors) {
        let (mark, color) = look(point);
        let (low, high) = (up.place(error(point.low), TOP, BOTTOM), up.place(error(point.high), TOP, BOTTOM));
        canvas.line((anchor.0, low), (anchor.0, high), Ink::new(color, 1.4).faded(0.6));
        canvas.mark(mark, *anchor, 4.2, color, 0.85);
    }
    for (point, name) in points.iter().zip(&names) {
        match point.has_twins {
            true => {
                let twins = Quantity::Twins { variant: point.name.clone() };
                canvas.numeral(&point.label, twins, name.place(), Face::PLAIN);
            }
            false => canvas.text(&point.label, name.place(), Face::PLAIN),
        }
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
