//! What a person may name as a target of a pipeline.

use std::collections::BTreeSet;
use std::path::Path;

use crate::decide::work::Work;
use crate::error::EngineError;
use crate::kind::Kind;
use crate::options::Options;
use crate::spec::Pipeline;

/// Gives everything that can be named as a target: stages, variants of stages, instances, outputs.
///
/// # Errors
/// [`EngineError`] when the pipeline does not fit together.
pub fn targets(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
) -> Result<Vec<String>, EngineError> {
    let work = Work::of(root, pipeline, registry, &Options::default())?;
    let mut names: BTreeSet<String> = pipeline.stages.iter().map(|stage| stage.name.clone()).collect();
    for id in work.plan.ids() {
        let instance = work.plan.instance(id);
        let stage = &pipeline.stages[instance.stage.0].name;
        names.extend(instance.point.variant.iter().map(|variant| format!("{stage}[{variant}]")));
        names.insert(instance.name.clone());
        names.extend(work.own_places(id).iter().map(|place| place.path.to_string()));
    }
    Ok(names.into_iter().collect())
}

/// Refuses options that name what is not there, or what a trial can't have.
///
/// # Errors
/// [`EngineError`] for such a target, or when the pipeline does not fit together.
pub fn check_targets(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    options: &Options<'_>,
) -> Result<(), EngineError> {
    Work::of(root, pipeline, registry, options).map(drop)
}
