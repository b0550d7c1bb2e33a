//! Repeats of several coordinates: the first is the unit, and the others are averaged within it.
//!
//! Invariants
//! - Repeats that share one run are one unit: a program that is not given its seed has one result, not five.

use std::collections::{HashMap, HashSet};

use recount_engine::digest::Key;

use super::run::Run;

/// Gives the places of the runs of each unit, in the order in which units begin: the runs that share the value of the
/// first repeat that they have. Without repeats each run is a unit.
pub fn units(runs: &[Run], repeats: &[String]) -> Vec<Vec<usize>> {
    let unit = |run: &Run| {
        repeats.iter().find_map(|name| run.coordinates.iter().find(|(own, _)| own == name)).cloned()
    };
    let mut units: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for (at, run) in runs.iter().enumerate() {
        let place = unit(run).map_or(units.len(), |unit| *known.entry(unit).or_insert(units.len()));
        if place == units.len() {
            units.push(Vec::new());
        }
        units[place].push(at);
    }
    let keys = |places: &[usize]| -> Option<Vec<Key>> { places.iter().map(|at| runs[*at].key()).collect() };
    let mut seen = HashSet::new();
    units.retain(|places| keys(places).is_none_or(|keys| seen.insert(keys)));
    units
}

/// Averages values within a unit; one that lacks a value lacks its mean.
pub fn averaged(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (!values.is_empty()).then_some(mean)
}
