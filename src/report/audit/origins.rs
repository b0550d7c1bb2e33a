//! From a number of an audit file to the runs that it is from, and from these to all that they read from.
//!
//! Invariants
//! - A run that another one read is found by the bytes that were read; where some of these are only observed, by coordinates.

use std::collections::{BTreeMap, HashSet};

use recount_engine::instance_name::{InstanceName, split};

use super::file::{AuditFile, AuditOrigin, AuditQuantity, AuditResult};

impl AuditQuantity {
    /// Says where it is written, or who states it; `None` of what runs gave.
    pub(crate) fn written(&self) -> Option<String> {
        let AuditOrigin::Written { by, place, variant, .. } = &self.from else { return None };
        let variant = variant.as_ref().map(|it| format!(", of variant {it}")).unwrap_or_default();
        Some(match (by, place) {
            (Some(by), Some(place)) => format!("stated by {by} in {place}: no run answers for it"),
            (Some(by), None) => format!("stated by {by}: no run answers for it"),
            (None, Some(place)) => format!("written in {place}{variant}"),
            (None, None) => "a default".to_owned(),
        })
    }

    /// Counts its repeats, and those that have a value where some lack it: `3 of 4 repeats`.
    pub(crate) fn counted_repeats(&self) -> String {
        match (self.values.iter().flatten().count(), self.values.len()) {
            (present, all) if present < all => format!("{present} of {all} repeats"),
            (_, all) => format!("{all} repeats"),
        }
    }

    /// Gives the names of all runs that it is from, at any distance, each once, in order.
    pub fn instances(&self) -> Vec<&str> {
        let (mut found, mut known) = (Vec::new(), HashSet::new());
        self.visit(&mut |quantity| match &quantity.from {
            AuditOrigin::Runs(values) => found.extend(values.iter().map(|value| value.run.as_str())),
            AuditOrigin::Counted(runs) => found.extend(runs.iter().map(String::as_str)),
            AuditOrigin::Derived { .. } | AuditOrigin::Written { .. } => {}
        });
        found.retain(|instance| known.insert(*instance));
        found
    }

    /// Visits it and all that it is made from.
    pub fn visit<'q>(&'q self, visitor: &mut dyn FnMut(&'q Self)) {
        visitor(self);
        if let AuditOrigin::Derived { parts, .. } = &self.from {
            parts.iter().for_each(|part| part.visit(visitor));
        }
    }
}

impl AuditFile {
    /// Gives what determined a run and what it made.
    pub fn result_of(&self, instance: &str) -> Option<&AuditResult> {
        self.results.get(&self.runs.get(instance)?.key)
    }

    /// Gives for each run those whose outputs it read.
    pub fn direct_needs(&self) -> BTreeMap<&str, Vec<&str>> {
        let of_stage = self.of_stages();
        self.runs.keys().map(|instance| (instance.as_str(), self.needs_of(instance, &of_stage))).collect()
    }

    /// Gives runs and all that they read from, at any distance: these first, each once.
    pub fn with_needs<'a>(&'a self, instances: &[&'a str]) -> Vec<&'a str> {
        let of_stage = self.of_stages();
        let mut found: Vec<&str> = Vec::new();
        let mut known: HashSet<&str> = HashSet::new();
        let known_runs = instances.iter().filter_map(|instance| self.runs.get_key_value(*instance));
        found.extend(known_runs.map(|(instance, _)| instance.as_str()).filter(|it| known.insert(it)));
        let mut at = 0;
        while let Some(instance) = found.get(at).copied() {
            let needs = self.needs_of(instance, &of_stage);
            found.extend(needs.into_iter().filter(|need| known.insert(need)));
            at += 1;
        }
        found
    }

    /// Gives the runs of each stage.
    fn of_stages(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut of_stage: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for instance in self.runs.keys() {
            of_stage.entry(InstanceName::of(instance).stage).or_default().push(instance);
        }
        of_stage
    }

    /// Gives the runs whose outputs a run read, each once.
    fn needs_of<'a>(&'a self, instance: &str, of_stage: &BTreeMap<&str, Vec<&'a str>>) -> Vec<&'a str> {
        let Some(result) = self.result_of(instance) else { return Vec::new() };
        let coordinates = InstanceName::of(instance).coordinates();
        let mut needs = Vec::new();
        for (input, object) in &result.inputs {
            let (read, output) = split(input);
            if let Some((named, _)) = self.runs.get_key_value(read) {
                needs.push(named.as_str());
                continue;
            }
            let fits = |run: &&&str| {
                let own = InstanceName::of(run).coordinates();
                own.iter().all(|(axis, value)| coordinates.iter().all(|(it, at)| it != axis || at == value))
            };
            let fitting: Vec<&str> = of_stage.get(read).into_iter().flatten().filter(fits).copied().collect();
            let made = |run: &&&str| {
                let made = self.result_of(run).and_then(|result| result.outputs.get(output));
                made == Some(object)
            };
            let same: Vec<&str> = fitting.iter().filter(made).copied().collect();
            // Equal bytes of several runs say nothing of which one was read; coordinates do.
            needs.extend(if same.is_empty() { fitting } else { same });
        }
        let mut known = HashSet::new();
        needs.retain(|need| known.insert(*need));
        needs
    }
}
