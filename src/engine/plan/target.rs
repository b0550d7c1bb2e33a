//! Targets: what a person wants brought up to date, by name.
//!
//! Invariants
//! - A target takes in all that its instances need.
//! - A name that fits nothing is an error that says what may have been meant.

use std::collections::BTreeSet;
use std::path::{Component, Path};

use crate::error::EngineError;
use crate::plan::graph::{InstanceId, Plan};
use crate::project_path::is_within;
use crate::spec::Pipeline;
use crate::store::OutputPlace;
use crate::suggestion::nearest;

/// Finds the instances that `targets` name, as a flag for each instance. `places` has the places of each instance's
/// outputs, which are named as seen from `folder`; that is relative to the project.
pub(crate) fn find(
    pipeline: &Pipeline,
    plan: &Plan,
    places: &[&[OutputPlace]],
    targets: &[String],
    folder: &Path,
) -> Result<Vec<bool>, EngineError> {
    let mut named = vec![false; plan.instances.len()];
    for target in targets {
        let (place, points) = (within(folder, target), points(pipeline, plan, target)?);
        let is_meant = |id: &InstanceId| {
            let instance = plan.instance(*id);
            let stage = &pipeline.stages[instance.stage.0].name;
            let has_place =
                |place: &String| places[id.0].iter().any(|own| is_within(place, own.path.as_str()));
            let has_points = |(name, wanted): &Points<'_>| {
                let own = instance.point.coordinates();
                name == stage && wanted.iter().all(|part| own.contains(part))
            };
            target == stage
                || *target == instance.name
                || place.as_ref().is_some_and(has_place)
                || points.as_ref().is_some_and(has_points)
        };
        let found: Vec<InstanceId> = plan.ids().filter(is_meant).collect();
        if found.is_empty() {
            return Err(unknown(pipeline, plan, places, (folder, target)));
        }
        for id in found {
            named[id.0] = true;
        }
    }
    Ok(named)
}

/// Adds to the flagged instances all that they need.
pub(crate) fn with_needs(plan: &Plan, mut flags: Vec<bool>) -> Vec<bool> {
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

/// A stage, and coordinates of it by name.
type Points<'t> = (&'t str, Vec<(String, String)>);

/// Reads `stage[a,b=c]`; a value without a name is a variant, or else of the one listed coordinate that has it.
fn points<'t>(pipeline: &Pipeline, plan: &Plan, target: &'t str) -> Result<Option<Points<'t>>, EngineError> {
    let Some((name, rest)) = target.split_once('[') else { return Ok(None) };
    let (Some(inner), Some(stage)) = (rest.strip_suffix(']'), pipeline.stage(name)) else { return Ok(None) };
    let mut wanted = Vec::new();
    for part in inner.split(',').map(str::trim) {
        if let Some((axis, value)) = part.split_once('=') {
            wanted.push((axis.to_owned(), value.to_owned()));
            continue;
        }
        let instances = plan.instances.iter().filter(|instance| instance.stage == stage);
        let mut axes: BTreeSet<&str> = BTreeSet::new();
        for point in instances.map(|instance| &instance.point) {
            axes.extend(point.variant.iter().filter(|variant| *variant == part).map(|_| "variant"));
            axes.extend(
                point.listed.iter().filter(|(_, value)| value == part).map(|(axis, _)| axis.as_str()),
            );
        }
        if axes.len() > 1 && !axes.contains("variant") {
            let ways: Vec<String> = axes.iter().map(|axis| format!("`{axis}={part}`")).collect();
            let help = format!("say which coordinate is meant: {}", ways.join(" or "));
            return Err(EngineError::UnknownTarget { target: target.to_owned(), help });
        }
        let axis =
            if axes.contains("variant") { "variant" } else { axes.first().copied().unwrap_or("variant") };
        wanted.push((axis.to_owned(), part.to_owned()));
    }
    Ok(Some((name, wanted)))
}

/// Gives the path in the project that `target` is, seen from `folder`; `None` for one that leads out of it.
fn within(folder: &Path, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.components().chain(Path::new(target).components()) {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::ParentDir => drop(parts.pop()?),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

fn unknown(
    pipeline: &Pipeline,
    plan: &Plan,
    places: &[&[OutputPlace]],
    (folder, target): (&Path, &str),
) -> EngineError {
    let stages = pipeline.stages.iter().map(|stage| stage.name.as_str());
    let names = plan.instances.iter().map(|instance| instance.name.as_str());
    let places = places.iter().flat_map(|places| places.iter().map(|place| place.path.as_str()));
    let near = nearest(target, stages.chain(names).chain(places));
    let help = match near {
        // An output of that name, seen from the project's folder.
        Some(name) if name == target => {
            let up = "../".repeat(folder.components().count());
            format!("did you mean `{up}{name}`?")
        }
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
    use crate::project_path::ProjectPath;
    use crate::spec::{Axis, Settings, Stage, StageId, Variant};

    fn pipeline() -> Pipeline {
        let variant =
            |name: &str| Variant { name: name.to_owned(), from: None, settings: Settings::default() };
        let stage = |name: &str, each: Vec<Axis>, needs: Vec<StageId>| Stage {
            name: name.to_owned(),
            kind: "toy".to_owned(),
            each,
            needs,
            ..Stage::default()
        };
        let train = Stage {
            variants: vec![variant("2.4.1"), variant("2.4.2")],
            seeds: vec![1, 2],
            ..stage("train", vec![Axis::Variant, Axis::Seed], vec![StageId(0)])
        };
        let listed = |name: &str, values: &[&str]| Axis::Listed {
            name: name.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let count = vec![listed("word", &["alpha", "gamma"]), listed("other", &["alpha", "beta"])];
        let stages = vec![
            stage("prepare", Vec::new(), Vec::new()),
            train,
            stage("count", count, Vec::new()),
            stage("render", Vec::new(), vec![StageId(1)]),
        ];
        Pipeline::new("", stages)
    }

    fn selected(target: &str) -> Result<Vec<String>, EngineError> {
        let pipeline = pipeline();
        let plan = Plan::of(&pipeline)?;
        let written = ["report/week-3.md", "report/plots"];
        let written = written.map(|path| OutputPlace {
            name: String::new(),
            path: ProjectPath::parse(path).expect("it is a path"),
        });
        let mut places: Vec<&[OutputPlace]> = vec![&[]; plan.instances.len()];
        *places.last_mut().expect("there are instances") = &written;
        let (folder, target) = target.split_once(':').unwrap_or(("", target));
        let flags = find(&pipeline, &plan, &places, &[target.to_owned()], Path::new(folder))?;
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
    fn an_output_is_named_from_the_current_folder_or_by_a_file_in_its_folder() {
        for target in
            ["report:week-3.md", "src:../report/week-3.md", "report:plots/loss.svg", "report/plots/a.svg"]
        {
            assert_eq!(selected(target).expect("a place").len(), 6, "{target}");
        }
        assert!(selected("report:report/week-3.md").is_err());
        assert!(selected(":../report/week-3.md").is_err());
        assert!(selected("report/plots.svg").is_err());
    }

    #[test]
    fn a_listed_value_needs_no_name_while_only_one_coordinate_has_it() {
        assert_eq!(selected("count[beta]").expect("a word").len(), 2);
        assert_eq!(
            selected("count[word=alpha,beta]").expect("an instance"),
            ["count[word=alpha,other=beta]"]
        );
        match selected("count[alpha]") {
            Err(EngineError::UnknownTarget { help, .. }) => {
                assert_eq!(help, "say which coordinate is meant: `other=alpha` or `word=alpha`");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_unknown_target_says_what_may_have_been_meant() {
        for (target, help) in [
            ("tran", "did you mean `train`?"),
            (
                "train[2.4.9]",
                "a target is a stage, an instance of one, or an output; the stages are `prepare`, `train`, `count`, `render`",
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
