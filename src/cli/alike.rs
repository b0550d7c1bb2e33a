//! Instances of a stage in the same state, in one line.
//!
//! Invariants
//! - A stage takes few lines, whether it has one instance or a hundred thousand.

use std::collections::BTreeMap;

use recount_engine::spec::{Pipeline, StageId};

/// How many groups of a stage are named one by one.
const MAX_NAMED_GROUPS: usize = 5;

/// The state of an instance: in a word, and why.
pub type StateLine = (&'static str, String);

/// Instances of a stage in the same state.
struct Group<'s> {
    stage: StageId,
    state_line: StateLine,
    first: &'s str,
    count: usize,
}

/// Groups the instances that have something to be said, which come stage by stage; gives a word and the rest for each line.
/// Those with nothing to be said count among those of their stage.
pub fn grouped<'s>(
    pipeline: &Pipeline,
    instances: impl Iterator<Item = (StageId, &'s str, Option<StateLine>)>,
) -> Vec<StateLine> {
    let mut sizes: BTreeMap<StageId, usize> = BTreeMap::new();
    let mut groups: Vec<Group<'s>> = Vec::new();
    let mut positions: BTreeMap<(StageId, StateLine), usize> = BTreeMap::new();
    for (stage, first, state_line) in instances {
        *sizes.entry(stage).or_default() += 1;
        let Some(state_line) = state_line else { continue };
        let position = *positions.entry((stage, state_line.clone())).or_insert(groups.len());
        match groups.get_mut(position) {
            Some(group) => group.count += 1,
            None => groups.push(Group { stage, state_line, first, count: 1 }),
        }
    }
    let mut lines = Vec::new();
    for groups in groups.chunk_by(|one, other| one.stage == other.stage) {
        let stage = groups[0].stage;
        let (name, of) = (&pipeline.stages[stage.0].name, sizes[&stage]);
        for Group { state_line: (word, why), first, count, .. } in groups.iter().take(MAX_NAMED_GROUPS) {
            let who = if *count == 1 { (*first).to_owned() } else { format!("{name} · {count} of {of}") };
            lines.push((*word, format!("{who}{why}")));
        }
        if let Some(rest @ [next, ..]) = groups.get(MAX_NAMED_GROUPS..) {
            let count: usize = rest.iter().map(|group| group.count).sum();
            lines.push(("also", format!("{name} · {count} more of {of}, such as {}", next.first)));
        }
    }
    lines
}
