//! What there should be at the places of figures and reports: drawn and rendered again from the records alone.
//!
//! Invariants
//! - Nothing is written but below a temporary folder, and nothing is taken from the files that are checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount_engine::digest::{Digest, ObjectId};
use recount_engine::{
    self as engine, Failure, Options, OutputContent, RepeatedOutput, Report, Subject, Summary, Watch,
};
use recount_report::audit::Finding;

/// Runs a plot or a render again; gives the bytes at each of its places, and finds where its record has others.
///
/// # Errors
/// A [`Failure`] where an input is not in the store, or as the kind reports.
pub fn repeat(
    subject: &Subject<'_>,
    options: &Options<'_>,
    status: &Summary,
    report: &Report,
    findings: &mut Vec<Finding>,
) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let folder = || tempfile::tempdir().map_err(|error| Failure::new(error.to_string()));
    let (scratch, checkpoints) = (folder()?, folder()?);
    let folders = [scratch.path(), checkpoints.path()];
    let outputs = engine::repeat(subject, options, status, report.instance, folders, &NoWatch)?;
    let recorded: BTreeMap<&str, ObjectId> =
        report.outputs.iter().map(|output| (output.name.as_str(), output.object)).collect();
    let stage = &subject.pipeline.stages[report.stage.0];
    let mut expected = BTreeMap::new();
    let mut made = Vec::new();
    for RepeatedOutput { output, place } in outputs {
        let bytes = match output.content {
            OutputContent::Bytes(bytes) => bytes,
            OutputContent::Scratch(name) => read(&scratch.path().join(name))?,
            OutputContent::InPlace(path) => read(&subject.root.join(path.as_str()))?,
        };
        let is_recorded = recorded.get(output.name.as_str()).is_some_and(|it| it.0 == Digest::of(&bytes));
        if !is_recorded && !stage.is_observed(&output.name) {
            let place = format!("{}/{}", report.name, output.name);
            findings.push(Finding::new(place, "running it again gives other bytes than its record has"));
        }
        expected.extend(place.map(|place| (place.to_string(), bytes)));
        made.push(output.name);
    }
    for name in recorded.keys().filter(|name| made.iter().all(|made| made != **name)) {
        let what = "its record has this output, and running it again does not give it";
        findings.push(Finding::new(format!("{}/{name}", report.name), what));
    }
    Ok(expected)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(error.to_string()))
}

/// Nobody watches a run that is only compared.
struct NoWatch;

impl Watch for NoWatch {
    fn progress(&self, _fraction: f64, _message: &str) {}

    fn notice(&self, _line: &str) {}

    fn cancelled(&self) -> bool {
        false
    }
}
