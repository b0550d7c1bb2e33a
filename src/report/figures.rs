//! The document's accuracies, held against what was measured.
//!
//! Figures *agree* with a variant when their range, widened by half of their last decimal, touches the
//! range over the seeds of the best or of the last epoch. This is no statistical test.

use minijinja::{Value, context};

use super::measure::{Measure, Number, Source};
use super::source::{Figure, Figures, Form};
use super::spread::Spread;
use super::variant::Summary;

/// Says how the document's figures lie to what a variant measured: `agrees`, `above` or `below` it, or
/// `between` its last and its best epochs; `None` without a measured accuracy.
pub(super) fn figures_lie(figures: &Figures, summary: &Summary) -> Option<&'static str> {
    let (low, high) = bounds(figures.values.iter().chain(&figures.most));
    let spreads: Vec<&Spread> = [&summary.best, &summary.last].into_iter().flatten().collect();
    if spreads.is_empty() {
        None
    } else if spreads.iter().any(|spread| touches(spread, low, high)) {
        Some("agrees")
    } else if spreads.iter().all(|spread| spread.most.value() < low) {
        Some("above")
    } else if spreads.iter().all(|spread| spread.least.value() > high) {
        Some("below")
    } else {
        // The last epochs lie below the figures and the best ones above.
        Some("between")
    }
}

/// Gives the range of `figures`, widened by half of their last decimal on either side.
pub(super) fn bounds<'a>(figures: impl Iterator<Item = &'a Figure>) -> (f64, f64) {
    figures.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), figure| {
        let (value, tolerance) = (figure.value(), figure.tolerance());
        (low.min(value - tolerance), high.max(value + tolerance))
    })
}

/// Says whether a range over seeds and the range from `low` to `high` have a value in common.
pub(super) fn touches(spread: &Spread, low: f64, high: f64) -> bool {
    spread.least.value() <= high && low <= spread.most.value()
}

/// Shows the figures of a section to a template, ready to be quoted.
pub(super) fn figures_view(section: &str, figures: &Figures) -> Value {
    let show = |figure: &Figure| quote(section, figure.text(), Number::Real(figure.value()));
    context! {
        between => figures.form == Form::Between,
        several => figures.form == Form::Each && figures.values.len() > 1,
        values => figures.values.iter().map(show).collect::<Vec<_>>(),
        most => figures.most.as_ref().map(show),
    }
}

/// Shows a number of the document, which its `section` spells as `text`, to a template.
pub(super) fn quote(section: &str, text: &str, number: Number) -> Value {
    let source = Source::Quoted { section: section.to_owned(), text: text.to_owned() };
    Measure { number, source }.to_template()
}
