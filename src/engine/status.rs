//! Says what a run would do, and does nothing.
//!
//! Invariants
//! - Takes no lock and changes nothing on the disk.
//! - Where it is asked to go by the lock, an instance without a record counts as fresh if the lock has its key and its outputs
//!   are at their places: as in a clone whose outputs git keeps.
//! - What needs the outputs of a stale instance is not guessed at: it depends on them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;

use crate::decide::assemble::assemble;
use crate::decide::at_hand::at_hand;
use crate::decide::listing_changes::name_files;
use crate::decide::verdict::{RecordState, is_fresh, reasons};
use crate::decide::work::Work;
use crate::digest::Key;
use crate::error::EngineError;
use crate::kind::Kind;
use crate::lockfile::lock::Lock;
use crate::lockfile::lock_file::read_lock;
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::spec::Pipeline;
use crate::store::{Lookup, RecordedOutput, Store, StoreError};
use crate::summary::{Outcome, Report, Summary};

/// Gives the verdict on every instance that `options` name.
///
/// # Errors
/// [`EngineError`] when the pipeline does not fit together, or the store can't be read.
pub fn status(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    store: &Store,
    options: &Options<'_>,
) -> Result<Summary, EngineError> {
    let began = (options.clock)();
    let work = Work::of(root, pipeline, registry, options)?;
    let reports: Vec<Report> = verdicts(&work, store, options)?.into_iter().flatten().collect();
    let stand_in = reports.iter().any(|report| work.is_stand_in(report.instance));
    let seconds = (options.clock)() - began;
    Ok(Summary { reports, seconds, stand_in, ..Summary::default() })
}

/// Gives the verdict on every wanted instance, in the place of its id.
pub(crate) fn verdicts(
    work: &Work<'_>,
    store: &Store,
    options: &Options<'_>,
) -> Result<Vec<Option<Report>>, StoreError> {
    let judge = Judge { work, store, options, last: last_keys(store, options), lock: OnceCell::new() };
    let mut reports: Vec<Option<Report>> = work.plan.ids().map(|_| None).collect();
    for id in work.wanted().collect::<Vec<_>>() {
        let instance = work.plan.instance(id);
        let (key, outputs, outcome) = match (work.clean[id.0], stale_need(work, id, &reports)) {
            (Some(state), _) => (Some(state.key), state.outputs.clone(), Outcome::Fresh),
            (None, Some(on)) => (None, Vec::new(), Outcome::Depends { on }),
            (None, None) => judge.judge(id, &reports)?,
        };
        let unchanged = || {
            let known = options.snapshot.zip(key);
            known.is_some_and(|(known, key)| {
                known.results_at(&instance.name, key, work.own_places(id)).is_some()
            })
        };
        let written = match &outcome {
            Outcome::Fresh if work.clean[id.0].is_none() && !unchanged() => {
                let misplaced = store.misplaced(work.own_places(id), &outputs);
                misplaced.iter().map(ToString::to_string).collect()
            }
            _ => Vec::new(),
        };
        reports[id.0] = Some(Report {
            instance: id,
            name: instance.name.clone(),
            stage: instance.stage,
            point: instance.point.clone(),
            key,
            files: work.result_files(id, &outputs),
            written,
            outputs,
            outcome,
        });
    }
    Ok(reports)
}

/// Gives the key that each instance had last, from the snapshot or the log.
pub(crate) fn last_keys(store: &Store, options: &Options<'_>) -> BTreeMap<String, Key> {
    match options.snapshot {
        Some(known) => known.last_keys().into_iter().map(|(name, key)| (name.to_owned(), key)).collect(),
        None => store.logged_keys(),
    }
}

/// Names the instance at the root of why a need's outputs are not known.
fn stale_need(work: &Work<'_>, id: InstanceId, reports: &[Option<Report>]) -> Option<String> {
    let members = work.plan.instance(id).needs.iter().flat_map(|need| work.plan.members(need));
    let mut reports = members.filter_map(|member| reports[member.0].as_ref());
    reports.find_map(|report| match &report.outcome {
        Outcome::Fresh => None,
        Outcome::Depends { on } => Some(on.clone()),
        _ => Some(report.name.clone()),
    })
}

type JudgedInstance = (Option<Key>, Vec<RecordedOutput>, Outcome);

/// What is needed to judge an instance.
struct Judge<'j> {
    work: &'j Work<'j>,
    store: &'j Store,
    options: &'j Options<'j>,
    last: BTreeMap<String, Key>,
    /// `pipeline.lock`, once it is asked.
    lock: OnceCell<Option<Lock>>,
}

impl Judge<'_> {
    fn judge(&self, id: InstanceId, reports: &[Option<Report>]) -> Result<JudgedInstance, StoreError> {
        let outputs = |id: InstanceId| {
            let report = reports[id.0].as_ref().expect("needs are judged before those that need them");
            let key = report.key.expect("what is needed is fresh, so it has a key");
            (key, report.outputs.as_slice())
        };
        let assembled = match assemble(self.work, self.store, id, &outputs) {
            Ok(assembled) => assembled,
            Err(failure) => return Ok((None, Vec::new(), Outcome::Failed(failure))),
        };
        let (name, key) = (self.work.name(id), assembled.key);
        let forced = self.work.is_forced(id);
        let unchanged =
            self.options.snapshot.and_then(|known| known.results(name)).filter(|it| it.key == key);
        if let Some(state) = unchanged.filter(|_| !forced) {
            return Ok((Some(key), state.outputs.clone(), Outcome::Fresh));
        }
        let (known, outputs) = match self.store.check_record(key)? {
            Lookup::Found(outputs) => (RecordState::Recorded, outputs),
            Lookup::Absent => match self.at_hand(id, key).filter(|_| !forced) {
                Some(outputs) => return Ok((Some(key), outputs, Outcome::Fresh)),
                None => (RecordState::Nothing, Vec::new()),
            },
            Lookup::Broken(flaw) => (RecordState::Flawed(flaw), Vec::new()),
        };
        if is_fresh(&known, forced) {
            return Ok((Some(key), outputs, Outcome::Fresh));
        }
        let last = match self.last.get(name) {
            Some(last) if *last == key => Some(assembled.recipe.clone()),
            Some(last) => self.store.record_as(*last)?.map(|record| record.recipe),
            None => None,
        };
        let reasons = reasons(&assembled.recipe, last.as_ref(), &known, forced);
        let reasons = name_files(self.store, reasons, &assembled.project.trees);
        Ok((Some(key), Vec::new(), Outcome::Stale { reasons }))
    }

    /// Gives an instance's outputs by the lock, if its key is there and they all are at their places.
    fn at_hand(&self, id: InstanceId, key: Key) -> Option<Vec<RecordedOutput>> {
        if !self.options.by_lock {
            return None;
        }
        let lock = self.lock.get_or_init(|| read_lock(self.store.project())).as_ref();
        at_hand(self.work, self.store, lock, id, key).ok()
    }
}
