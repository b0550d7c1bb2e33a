//! The values of an audit file, read again from what the runs left.

use std::collections::BTreeMap;

use recount_engine::address::Address;
use recount_engine::instance_name::{InstanceName, split};

use super::file::{AuditFile, AuditOrigin};
use super::finding::Finding;
use crate::measure::{Left, Objects, Run, RunFiles};
use crate::statistics::subtract;

/// How many values were read again, and how many could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadAgain {
    /// Values that were read.
    pub read: usize,
    /// Values whose outputs are not at hand.
    pub not_read: usize,
}

/// Reads each value that is at an address of a run again; `left` gives what a run left, where that is known.
pub fn read_again(
    audit: &AuditFile,
    left: &dyn Fn(&str) -> Option<Left>,
    objects: &dyn Objects,
    findings: &mut Vec<Finding>,
) -> ReadAgain {
    let mut asked: BTreeMap<&str, BTreeMap<&str, Option<f64>>> = BTreeMap::new();
    for number in audit.numbers.values() {
        number.quantity.visit(&mut |quantity| {
            let AuditOrigin::Runs(values) = &quantity.from else { return };
            for value in values {
                asked.entry(&value.run).or_default().insert(&quantity.address, value.value);
            }
        });
    }
    let mut count = ReadAgain::default();
    for (instance, values) in asked {
        let coordinates = InstanceName::of(instance).coordinates();
        let run = Run { instance: instance.to_owned(), coordinates, left: left(instance) };
        let mut files = RunFiles::of(&run, objects);
        for (address, value) in values {
            let Some(now) = read(&mut files, address) else {
                count.not_read += 1;
                continue;
            };
            count.read += 1;
            if now != value {
                let [now, then] =
                    [now, value].map(|it| it.map_or_else(|| "none".to_owned(), |it| it.to_string()));
                let what = format!("{address} is {now} here, and {then} in the audit of {}", audit.report);
                findings.push(Finding::new(instance, what));
            }
        }
    }
    count
}

/// Reads what an audit file has at an address: a value, or a difference or ratio of two; `None` where the outputs are not
/// at hand.
fn read(files: &mut RunFiles<'_>, address: &str) -> Option<Option<f64>> {
    for sign in [" − ", " / "] {
        if let Some((one, other)) = address.split_once(sign) {
            let both = read_value(files, one)?.zip(read_value(files, other)?);
            let computed =
                both.map(|(one, other)| if sign == " / " { one / other } else { subtract(one, other) });
            return Some(computed.filter(|number| number.is_finite()));
        }
    }
    read_value(files, address)
}

fn read_value(files: &mut RunFiles<'_>, address: &str) -> Option<Option<f64>> {
    let address = Address::parse(split(address).1).ok().flatten()?;
    files.file(&address.file).ok()?;
    Some(files.number(&address).ok())
}
