//! Where in the page each run and each set of settings stands.
//!
//! Invariants
//! - Runs with equal keys are one part of the page, and so are equal settings.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::audit::{AuditFile, AuditSetting};

/// A link to a part of the page: `r12` for a run, `s3` for settings.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(super) struct Anchor {
    /// What the link says.
    pub name: String,
    /// Where it leads; `None` where the audit file lacks it.
    pub id: Option<String>,
}

/// Where each run and each set of settings stands.
pub(super) struct Anchors<'a> {
    runs: BTreeMap<&'a str, usize>,
    settings: BTreeMap<&'a str, usize>,
    /// The names of runs, by key, in the order of their parts of the page.
    pub run_groups: Vec<(&'a str, Vec<&'a str>)>,
    /// Settings with what they are settings of, in the same way.
    pub setting_groups: Vec<(Vec<&'a str>, &'a BTreeMap<String, AuditSetting>)>,
}

impl<'a> Anchors<'a> {
    pub fn of(audit: &'a AuditFile) -> Self {
        let mut anchors = Self {
            runs: BTreeMap::new(),
            settings: BTreeMap::new(),
            run_groups: Vec::new(),
            setting_groups: Vec::new(),
        };
        let mut by_key: BTreeMap<&str, usize> = BTreeMap::new();
        for (instance, run) in &audit.runs {
            let groups = &mut anchors.run_groups;
            let at = *by_key.entry(&run.key).or_insert_with(|| {
                groups.push((&run.key, Vec::new()));
                groups.len() - 1
            });
            groups[at].1.push(instance);
            anchors.runs.insert(instance, at);
        }
        let mut by_text: BTreeMap<String, usize> = BTreeMap::new();
        for (name, settings) in &audit.settings {
            let text = serde_json::to_string(settings).expect("settings are texts");
            let groups = &mut anchors.setting_groups;
            let at = *by_text.entry(text).or_insert_with(|| {
                groups.push((Vec::new(), settings));
                groups.len() - 1
            });
            groups[at].0.push(name);
            anchors.settings.insert(name, at);
        }
        anchors
    }

    /// Links to a run.
    pub fn run(&self, instance: &str) -> Anchor {
        let id = self.runs.get(instance).map(|at| format!("r{at}"));
        Anchor { name: instance.to_owned(), id }
    }

    /// Links to the settings of what is named: `fit[svm]`.
    pub fn settings(&self, name: &str) -> Anchor {
        let id = self.settings.get(name).map(|at| format!("s{at}"));
        Anchor { name: name.to_owned(), id }
    }

    /// Links to the settings of runs, to equal ones once.
    pub fn settings_of(&self, audit: &AuditFile, instances: &[&str]) -> Vec<Anchor> {
        let mut links: Vec<Anchor> = Vec::new();
        let mut known: BTreeSet<usize> = BTreeSet::new();
        for run in instances.iter().filter_map(|instance| audit.runs.get(*instance)) {
            let at = self.settings.get(run.settings.as_str());
            if at.is_some_and(|at| known.insert(*at)) {
                links.push(self.settings(&run.settings));
            }
        }
        links
    }
}
