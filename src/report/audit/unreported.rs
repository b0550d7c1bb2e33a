//! What is declared as a measure and stands in no report.

use std::collections::BTreeSet;

use recount_engine::spec::Pipeline;
use serde::Serialize;

use super::file::AuditFile;
use crate::quantity::measure_address;

/// A measure that stands in no report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreported {
    /// Its stage.
    pub stage: String,
    /// Its name.
    pub measure: String,
    /// Where it is read: `fit/metrics.json#/test/accuracy`.
    pub address: String,
    /// The figures of the reports that draw it.
    pub figures: Vec<String>,
}

/// Lists the declared measures that no number of a report is from, by stage. Those that are only observed are left out: a
/// report has them in a file of its own.
pub fn unreported<'a>(pipeline: &Pipeline, reports: impl Iterator<Item = &'a AuditFile>) -> Vec<Unreported> {
    let mut reported: BTreeSet<String> = BTreeSet::new();
    let mut drawn: BTreeSet<(String, &str)> = BTreeSet::new();
    for audit in reports {
        for number in audit.numbers.values() {
            number.quantity.visit(&mut |quantity| {
                let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
                reported.extend(stages.map(|stage| without_coordinates(&quantity.address, stage)));
            });
        }
        for figure in &audit.figures {
            drawn.extend(figure.draws.iter().map(|draws| (draws.clone(), figure.name.as_str())));
        }
    }
    let mut found = Vec::new();
    for stage in &pipeline.stages {
        for measure in stage.measures.iter().filter(|measure| !measure.observed) {
            let address = measure_address(&stage.name, measure, &stage.measures);
            if reported.contains(&address) {
                continue;
            }
            let name = format!("{}.{}", stage.name, measure.name);
            let draws = drawn.iter().filter(|(draws, _)| without_coordinates(draws, &stage.name) == name);
            let figures = draws.map(|(_, figure)| (*figure).to_owned()).collect();
            found.push(Unreported {
                stage: stage.name.clone(),
                measure: measure.name.clone(),
                address,
                figures,
            });
        }
    }
    found
}

/// Takes the coordinates of a stage out of an address.
fn without_coordinates(address: &str, stage: &str) -> String {
    let start = format!("{stage}[");
    let (mut rest, mut plain) = (address, String::with_capacity(address.len()));
    while let Some(at) = rest.find(&start) {
        let end = rest[at..].find(']').map_or(rest.len(), |end| at + end + 1);
        plain.push_str(&rest[..at + stage.len()]);
        rest = &rest[end..];
    }
    plain + rest
}
