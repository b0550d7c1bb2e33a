//! The numbers of instances on both sides of a comparison: declared measures first, then every other number.
//!
//! Invariants
//! - Repeats line up: a value's place is its instance's, and an instance that lacks one has none there.
//! - What is only observed is no measure: a lock does not have it.

use std::collections::BTreeMap;
use std::num::NonZeroU64;

use recount_engine::address::Address;
use recount_engine::instance_name::InstanceName;
use recount_engine::spec::{Measure, MeasureSource};
use recount_engine::{Lock, Locked};
use recount_report::measure::{Left, Reading, Run, averaged, cases, numbers, read_measures, units};
use recount_report::statistics::Sample;

use crate::outputs::{OutputFinder, measured};

/// What a number is called; declared ones come first, in the order of their declaration.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct MeasureName {
    /// The place of its declaration; the last one for what is not declared.
    order: usize,
    /// The measure's name, or the number's address.
    pub(super) name: String,
    /// Whether it is in a list, as each epoch's numbers are.
    pub(super) listed: bool,
}

/// A number on both sides, a value for each instance.
#[derive(Default)]
pub(super) struct Sides {
    old: Values,
    new: Values,
}

#[derive(Default)]
struct Values {
    numbers: Vec<Option<f64>>,
    cases: Option<NonZeroU64>,
    is_exact: bool,
}

impl MeasureName {
    /// Says whether its stage declares it.
    pub(super) fn is_declared(&self) -> bool {
        self.order < usize::MAX
    }
}

impl Values {
    fn sample(&self) -> Sample {
        let sample = Sample::new(self.numbers.iter().copied());
        let sample = if self.is_exact { sample.exact() } else { sample };
        self.cases.into_iter().fold(sample, Sample::out_of)
    }
}

impl Sides {
    /// Gives the values before and after.
    pub(super) fn samples(&self) -> [Sample; 2] {
        [self.old.sample(), self.new.sample()]
    }
}

/// What is known of both sides.
pub(super) struct Numbers {
    /// Each number, by what it is called.
    pub(super) found: BTreeMap<MeasureName, Sides>,
    /// The declared measures that an instance lacks on the new side, with why.
    pub(super) unread: Vec<String>,
}

/// Reads the numbers of instances from both locks; `lacking` is called for each instance and side of which an output can't
/// be found.
pub(super) fn read(
    finder: &OutputFinder<'_>,
    instances: &[&str],
    locks: [&Lock; 2],
    (declared, repeats): (&[Measure], &[String]),
    mut lacking: impl FnMut(&str, usize),
) -> Numbers {
    let mut found: BTreeMap<MeasureName, Sides> = BTreeMap::new();
    let mut unread: Vec<String> = Vec::new();
    for (side, lock) in locks.into_iter().enumerate() {
        let mut runs: Vec<Run> = Vec::new();
        let mut values: BTreeMap<MeasureName, Values> = BTreeMap::new();
        for name in instances {
            let Some(run) = run_of(finder, name, &lock.lines[*name]) else {
                lacking(name, side);
                continue;
            };
            for (measure, reading, size) in numbers_of(&run, declared, finder) {
                let values = values.entry(measure.clone()).or_default();
                values.is_exact = declared.get(measure.order).is_some_and(|measure| measure.exact);
                values.numbers.resize(runs.len(), None);
                values.cases = cases(values.cases, size);
                if let (Err(reason), 1) = (&reading, side) {
                    unread.extend(measure.is_declared().then(|| reason.to_string()));
                }
                values.numbers.push(reading.ok());
            }
            runs.push(run);
        }
        let units = units(&runs, repeats);
        for (measure, mut values) in values {
            values.numbers.resize(runs.len(), None);
            let of_unit = |unit: &Vec<usize>| averaged(unit.iter().map(|at| values.numbers[*at]));
            values.numbers = units.iter().map(of_unit).collect();
            let sides = found.entry(measure).or_default();
            *(if side == 0 { &mut sides.old } else { &mut sides.new }) = values;
        }
    }
    unread.dedup();
    Numbers { found, unread }
}

/// Gives an instance as a run; `None` where an output that may have numbers is nowhere.
fn run_of(finder: &OutputFinder<'_>, name: &str, locked: &Locked) -> Option<Run> {
    let outputs: Vec<_> = measured(locked).map(|(name, object)| (name.to_owned(), object)).collect();
    if outputs.iter().any(|(_, object)| finder.find(*object).is_none()) {
        return None;
    }
    let left = Some(Left { key: locked.key, outputs });
    Some(Run { instance: name.to_owned(), coordinates: InstanceName::of(name).coordinates(), left })
}

type Number = (MeasureName, Reading, Option<NonZeroU64>);

fn numbers_of(run: &Run, declared: &[Measure], finder: &OutputFinder<'_>) -> Vec<Number> {
    let compared: Vec<(usize, &Measure)> =
        declared.iter().enumerate().filter(|(_, measure)| !measure.observed).collect();
    let measures: Vec<&Measure> = compared.iter().map(|(_, measure)| *measure).collect();
    let readings = read_measures(run, &measures, declared, finder);
    let mut found: Vec<Number> = compared
        .iter()
        .zip(readings)
        .map(|((at, measure), (reading, size))| {
            (MeasureName { order: *at, name: measure.name.clone(), listed: false }, reading, size)
        })
        .collect();
    let is_declared = |address: &Address| declared.iter().any(|measure| is_at(measure, address));
    let others: Vec<Measure> = numbers(run, finder)
        .into_iter()
        .filter(|address| !is_declared(address))
        .map(Measure::of_address)
        .collect();
    let readings = read_measures(run, &others.iter().collect::<Vec<_>>(), declared, finder);
    found.extend(others.into_iter().zip(readings).map(|(measure, (reading, _))| {
        let mut names = measure.name.split('/').skip(1);
        let listed = names.any(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
        (MeasureName { order: usize::MAX, name: measure.name, listed }, reading, None)
    }));
    found
}

/// Says whether a measure is at an address, whose file is named whole.
fn is_at(measure: &Measure, address: &Address) -> bool {
    let MeasureSource::Address(own) = &measure.from else { return false };
    let ends = address.file == own.file || address.file.ends_with(&format!("/{}", own.file));
    ends && (&own.row, &own.pointer) == (&address.row, &address.pointer)
}
