//! What the source document says, held against what was measured.
//!
//! A statement *agrees* when the means over the seeds stand as it says; an accuracy agrees when the
//! document's figures, widened by half of their last decimal, touch the range over the seeds of the
//! best or of the last epoch. Neither is a statistical test.
//!
//! Invariants
//! - A statement is read twice where the executed code differed from the description: once for each.
//! - Without a result for every variant it names, a statement has no reading.

use minijinja::{Value, context};

use super::measure::{Measure, Number, Source};
use super::source::{Figure, Figures, Form, Relation, Section, Statement};
use super::spread::Spread;
use super::variant::Summary;

/// Reads `statement`, taking the summary of each variant from `summary` under the name it gives.
///
/// # Returns
/// `as_run` (whether executed twins stand in for the described variants), `name`, `mean`, `than` (a
/// list of `name`, `mean`) and `agrees`.
pub(super) fn reading<'a>(
    statement: &Statement,
    as_run: bool,
    summary: impl Fn(&str) -> Option<(&'a str, &'a Summary)>,
) -> Option<Value> {
    let read = |name: &str| {
        let (name, summary) = summary(name)?;
        Some((name, spread(statement.relation, summary)?.mean.clone()))
    };
    let (name, mean) = read(&statement.variant)?;
    let than = statement.than.iter().map(|name| read(name)).collect::<Option<Vec<_>>>()?;
    let agrees = agrees(statement.relation, &mean, &than);
    let than: Vec<Value> =
        than.iter().map(|(name, mean)| context! { name => *name, mean => mean.to_template() }).collect();
    Some(context! {
        as_run => as_run,
        name => name,
        mean => mean.to_template(),
        than => than,
        agrees => agrees,
    })
}

fn spread(relation: Relation, summary: &Summary) -> Option<&Spread> {
    match relation {
        Relation::Equal | Relation::Above | Relation::Below | Relation::HighestOf => summary.best.as_ref(),
        Relation::GapPositive => summary.gap.as_ref(),
        Relation::Slower => summary.seconds.as_ref(),
    }
}

fn agrees(relation: Relation, mean: &Measure, than: &[(&str, Measure)]) -> bool {
    let value = mean.value();
    let mut others = than.iter().map(|(_, mean)| mean.value());
    match relation {
        Relation::Equal => others.all(|other| hundredths(value) == hundredths(other)),
        Relation::Above | Relation::HighestOf | Relation::Slower => others.all(|other| value > other),
        Relation::Below => others.all(|other| value < other),
        Relation::GapPositive => value > 0.0,
    }
}

/// Rounds to the two decimals with which the document compares accuracies.
fn hundredths(value: f64) -> String {
    format!("{value:.2}")
}

/// Names a relation as templates know it.
pub(super) fn relation_name(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "equal",
        Relation::Above => "above",
        Relation::Below => "below",
        Relation::HighestOf => "highest_of",
        Relation::GapPositive => "gap_positive",
        Relation::Slower => "slower",
    }
}

/// Says how the document's figures lie to what a variant measured: `agrees`, `above` or `below` it;
/// `None` without a measured accuracy.
pub(super) fn figures_lie(figures: &Figures, summary: &Summary) -> Option<&'static str> {
    let bounds = || figures.values.iter().chain(&figures.most);
    let low = bounds().map(|figure| figure.value() - figure.tolerance()).fold(f64::INFINITY, f64::min);
    let high = bounds().map(|figure| figure.value() + figure.tolerance()).fold(f64::NEG_INFINITY, f64::max);
    let spreads: Vec<&Spread> = [&summary.best, &summary.last].into_iter().flatten().collect();
    let touches = |spread: &&Spread| spread.least.value() <= high && low <= spread.most.value();
    if spreads.is_empty() {
        None
    } else if spreads.iter().any(touches) {
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

/// Shows the figures of a section to a template, ready to be quoted.
pub(super) fn figures_view(section: &Section, figures: &Figures) -> Value {
    let quote = |figure: &Figure| {
        let source = Source::Quoted { section: section.number.clone(), text: figure.text().to_owned() };
        Measure { number: Number::Real(figure.value()), source }.to_template()
    };
    context! {
        between => figures.form == Form::Between,
        values => figures.values.iter().map(quote).collect::<Vec<_>>(),
        most => figures.most.as_ref().map(quote),
    }
}
