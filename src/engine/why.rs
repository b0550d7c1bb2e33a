//! Says why an instance would run, down to where the change began.
//!
//! verdicts on a target and all it needs ──▶ [`Explanation`]: its own reasons, and the [`Cause`]s behind them
//!
//! Invariants
//! - Changes nothing and guesses nothing: of an instance that waits, only its own changes are named.
//! - Each instance is named as a cause once, by the shortest way to it that is met first.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use crate::decide::assemble::recipe;
use crate::decide::changes::differences;
use crate::decide::listing_changes::name_files;
use crate::decide::reason::Reason;
use crate::decide::work::Work;
use crate::digest::{Key, ObjectId};
use crate::error::EngineError;
use crate::kind::{Failure, Kind};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::recipe::Recipe;
use crate::spec::Pipeline;
use crate::status::{last_keys, verdicts};
use crate::store::{Store, StoreError};
use crate::summary::{Outcome, Report};

/// Why one instance would run, or why it would not.
#[derive(Debug)]
pub struct Explanation {
    /// Its name.
    pub name: String,
    /// Its key; `None` where its inputs are not known yet.
    pub key: Option<Key>,
    /// Its state: fresh, stale, depending on a stale one, or unable to run.
    pub outcome: Outcome,
    /// What changed of itself since it last ran.
    pub reasons: Vec<Reason>,
    /// What changed before it, where that is not the change of a file or a setting of its own.
    pub causes: Vec<Cause>,
}

/// A change in an instance that another one needs.
#[derive(Debug)]
pub struct Cause {
    /// The instance that changed.
    pub name: String,
    /// The way to it: what is needed first, up to and without the instance itself.
    pub through: Vec<String>,
    /// What changed of it.
    pub reasons: Vec<Reason>,
    /// Why it can't run, where it can't.
    pub failure: Option<Failure>,
}

/// Explains every instance that the options' targets name.
///
/// # Errors
/// [`EngineError`] when the pipeline does not fit together, a target names nothing, or the store can't be read.
pub fn why(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    store: &Store,
    options: &Options<'_>,
) -> Result<Vec<Explanation>, EngineError> {
    let work = Work::of(root, pipeline, registry, options)?;
    let asked = work.named(&options.targets, &options.folder)?;
    let reports = verdicts(&work, store, options)?;
    let last = last_keys(store, options);
    let explainer = Explainer { work: &work, store, reports, last, earlier: OnceCell::new() };
    let asked = work.plan.ids().filter(|id| asked[id.0]);
    asked.map(|id| explainer.explain(id).map_err(EngineError::from)).collect()
}

struct Explainer<'i> {
    work: &'i Work<'i>,
    store: &'i Store,
    reports: Vec<Option<Report>>,
    last: BTreeMap<String, Key>,
    /// The keys that instances had in the runs of the log, the latest first; read when it is needed.
    earlier: OnceCell<BTreeMap<String, Vec<Key>>>,
}

impl Explainer<'_> {
    fn explain(&self, id: InstanceId) -> Result<Explanation, StoreError> {
        let report = self.reports[id.0].as_ref().expect("a target is judged");
        let (reasons, causes) = match &report.outcome {
            Outcome::Stale { reasons } => (reasons.clone(), self.past_causes(id, reasons)?),
            Outcome::Depends { .. } => (self.own_reasons(id)?, self.pending_causes(id)),
            _ => (Vec::new(), Vec::new()),
        };
        let (name, outcome) = (report.name.clone(), report.outcome.clone());
        Ok(Explanation { name, key: report.key, outcome, reasons, causes })
    }

    /// Gives what changed of an instance itself, where its inputs are not known yet.
    fn own_reasons(&self, id: InstanceId) -> Result<Vec<Reason>, StoreError> {
        let Some(last) = self.last.get(self.work.name(id)) else { return Ok(vec![Reason::NeverRun]) };
        let Some(last) = self.recipe(*last)? else { return Ok(Vec::new()) };
        let Ok(effective) = self.work.effective(id) else { return Ok(Vec::new()) };
        let Ok(project) = self.work.read_inputs(id, self.store) else { return Ok(Vec::new()) };
        let now = recipe(self.work, id, effective, &project, last.inputs.clone(), last.cited.clone());
        Ok(name_files(self.store, differences(&last, &now), &project.trees))
    }

    /// Finds the stale instances that an instance waits for.
    fn pending_causes(&self, id: InstanceId) -> Vec<Cause> {
        let mut causes = Vec::new();
        let mut seen = BTreeSet::from([id]);
        let mut open = VecDeque::from([(id, Vec::new())]);
        while let Some((at, through)) = open.pop_front() {
            for need in &self.work.plan.instance(at).needs {
                for &member in self.work.plan.members(need) {
                    let Some(report) = self.reports[member.0].as_ref() else { continue };
                    if !seen.insert(member) {
                        continue;
                    }
                    let cause = |reasons, failure| Cause {
                        name: report.name.clone(),
                        through: through.clone(),
                        reasons,
                        failure,
                    };
                    match &report.outcome {
                        Outcome::Depends { .. } => {
                            let further = [through.as_slice(), std::slice::from_ref(&report.name)].concat();
                            open.push_back((member, further));
                        }
                        Outcome::Stale { reasons } => causes.push(cause(reasons.clone(), None)),
                        Outcome::Failed(failure) => causes.push(cause(Vec::new(), Some(failure.clone()))),
                        _ => {}
                    }
                }
            }
        }
        causes
    }

    /// Finds what changed the inputs that an instance reads now, which ran before it did.
    fn past_causes(&self, id: InstanceId, reasons: &[Reason]) -> Result<Vec<Cause>, StoreError> {
        let mut causes = Vec::new();
        let mut seen = BTreeSet::from([id]);
        let mut open = VecDeque::from([(id, Vec::new(), reasons.to_vec())]);
        while let Some((at, through, reasons)) = open.pop_front() {
            for (name, old) in reasons.iter().filter_map(changed_input) {
                let Some(member) = self.source_of(at, name) else { continue };
                if !seen.insert(member) {
                    continue;
                }
                let Some(reasons) = self.last_change(member, old)? else { continue };
                let name = self.work.name(member).to_owned();
                let further = [through.as_slice(), std::slice::from_ref(&name)].concat();
                let (inputs, own): (Vec<Reason>, Vec<Reason>) =
                    reasons.into_iter().partition(|reason| changed_input(reason).is_some());
                if !own.is_empty() {
                    causes.push(Cause { name, through: through.clone(), reasons: own, failure: None });
                }
                open.push_back((member, further, inputs));
            }
        }
        Ok(causes)
    }

    /// Finds the instance whose output an input is, by the input's name.
    fn source_of(&self, id: InstanceId, input: &str) -> Option<InstanceId> {
        let gives = |prefix: &str, member: InstanceId| {
            let output = input.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
            let report = self.reports[member.0].as_ref();
            output.zip(report).is_some_and(|(output, report)| {
                report.outputs.iter().any(|own| output.starts_with(own.name.as_str()))
            })
        };
        self.work.plan.instance(id).needs.iter().find_map(|need| {
            let stage = &self.work.pipeline.stages[need.stage.0].name;
            let prefix = |member| if need.matched { stage } else { self.work.name(member) };
            self.work.plan.members(need).iter().copied().find(|&member| gives(prefix(member), member))
        })
    }

    /// Gives what changed between the run of an instance that gave `old` and its present one.
    fn last_change(&self, id: InstanceId, old: ObjectId) -> Result<Option<Vec<Reason>>, StoreError> {
        let Some(now) = self.reports[id.0].as_ref().and_then(|report| report.key) else { return Ok(None) };
        let Some(now) = self.recipe(now)? else { return Ok(None) };
        let earlier = self.earlier.get_or_init(|| earlier_keys(self.store));
        for key in earlier.get(self.work.name(id)).into_iter().flatten() {
            let Some(record) = self.store.record(*key)? else { continue };
            if record.outputs.iter().any(|output| output.object == old) {
                return Ok(Recipe::from_json(&record.recipe).map(|before| differences(&before, &now)));
            }
        }
        Ok(None)
    }

    fn recipe(&self, key: Key) -> Result<Option<Recipe>, StoreError> {
        Ok(self.store.record_as(key)?.map(|record| record.recipe))
    }
}

fn changed_input(reason: &Reason) -> Option<(&str, ObjectId)> {
    match reason {
        Reason::Input { name, old: Some(old), new: Some(_) } => Some((name, *old)),
        _ => None,
    }
}

fn earlier_keys(store: &Store) -> BTreeMap<String, Vec<Key>> {
    let mut keys: BTreeMap<String, Vec<Key>> = BTreeMap::new();
    for run in store.runs().into_values().rev() {
        for (name, key) in run.keys {
            keys.entry(name).or_default().push(key);
        }
    }
    keys
}
