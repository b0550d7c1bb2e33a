//! `accuracy`: how well each variant does, with its seeds apart.

use super::Figure;
use super::canvas::Picture;
use super::input::{FigureInput, mean};
use super::rows::{Row, RowPlot};
use super::scale::Scale;

/// Draws the accuracy of every variant it is given: those that train on all users, whose accuracies are about the
/// same sequences; nothing when no run finished an epoch.
pub(super) fn draw(input: &FigureInput) -> Vec<Figure> {
    let ranked: Vec<(f64, &str)> = input
        .variants
        .iter()
        .filter_map(|variant| Some((mean(&variant.best_accuracies())?, variant.name.as_str())))
        .collect();
    let highest = ranked.iter().copied().reduce(|best, other| if other.0 > best.0 { other } else { best });
    let lowest = ranked.iter().copied().reduce(|worst, other| if other.0 < worst.0 { other } else { worst });
    let (Some((_, highest)), Some((_, lowest))) = (highest, lowest) else { return Vec::new() };

    let title = "Validation accuracy of the variants that train on all users";
    let alt = format!(
        "Dot plot with a row for each variant that trains on all users: the accuracy of each seed's best epoch, their mean, and the mean \
         of the last epochs; the mean of the best epochs is highest for {highest} and lowest for {lowest}."
    );
    let rows = input.variants.iter();
    let plot = RowPlot {
        title,
        alt: &alt,
        axis: "validation accuracy (fraction of the sequences)",
        points: "best epoch of a seed",
        bar: "mean of the best epochs",
        hollow: Some("mean of the last epochs"),
        scale: Scale::covering(0.0, 1.0, 10),
        rows: rows
            .map(|variant| Row::new(variant, variant.best_accuracies(), mean(&variant.last_accuracies())))
            .collect(),
    };
    let Picture { svg, numerals } = plot.draw();
    vec![Figure { name: "accuracy".to_owned(), title: title.to_owned(), alt, svg, numerals }]
}
