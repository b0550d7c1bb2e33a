//! Says what a run would do, and does nothing.
//!
//! Invariants
//! - Takes no lock and changes nothing on the disk.
//! - What needs the outputs of a stale instance is not guessed at: it depends on them.

use std::path::Path;

use crate::decide::assemble::assemble;
use crate::decide::reason::{Known, Verdict, decide};
use crate::digest::Key;
use crate::error::EngineError;
use crate::kind::Kind;
use crate::plan::graph::InstanceId;
use crate::plan::work::Work;
use crate::schedule::options::Options;
use crate::schedule::summary::{Outcome, Report, Summary};
use crate::spec::Pipeline;
use crate::store::{Lookup, RecordedOutput, Store, StoreError};

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
    let reports = verdicts(&work, store)?.into_iter().flatten().collect();
    let seconds = (options.clock)() - began;
    Ok(Summary { reports, seconds, ..Summary::default() })
}

/// Gives the verdict on every wanted instance, in the place of its id.
pub(crate) fn verdicts(work: &Work<'_>, store: &Store) -> Result<Vec<Option<Report>>, StoreError> {
    let last = store.last_keys();
    let mut reports: Vec<Option<Report>> = work.plan.ids().map(|_| None).collect();
    for id in work.wanted().collect::<Vec<_>>() {
        let instance = work.plan.instance(id);
        let (key, outputs, outcome) = match stale_need(work, id, &reports) {
            Some(on) => (None, Vec::new(), Outcome::Depends { on }),
            None => judge(work, store, id, last.get(&instance.name).copied(), &reports)?,
        };
        reports[id.0] = Some(Report {
            instance: id,
            name: instance.name.clone(),
            stage: instance.stage,
            point: instance.point.clone(),
            key,
            written: misplaced(work, store, &outputs),
            outputs,
            outcome,
        });
    }
    Ok(reports)
}

/// Gives the places of a fresh instance's outputs at which something else is, or nothing.
fn misplaced(work: &Work<'_>, store: &Store, outputs: &[RecordedOutput]) -> Vec<String> {
    let placed = outputs.iter().filter_map(|output| Some((output, output.place.as_ref()?)));
    let elsewhere = placed.filter(|(output, place)| {
        !store.digest_file(&work.root.join(place)).is_ok_and(|digest| digest == output.object.0)
    });
    elsewhere.map(|(_, place)| place.clone()).collect()
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

type Judged = (Option<Key>, Vec<RecordedOutput>, Outcome);

fn judge(
    work: &Work<'_>,
    store: &Store,
    id: InstanceId,
    last: Option<Key>,
    reports: &[Option<Report>],
) -> Result<Judged, StoreError> {
    let outputs = |id: InstanceId| {
        let report = reports[id.0].as_ref().expect("needs are judged before those that need them");
        let key = report.key.expect("what is needed is fresh, so it has a key");
        (key, report.outputs.as_slice())
    };
    let assembled = match assemble(work, store, id, &outputs) {
        Ok(assembled) => assembled,
        Err(failure) => return Ok((None, Vec::new(), Outcome::Failed(failure))),
    };
    let (known, outputs) = match store.look_up(assembled.key)? {
        Lookup::Found(outputs) => (Known::Recorded, outputs),
        Lookup::Absent => (Known::Nothing, Vec::new()),
        Lookup::Broken(flaw) => (Known::Flawed(flaw), Vec::new()),
    };
    let last = match last {
        Some(key) if key == assembled.key => Some(assembled.recipe.clone()),
        Some(key) if known != Known::Recorded => store.record_as(key)?.map(|record| record.recipe),
        _ => None,
    };
    let forced = work.is_forced(id);
    Ok(match decide(&assembled.recipe, assembled.key, last.as_ref(), &known, forced) {
        Verdict::Fresh { key } => (Some(key), outputs, Outcome::Fresh),
        Verdict::Stale { key, reasons } => (Some(key), Vec::new(), Outcome::Stale { reasons }),
    })
}
