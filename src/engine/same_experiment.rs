//! Which instances of a stage are one experiment under several names: those whose keys are equal.
//!
//! keys of instances ──▶ groups of equal ones ──▶ what varies within them, and why it makes no difference
//!
//! Invariants
//! - Kinds are not asked: a parameter that differs between equal keys has no effect, whatever it is called.
//! - What only follows from the same of another stage is left out: a stage that takes its variants from one that it needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::decide::changes::parameter_changes;
use crate::decide::reason::Reason;
use crate::digest::Key;
use crate::spec::{Pipeline, Stage, StageId};
use crate::summary::Report;

/// Coordinates by name.
type Coordinates = Vec<(String, String)>;

/// Coordinates by name with several values each.
type Varying = Vec<(String, Vec<String>)>;

/// Values of coordinates that make no difference: at equal others, all have one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameExperiment {
    /// The stage.
    pub stage: StageId,
    /// The coordinates that vary, with two values or more each.
    pub values: Vec<(String, Vec<String>)>,
    /// Where that is not so at all other coordinates: those of the first point at which it is.
    pub at: Vec<(String, String)>,
    /// At how many more points it is so.
    pub more: usize,
    /// What differs as it is written: coordinates but the variant, and parameters, of maps each leaf.
    pub without_effect: Vec<String>,
    stage_name: String,
    has_own_variants: bool,
}

/// Finds the instances of each stage that are one experiment, among those whose keys are known.
pub fn same_experiments(pipeline: &Pipeline, reports: &[Report]) -> Vec<SameExperiment> {
    let mut by_stage: BTreeMap<StageId, Vec<&Report>> = BTreeMap::new();
    for report in reports {
        by_stage.entry(report.stage).or_default().push(report);
    }
    let of_stage = |(id, reports): (StageId, Vec<&Report>)| {
        let found = of_stage(id, &pipeline.stages[id.0], &reports);
        (!found.is_empty()).then_some((id, found))
    };
    let all: BTreeMap<StageId, Vec<SameExperiment>> = by_stage.into_iter().filter_map(of_stage).collect();
    all.values().flatten().filter(|same| !follows(same, pipeline, &all)).cloned().collect()
}

fn of_stage(id: StageId, stage: &Stage, reports: &[&Report]) -> Vec<SameExperiment> {
    let mut groups: BTreeMap<Key, Vec<&Report>> = BTreeMap::new();
    for report in reports {
        if let Some(key) = report.key {
            groups.entry(key).or_default().push(report);
        }
    }
    let mut groups: Vec<Vec<&Report>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_by_key(|group| group[0].instance);
    let mut found: Vec<SameExperiment> = Vec::new();
    let mut known: BTreeMap<(Varying, Vec<String>), usize> = BTreeMap::new();
    for group in groups {
        let points: Vec<Coordinates> = group.iter().map(|report| report.point.coordinates()).collect();
        let (values, at) = vary(&points);
        let without_effect = without_effect(stage, &group, &values);
        let next = found.len();
        let place = *known.entry((values.clone(), without_effect.clone())).or_insert(next);
        match found.get_mut(place) {
            Some(same) => same.more += 1,
            None => found.push(SameExperiment {
                stage: id,
                values,
                at,
                more: 0,
                without_effect,
                stage_name: stage.name.clone(),
                has_own_variants: stage.variants_of == Some(id),
            }),
        }
    }
    for same in &mut found {
        let is_fixed = |(name, _): &(String, String)| same.values.iter().all(|(varies, _)| varies != name);
        let fixed = |report: &&Report| -> Coordinates {
            report.point.coordinates().into_iter().filter(is_fixed).collect()
        };
        if reports.iter().map(fixed).collect::<BTreeSet<_>>().len() == same.more + 1 {
            (same.at, same.more) = (Vec::new(), 0);
        }
    }
    found
}

/// Splits the coordinates of points into those that vary, with their values, and the others.
fn vary(points: &[Coordinates]) -> (Varying, Coordinates) {
    let (mut values, mut fixed) = (Vec::new(), Vec::new());
    for (index, (name, first)) in points[0].iter().enumerate() {
        let mut own = vec![first.clone()];
        for (_, value) in points.iter().map(|point| &point[index]) {
            if !own.contains(value) {
                own.push(value.clone());
            }
        }
        if own.len() > 1 {
            values.push((name.clone(), own));
        } else {
            fixed.push((name.clone(), first.clone()));
        }
    }
    (values, fixed)
}

/// Names what differs within a group as it is written.
fn without_effect(stage: &Stage, group: &[&Report], values: &[(String, Vec<String>)]) -> Vec<String> {
    let coordinates = values.iter().map(|(name, _)| name.clone()).filter(|name| name != "variant");
    let mut names: Vec<String> = coordinates.collect();
    let variants: BTreeSet<&str> = group.iter().filter_map(|it| it.point.variant.as_deref()).collect();
    let mut all = variants.into_iter().map(|variant| stage.settings(Some(variant)).parameters());
    let Some(first) = all.next() else { return names };
    let mut differ = BTreeSet::new();
    for other in all {
        differ.extend(parameter_changes(&first, &other).into_iter().filter_map(|reason| match reason {
            Reason::Parameter { name, .. } | Reason::Items { name, .. } => Some(name),
            _ => None,
        }));
    }
    names.extend(differ);
    names
}

/// Says whether all that varies is the same already in the stage that it is taken from.
fn follows(same: &SameExperiment, pipeline: &Pipeline, all: &BTreeMap<StageId, Vec<SameExperiment>>) -> bool {
    let stage = &pipeline.stages[same.stage.0];
    same.values.iter().all(|(name, values)| {
        let owner = match name.as_str() {
            "variant" => stage.variants_of,
            "seed" => stage.seeds_of,
            _ => None,
        };
        let owner = owner.filter(|owner| *owner != same.stage).and_then(|owner| all.get(&owner));
        let mut theirs = owner.into_iter().flatten().flat_map(|other| &other.values);
        theirs.any(|(own, theirs)| own == name && values.iter().all(|value| theirs.contains(value)))
    })
}

impl fmt::Display for SameExperiment {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = |name: &str, values: &str| match name {
            "variant" => values.to_owned(),
            _ => format!("{name}={values}"),
        };
        let varies = self.values.iter().map(|(name, values)| named(name, &values.join("|")));
        let at = self.at.iter().map(|(name, value)| named(name, value));
        let points: Vec<String> = varies.chain(at).collect();
        write!(out, "{}[{}]", self.stage_name, points.join(","))?;
        if self.more > 0 {
            write!(out, " and at {} more", self.more)?;
        }
        let names: Vec<String> = self.without_effect.iter().map(|name| format!("`{name}`")).collect();
        match names.as_slice() {
            [] if self.has_own_variants => write!(out, " · one experiment: their settings are equal"),
            [] => write!(out, " · one experiment: what they run and read is equal"),
            [name] => write!(out, " · one experiment: {name} has no effect"),
            [names @ .., last] => {
                write!(out, " · one experiment: {} and {last} have no effect", names.join(", "))
            }
        }
    }
}
