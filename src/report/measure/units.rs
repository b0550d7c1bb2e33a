//! Repeats of several coordinates: the first is the unit, and the others are averaged within it.

use super::run::Run;

/// Gives the places of the runs of each unit, in the order in which units begin: the runs that share the value of the
/// first repeat that they have. Without repeats each run is a unit.
pub fn units(runs: &[Run], repeats: &[String]) -> Vec<Vec<usize>> {
    let unit = |run: &Run| {
        repeats.iter().find_map(|name| run.coordinates.iter().find(|(own, _)| own == name)).cloned()
    };
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let own = unit(run);
        match units.iter_mut().find(|places| own.is_some() && unit(&runs[places[0]]) == own) {
            Some(places) => places.push(at),
            None => units.push(vec![at]),
        }
    }
    units
}

/// Averages values within a unit; one that lacks a value lacks its mean.
pub fn averaged(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let values: Vec<f64> = values.collect::<Option<_>>()?;
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (!values.is_empty()).then_some(mean)
}
