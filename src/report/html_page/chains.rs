//! Numbers of the report → what each is made from, each quantity once, however it is printed.
//!
//! Invariants
//! - Every number of the audit file stands in one chain; every part of a quantity has a chain of its own.

use std::collections::BTreeMap;

use serde::Serialize;

use super::anchors::{Anchor, Anchors};
use crate::audit::{AuditFile, AuditOrigin, AuditQuantity};
use crate::statistics::Sample;

/// How many counted runs are named.
const MAX_COUNTED: usize = 200;

/// A quantity, and what it is made from.
#[derive(Debug, Serialize)]
pub(super) struct Chain {
    id: String,
    /// The single run that it is of, which its address begins with.
    run: Option<Anchor>,
    /// Its address, without the run where that is a link.
    address: String,
    /// What is said of it besides: `mean and range over 3 repeats`.
    what: String,
    prints: Vec<Print>,
    /// The value before rounding, where no list below has it.
    exact: Option<String>,
    values: Vec<RunValue>,
    parts: Vec<Part>,
    counted: Vec<Anchor>,
    /// How many more runs were counted.
    counted_more: usize,
    lacking: Vec<String>,
    settings: Vec<Anchor>,
}

/// How a quantity is printed.
#[derive(Debug, Serialize)]
struct Print {
    reference: String,
    text: String,
    format: String,
}

/// The value of a run.
#[derive(Debug, Serialize)]
struct RunValue {
    value: String,
    run: Anchor,
    /// Whether another run with the same key stands for it.
    is_shared: bool,
}

/// A quantity that another one is made from.
#[derive(Debug, Serialize)]
struct Part {
    how: String,
    address: String,
    value: String,
    id: String,
}

/// Lays out the chains of all numbers, in the order in which they stand in the report, and of their parts.
pub(super) fn chains(audit: &AuditFile, anchors: &Anchors<'_>) -> Vec<Chain> {
    let mut quantities = Quantities::default();
    let mut numbers: Vec<_> = audit.numbers.iter().collect();
    numbers.sort_by_key(|(_, number)| number.places.first());
    let mut prints: BTreeMap<usize, Vec<Print>> = BTreeMap::new();
    for (reference, number) in numbers {
        prints.entry(quantities.place(&number.quantity)).or_default().push(Print {
            reference: reference.clone(),
            text: number.text.clone(),
            format: number.format.clone(),
        });
    }
    let mut chains = Vec::new();
    let mut at = 0;
    // Parts are appended while the list is gone through.
    while let Some(quantity) = quantities.list.get(at).copied() {
        let prints = prints.remove(&at).unwrap_or_default();
        chains.push(chain(at, quantity, prints, &mut quantities, audit, anchors));
        at += 1;
    }
    chains
}

/// The quantities of a page, each once.
#[derive(Default)]
struct Quantities<'a> {
    list: Vec<&'a AuditQuantity>,
    places: BTreeMap<String, usize>,
}

impl<'a> Quantities<'a> {
    /// Gives the place of a quantity in the list, which it enters where it is new.
    fn place(&mut self, quantity: &'a AuditQuantity) -> usize {
        let text = serde_json::to_string(quantity).expect("it has texts for its keys and finite numbers");
        *self.places.entry(text).or_insert_with(|| {
            self.list.push(quantity);
            self.list.len() - 1
        })
    }
}

fn chain<'a>(
    at: usize,
    quantity: &'a AuditQuantity,
    prints: Vec<Print>,
    quantities: &mut Quantities<'a>,
    audit: &AuditFile,
    anchors: &Anchors<'_>,
) -> Chain {
    let (mut values, mut parts, mut counted) = (Vec::new(), Vec::new(), Vec::new());
    match &quantity.from {
        AuditOrigin::Runs(runs) => values.extend(runs.iter().map(|run| RunValue {
            value: number(run.value),
            run: anchors.run(&run.run),
            is_shared: run.repeat.is_none(),
        })),
        AuditOrigin::Derived { how, parts: made_from } => {
            parts.extend(made_from.iter().map(|part| Part {
                how: how.clone(),
                address: part.address.clone(),
                value: number(mean(part)),
                id: format!("q{}", quantities.place(part)),
            }));
        }
        AuditOrigin::Counted(runs) => {
            counted.extend(runs.iter().take(MAX_COUNTED).map(|run| anchors.run(run)));
        }
        AuditOrigin::Written { .. } => {}
    }
    let counted_more = match &quantity.from {
        AuditOrigin::Counted(runs) => runs.len() - counted.len(),
        _ => 0,
    };
    let instances = quantity.instances();
    let single = match values.as_slice() {
        [RunValue { run, is_shared: false, .. }] => {
            quantity.address.strip_prefix(&run.name).map(|rest| (run.clone(), rest.to_owned()))
        }
        _ => None,
    };
    // The settings of a single run stand beside it.
    let settings = if single.is_some() { Vec::new() } else { anchors.settings_of(audit, &instances) };
    let exact = match values.as_slice() {
        [value] if single.is_some() => Some(value.value.clone()),
        _ => exact(quantity),
    };
    let exact = exact.filter(|exact| prints.iter().any(|print| print.text != *exact) || prints.is_empty());
    if single.is_some() {
        values.clear();
    }
    let (run, address) = match single {
        Some((run, rest)) => (Some(run), rest),
        None => (None, quantity.address.clone()),
    };
    Chain {
        id: format!("q{at}"),
        run,
        address,
        what: what(quantity),
        prints,
        exact,
        values,
        parts,
        counted,
        counted_more,
        lacking: quantity.lacking.clone(),
        settings,
    }
}

fn mean(quantity: &AuditQuantity) -> Option<f64> {
    Sample::new(quantity.values.iter().copied()).summary().map(|summary| summary.mean)
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), |value| value.to_string())
}

/// Gives the mean before rounding; the range stands in the values.
fn exact(quantity: &AuditQuantity) -> Option<String> {
    let is_written = matches!(quantity.from, AuditOrigin::Written { .. });
    if is_written { None } else { mean(quantity).map(|mean| mean.to_string()) }
}

/// Says what a quantity is besides its address.
fn what(quantity: &AuditQuantity) -> String {
    let unit = quantity.unit.as_ref().map(|unit| format!(", {unit}")).unwrap_or_default();
    match (&quantity.from, quantity.written()) {
        (_, Some(written)) => written,
        (AuditOrigin::Counted(_), _) => "counted".to_owned(),
        _ if quantity.values.len() > 1 => format!("mean and range over {}{unit}", quantity.counted_repeats()),
        _ => unit.trim_start_matches([',', ' ']).to_owned(),
    }
}
