//! What every variant's runs left behind, beside what their settings changed.
//!
//! outputs of train and evaluate + described variants ──▶ [`VariantResult`]s

use std::collections::BTreeMap;

use crate::kinds::files::{HISTORY, METRICS, OBSERVED, input_at, json_of};
use crate::kinds::variants::{Difference, describe};
use crate::week3::{self, Change, Ineffective, RunResult, VariantResult};
use recount_engine::spec::{Parameters, StageId, Value};
use recount_engine::{Failure, Job};

use super::Needs;

/// Reads what every variant's runs left behind.
pub(super) fn variants(job: &Job<'_>, needs: &Needs) -> Result<Vec<VariantResult>, Failure> {
    let pipeline = job.context.pipeline;
    let named = |stage: StageId, variant: &str, seed: u64| {
        format!("{}[{variant},seed={seed}]", pipeline.stages[stage.0].name)
    };
    let mut results = Vec::new();
    for described in describe(pipeline, needs.train)? {
        let variant = described.variant;
        let name = variant.name.as_str();
        let declared = &variant.settings.parameters();
        let parent = pipeline.settings(needs.train, variant.from.as_deref());
        let mut runs = Vec::new();
        for &seed in pipeline.seeds_of(needs.train) {
            runs.push(RunResult {
                seed,
                train: named(needs.train, name, seed),
                evaluate: named(needs.evaluate, name, seed),
                metrics: json_of(input_at(job, needs.evaluate, METRICS, name, seed)?)?,
                history: json_of(input_at(job, needs.train, HISTORY, name, seed)?)?,
                observed: json_of(input_at(job, needs.train, OBSERVED, name, seed)?)?,
            });
        }
        results.push(VariantResult {
            name: name.to_owned(),
            from: variant.from.clone(),
            declared: json_map(declared),
            effective: json_map(&described.effective),
            changed: changes(&parent.parameters(), declared),
            runs,
            same_as: described.same_as.into_iter().map(str::to_owned).collect(),
            differs: described.differs.iter().map(difference).collect(),
            ineffective: described
                .without_effect
                .into_iter()
                .map(|(parameter, reason)| Ineffective { parameter, reason: reason.to_owned() })
                .collect(),
        });
    }
    Ok(results)
}

/// The settings in which `new` differs from `old`, by name.
fn changes(old: &Parameters, new: &Parameters) -> Vec<Change> {
    let differing = new.iter().filter_map(|(name, value)| {
        let before = old.get(name).filter(|before| *before != value)?;
        Some(Change { name: name.clone(), old: json(before), new: json(value) })
    });
    differing.collect()
}

fn difference(difference: &Difference) -> week3::Difference {
    let value = |value: &Option<Value>| value.as_ref().map(json);
    week3::Difference {
        name: difference.name.clone(),
        old: value(&difference.old),
        new: value(&difference.new),
    }
}

pub(super) fn json_map(parameters: &Parameters) -> BTreeMap<String, serde_json::Value> {
    parameters.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).expect("a parameter is finite and its maps have text keys")
}
