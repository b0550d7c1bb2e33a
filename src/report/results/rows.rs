//! Runs in rows: those that differ in nothing but their repeats are one row.

use std::collections::HashMap;

use crate::measure::Run;

/// Runs of one stage that differ in nothing but their repeats.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The coordinates that they share, by name; none where the stage is repeated over its repeats alone.
    pub coordinates: Vec<(String, String)>,
    /// The runs, in their order.
    pub runs: Vec<Run>,
}

/// Groups runs, in the order in which each group begins; `repeats` names the coordinates that are aggregated over.
pub fn group(runs: Vec<Run>, repeats: &[String]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Vec<(String, String)>, usize> = HashMap::new();
    for run in runs {
        let shared = run.coordinates.iter().filter(|(name, _)| !repeats.contains(name));
        let coordinates: Vec<(String, String)> = shared.cloned().collect();
        let place = *places.entry(coordinates.clone()).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { coordinates, runs: Vec::new() });
        }
        groups[place].runs.push(run);
    }
    groups
}
