//! Which of the runs that the lock names are not those of the pipeline as it is now.

use std::collections::BTreeMap;

use recount_engine::spec::StageId;
use recount_engine::store::Record;
use recount_engine::{self as engine, Lock, Outcome};

use crate::CliError;
use crate::arguments::SettingArguments;
use crate::environment::Environment;
use crate::project::Project;

/// Says of each stage that has such runs how many, by the stage's name.
///
/// # Errors
/// A [`CliError`] where the project can't be looked at.
pub(super) fn notes(
    project: &Project,
    settings: &SettingArguments,
    environment: &Environment,
    lock: &Lock,
    stages: &[StageId],
) -> Result<BTreeMap<String, String>, CliError> {
    let options = project.options(settings, environment);
    let status = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, &options)?;
    let mut counts: BTreeMap<StageId, [usize; 2]> = BTreeMap::new();
    for report in status.reports.iter().filter(|report| stages.contains(&report.stage)) {
        let Some(locked) = lock.lines.get(&report.name) else { continue };
        let is_stale = match (report.key, &report.outcome) {
            (Some(key), _) => key != locked.key,
            // Where its needs are stale; in a clone without a store nothing is known of that.
            (None, Outcome::Depends { .. }) => {
                project.store.record(locked.key)?.is_some_and(|_: Record| true)
            }
            (None, _) => false,
        };
        let [stale, all] = counts.entry(report.stage).or_default();
        *stale += usize::from(is_stale);
        *all += 1;
    }
    let note = |(id, [stale, all]): (StageId, [usize; 2])| {
        let stage = &project.pipeline.stages[id.0].name;
        let note = format!(
            "{stage}: {stale} of {all} runs are of other settings or inputs than there are now, as `recount status` says"
        );
        (stale > 0).then(|| (stage.clone(), note))
    };
    Ok(counts.into_iter().filter_map(note).collect())
}
