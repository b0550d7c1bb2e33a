//! The runs that a lock names, by stage.

use std::collections::HashMap;

use recount_engine::spec::{Measure, MeasureSource, Pipeline, Stage, StageId};
use recount_engine::store::{Record, Store};
use recount_engine::suggestion;
use recount_engine::{Lock, Plan};
use recount_report::measure::{Left, Run};

use crate::cli::CliError;

/// The instances of a pipeline, with what a lock says of each.
pub(super) struct LockedRuns {
    by_stage: HashMap<StageId, Vec<Run>>,
}

impl LockedRuns {
    /// Lays a pipeline out and finds each instance's line.
    ///
    /// # Errors
    /// A [`CliError`] where the pipeline can't be laid out, or a record can't be read.
    pub fn of(pipeline: &Pipeline, lock: &Lock, store: &Store) -> Result<Self, CliError> {
        let plan = Plan::of(pipeline)?;
        let mut by_stage: HashMap<StageId, Vec<Run>> = HashMap::new();
        for instance in plan.instances {
            let mut left = lock
                .lines
                .get(&instance.name)
                .map(|locked| Left { key: locked.key, outputs: locked.outputs.clone() });
            // What was only observed is in no lock.
            let stage = &pipeline.stages[instance.stage.0];
            if let Some(left) = left.as_mut().filter(|_| has_observed(stage)) {
                let record: Option<Record> = store.record(left.key)?;
                let outputs = record.into_iter().flat_map(|record| record.outputs);
                let observed = outputs.filter(|output| stage.is_observed(&output.name));
                left.outputs.extend(observed.map(|output| (output.name, output.object)));
            }
            let coordinates = instance.point.coordinates();
            let run = Run { instance: instance.name, coordinates, left };
            by_stage.entry(instance.stage).or_default().push(run);
        }
        Ok(Self { by_stage })
    }

    /// Gives the runs of a stage, in the plan's order.
    pub fn of_stage(&self, id: StageId) -> Vec<Run> {
        self.by_stage.get(&id).cloned().unwrap_or_default()
    }
}

fn has_observed(stage: &Stage) -> bool {
    let is_observed = |measure: &Measure| match &measure.from {
        MeasureSource::Address(address) => stage.is_observed(&address.file),
        MeasureSource::Difference(_) | MeasureSource::Ratio(_) => false,
    };
    !stage.observed.is_empty() || stage.measures.iter().any(is_observed)
}

/// Gives the stage whose variants a stage is repeated over: where it has none, itself.
pub(super) fn owner(pipeline: &Pipeline, id: StageId) -> StageId {
    pipeline.stages[id.0].variants_of.unwrap_or(id)
}

/// Gives the stages of these names; without any, those that declare measures.
///
/// # Errors
/// A [`CliError`] for an unknown name, and where no stage declares measures.
pub(super) fn chosen_stages(pipeline: &Pipeline, names: &[String]) -> Result<Vec<StageId>, CliError> {
    if names.is_empty() {
        let ids = (0..pipeline.stages.len()).map(StageId);
        let declaring: Vec<StageId> = ids.filter(|id| !pipeline.stages[id.0].measures.is_empty()).collect();
        let none = "no stage declares measures\n\
                    help: give one some, `measures: { accuracy: \"metrics.json#/accuracy\" }`, or name a stage to see all of its numbers";
        return if declaring.is_empty() { Err(CliError::input(none)) } else { Ok(declaring) };
    }
    let find = |name: &String| {
        pipeline.stage(name).ok_or_else(|| {
            let known = pipeline.stages.iter().map(|stage| stage.name.as_str());
            let help = suggestion::help(name, known, "a stage named", "the stages are").unwrap_or_default();
            CliError::input(format!("no stage is named `{name}`\nhelp: {help}"))
        })
    };
    names.iter().map(find).collect()
}
