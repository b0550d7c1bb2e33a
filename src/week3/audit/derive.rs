//! Every number of an audit file again, from nothing but outputs, settings and the source's own text.
//!
//! [`AuditFile`] + [`Evidence`] ──derive──▶ a number for each source, and the text of each reference
//!
//! Invariants
//! - Nothing is taken from the file but where to look and what to do with what is there.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::week3::format::Format;
use crate::week3::measure::Source;
use crate::week3::number::Number;

use super::file::{AuditFile, Origin, ReferenceEntry};
use super::provenance::quoted_line;

/// What numbers are derived from.
pub trait Evidence {
    /// Gives an output of a run as JSON, such as `evaluate[2.4.2,seed=1]/metrics.json`.
    fn output(&self, name: &str) -> Option<&Json>;
    /// Gives the seed of an instance.
    fn seed(&self, instance: &str) -> Option<u64>;
    /// Gives the value of a variant's setting; the stage's own have the empty name.
    fn setting(&self, variant: &str, name: &str) -> Option<Json>;
    /// Gives the text of the file that holds the source's figures.
    fn source_text(&self) -> Option<&str>;
}

/// A number that was derived, or why there is none.
pub type Derived = Result<Number, String>;

/// Derives every source of `file`, by its index.
pub fn derive(file: &AuditFile, evidence: &dyn Evidence) -> Vec<Derived> {
    let mut numbers: Vec<Derived> = Vec::with_capacity(file.sources.len());
    for source in &file.sources {
        let number = number(&source.from, &numbers, evidence);
        numbers.push(number);
    }
    numbers
}

impl ReferenceEntry {
    /// Prints the derived number of this reference's source.
    ///
    /// # Errors
    /// Why it can't be printed.
    pub fn print(&self, number: Number, from: &Origin) -> Result<String, String> {
        let source = match from {
            Origin::Parameter { variant, name, spelled } if self.format == Format::Parameter => {
                Source::Parameter { variant: variant.clone(), name: name.clone(), text: spelled.clone() }
            }
            Origin::Quoted { section, spelled, .. } => {
                Source::Quoted { section: section.clone(), text: spelled.clone() }
            }
            _ => Source::Seed { instance: String::new() },
        };
        self.format.print_from(number, &source).map_err(str::to_owned)
    }
}

fn number(from: &Origin, before: &[Derived], evidence: &dyn Evidence) -> Derived {
    match from {
        Origin::Output { of, at } => {
            let output = evidence.output(of).ok_or_else(|| format!("there is no `{of}`"))?;
            let value = output.pointer(at).ok_or_else(|| format!("`{of}` has nothing at `{at}`"))?;
            of_json(value).ok_or_else(|| format!("`{of}#{at}` is no number"))
        }
        Origin::Index { of, at } => {
            let output = evidence.output(of).ok_or_else(|| format!("there is no `{of}`"))?;
            output.pointer(at).ok_or_else(|| format!("`{of}` has nothing at `{at}`"))?;
            let index = at.rsplit('/').next().and_then(|index| index.parse().ok());
            index.map(Number::Whole).ok_or_else(|| format!("`{at}` ends with no index"))
        }
        Origin::Seed { of } => {
            evidence.seed(of).map(Number::Whole).ok_or_else(|| format!("`{of}` has no seed"))
        }
        Origin::Parameter { variant, name, spelled } => {
            let value = evidence.setting(variant, name);
            let value = value.ok_or_else(|| format!("variant `{variant}` has no setting `{name}`"))?;
            let found = value.to_string();
            if found != *spelled {
                return Err(format!("`{name}` of `{variant}` is {found} where the audit file has {spelled}"));
            }
            of_json(&value).ok_or_else(|| format!("`{name}` of `{variant}` is no number"))
        }
        Origin::Quoted { section, spelled, line } => {
            let text = evidence.source_text().ok_or("the source's figures can't be read")?;
            match quoted_line(text, section, spelled) {
                Some(found) if found == *line => {}
                Some(found) => {
                    return Err(format!("the source prints {spelled} in line {found}, not in {line}"));
                }
                None => return Err(format!("section {section} of the source does not print {spelled}")),
            }
            let number: Option<Json> = serde_json::from_str(spelled).ok();
            number.as_ref().and_then(of_json).ok_or_else(|| format!("{spelled} is no number"))
        }
        Origin::Constant(constant) => Ok(constant.number()),
        Origin::Made { by, parts } => {
            let of = |part: &usize| match before.get(*part) {
                Some(Ok(number)) => Ok(*number),
                Some(Err(why)) => Err(why.clone()),
                None => Err(format!("there is no source {part} before it")),
            };
            let once: BTreeSet<&usize> = parts.iter().collect();
            if by.counts() && once.len() < parts.len() {
                return Err("it counts a part twice".to_owned());
            }
            let numbers = parts.iter().map(of).collect::<Result<Vec<Number>, String>>()?;
            by.of(&numbers).ok_or_else(|| format!("there is no {} of these parts", by.name()))
        }
    }
}

fn of_json(value: &Json) -> Option<Number> {
    value.as_u64().map(Number::Whole).or_else(|| value.as_f64().map(Number::Real))
}
