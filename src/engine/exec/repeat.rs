//! Runs an instance again for who wants to compare: nothing is looked up, recorded or placed.
//!
//! Invariants
//! - It is given what the recorded run was given: inputs from the store, files of the project.
//! - Takes no lock; all that it writes is below the folders that it is given.

use std::path::Path;

use crate::decide::assemble::{assemble, cited_instances, cited_runs};
use crate::decide::work::Work;
use crate::kind::{Failure, Job, Kind, Output, Watch};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::project_path::ProjectPath;
use crate::spec::Pipeline;
use crate::store::{OutputPlace, Store};
use crate::summary::Summary;

/// What a repeated run is of, and where its inputs are.
pub struct Subject<'g> {
    /// The project's folder.
    pub root: &'g Path,
    /// Its pipeline.
    pub pipeline: &'g Pipeline,
    /// Every kind.
    pub registry: &'g [Box<dyn Kind>],
    /// The store that has the inputs.
    pub store: &'g Store,
}

/// An output of a repeated run.
pub struct RepeatedOutput {
    /// The output.
    pub output: Output,
    /// Where it belongs in the project.
    pub place: Option<ProjectPath>,
}

/// Runs `instance` again, whose needs are fresh in `status`. Two empty folders are the run's own:
/// `scratch`, and `checkpoints`.
///
/// # Errors
/// A [`Failure`] when an input is gone, or as the kind reports.
pub fn repeat(
    subject: &Subject<'_>,
    options: &Options<'_>,
    status: &Summary,
    instance: InstanceId,
    [scratch, checkpoints]: [&Path; 2],
    watch: &dyn Watch,
) -> Result<Vec<RepeatedOutput>, Failure> {
    let Subject { root, pipeline, registry, store } = *subject;
    let work =
        Work::of(root, pipeline, registry, options).map_err(|error| Failure::new(error.to_string()))?;
    let find = |id: InstanceId| status.reports.iter().find(|report| report.instance == id);
    let needs = work.plan.instance(instance).needs.iter().flat_map(|need| work.plan.members(need));
    for need in needs.copied().chain(cited_instances(&work, instance)) {
        if find(need).is_none_or(|report| report.key.is_none()) {
            return Err(Failure::new(format!("`{}` has no outputs", work.name(need))));
        }
    }
    let outputs = |id: InstanceId| {
        let report = find(id).expect("every need has a report");
        (report.key.expect("every need has a key"), report.outputs.as_slice())
    };
    let assembled = assemble(&work, store, instance, &outputs)?;
    let sameness = work.kind(instance).cites_sameness();
    let cited = if sameness { Vec::new() } else { cited_runs(store, &assembled.recipe)? };
    let effective = work.effective(instance)?;
    let outputs = work.kind(instance).run(&Job {
        context: work.context(instance),
        instance: work.name(instance),
        effective,
        inputs: &assembled.inputs,
        files: &assembled.project.all_files(),
        cited: &cited,
        cited_bytes: &|object| store.read_object(object).ok(),
        same: &assembled.recipe.cited,
        scratch,
        checkpoints,
        log: &scratch.join("log"),
        project: store.project(),
        need_folders: &|stage| work.need_folders(instance, stage),
        watch,
    })?;
    let placed = |output: Output| {
        let place = OutputPlace::find(&effective.places, &output.name);
        RepeatedOutput { output, place }
    };
    Ok(outputs.into_iter().map(placed).collect())
}
