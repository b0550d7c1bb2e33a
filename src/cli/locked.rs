//! Whether what is fresh here is what `pipeline.lock` says: for `status --check` and `run --locked`.
//!
//! Invariants
//! - What is stale is not named here again: the lock has nothing of it yet.

use recount_engine::{LOCK_FILE, Locked, Outcome, Summary, read_lock};

use super::alike::{StateLine, grouped};
use super::project::Project;

/// Gives a line for what a run would change in the lock; `whole` is a run of the whole pipeline.
pub fn lines(project: &Project, summary: &Summary, whole: bool) -> Vec<StateLine> {
    if summary.stand_in {
        // The lock says nothing of results from generated data.
        return Vec::new();
    }
    let Some(lock) = read_lock(project.store.project()) else {
        return vec![("differs", format!("{LOCK_FILE} is not there, or not whole; a run writes it"))];
    };
    let instances = summary.reports.iter().map(|report| {
        let now = report.key.filter(|_| matches!(report.outcome, Outcome::Fresh));
        let stage = &project.pipeline.stages[report.stage.0];
        let differs = now.is_some_and(|key| {
            lock.lines.get(&report.name) != Some(&Locked::of(key, &report.outputs, stage, &project.store))
        });
        let state_line = differs.then(|| ("differs", format!(" · {LOCK_FILE} says otherwise")));
        (report.stage, report.name.as_str(), state_line)
    });
    let mut lines = grouped(&project.pipeline, instances);
    if whole {
        let left = lock.lines.keys().filter(|name| !summary.reports.iter().any(|it| it.name == **name));
        lines.extend(left.map(|name| {
            ("differs", format!("{name} · it is in {LOCK_FILE}, but no longer in the pipeline"))
        }));
    }
    lines
}
