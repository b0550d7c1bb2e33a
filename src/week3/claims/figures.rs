//! The document's figures, as a template sees and quotes them.

use minijinja::{Value, context};

use super::claim::{Claim, Relation, Runs};
use crate::week3::measure::{Measure, Source};
use crate::week3::number::Number;
use crate::week3::source::Figure;
use crate::week3::spread::Spread;

/// Gives the range of `figures`, widened by half of their last decimal on either side.
fn bounds<'a>(figures: impl IntoIterator<Item = &'a Figure>) -> (f64, f64) {
    figures.into_iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), figure| {
        let (value, tolerance) = (figure.value(), figure.tolerance());
        (low.min(value - tolerance), high.max(value + tolerance))
    })
}

/// Says how figures lie to the values of the seeds: `reached` by one, `above` or `below` all of them, or `between` them.
pub(super) fn lies(figures: &[Figure], spread: &Spread) -> &'static str {
    let (low, high) = bounds(figures);
    if spread.parts.iter().any(|seed| (low..=high).contains(&seed.value())) {
        "reached"
    } else if spread.most.value() < low {
        "above"
    } else if spread.least.value() > high {
        "below"
    } else {
        "between"
    }
}

/// Shows the accuracies that `claims` of one section give to a template; `none` where they give none.
///
/// | name | is |
/// |---|---|
/// | `values`, `between` | the figures; whether they are the ends of a range |
/// | `most` | the highest single one, where the document gives it besides |
pub fn figures_view(claims: &[&Claim]) -> Value {
    let find = |relations: &[Relation]| claims.iter().find(|claim| relations.contains(&claim.relation));
    let Some(claim) = find(&[Relation::About, Relation::Between]) else { return Value::from(()) };
    let most = find(&[Relation::Most]).and_then(|claim| Some((claim, claim.values.first()?)));
    context! {
        between => claim.runs == Some(Runs::Range),
        values => claim.values.iter().map(|figure| quote_figure(claim, figure)).collect::<Vec<_>>(),
        most => most.map(|(claim, figure)| quote_figure(claim, figure)),
    }
}

/// Shows a figure of a claim to a template.
pub(super) fn quote_figure(claim: &Claim, figure: &Figure) -> Value {
    quote(&claim.section, figure.text(), Number::Real(figure.value()))
}

/// Shows a number of the document, which its `section` spells as `text`, to a template.
pub(super) fn quote(section: &str, text: &str, number: Number) -> Value {
    let source = Source::Quoted { section: section.to_owned(), text: text.to_owned() };
    Measure { number, source }.to_template()
}
