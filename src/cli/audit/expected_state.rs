//! What there should be on the disk: derived from the records, the objects and the project's files alone.
//!
//! status ──▶ sound records and objects ──plot and render, run again──▶ the bytes at each place
//!
//! Invariants
//! - Nothing is written but below a temporary folder, and nothing is taken from the files that are checked.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use recount_engine::digest::{Digest, ObjectId};
use recount_engine::{
    self, EngineError, Failure, Locked, Options, Outcome, OutputContent, RepeatedOutput, Report, Subject,
    Summary, Watch,
};

use super::evidence::ReportEvidence;
use super::finding::Finding;
use super::rendered_report::places;

/// The kinds whose runs are short enough to be run again for a check.
const REPEATED_KINDS: [&str; 2] = ["plot", "render"];

/// How many reasons of a stale instance are texts.
const MAX_REASONS: usize = 5;

/// What there should be.
pub struct ExpectedState {
    /// What is wrong with the records and the objects themselves.
    pub findings: Vec<Finding>,
    /// The bytes that belong at each place of the project.
    pub expected: BTreeMap<String, Vec<u8>>,
    /// Outputs and settings, to derive numbers from.
    pub found: ReportEvidence,
    /// The key and the outputs of each instance, as a lock has them.
    pub instances: BTreeMap<String, Locked>,
    /// Where audit files may lie: those that are expected, else those that an earlier run may have left.
    pub audits: Vec<String>,
    /// Whether the store has any run.
    pub has_runs: bool,
}

impl ExpectedState {
    /// Derives what there should be in a project.
    ///
    /// # Errors
    /// [`EngineError`] when the pipeline does not fit together, or the store can't be read.
    pub fn of(subject: &Subject<'_>, options: &Options<'_>) -> Result<Self, EngineError> {
        let Subject { root, pipeline, registry, store } = *subject;
        let status = recount_engine::status(root, pipeline, registry, store, options)?;
        let is_fresh = |report: &Report| matches!(report.outcome, Outcome::Fresh);
        let has_runs = status.reports.iter().any(is_fresh) || !store.logged_keys().is_empty();
        let mut findings: Vec<Finding> = match has_runs {
            true => status.reports.iter().filter_map(stale).collect(),
            false => vec![Finding::new(
                "artifacts",
                "this store has no runs, so no number could be derived; `recount run` makes them",
            )],
        };
        let found = ReportEvidence::gather(root, pipeline, store, &status, &mut findings)?;
        let mut expected = BTreeMap::new();
        for report in &status.reports {
            let kind = pipeline.stages[report.stage.0].kind.as_str();
            if !REPEATED_KINDS.contains(&kind) || !is_fresh(report) {
                continue;
            }
            match repeat(subject, options, &status, report) {
                Ok(outputs) => {
                    compare(report, &outputs, &mut findings);
                    let placed = outputs.into_iter().filter_map(|made| Some((made.place?, made.bytes)));
                    expected.extend(placed);
                }
                Err(failure) => {
                    findings.push(Finding::new(&report.name, format!("it can't be run again: {failure}")));
                }
            }
        }
        let instances = status.reports.into_iter().filter_map(|report| {
            let locked = Locked::of(report.key?, &report.outputs, &pipeline.stages[report.stage.0], store);
            Some((report.name, locked))
        });
        let instances = instances.collect();
        let mut audits: Vec<String> =
            expected.keys().filter(|place| place.ends_with(".audit.json")).cloned().collect();
        if audits.is_empty() {
            audits = places(pipeline);
        }
        Ok(Self { findings, expected, found, instances, audits, has_runs })
    }
}

/// Tells an instance that is not fresh, with the first of its reasons.
fn stale(report: &Report) -> Option<Finding> {
    let what = match &report.outcome {
        Outcome::Stale { reasons } => {
            let texts: Vec<String> = reasons.iter().take(MAX_REASONS).map(ToString::to_string).collect();
            let more = match reasons.len() - texts.len() {
                0 => String::new(),
                more => format!("; and {more} more: `recount why '{}'` tells them", report.name),
            };
            format!("it is stale: {}{more}", texts.join("; "))
        }
        Outcome::Failed(failure) => format!("{failure}"),
        _ => return None,
    };
    Some(Finding::new(&report.name, what))
}

/// An output of a repeated run.
struct RepeatedFile {
    name: String,
    /// Where it belongs in the project.
    place: Option<String>,
    bytes: Vec<u8>,
}

fn repeat(
    subject: &Subject<'_>,
    options: &Options<'_>,
    status: &Summary,
    report: &Report,
) -> Result<Vec<RepeatedFile>, Failure> {
    let folder = || tempfile::tempdir().map_err(|error| Failure::new(error.to_string()));
    let (scratch, checkpoints) = (folder()?, folder()?);
    let folders = [scratch.path(), checkpoints.path()];
    let outputs = recount_engine::repeat(subject, options, status, report.instance, folders, &NoWatch)?;
    let bytes = |RepeatedOutput { output, place }: RepeatedOutput| {
        let bytes = match output.content {
            OutputContent::Bytes(bytes) => bytes,
            OutputContent::Scratch(name) => read(&scratch.path().join(name))?,
            OutputContent::InPlace(path) => read(&subject.root.join(path.as_str()))?,
        };
        Ok(RepeatedFile { name: output.name, place: place.map(|place| place.to_string()), bytes })
    };
    outputs.into_iter().map(bytes).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| Failure::new(error.to_string()))
}

/// Holds what a run gives now against what its record says that it gave.
fn compare(report: &Report, outputs: &[RepeatedFile], findings: &mut Vec<Finding>) {
    let recorded: BTreeMap<&str, ObjectId> =
        report.outputs.iter().map(|output| (output.name.as_str(), output.object)).collect();
    for RepeatedFile { name, bytes, .. } in outputs {
        let place = format!("{}/{name}", report.name);
        match recorded.get(name.as_str()) {
            Some(object) if object.0 == Digest::of(bytes) => {}
            Some(_) => {
                findings.push(Finding::new(place, "running it again gives other bytes than its record names"))
            }
            None => findings.push(Finding::new(place, "its record does not name this output")),
        }
    }
    for name in recorded.keys().filter(|name| outputs.iter().all(|made| made.name != **name)) {
        let what = "its record names this output, and running it again does not give it";
        findings.push(Finding::new(format!("{}/{name}", report.name), what));
    }
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
