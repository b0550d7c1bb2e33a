//! The runs that a figure shows: those at the named coordinates, in a group for each value that it is drawn over.

use std::collections::BTreeMap;

use recount_engine::digest::{Key, ObjectId};
use recount_engine::spec::{Parameters, Pipeline, StageId};
use recount_engine::{Job, Plan, Point};

use super::spec::{FigureSpec, fits};
use crate::measure::{Left, Objects, Run};
use crate::reference::Reference;

/// Every run that the plot is drawn from.
pub(super) struct Runs<'j> {
    job: &'j Job<'j>,
    by_stage: BTreeMap<StageId, Vec<Run>>,
}

/// Runs that are shown together.
pub(super) struct Group {
    /// What they are called: a value of the coordinate that is drawn over; several where experiments are one.
    pub names: Vec<String>,
    /// The runs, in the plan's order.
    pub runs: Vec<Run>,
}

impl<'j> Runs<'j> {
    /// Takes the runs that the job cites, with what it reads of them.
    pub fn of(job: &'j Job<'j>) -> Self {
        let mut outputs: BTreeMap<(StageId, Point), Vec<(String, ObjectId)>> = BTreeMap::new();
        for input in job.inputs {
            let of_run = outputs.entry((input.stage, input.point.clone())).or_default();
            of_run.push((input.output.clone(), input.object));
        }
        let mut by_stage: BTreeMap<StageId, Vec<Run>> = BTreeMap::new();
        // A pipeline that runs can be laid out.
        let plan = Plan::of(job.context.pipeline).unwrap_or_default();
        for instance in plan.instances {
            let left = job.same.get(&instance.name).map(|key| Left {
                key: *key,
                outputs: outputs.remove(&(instance.stage, instance.point.clone())).unwrap_or_default(),
            });
            let coordinates = instance.point.coordinates();
            by_stage.entry(instance.stage).or_default().push(Run {
                instance: instance.name,
                coordinates,
                left,
            });
        }
        Self { job, by_stage }
    }

    /// Gives the groups of a figure for one of the things that it names.
    pub fn groups(&self, figure: &FigureSpec, reference: &Reference) -> Vec<Group> {
        let pipeline = self.job.context.pipeline;
        let Some((id, _)) = reference.stage_of(pipeline) else { return Vec::new() };
        let named = reference.resolved(pipeline, id).unwrap_or_default();
        let runs = self.by_stage.get(&id).into_iter().flatten();
        let runs = runs.filter(|run| named.iter().all(|coordinate| run.coordinates.contains(coordinate)));
        let Some((over, _)) = &figure.over else {
            return vec![Group { names: vec![reference.runs()], runs: runs.cloned().collect() }];
        };
        let mut groups: Vec<Group> = Vec::new();
        for run in runs {
            let Some(value) = run.coordinate(over) else { continue };
            match groups.iter_mut().find(|group| group.names[0] == value) {
                Some(group) => group.runs.push(run.clone()),
                None => groups.push(Group { names: vec![value.to_owned()], runs: vec![run.clone()] }),
            }
        }
        let is_wanted = |value: &String| !figure.except.iter().any(|(except, _)| fits(except, value));
        groups.retain(|group| is_wanted(&group.names[0]));
        if let Some(only) = &figure.only {
            let place = |group: &Group| only.iter().position(|(value, _)| fits(value, &group.names[0]));
            groups.retain(|group| place(group).is_some());
            groups.sort_by_key(place);
        }
        joined(groups)
    }
}

/// Joins groups that are one experiment: all runs of the one have the keys of the other's.
fn joined(groups: Vec<Group>) -> Vec<Group> {
    let keys = |group: &Group| -> Option<Vec<Key>> { group.runs.iter().map(Run::key).collect() };
    let mut joined: Vec<Group> = Vec::new();
    for group in groups {
        let own = keys(&group);
        match joined.iter_mut().find(|other| own.is_some() && keys(other) == own) {
            Some(other) => other.names.extend(group.names),
            None => joined.push(group),
        }
    }
    joined
}

impl Objects for Runs<'_> {
    fn read(&self, object: ObjectId) -> Result<Vec<u8>, String> {
        let input = self.job.inputs.iter().find(|input| input.object == object);
        let input = input.ok_or_else(|| "it is no input of the plot".to_owned())?;
        input.read().map_err(|failure| failure.headline())
    }
}

/// Finds a parameter of the variant that a group is of.
pub(super) fn parameter(pipeline: &Pipeline, stage: StageId, group: &Group, name: &str) -> Option<String> {
    let variant = group.runs.first()?.coordinate("variant");
    let all: Parameters = pipeline.settings_of_runs(stage, variant).parameters();
    all.get(name).map(ToString::to_string)
}
