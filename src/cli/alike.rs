//! Instances of a stage that stand alike, in one line.
//!
//! Invariants
//! - A stage takes few lines, whether it has one instance or a hundred thousand.

use std::collections::BTreeMap;

use recount_engine::spec::{Pipeline, StageId};

/// How many groups of a stage are named one by one.
const GROUPS: usize = 5;

/// How an instance stands: in a word, and why.
pub type Standing = (&'static str, String);

/// A stage: how many instances it has, and which of them have something to be said.
struct Instances<'s> {
    stage: StageId,
    count: usize,
    groups: Vec<Group<'s>>,
    positions: BTreeMap<Standing, usize>,
}

struct Group<'s> {
    standing: Standing,
    first: &'s str,
    count: usize,
}

/// Groups the instances that have something to be said, stage by stage; gives a word and the rest for each line. Those with
/// nothing to be said count among those of their stage.
pub fn grouped<'s>(
    pipeline: &Pipeline,
    instances: impl Iterator<Item = (StageId, &'s str, Option<Standing>)>,
) -> Vec<(&'static str, String)> {
    let mut stages: Vec<Instances<'s>> = Vec::new();
    let mut places: BTreeMap<StageId, usize> = BTreeMap::new();
    for (stage, name, standing) in instances {
        let place = *places.entry(stage).or_insert(stages.len());
        if place == stages.len() {
            stages.push(Instances { stage, count: 0, groups: Vec::new(), positions: BTreeMap::new() });
        }
        let Instances { count, groups, positions, .. } = &mut stages[place];
        *count += 1;
        let Some(standing) = standing else { continue };
        let position = *positions.entry(standing.clone()).or_insert(groups.len());
        match groups.get_mut(position) {
            Some(group) => group.count += 1,
            None => groups.push(Group { standing, first: name, count: 1 }),
        }
    }
    let mut lines = Vec::new();
    for Instances { stage, count: of, groups, .. } in stages {
        let name = &pipeline.stages[stage.0].name;
        for Group { standing: (word, why), first, count } in groups.iter().take(GROUPS) {
            let who = if *count == 1 { (*first).to_owned() } else { format!("{name} · {count} of {of}") };
            lines.push((*word, format!("{who}{why}")));
        }
        if let Some(rest @ [next, ..]) = groups.get(GROUPS..) {
            let count: usize = rest.iter().map(|group| group.count).sum();
            lines.push(("also", format!("{name} · {count} more of {of}, such as {}", next.first)));
        }
    }
    lines
}
