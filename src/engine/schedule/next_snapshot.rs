//! What a run leaves for the next one to know.
//!
//! Invariant: the instances of a snapshot are consistent with one another: each was decided with its needs' outputs as they
//! stand there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::decide::work::Work;
use crate::digest::Key;
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::schedule::finished::{Finished, Results};
use crate::snapshot::{InstanceRun, SnapshotBuilder};
use crate::store::Session;

/// Gathers what the next run may know; a trial leaves what was known before it, and so does a run by the lock.
pub(crate) fn next_snapshot<'s>(
    work: &Work<'_>,
    session: &'s Session<'_>,
    options: &Options<'_>,
    results: &Results<'_>,
    last: &HashMap<&str, Key>,
    new_keys: &BTreeMap<String, Key>,
) -> Option<SnapshotBuilder<'s>> {
    if options.trial || options.by_lock {
        return None;
    }
    let mut builder = SnapshotBuilder::new(session, options.fingerprint, options.environment, work.stages);
    builder.pipeline_files(&options.pipeline_files);
    // Which instances are as they were in the snapshot before.
    let mut same = vec![false; work.plan.instances.len()];
    let mut named: HashSet<&str> = HashSet::with_capacity(work.plan.instances.len());
    for id in work.plan.ids() {
        let name = work.name(id);
        let finished = results[id.0].get();
        match (finished, work.clean[id.0], options.snapshot) {
            (_, Some(state), Some(known)) => {
                builder.add_unchanged(known, state);
                same[id.0] = true;
            }
            (Some(finished), _, known) => {
                let Some(done) = done(work, id, finished) else { continue };
                builder.add(&done);
                let before = known.and_then(|known| known.results(name));
                same[id.0] = before.is_some_and(|it| it.key == done.key && it.outputs == done.outputs);
            }
            // It was not asked for, or not begun: what was known of it is still so, if neither it nor its settings have changed,
            // nor what it needs.
            (None, _, Some(known)) => {
                let mut needs = work.plan.instance(id).needs.iter().flat_map(|need| work.plan.members(need));
                let has_same_needs = needs.all(|need| same[need.0]);
                match work.unchanged(id, options).filter(|_| has_same_needs) {
                    Some(state) => builder.add_unchanged(known, state),
                    None => continue,
                }
                same[id.0] = true;
            }
            (None, ..) => continue,
        }
        named.insert(name);
    }
    let new = new_keys.iter().map(|(name, key)| (name.as_str(), *key));
    let others = last.iter().map(|(name, key)| (*name, *key)).chain(new);
    let others: BTreeMap<&str, Key> = others.filter(|(name, _)| !named.contains(name)).collect();
    for (name, key) in others {
        builder.last_key(name, key);
    }
    Some(builder)
}

/// Gives what an instance did, if it has its outputs.
fn done<'d>(work: &'d Work<'_>, id: InstanceId, finished: &'d Finished<'_>) -> Option<InstanceRun<'d>> {
    let project = finished.project.as_ref().filter(|_| finished.outcome.is_done())?;
    Some(InstanceRun {
        name: work.name(id),
        stage: work.stage_digest(id),
        key: finished.key?,
        outputs: &finished.outputs,
        places: &work.effective(id).ok()?.places,
        reads: &project.paths,
        trees: project.trees.iter().map(|tree| (Arc::as_ptr(tree).addr(), tree.paths.as_slice())).collect(),
    })
}
