//! `confusion`: which gestures the best variant takes for which.

use super::Figure;
use super::canvas::{Canvas, Face, Ink, MARGIN, Picture, Place, TEXT, picture, shortened};
use super::input::{FigureInput, VariantRuns, mean};
use super::numeral::Quantity;
use super::palette::{DARK, FAINT, WHITE, shade};

/// Counts over all runs of a variant: `[true label][predicted label]`.
type Counts = Vec<Vec<u64>>;

/// Draws the confusion matrix of the variant with the highest mean best-epoch accuracy, the first
/// of them on a tie; nothing without a finished epoch or without a matrix of the right size.
pub(super) fn draw(input: &FigureInput) -> Vec<Figure> {
    let candidates = input.variants.iter().filter_map(|variant| {
        Some((mean(&variant.best_accuracies())?, variant, counts(variant, input.labels)?))
    });
    let Some((_, best, counts)) =
        candidates.reduce(|best, other| if other.0 > best.0 { other } else { best })
    else {
        return Vec::new();
    };
    let title = format!("Confusion matrix of {}", shortened(&best.name, 48));
    let alt = format!(
        "Confusion matrix of {}, the most accurate variant, true labels down and predicted labels across: {}.",
        best.name,
        finding(&counts)
    );
    let matrix = Matrix { variant: &best.name, title: &title, counts: &counts, cell: cell(&counts) };
    let Picture { svg, numerals } = picture(matrix.size(), &title, &alt, |canvas| matrix.paint(canvas));
    vec![Figure { name: "confusion".to_owned(), title, alt, svg, numerals }]
}

/// Sums the matrices of a variant's runs; absent where none has `labels` rows and columns, or all
/// are empty.
fn counts(variant: &VariantRuns, labels: usize) -> Option<Counts> {
    let mut sum = vec![vec![0_u64; labels]; labels];
    for run in &variant.runs {
        let matrix = &run.metrics.confusion;
        if matrix.len() != labels || matrix.iter().any(|row| row.len() != labels) {
            continue;
        }
        for (sums, row) in sum.iter_mut().zip(matrix) {
            for (sum, count) in sums.iter_mut().zip(row) {
                *sum += u64::from(*count);
            }
        }
    }
    sum.iter().flatten().any(|count| *count > 0).then_some(sum)
}

/// Says how much of the matrix lies on its diagonal.
fn finding(counts: &Counts) -> &'static str {
    let all: u64 = counts.iter().flatten().sum();
    let hits: u64 = counts.iter().enumerate().map(|(label, row)| row[label]).sum();
    match (hits * 10, all) {
        _ if hits == all => "every sequence lies on the diagonal",
        (tenfold, all) if tenfold >= 9 * all => "nearly all sequences lie on the diagonal",
        (tenfold, all) if tenfold >= 5 * all => "most sequences lie on the diagonal",
        _ => "fewer than half of the sequences lie on the diagonal",
    }
}

/// The width and height of a cell that holds the longest count, in pixels.
fn cell(counts: &Counts) -> f64 {
    let most = counts.iter().flatten().copied().max().unwrap_or(0);
    (most.to_string().len() as f64 * TEXT * 0.62 + 10.0).max(34.0)
}

struct Matrix<'a> {
    variant: &'a str,
    title: &'a str,
    counts: &'a Counts,
    cell: f64,
}

/// Where the cells begin, in pixels from the upper left.
const CORNER: Place = (76.0, 92.0);

impl Matrix<'_> {
    fn size(&self) -> Place {
        let side = self.counts.len() as f64 * self.cell;
        // At least wide enough for the note below the title.
        ((CORNER.0 + side + 84.0).max(660.0), CORNER.1 + side + 60.0)
    }

    fn paint(&self, canvas: &Canvas<'_>) {
        let side = self.counts.len() as f64 * self.cell;
        let (left, top) = CORNER;
        canvas.text(self.title, (MARGIN, 24.0), Face::TITLE);
        let note = "Final weights on the whole validation set, sequences counted over all seeds; an empty cell is none.";
        canvas.text(note, (MARGIN, 48.0), Face::NOTE);
        canvas.text("recall", (left + side + 38.0, top - 12.0), Face::AXIS.centred());
        for index in 0..self.counts.len() {
            let begin = index as f64 * self.cell;
            let middle = begin + self.cell / 2.0;
            let label = index.to_string();
            canvas.tick(&label, (left - 10.0, top + middle), Face::PLAIN.ending());
            canvas.tick(&label, (left + middle, top + side + 14.0), Face::PLAIN.centred());
            self.paint_row(canvas, index, top + begin);
        }
        let corners =
            [(left, top), (left + side, top), (left + side, top + side), (left, top + side), (left, top)];
        canvas.path(&corners, Ink::new(FAINT, 1.0));
        canvas.text("predicted label", (left + side / 2.0, top + side + 38.0), Face::AXIS.centred());
        canvas.text("true label", (left - 46.0, top + side / 2.0), Face::AXIS.centred().turned());
    }

    fn paint_row(&self, canvas: &Canvas<'_>, truth: usize, top: f64) {
        let row = &self.counts[truth];
        let total: u64 = row.iter().sum();
        let middle = top + self.cell / 2.0;
        let share = |count: u64| if total == 0 { 0.0 } else { count as f64 / total as f64 };
        for (predicted, count) in row.iter().enumerate() {
            let left = CORNER.0 + predicted as f64 * self.cell;
            if *count == 0 {
                continue;
            }
            // A single mistake must be seen too, so no filled cell is as pale as an empty one.
            let depth = 0.12 + 0.88 * share(*count);
            canvas.fill((left, top), (left + self.cell, top + self.cell), shade(depth));
            let face = Face::PLAIN.centred().colored(if depth > 0.6 { WHITE } else { DARK });
            let cell = Quantity::Cell { variant: self.variant.to_owned(), label: truth, predicted };
            canvas.numeral(&count.to_string(), cell, (left + self.cell / 2.0, middle), face);
        }
        let right = CORNER.0 + row.len() as f64 * self.cell;
        canvas.line((CORNER.0, top), (right, top), Ink::new(shade(0.1), 0.6));
        if total > 0 {
            let recall = Quantity::Recall { variant: self.variant.to_owned(), label: truth };
            canvas.numeral(
                &format!("{:.2}", share(row[truth])),
                recall,
                (right + 38.0, middle),
                Face::NOTE.centred(),
            );
        }
    }
}
