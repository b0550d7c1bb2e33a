//! The settings of runs in a template: `fit["svm"].params.C`, which prints in full and is cited at its line.

use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object};
use recount_engine::spec::{Parameters, Value as Setting};
use recount_engine::suggestion;

use super::failure::refused;
use super::numbers::NumberValue;
use super::state::ReportState;
use crate::quantity::setting;
use crate::selection::{Selection, with_help};

/// The settings of runs, or those below one that is a map.
pub(super) struct SettingsValue {
    state: Arc<ReportState>,
    runs: Selection,
    /// The names that lead to them, each with a dot behind it.
    below: String,
}

impl SettingsValue {
    pub fn of(state: &Arc<ReportState>, runs: Selection) -> Value {
        Value::from_object(Self { state: Arc::clone(state), runs, below: String::new() })
    }

    /// Gives the settings of each variant among the runs.
    fn all(&self) -> Vec<Parameters> {
        let pipeline = self.state.evidence.pipeline();
        let variants = self.runs.over("variant").unwrap_or_default();
        let names: Vec<Option<&str>> = match variants.as_slice() {
            [] => vec![None],
            variants => variants.iter().map(|one| one.coordinate("variant")).collect(),
        };
        let of = |variant: &Option<&str>| {
            let all = pipeline.settings_of_runs(self.runs.stage_id(), *variant).parameters();
            self.below.split_terminator('.').try_fold(all, |mut all, name| match all.remove(name) {
                Some(Setting::Map(inner)) => Some(inner),
                _ => None,
            })
        };
        names.iter().map(|variant| of(variant).unwrap_or_default()).collect()
    }

    /// Says whether a stage's variants have such a setting, be it others than these.
    fn is_known(&self, name: &str) -> bool {
        let pipeline = self.state.evidence.pipeline();
        let path = format!("{}{name}", self.below);
        pipeline.all_settings_of_runs(self.runs.stage_id()).any(|settings| settings.find(&path).is_some())
    }
}

impl Object for SettingsValue {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let path = format!("{}{name}", self.below);
        let quantity = match setting(&self.runs, &path) {
            Ok(Some(quantity)) => quantity,
            Err(reason) => return Some(Value::from(refused(reason))),
            Ok(None) if matches!(self.all().first().and_then(|all| all.get(name)), Some(Setting::Map(_))) => {
                let (state, runs) = (Arc::clone(&self.state), self.runs.clone());
                return Some(Value::from_object(Self { state, runs, below: format!("{path}.") }));
            }
            // It has no value here, as others have one.
            Ok(None) if self.is_known(name) => return None,
            Ok(None) => {
                let all = self.all();
                let known = all.iter().flat_map(|all| all.keys()).map(String::as_str);
                let help = suggestion::help(
                    name,
                    known.collect::<Vec<_>>(),
                    "a parameter named",
                    "its parameters are",
                );
                let message = format!("stage `{}` has no parameter `{path}`", self.runs.stage().name);
                return Some(Value::from(refused(with_help(message, help))));
            }
        };
        Some(NumberValue::written(&self.state, quantity))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let names = self.all().into_iter().next().unwrap_or_default();
        Enumerator::Values(names.into_keys().map(Value::from).collect())
    }
}

impl fmt::Debug for SettingsValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SettingsValue({}.params.{})", self.runs, self.below)
    }
}
