//! Targets: what a person wants brought up to date, by name.
//!
//! Invariants
//! - A target takes in all that its instances need.
//! - A name that fits nothing is an error that says what may have been meant.

use super::error::EngineError;
use super::graph::{InstanceId, Plan, coordinates};
use crate::spec::{Pipeline, nearest};

/// Finds the instances that `targets` name, as a flag for each instance. `places` gives where an
/// instance's outputs belong.
pub(super) fn named(
    pipeline: &Pipeline,
    plan: &Plan,
    places: &[Vec<String>],
    targets: &[String],
) -> Result<Vec<bool>, EngineError> {
    let mut named = vec![false; plan.instances.len()];
    for target in targets {
        let found: Vec<InstanceId> =
            plan.ids().filter(|&id| fits(pipeline, plan, &places[id.0], id, target)).collect();
        if found.is_empty() {
            return Err(unknown(pipeline, plan, places, target));
        }
        for id in found {
            named[id.0] = true;
        }
    }
    Ok(named)
}

/// Adds to the flagged instances all that they need.
pub(super) fn with_needs(plan: &Plan, mut flags: Vec<bool>) -> Vec<bool> {
    let mut seen = vec![false; plan.groups.len()];
    for index in (0..plan.instances.len()).rev() {
        if !flags[index] {
            continue;
        }
        for need in &plan.instances[index].needs {
            if !std::mem::replace(&mut seen[need.group.0], true) {
                for member in plan.members(need) {
                    flags[member.0] = true;
                }
            }
        }
    }
    flags
}

fn fits(pipeline: &Pipeline, plan: &Plan, places: &[String], id: InstanceId, target: &str) -> bool {
    let instance = plan.instance(id);
    let stage = &pipeline.stages[instance.stage.0].name;
    if target == stage || target == instance.name {
        return true;
    }
    let place = target.strip_prefix("./").unwrap_or(target);
    if places.iter().any(|own| own == place) {
        return true;
    }
    let Some(parts) = bracketed(target, stage) else {
        return false;
    };
    let own = coordinates(&instance.point);
    parts.split(',').map(str::trim).all(|part| {
        let (name, value) = part.split_once('=').unwrap_or(("variant", part));
        own.iter().any(|(own_name, own_value)| own_name == name && own_value == value)
    })
}

fn bracketed<'t>(target: &'t str, stage: &str) -> Option<&'t str> {
    target.strip_prefix(stage)?.strip_prefix('[')?.strip_suffix(']')
}

fn unknown(pipeline: &Pipeline, plan: &Plan, places: &[Vec<String>], target: &str) -> EngineError {
    let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
    let names = plan.instances.iter().map(|instance| instance.name.as_str());
    let places = places.iter().flatten().map(String::as_str);
    let near = nearest(target, stages.chain(names).chain(places));
    let help = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let stages: Vec<String> =
                pipeline.stages.iter().map(|stage| format!("`{}`", stage.name)).collect();
            format!(
                "a target is a stage, an instance of one, or an output; the stages are {}",
                stages.join(", ")
            )
        }
    };
    EngineError::UnknownTarget { target: target.to_owned(), help }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Axis, Settings, Stage, StageId, Variant};

    fn pipeline() -> Pipeline {
        let variant =
            |name: &str| Variant { name: name.to_owned(), from: None, settings: Settings::default() };
        let stage = |name: &str, each: Vec<Axis>, needs: Vec<StageId>| Stage {
            name: name.to_owned(),
            kind: "toy".to_owned(),
            each,
            needs,
            base: Settings::default(),
            variants: Vec::new(),
            seeds: Vec::new(),
        };
        let train = Stage {
            variants: vec![variant("2.4.1"), variant("2.4.2")],
            seeds: vec![1, 2],
            ..stage("train", vec![Axis::Variant, Axis::Seed], vec![StageId(0)])
        };
        let stages = vec![
            stage("prepare", Vec::new(), Vec::new()),
            train,
            stage("render", Vec::new(), vec![StageId(1)]),
        ];
        Pipeline { title: String::new(), stages }
    }

    fn selected(target: &str) -> Result<Vec<String>, EngineError> {
        let pipeline = pipeline();
        let plan = Plan::of(&pipeline)?;
        let mut places = vec![Vec::new(); plan.instances.len()];
        *places.last_mut().expect("there are instances") = vec!["report/week-3.md".to_owned()];
        let flags = named(&pipeline, &plan, &places, &[target.to_owned()])?;
        let flags = with_needs(&plan, flags);
        Ok(plan.ids().filter(|id| flags[id.0]).map(|id| plan.instance(id).name.clone()).collect())
    }

    #[test]
    fn a_target_is_a_stage_an_instance_or_an_output() {
        assert_eq!(selected("train").expect("a stage").len(), 5);
        assert_eq!(
            selected("train[2.4.2]").expect("a variant"),
            ["prepare", "train[2.4.2,seed=1]", "train[2.4.2,seed=2]"]
        );
        assert_eq!(selected("train[2.4.2,seed=1]").expect("an instance"), ["prepare", "train[2.4.2,seed=1]"]);
        assert_eq!(selected("train[seed=2]").expect("a seed").len(), 3);
        assert_eq!(selected("./report/week-3.md").expect("a place").len(), 6);
    }

    #[test]
    fn an_unknown_target_says_what_may_have_been_meant() {
        for (target, help) in [
            ("tran", "did you mean `train`?"),
            (
                "train[2.4.9]",
                "a target is a stage, an instance of one, or an output; the stages are `prepare`, `train`, `render`",
            ),
            ("report/week-4.md", "did you mean `report/week-3.md`?"),
            ("train[2.4.2,seed=3]", "did you mean `train[2.4.2,seed=1]`?"),
        ] {
            match selected(target) {
                Err(EngineError::UnknownTarget { help: found, .. }) => assert_eq!(found, help),
                other => panic!("{target}: {other:?}"),
            }
        }
    }
}
