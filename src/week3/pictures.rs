//! The numerals in the figures beside a report, held against the runs.
//!
//! SVG texts + what the figure says of its numerals ──▶ a reference for each number, or the text that is none
//!
//! Invariants
//! - Every numeral in a figure's title, description or texts is a name, a mark on an axis, or a measure whose
//!   printed form is what the figure shows.

use crate::lab::figures::{Numeral, Quantity};

use super::audit::FigureFile;
use super::citation::Reference;
use super::error::RenderError;
use super::format::Format;
use super::inputs::{ReportInputs, RunResult, VariantResult};
use super::measure::Measure;
use super::orphans::{Names, numeral_beside_names};
use super::svg;

/// Checks every numeral of a figure.
///
/// # Returns
/// A reference for each number that it shows, in the order of its texts, with the line it stands on, from 1.
///
/// # Errors
/// [`RenderError::Figure`] for the first numeral that nothing answers for, or that says something else.
pub(super) fn references(
    figure: &FigureFile,
    inputs: &ReportInputs,
    names: &Names,
) -> Result<Vec<(Reference, usize)>, RenderError> {
    let fault = |text: &str, what: String| RenderError::Figure {
        figure: figure.path.clone(),
        text: text.to_owned(),
        what,
    };
    let mut references = Vec::new();
    let mut numerals = figure.numerals.iter().peekable();
    for (text, line) in svg::texts(&figure.svg) {
        match numerals.next_if(|numeral| numeral.text == text) {
            Some(numeral) => {
                let Some((measure, format, lead, tail)) = stated(numeral, inputs) else {
                    if numeral.of == Quantity::Axis {
                        continue;
                    }
                    return Err(fault(&text, "no run answers for it".to_owned()));
                };
                let printed = format.print(&measure).map_err(|what| fault(&text, what.to_owned()))?;
                let shown = format!("{lead}{printed}{tail}");
                let rest = text.strip_suffix(&shown);
                if rest.is_none_or(|rest| numeral_beside_names(rest, names).is_some()) {
                    return Err(fault(&text, format!("the runs give `{shown}`")));
                }
                references.push((Reference { text: printed, format, measure }, line));
            }
            None => {
                if let Some(numeral) = numeral_beside_names(&text, names) {
                    return Err(fault(&text, format!("nothing answers for `{numeral}`")));
                }
            }
        }
    }
    match numerals.next() {
        Some(numeral) => Err(fault(&numeral.text, "the figure does not show it".to_owned())),
        None => Ok(references),
    }
}

/// A measure, how a figure prints it, and what it prints before and behind.
type Stated = (Measure, Format, &'static str, &'static str);

fn stated(numeral: &Numeral, inputs: &ReportInputs) -> Option<Stated> {
    let find = |name: &str| inputs.variants.iter().find(|variant| variant.name == name);
    match &numeral.of {
        Quantity::Axis => None,
        Quantity::Cell { variant, label, predicted } => {
            Some((cell(find(variant)?, *label, *predicted)?, Format::Fixed(0), "", ""))
        }
        Quantity::Recall { variant, label } => {
            let variant = find(variant)?;
            let labels = variant.runs.first()?.metrics.confusion.len();
            let row = (0..labels).map(|predicted| cell(variant, *label, predicted)).collect::<Option<_>>()?;
            let recall = Measure::share(cell(variant, *label, *label)?, Measure::sum(row))?;
            Some((recall, Format::Fixed(2), "", ""))
        }
        Quantity::Twins { variant } => {
            let twins = find(variant)?.same_as.iter().map(|name| Some(find(name)?.runs.first()?.seed()));
            Some((Measure::count(twins.collect::<Option<_>>()?), Format::Fixed(0), " (+", ")"))
        }
    }
}

/// Adds up one cell of the confusion over a variant's runs.
fn cell(variant: &VariantResult, label: usize, predicted: usize) -> Option<Measure> {
    let of = |run: &RunResult| {
        let count = *run.metrics.confusion.get(label)?.get(predicted)?;
        Some(Measure::whole(&run.metrics_output(), format!("/confusion/{label}/{predicted}"), count))
    };
    Some(Measure::sum(variant.runs.iter().map(of).collect::<Option<_>>()?))
}
