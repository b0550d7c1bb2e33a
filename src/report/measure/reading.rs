//! The measures of a run: each its number, or why it has none.

use std::num::NonZeroU64;

use recount_engine::address::Address;
use recount_engine::spec::{Measure, MeasureSource, OutOf};

use super::files::{RunFiles, Unread};
use super::run::{Objects, Run};
use crate::statistics::subtract;

/// A number, or why there is none.
pub type Reading = Result<f64, Unread>;

/// Reads measures of a run, each with the number of cases of which it is the share.
///
/// `declared` are all measures of the run's stage: what is derived is derived from these.
pub fn read_measures(
    run: &Run,
    measures: &[&Measure],
    declared: &[Measure],
    objects: &dyn Objects,
) -> Vec<(Reading, Option<NonZeroU64>)> {
    let mut files = RunFiles::of(run, objects);
    measures.iter().map(|measure| read(&mut files, measure, declared)).collect()
}

fn read(files: &mut RunFiles<'_>, measure: &Measure, declared: &[Measure]) -> (Reading, Option<NonZeroU64>) {
    let number = match &measure.from {
        MeasureSource::Address(address) => files.number(address),
        MeasureSource::Difference(parts) => {
            read_parts(files, parts, declared).map(|[one, other]| subtract(one, other))
        }
        MeasureSource::Ratio(parts) => read_parts(files, parts, declared).map(|[one, other]| one / other),
    };
    let number = number.and_then(|number| match number.is_finite() {
        true => Ok(number),
        false => Err(files.unread(&measure.name, "it is divided by zero, or too large".to_owned())),
    });
    if number.is_err() {
        return (number, None);
    }
    let cases = match &measure.out_of {
        None => None,
        Some(OutOf::Count(count)) => NonZeroU64::new(*count),
        Some(OutOf::Address(address)) => match files.number(address).map(whole) {
            Ok(Some(cases)) => Some(cases),
            // Without its size a share has no noise that could be known: it is not compared as if it had none.
            Ok(None) => {
                let reason = "expected how many cases there were, a whole number above 0".to_owned();
                return (Err(files.unread(address, reason)), None);
            }
            Err(unread) => return (Err(unread), None),
        },
    };
    (number, cases)
}

fn read_parts(
    files: &mut RunFiles<'_>,
    parts: &[String; 2],
    declared: &[Measure],
) -> Result<[f64; 2], Unread> {
    let mut number = |name: &String| {
        let part = declared.iter().find(|measure| measure.name == *name);
        match part.map(|part| &part.from) {
            Some(MeasureSource::Address(address)) => files.number(address),
            _ => Err(files.unread(name, "the stage has no such measure".to_owned())),
        }
    };
    Ok([number(&parts[0])?, number(&parts[1])?])
}

fn whole(number: f64) -> Option<NonZeroU64> {
    let is_count = number.fract() == 0.0 && (1.0..9.0e15).contains(&number);
    if is_count { NonZeroU64::new(number as u64) } else { None }
}

/// Gives the smaller of two numbers of cases, which repeats that differ in it are compared by.
pub fn cases(one: Option<NonZeroU64>, other: Option<NonZeroU64>) -> Option<NonZeroU64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Gives the address of every number of a run's outputs, of rows those of the last.
pub fn numbers(run: &Run, objects: &dyn Objects) -> Vec<Address> {
    let mut files = RunFiles::of(run, objects);
    let mut found = Vec::new();
    for (name, _) in run.left.iter().flat_map(|left| &left.outputs) {
        let Ok(file) = files.file(name) else { continue };
        let addresses = file.numbers().into_iter().map(|number| format!("{name}#{}", number.at));
        found.extend(addresses.filter_map(|address| Address::parse(&address).ok().flatten()));
    }
    found
}
