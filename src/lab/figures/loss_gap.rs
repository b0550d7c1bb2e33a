//! `loss-gap`: how much worse each variant does on sequences that it was not trained on.

use super::Figure;
use super::canvas::Picture;
use super::input::{FigureInput, mean};
use super::rows::{Row, RowPlot};
use super::scale::Scale;

/// Draws validation minus training loss of every variant; nothing when no run finished an epoch.
pub(super) fn draw(input: &FigureInput) -> Vec<Figure> {
    let widest = input
        .variants
        .iter()
        .filter_map(|variant| Some((mean(&variant.loss_gaps())?, variant.name.as_str())))
        .reduce(|widest, other| if other.0 > widest.0 { other } else { widest });
    let Some((_, widest)) = widest else { return Vec::new() };

    let gaps: Vec<f64> = input.variants.iter().flat_map(|variant| variant.loss_gaps()).collect();
    let title = "Validation loss minus training loss, last epoch";
    let alt = format!(
        "Dot plot with a row for each variant: each seed's validation loss minus its training loss after the \
         last epoch, and their mean; right of zero the validation loss is the higher one, most so for {widest}."
    );
    let plot = RowPlot {
        title,
        alt: &alt,
        axis: "validation loss − training loss (nats); right of zero: worse on unseen sequences",
        points: "a seed",
        bar: "mean over the seeds",
        hollow: None,
        scale: scale(&gaps),
        rows: input.variants.iter().map(|variant| Row::new(variant, variant.loss_gaps(), None)).collect(),
    };
    let Picture { svg, numerals } = plot.draw();
    vec![Figure { name: "loss-gap".to_owned(), title: title.to_owned(), alt, svg, numerals }]
}

/// The axis: all gaps and zero, unless a tenth of them or fewer would press the rest together.
fn scale(gaps: &[f64]) -> Scale {
    /// How many times the gaps' ninetieth percentile is still shown.
    const REACH: f64 = 3.0;
    let mut sizes: Vec<f64> = gaps.iter().map(|gap| gap.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let usual = sizes.get(sizes.len() * 9 / 10).copied().unwrap_or(0.0);
    let limit = if usual > 0.0 { usual * REACH } else { f64::INFINITY };
    let shown = gaps.iter().copied().filter(|gap| gap.abs() <= limit);
    let (low, high) = shown.fold((0.0_f64, 0.0_f64), |(low, high), gap| (low.min(gap), high.max(gap)));
    Scale::covering(low, high, 8)
}
