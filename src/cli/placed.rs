//! Places that hold something else than their output, and whose it is: deleted, edited, an earlier result, or a trial's.

use std::collections::BTreeMap;

use recount_engine::Summary;
use recount_engine::digest::Key;

use super::alike::StateLine;
use super::project::Project;

/// How many of the last runs are asked for their trials.
const MAX_RUNS_READ: usize = 50;

/// Gives a line for each place of a fresh instance at which something else is, or nothing: a word and the rest.
pub fn lines(project: &Project, summary: &Summary) -> Vec<StateLine> {
    let mut trials: Option<BTreeMap<String, Vec<Key>>> = None;
    let mut lines = Vec::new();
    for report in &summary.reports {
        for place in &report.written {
            let is_of_trial = |key: &Key| project.store.has_output_of(place, *key);
            let (word, then) = if project.root.join(place).symlink_metadata().is_err() {
                ("deleted", "a run writes it again")
            } else if trials
                .get_or_insert_with(|| keys_of_trials(project))
                .get(&report.name)
                .is_some_and(|keys| keys.iter().any(is_of_trial))
            {
                ("trial", "of a trial by --set; a run puts the present one there")
            } else if project.store.has_bytes_of(place) {
                ("earlier", "a result from before; a run puts the present one there")
            } else {
                ("edited", "a run keeps it in artifacts/edited/ and writes it again")
            };
            lines.push((word, format!("{place} · {then}")));
        }
    }
    lines
}

/// Gives the keys that each instance had in a trial since its last run without one.
fn keys_of_trials(project: &Project) -> BTreeMap<String, Vec<Key>> {
    let mut keys: BTreeMap<String, Vec<Key>> = BTreeMap::new();
    for run in project.store.last_runs(MAX_RUNS_READ).into_values() {
        for (name, key) in run.keys {
            let keys = keys.entry(name).or_default();
            if run.trial {
                keys.push(key);
            } else {
                keys.clear();
            }
        }
    }
    keys
}
