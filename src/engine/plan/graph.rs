//! The plan: every instance of every stage, and what it needs.
//!
//! stages × their `each` ──▶ [`Instance`]s with dense ids; needs ──▶ groups of instances
//!
//! Invariants
//! - Ids are in topological order: an instance needs only instances with smaller ids.
//! - Coordinates that an instance and its need share are matched; a missing one means all. Variants and seeds are
//!   shared where both stages take them from one stage, or where the stage lists its own.
//! - Time and memory are linear in instances and needs: those that need the same instances share
//!   one [`GroupId`].

use std::collections::HashMap;

use crate::error::EngineError;
use crate::kind::Point;
use crate::spec::{Axis, Pipeline, Stage, StageId, has_values_of};

/// Index of an instance in [`Plan::instances`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct InstanceId(pub usize);

/// Index of a set of instances in [`Plan::groups`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GroupId(pub usize);

/// Every instance, needs before those that need them.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The instances, by [`InstanceId`].
    pub instances: Vec<Instance>,
    /// Sets of instances that something needs, by [`GroupId`].
    pub groups: Vec<Vec<InstanceId>>,
}

/// One stage at one point of its `each`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name, such as `train[2.4.2,seed=1]`.
    pub name: String,
    /// Its stage.
    pub stage: StageId,
    /// Its coordinates.
    pub point: Point,
    /// What it needs, in the order of the stage's needs.
    pub needs: Vec<Need>,
}

/// One need of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// The needed stage.
    pub stage: StageId,
    /// Its instances that are meant.
    pub group: GroupId,
    /// Whether all of the need's coordinates are matched, so that the group has one member.
    pub matched: bool,
}

impl Plan {
    /// Lays out a pipeline.
    ///
    /// # Errors
    /// [`EngineError::NoMatch`] when a need has no instance at an instance's coordinates.
    pub fn of(pipeline: &Pipeline) -> Result<Self, EngineError> {
        let mut plan = Self::default();
        let mut ranges = Vec::with_capacity(pipeline.stages.len());
        for (index, stage) in pipeline.stages.iter().enumerate() {
            let first = plan.instances.len();
            for point in points(pipeline, StageId(index)) {
                let name = instance_name(&stage.name, &point);
                plan.instances.push(Instance { name, stage: StageId(index), point, needs: Vec::new() });
            }
            ranges.push(first..plan.instances.len());
            for &need in &stage.needs {
                let needed = &pipeline.stages[need.0];
                let is_shared = |axis: &&Axis| is_shared((StageId(index), stage), axis, needed);
                let shared: Vec<&Axis> = needed.each.iter().filter(is_shared).collect();
                let matched = shared.len() == needed.each.len();
                let mut groups: HashMap<Vec<String>, GroupId> = HashMap::new();
                for id in ranges[need.0].clone() {
                    let place = projection(&plan.instances[id].point, &shared);
                    let next = GroupId(plan.groups.len());
                    let group = *groups.entry(place).or_insert(next);
                    if group == next {
                        plan.groups.push(Vec::new());
                    }
                    plan.groups[group.0].push(InstanceId(id));
                }
                for instance in &mut plan.instances[first..] {
                    let group = groups.get(&projection(&instance.point, &shared));
                    let group = *group.ok_or_else(|| EngineError::NoMatch {
                        instance: instance.name.clone(),
                        need: needed.name.clone(),
                    })?;
                    instance.needs.push(Need { stage: need, group, matched });
                }
            }
        }
        Ok(plan)
    }

    /// Gives every id, in topological order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = InstanceId> + use<> {
        (0..self.instances.len()).map(InstanceId)
    }

    /// Gives an instance.
    pub fn instance(&self, id: InstanceId) -> &Instance {
        &self.instances[id.0]
    }

    /// Gives the members of a need's group.
    pub fn members(&self, need: &Need) -> &[InstanceId] {
        &self.groups[need.group.0]
    }
}

fn points(pipeline: &Pipeline, id: StageId) -> Vec<Point> {
    let mut points = vec![Point::default()];
    for axis in &pipeline.stages[id.0].each {
        points = match axis {
            Axis::Variant => {
                extended(&points, pipeline.variants_of(id), |point, it| point.variant = Some(it.name.clone()))
            }
            Axis::Seed => extended(&points, pipeline.seeds_of(id), |point, seed| point.seed = Some(*seed)),
            Axis::Listed { name, values } => {
                extended(&points, values, |point, value| point.listed.push((name.clone(), value.clone())))
            }
        };
    }
    let excluded = &pipeline.stages[id.0].exclude;
    if !excluded.is_empty() {
        points.retain(|point| {
            let coordinates = point.coordinates();
            !excluded.iter().any(|values| values.iter().all(|value| coordinates.contains(value)))
        });
    }
    points
}

/// Gives each point at each value of one more axis.
fn extended<T>(points: &[Point], values: &[T], set: impl Fn(&mut Point, &T)) -> Vec<Point> {
    let mut extended = Vec::with_capacity(points.len() * values.len());
    for (point, value) in points.iter().flat_map(|point| values.iter().map(move |value| (point, value))) {
        let mut point = point.clone();
        set(&mut point, value);
        extended.push(point);
    }
    extended
}

/// Says whether an axis of a need is one of a stage's own: listed under the same name, or variants (or seeds) that
/// both take from one stage, or that the stage lists itself.
pub(crate) fn is_shared((id, stage): (StageId, &Stage), axis: &Axis, needed: &Stage) -> bool {
    stage.each.iter().any(|own| match (own, axis) {
        (Axis::Variant, Axis::Variant) => has_values_of(stage.variants_of, id, needed.variants_of),
        (Axis::Seed, Axis::Seed) => has_values_of(stage.seeds_of, id, needed.seeds_of),
        (Axis::Listed { name, .. }, Axis::Listed { name: other, .. }) => name == other,
        _ => false,
    })
}

fn projection(point: &Point, axes: &[&Axis]) -> Vec<String> {
    let coordinate = |axis: &&Axis| match axis {
        Axis::Variant => point.variant.clone(),
        Axis::Seed => point.seed.map(|seed| seed.to_string()),
        Axis::Listed { name, .. } => {
            point.listed.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
        }
    };
    axes.iter().map(|axis| coordinate(axis).unwrap_or_default()).collect()
}

/// Names an instance: `prepare`, `train[2.4.2,seed=1]`, `count[word=alpha]`.
pub(crate) fn instance_name(stage: &str, point: &Point) -> String {
    let variant = point.variant.iter().cloned();
    let rest = point.coordinates().into_iter().filter(|(name, _)| name != "variant");
    let parts: Vec<String> = variant.chain(rest.map(|(name, value)| format!("{name}={value}"))).collect();
    if parts.is_empty() { stage.to_owned() } else { format!("{stage}[{}]", parts.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Settings, Variant};

    fn stage(name: &str, each: Vec<Axis>, needs: &[usize]) -> Stage {
        Stage {
            name: name.to_owned(),
            kind: "toy".to_owned(),
            each,
            needs: needs.iter().copied().map(StageId).collect(),
            ..Stage::default()
        }
    }

    fn variant(name: &str) -> Variant {
        Variant { name: name.to_owned(), from: None, settings: Settings::default() }
    }

    fn week() -> Pipeline {
        let both = || vec![Axis::Variant, Axis::Seed];
        let train = Stage {
            variants: vec![variant("2.1"), variant("2.2")],
            seeds: vec![1, 2],
            ..stage("train", both(), &[0])
        };
        let stages = vec![
            stage("prepare", Vec::new(), &[]),
            train,
            stage("evaluate", both(), &[0, 1]),
            stage("average", vec![Axis::Variant], &[2]),
            stage("plot", Vec::new(), &[1]),
        ];
        Pipeline::new("", stages)
    }

    fn needed(plan: &Plan, name: &str) -> Vec<String> {
        let instance = plan.instances.iter().find(|instance| instance.name == name).expect("it is planned");
        let members = instance.needs.iter().flat_map(|need| plan.members(need));
        members.map(|&id| plan.instance(id).name.clone()).collect()
    }

    #[test]
    fn shared_coordinates_are_matched_and_a_missing_one_means_all() {
        let plan = Plan::of(&week()).expect("every need matches");
        assert_eq!(plan.instances.len(), 1 + 4 + 4 + 2 + 1);
        assert_eq!(needed(&plan, "train[2.1,seed=2]"), ["prepare"]);
        assert_eq!(needed(&plan, "evaluate[2.2,seed=1]"), ["prepare", "train[2.2,seed=1]"]);
        assert_eq!(needed(&plan, "average[2.1]"), ["evaluate[2.1,seed=1]", "evaluate[2.1,seed=2]"]);
        assert_eq!(needed(&plan, "plot").len(), 4);
    }

    #[test]
    fn variants_of_another_stage_are_not_matched_and_those_that_a_stage_lists_are() {
        let mut week = week();
        let seeds = vec![1, 2];
        week.stages.truncate(2);
        week.stages.extend([
            Stage { variants: vec![variant("other")], ..stage("tune", vec![Axis::Variant], &[0]) },
            Stage { seeds, ..stage("again", vec![Axis::Seed], &[1]) },
            Stage { variants_of: Some(StageId(1)), ..stage("both", vec![Axis::Variant], &[1, 2]) },
        ]);
        let plan = Plan::of(&Pipeline::new("", week.stages)).expect("every need matches");
        assert_eq!(needed(&plan, "both[2.1]"), ["train[2.1,seed=1]", "train[2.1,seed=2]", "tune[other]"]);
        assert_eq!(needed(&plan, "again[seed=2]"), ["train[2.1,seed=2]", "train[2.2,seed=2]"]);
    }

    #[test]
    fn a_need_without_the_coordinate_is_a_mistake() {
        let listed = |values: &[&str]| Axis::Listed {
            name: "word".to_owned(),
            values: values.iter().copied().map(String::from).collect(),
        };
        let stages = vec![stage("a", vec![listed(&["x"])], &[]), stage("b", vec![listed(&["x", "y"])], &[0])];
        let error = Plan::of(&Pipeline::new("", stages)).expect_err("`y` is missing");
        assert_eq!(error.to_string(), "`b[word=y]` needs `a`, which has nothing at the same coordinates");
    }

    #[test]
    fn many_instances_share_their_groups() {
        let listed = |name: &str| Axis::Listed {
            name: name.to_owned(),
            values: (0..5_000).map(|value| value.to_string()).collect(),
        };
        let stages = vec![
            stage("a", vec![listed("x")], &[]),
            stage("same", vec![listed("x")], &[0]),
            stage("every", vec![listed("y")], &[0]),
        ];
        let plan = Plan::of(&Pipeline::new("", stages)).expect("every need matches");
        assert_eq!(plan.groups.len(), 5_001);
        assert_eq!(plan.groups.iter().map(Vec::len).sum::<usize>(), 10_000);
    }
}
