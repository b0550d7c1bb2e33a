//! A quantity as it is printed: text, rounding, and the reference that it is cited by.
//!
//! quantity + [`Format`] ──▶ [`Citation`] ──[`CitationRegistry`]──▶ a reference each, `k3f9ac`
//!
//! | file | its duty |
//! |---|---|
//! | `format` | how a number is printed |
//! | `number` | decimal rounding |
//! | `registry` | the citations of a report, and their references |
//!
//! Invariants
//! - Mean and range of repeats are one citation; values that print alike are printed once.
//! - A repeat that lacks its value is said: `0.979 (0.977–0.981; 2 of 3)`.
//! - A reference is made of address and format alone: no value, line or file of the report is in it.

mod format;
mod number;
mod registry;

use std::sync::Arc;

pub use format::{Format, MAX_DECIMALS};
pub(crate) use number::Rounded;
pub use registry::{CitationRegistry, ReferenceId};

use crate::quantity::{FRACTION, POINTS, Quantity};

/// Stands where there is no value.
const NO_VALUE: &str = "–";

/// A quantity as it is printed.
#[derive(Clone, Debug)]
pub struct Citation {
    /// What is printed.
    pub quantity: Arc<Quantity>,
    /// With which rounding.
    pub format: Format,
    /// The text.
    pub text: String,
}

impl Citation {
    /// Formats a quantity.
    ///
    /// # Errors
    /// Where it is a text, or can't have this format.
    pub fn new(quantity: Arc<Quantity>, format: Format) -> Result<Self, String> {
        let text = print(&quantity, format)?;
        Ok(Self { quantity, format, text })
    }

    /// Cites what somebody wrote, as it is spelled.
    pub fn spelled(quantity: Arc<Quantity>) -> Self {
        let text = quantity.spelled.clone().unwrap_or_else(|| NO_VALUE.to_owned());
        Self { quantity, format: Format::Spelled, text }
    }
}

/// Gives the format of a number where nobody says another one: decimals of a share, whole numbers as such, else three digits.
pub fn usual_format(quantity: &Quantity) -> Format {
    let is_share = quantity.unit.as_deref().is_some_and(|unit| unit == FRACTION || unit == POINTS);
    let is_whole = |value: &f64| value.fract() == 0.0;
    match quantity.sample.values().iter().flatten().all(is_whole) {
        _ if is_share => Format::Fixed(3),
        true => Format::Whole,
        false => Format::Significant(3),
    }
}

fn print(quantity: &Quantity, format: Format) -> Result<String, String> {
    let (values, unit) = (quantity.sample.values(), quantity.unit.as_deref());
    if quantity.observed {
        return Err(format!(
            "`{}` is only observed, and a report is to be the same on every machine",
            quantity.address
        ));
    }
    if values.is_empty() {
        return Err(format!("`{}` is no number, which `{format}` could print", quantity.address));
    }
    match (format, unit) {
        (Format::Percent(_), Some(unit)) if ![FRACTION, POINTS].contains(&unit) => {
            return Err(format!("`{}` is in {unit}, and `percent` prints shares", quantity.address));
        }
        (Format::Seconds, Some(unit)) if unit != "s" => {
            return Err(format!("`{}` is in {unit}, and `seconds` prints durations in s", quantity.address));
        }
        _ => {}
    }
    let incomplete = quantity.incomplete().map(|(present, repeats)| format!("{present} of {repeats}"));
    let Some(summary) = quantity.sample.summary() else {
        return Ok(incomplete.map_or(NO_VALUE.to_owned(), |incomplete| format!("{NO_VALUE} ({incomplete})")));
    };
    let [mean, min, max] = [summary.mean, summary.min, summary.max].map(|value| format.number(value, unit));
    let range = (mean != min || mean != max).then(|| {
        // A dash would read as one more minus.
        let dash = if summary.min < 0.0 { " to " } else { "–" };
        format!("{}{dash}{max}", min.strip_suffix(format.suffix(&min)).unwrap_or(&min))
    });
    let notes: Vec<String> = range.into_iter().chain(incomplete).collect();
    Ok(if notes.is_empty() { mean } else { format!("{mean} ({})", notes.join("; ")) })
}

#[cfg(test)]
mod tests;
