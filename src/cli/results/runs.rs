//! The runs of a pipeline, by stage: those that a lock names, or those that a run of the pipeline came to.

use std::collections::HashMap;

use recount_engine::instance_name::InstanceName;
use recount_engine::observed_values::has_observed_values;
use recount_engine::spec::{Measure, MeasureSource, Pipeline, Stage, StageId};
use recount_engine::store::{Record, Store};
use recount_engine::suggestion;
use recount_engine::{Lock, Locked, Plan, Summary};
use recount_report::measure::{Left, Run};
use recount_report::results::StageRuns;

use crate::CliError;

/// The instances of a pipeline, with what each left.
pub(super) struct Runs {
    by_stage: HashMap<StageId, Vec<Run>>,
}

impl Runs {
    /// Lays a pipeline out, and finds each instance's line in a lock.
    ///
    /// # Errors
    /// A [`CliError`] where the pipeline can't be laid out, or a record can't be read.
    pub fn of_lock(pipeline: &Pipeline, lock: &Lock, store: &Store) -> Result<Self, CliError> {
        let plan = Plan::of(pipeline)?;
        let mut by_stage: HashMap<StageId, Vec<Run>> = HashMap::new();
        for instance in plan.instances {
            let stage = &pipeline.stages[instance.stage.0];
            let locked = lock.lines.get(&instance.name);
            let left = locked.map(|locked| left(locked, stage, store)).transpose()?;
            let coordinates = instance.point.coordinates();
            let run = Run { instance: instance.name, coordinates, left };
            by_stage.entry(instance.stage).or_default().push(run);
        }
        Ok(Self { by_stage })
    }

    /// Takes the runs that a lock of another revision names, whatever the pipeline has become since.
    ///
    /// # Errors
    /// A [`CliError`] where a record can't be read.
    pub fn of_lines(pipeline: &Pipeline, lock: &Lock, store: &Store) -> Result<Self, CliError> {
        let mut by_stage: HashMap<StageId, Vec<Run>> = HashMap::new();
        for (instance, locked) in &lock.lines {
            let name = InstanceName::of(instance);
            let Some(id) = pipeline.stage(name.stage) else { continue };
            let left = Some(left(locked, &pipeline.stages[id.0], store)?);
            let run = Run { instance: instance.clone(), coordinates: name.coordinates(), left };
            by_stage.entry(id).or_default().push(run);
        }
        Ok(Self { by_stage })
    }

    /// Takes what a run of the pipeline came to.
    pub fn of_summary(summary: &Summary) -> Self {
        let mut by_stage: HashMap<StageId, Vec<Run>> = HashMap::new();
        for report in &summary.reports {
            let outputs = report.outputs.iter().map(|output| (output.name.clone(), output.object));
            let left = report.key.filter(|_| report.outcome.is_done());
            let left = left.map(|key| Left { key, outputs: outputs.collect() });
            let (instance, coordinates) = (report.name.clone(), report.point.coordinates());
            by_stage.entry(report.stage).or_default().push(Run { instance, coordinates, left });
        }
        Self { by_stage }
    }

    /// Gives the runs of a stage, in the plan's order; `apart` does not aggregate them.
    pub fn of_stage<'p>(&self, pipeline: &'p Pipeline, id: StageId, apart: bool) -> StageRuns<'p> {
        let stage = &pipeline.stages[id.0];
        let repeats = if apart { Vec::new() } else { stage.repeats() };
        StageRuns {
            stage: &stage.name,
            runs: self.by_stage.get(&id).cloned().unwrap_or_default(),
            repeats: repeats.into_iter().map(str::to_owned).collect(),
            paired: stage.paired.clone(),
            measures: &stage.measures,
            settings: Box::new(move |variant| pipeline.settings_of_runs(id, variant)),
        }
    }
}

/// Gives what a run left: what its line says, and, where the record is at hand, what was only observed, of which the lock
/// says nothing.
fn left(locked: &Locked, stage: &Stage, store: &Store) -> Result<Left, CliError> {
    let mut left = Left { key: locked.key, outputs: locked.outputs.clone() };
    if has_observed(stage) {
        let record: Option<Record> = store.record(left.key)?;
        for output in record.into_iter().flat_map(|record| record.outputs) {
            if stage.is_observed(&output.name) {
                left.outputs.push((output.name, output.object));
            } else if has_observed_values(stage, &output.name)
                && let Some((_, object)) = left.outputs.iter_mut().find(|(name, _)| *name == output.name)
            {
                *object = output.object;
            }
        }
    }
    Ok(left)
}

fn has_observed(stage: &Stage) -> bool {
    let is_observed = |measure: &Measure| match &measure.from {
        MeasureSource::Address(address) => measure.observed || stage.is_observed(&address.file),
        MeasureSource::Difference(_) | MeasureSource::Ratio(_) => false,
    };
    !stage.observed.is_empty() || stage.measures.iter().any(is_observed)
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
