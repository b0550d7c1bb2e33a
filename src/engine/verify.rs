//! Runs a chain again, from the raw data and in a store of its own, and compares what it gives.
//!
//! the store ──status──▶ what is recorded ───────────────────────────────┐
//! the project's files ──copied──▶ a scratch project ──run──▶ what it gives ┴──▶ [`Verification`]
//!
//! Invariants
//! - Only what is recorded is run, and only if something that was asked for is: without anything to compare with, a
//!   second run would say nothing.
//! - Nothing of the store reaches the second run, but for what was only observed, such as times: a clock does not repeat.
//! - The project and its store are not written to.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cancel::Cancel;
use crate::decide::reason::Reason;
use crate::decide::work::Work;
use crate::digest::{Digest, Key};
use crate::error::EngineError;
use crate::folder::read_through_links;
use crate::kind::{Context, Effective, Failure, Job, Kind, Output, OutputContent, Registry};
use crate::observed_values::{has_observed_values, lasting_digest};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::schedule::observer::Observer;
use crate::schedule::run::run;
use crate::spec::{Parameters, Pipeline, Stage};
use crate::status::status;
use crate::store::{RecordedOutput, Store};
use crate::summary::{Outcome, Report};

/// What a second run gave.
#[derive(Debug)]
pub struct Verification {
    /// One for each instance, in topological order.
    pub checked: Vec<Checked>,
    /// Whether it was asked to stop.
    pub cancelled: bool,
    /// How long all of it took, in seconds.
    pub seconds: f64,
}

/// What a second run of one instance gave.
#[derive(Debug)]
pub struct Checked {
    /// The instance's name.
    pub name: String,
    /// How it compares.
    pub outcome: VerifyOutcome,
}

/// How a second run compares with what is recorded.
#[derive(Debug)]
pub enum VerifyOutcome {
    /// Every output has the same bytes.
    Equal,
    /// An output differs.
    Differs(Difference),
    /// There is nothing to compare with: the instance would run, for these reasons.
    Unrecorded(Vec<Reason>),
    /// There is nothing to compare with: the instance needs one that would run or fails.
    Waits {
        /// The other one's name.
        on: String,
    },
    /// The second run failed.
    Failed(Failure),
    /// It did not come to a second run.
    NotRun,
}

/// The first output that differs, with where its bytes are.
#[derive(Debug)]
pub struct Difference {
    /// The output's name.
    pub output: String,
    /// The key of both runs.
    pub key: Option<Key>,
    /// The bytes that are recorded; `None` where there is no such output.
    pub recorded: Option<PathBuf>,
    /// The bytes of the second run; `None` where it has no such output.
    pub again: Option<PathBuf>,
}

impl Verification {
    /// Says whether every instance gave the same bytes.
    pub fn is_equal(&self) -> bool {
        self.checked.iter().all(|checked| matches!(checked.outcome, VerifyOutcome::Equal))
    }
}

/// Runs what `options` name again below `scratch`, an empty folder, and compares it with the store.
///
/// # Errors
/// [`EngineError`] when nothing could be started; the [`Verification`] says what became of each instance.
#[expect(clippy::too_many_arguments, reason = "those of `run`, and where to run")]
pub fn verify(
    root: &Path,
    pipeline: &Pipeline,
    registry: Registry,
    store: &Store,
    scratch: &Path,
    options: &Options<'_>,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Verification, EngineError> {
    let status = status(root, pipeline, &registry, store, options)?;
    let recorded: Vec<&Report> =
        status.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh)).collect();
    let work = Work::of(root, pipeline, &registry, options)?;
    let asked_for = work.named(&options.targets, &options.folder)?;
    let is_asked_for = |report: &&Report| options.targets.is_empty() || asked_for[report.instance.0];
    if !recorded.iter().any(is_asked_for) {
        let checked = status.reports.iter().map(unrecorded).collect();
        return Ok(Verification { checked, cancelled: cancel.is_cancelled(), seconds: status.seconds });
    }
    // What a recorded instance needs is recorded too, so these targets take in nothing else.
    let targets = recorded.iter().map(|report| report.name.clone()).collect();
    let options = &Options {
        jobs: options.jobs,
        keep_going: options.keep_going,
        lock: options.lock,
        clock: options.clock,
        targets,
        ..Options::default()
    };
    let project = scratch.join("project");
    copy_files(root, &project, pipeline, &registry, store, options)?;
    let observed = Arc::new(observed(&recorded, store));
    let registry: Registry = registry
        .into_iter()
        .map(|kind| Box::new(Repeated { kind, observed: Arc::clone(&observed) }) as Box<dyn Kind>)
        .collect();
    let again_store = Store::open(&project)?;
    let again = run(&project, pipeline, &registry, &again_store, options, &|_| None, observer, cancel)?;
    let second: BTreeMap<InstanceId, &Report> =
        again.reports.iter().map(|report| (report.instance, report)).collect();
    let checked = status.reports.iter().map(|report| match second.get(&report.instance) {
        Some(again) => {
            let stage = &pipeline.stages[report.stage.0];
            let outcome = compare(stage, (report, store), (again, &again_store));
            Checked { name: report.name.clone(), outcome }
        }
        None => unrecorded(report),
    });
    Ok(Verification { checked: checked.collect(), cancelled: again.cancelled, seconds: again.seconds })
}

/// Says why an instance is not run again.
fn unrecorded(report: &Report) -> Checked {
    let outcome = match &report.outcome {
        Outcome::Stale { reasons } => VerifyOutcome::Unrecorded(reasons.clone()),
        Outcome::Depends { on } => VerifyOutcome::Waits { on: on.clone() },
        Outcome::Failed(failure) => VerifyOutcome::Failed(failure.clone()),
        Outcome::Fresh
        | Outcome::Ran { .. }
        | Outcome::Shared { .. }
        | Outcome::Skipped { .. }
        | Outcome::Stopped => VerifyOutcome::NotRun,
    };
    Checked { name: report.name.clone(), outcome }
}

/// Copies what of the project the wanted instances read; what is missing is for the run to report.
fn copy_files(
    root: &Path,
    project: &Path,
    pipeline: &Pipeline,
    registry: &Registry,
    store: &Store,
    options: &Options<'_>,
) -> Result<(), EngineError> {
    let work = Work::of(root, pipeline, registry, options)?;
    let copy = |from: &Path, name: &str| -> io::Result<()> {
        let to = project.join(name);
        to.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::copy(from, to).map(drop)
    };
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error| EngineError::Copy { path, error }
    };
    fs::create_dir_all(project).map_err(failed(project))?;
    for id in work.wanted() {
        let Ok(inputs) = work.read_inputs(id, store) else { continue };
        for file in inputs.all_files() {
            copy(&file.path, &file.name).map_err(failed(&file.path))?;
        }
        for address in work.effective(id).map(|effective| effective.addresses.as_slice()).unwrap_or_default()
        {
            let file = root.join(&address.file);
            copy(&file, &address.file).map_err(failed(&file))?;
        }
        let (folders, links) = inputs.folders_and_links();
        for name in folders {
            fs::create_dir_all(project.join(name)).map_err(failed(&root.join(name)))?;
        }
        for name in links {
            copy_link(&root.join(name), &project.join(name)).map_err(failed(&root.join(name)))?;
        }
    }
    Ok(())
}

/// Copies a link that leads to nothing: what another one leads to was copied into its place.
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    if to.symlink_metadata().is_ok() {
        return Ok(());
    }
    to.parent().map_or(Ok(()), fs::create_dir_all)?;
    std::os::unix::fs::symlink(fs::read_link(from)?, to)
}

/// Where the recorded outputs are, by instance and name.
type ObservedOutputs = BTreeMap<(String, String), PathBuf>;

fn observed(recorded: &[&Report], store: &Store) -> ObservedOutputs {
    let outputs = recorded.iter().flat_map(|report| {
        report.outputs.iter().map(|output| (report.name.clone(), output.name.clone(), output.object))
    });
    outputs.map(|(instance, output, object)| ((instance, output), store.object_path(object))).collect()
}

fn compare(
    stage: &Stage,
    (recorded, store): (&Report, &Store),
    (again, again_store): (&Report, &Store),
) -> VerifyOutcome {
    match &again.outcome {
        Outcome::Failed(failure) => return VerifyOutcome::Failed(failure.clone()),
        Outcome::Fresh | Outcome::Ran { .. } | Outcome::Shared { .. } => {}
        Outcome::Skipped { .. } | Outcome::Stopped | Outcome::Stale { .. } | Outcome::Depends { .. } => {
            return VerifyOutcome::NotRun;
        }
    }
    let find = |outputs: &[RecordedOutput], name: &str| outputs.iter().find(|it| it.name == name).cloned();
    let names = again.outputs.iter().chain(&recorded.outputs).map(|output| &output.name);
    for name in names {
        let [before, after] = [&recorded.outputs, &again.outputs].map(|outputs| find(outputs, name));
        let is_same = match (&before, &after) {
            _ if stage.is_observed(name) => true,
            (Some(before), Some(after)) => before.is_same(after),
            _ => false,
        };
        if !is_same {
            return VerifyOutcome::Differs(Difference {
                output: name.clone(),
                key: recorded.key,
                recorded: before.map(|output| store.object_path(output.object)),
                again: after.map(|output| again_store.object_path(output.object)),
            });
        }
    }
    VerifyOutcome::Equal
}

/// A kind whose outputs that were only observed are those of the first run, and so are those that are the same but for
/// observed values.
struct Repeated {
    kind: Box<dyn Kind>,
    observed: Arc<ObservedOutputs>,
}

impl Kind for Repeated {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn code(&self) -> Digest {
        self.kind.code()
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        self.kind.effective(context)
    }

    fn cost(&self, effective: &Parameters) -> f64 {
        self.kind.cost(effective)
    }

    fn makes_stand_in(&self, stage: &Stage) -> bool {
        self.kind.makes_stand_in(stage)
    }

    fn runs_in_trials(&self) -> bool {
        self.kind.runs_in_trials()
    }

    fn writes_in_place(&self) -> bool {
        self.kind.writes_in_place()
    }

    fn cites(&self) -> bool {
        self.kind.cites()
    }

    fn cites_sameness(&self) -> bool {
        self.kind.cites_sameness()
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let mut outputs = self.kind.run(job)?;
        let stage = job.context.stage;
        let is_observed = |output: &&mut Output| {
            stage.is_observed(&output.name) || has_observed_values(stage, &output.name)
        };
        for output in outputs.iter_mut().filter(is_observed) {
            let place = self.observed.get(&(job.instance.to_owned(), output.name.clone()));
            // One that was never recorded, or is gone, is what it is now.
            let Some(bytes) = place.and_then(|path| read_through_links(path, u64::MAX).ok()) else {
                continue;
            };
            if !stage.is_observed(&output.name) {
                let lasting = |bytes: &[u8]| lasting_digest(stage, &output.name, bytes);
                let again = match &output.content {
                    OutputContent::Bytes(bytes) => Some(bytes.clone()),
                    OutputContent::Scratch(name) => fs::read(job.scratch.join(name)).ok(),
                    OutputContent::InPlace(path) => fs::read(job.context.root.join(path.as_str())).ok(),
                };
                if again.is_none_or(|again| lasting(&again) != lasting(&bytes)) {
                    continue;
                }
            }
            if let OutputContent::InPlace(path) = &output.content {
                let written = fs::write(job.context.root.join(path.as_str()), &bytes);
                written.map_err(|error| Failure::new(format!("`{path}` can't be written: {error}")))?;
            } else {
                output.content = OutputContent::Bytes(bytes);
            }
        }
        Ok(outputs)
    }
}
