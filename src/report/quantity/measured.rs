//! A measure of runs, a value for each repeat.
//!
//! Invariants
//! - Of several repeats the first is the unit, and the others are averaged within it; runs with equal keys are one unit.

use std::num::NonZeroU64;
use std::sync::Arc;

use recount_engine::address::Address;
use recount_engine::spec::{Measure, MeasureSource};
use recount_engine::suggestion;

use super::{FRACTION, Origin, POINTS, Quantity, RunValue};
use crate::claim::{MeasuredValues, Quantities};
use crate::evidence::Evidence;
use crate::measure::{Run, averaged, cases, units};
use crate::reference::{Reference, What};
use crate::selection::{Selection, with_help};
use crate::statistics::Sample;

/// Reads a declared measure of a selection.
///
/// # Errors
/// Where the stage does not declare it, or a coordinate is left open.
pub fn measure_named(selection: &Selection, name: &str) -> Result<Quantity, String> {
    let stage = selection.stage();
    let measure = stage.measures.iter().find(|measure| measure.name == name).ok_or_else(|| {
        let known = stage.measures.iter().map(|measure| measure.name.as_str());
        let help = suggestion::help(name, known, "a measure named", "its measures are");
        with_help(format!("stage `{}` has no measure `{name}`", stage.name), help)
    })?;
    read(selection, measure)
}

/// Reads the value at an address of a selection's outputs, such as `metrics.json#/test/accuracy`.
///
/// What is declared of a measure at the same address holds for it, too.
///
/// # Errors
/// Where the text is no address, or a coordinate is left open.
pub fn measure_at(selection: &Selection, address: &str) -> Result<Quantity, String> {
    let parsed = Address::parse(address).map_err(|error| error.to_string())?;
    let parsed =
        parsed.ok_or_else(|| format!("`{address}` says no place in a file: expected `FILE#/NAME`"))?;
    let is_this =
        |measure: &&Measure| matches!(&measure.from, MeasureSource::Address(known) if *known == parsed);
    let stage = selection.stage();
    let mut measure = match stage.measures.iter().find(is_this) {
        Some(declared) => declared.clone(),
        None => Measure::of_address(parsed.clone()),
    };
    measure.observed |= stage.is_observed(&parsed.file);
    read(selection, &measure)
}

/// Reads what a reference names: a declared measure, or a value at an address.
///
/// # Errors
/// Where something that it names does not exist, or a coordinate is left open.
pub fn measure_referenced(evidence: &Arc<Evidence>, reference: &Reference) -> Result<Quantity, String> {
    let stage = evidence.pipeline().stage(&reference.stage);
    let stage = stage.ok_or_else(|| format!("no stage is named `{}`", reference.stage))?;
    let mut runs = Selection::of_stage(evidence, stage);
    for (name, value) in &reference.coordinates {
        runs = runs.narrow(name.as_deref(), value)?;
    }
    match &reference.what {
        What::Measure(name) => measure_named(&runs, name),
        What::Output { file, at: Some(at) } => measure_at(&runs, &format!("{file}#{at}")),
        What::Output { file, at: None } => Err(format!("`{file}` is a file, and no number in it")),
    }
}

impl Quantities for Arc<Evidence> {
    fn measured(&self, reference: &Reference) -> Result<MeasuredValues, String> {
        let quantity = measure_referenced(self, reference)?;
        let keys = quantity.keys();
        let Quantity { sample, repeats, is_paired, .. } = quantity;
        Ok(MeasuredValues { sample, repeats, keys, is_paired })
    }

    fn is_stand_in(&self) -> bool {
        Evidence::is_stand_in(self)
    }
}

fn read(selection: &Selection, measure: &Measure) -> Result<Quantity, String> {
    selection.check_closed()?;
    let evidence = selection.evidence();
    let (stage, repeats) = (selection.stage(), selection.repeats());
    let runs: Vec<Run> = selection.runs().cloned().collect();
    let units = units(&runs, &repeats);
    let mut size: Option<NonZeroU64> = None;
    let mut lacking = Vec::new();
    let mut values: Vec<RunValue> = Vec::with_capacity(runs.len());
    for (at, run) in runs.iter().enumerate() {
        let (reading, cases_of_run) = evidence.read(selection.stage_id(), run, measure);
        size = cases(size, cases_of_run);
        let value = reading.map_err(|unread| lacking.push(unread)).ok();
        values.push(RunValue {
            instance: run.instance.clone(),
            key: run.key(),
            value,
            repeat: units.iter().position(|unit| unit.contains(&at)),
        });
    }
    let sample = units.iter().map(|unit| averaged(unit.iter().map(|at| values[*at].value)));
    let sample = size.into_iter().fold(Sample::new(sample), Sample::out_of);
    let sample = if measure.exact { sample.exact() } else { sample };
    let unit_name = repeats.first();
    let coordinate = |unit: &Vec<usize>| runs[*unit.first()?].coordinate(unit_name?).map(str::to_owned);
    Ok(Quantity {
        address: address(&selection.to_string(), measure, &stage.measures),
        label: selection.label(),
        sample,
        spelled: None,
        unit: unit(measure, &stage.measures),
        better: measure.better,
        observed: measure.observed,
        repeats: units.iter().map(|unit| coordinate(unit).unwrap_or_default()).collect(),
        is_paired: unit_name.is_some_and(|name| stage.paired.contains(name)),
        origin: Origin::Measured {
            what: address(&stage.name, measure, &stage.measures),
            stage: stage.name.clone(),
            runs: values,
        },
        lacking,
    })
}

/// Gives what a measure is in; a difference of shares for which nothing is declared is in points.
fn unit(measure: &Measure, declared: &[Measure]) -> Option<String> {
    let is_share = |name: &String| {
        declared.iter().any(|part| part.name == *name && part.unit.as_deref() == Some(FRACTION))
    };
    match &measure.from {
        MeasureSource::Difference(parts)
            if measure.unit.as_deref().is_none_or(|unit| unit == FRACTION) && parts.iter().all(is_share) =>
        {
            Some(POINTS.to_owned())
        }
        _ => measure.unit.clone(),
    }
}

/// Writes where a measure of runs is from; of a derived one, with its parts.
///
/// `runs` names these: `fit[svm]`, or the stage; `declared` are all measures of the stage.
pub(crate) fn address(runs: &str, measure: &Measure, declared: &[Measure]) -> String {
    let part = |name: &String| match declared.iter().find(|measure| measure.name == *name) {
        Some(part) => address(runs, part, &[]),
        None => format!("{runs}.{name}"),
    };
    match &measure.from {
        MeasureSource::Address(address) => format!("{runs}/{address}"),
        MeasureSource::Difference([one, other]) => format!("{} − {}", part(one), part(other)),
        MeasureSource::Ratio([one, other]) => format!("{} / {}", part(one), part(other)),
    }
}
