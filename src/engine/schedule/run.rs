//! Brings a pipeline up to date: plans it, has workers do it, and writes the lock, the log and the snapshot.
//!
//! Pipeline + Registry + Store ──run──▶ [`Summary`], with [`Event`]s on the way
//!
//! Invariants
//! - What is finished is recorded at once: a kill or a failure elsewhere loses none of it.
//! - What is clean is not decided again; it counts as fresh.
//! - The lock is written once all that it names is recorded, the snapshot last of all.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use crate::cancel::Cancel;
use crate::decide::work::Work;
use crate::digest::Key;
use crate::error::EngineError;
use crate::exec::recovery;
use crate::kind::Kind;
use crate::lockfile::lock_file::{self, LockChange};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::schedule::finished::{Finished, Results, clean_results};
use crate::schedule::next_snapshot::next_snapshot;
use crate::schedule::observer::{Event, Observer, Planned};
use crate::schedule::retired::{self, Retired};
use crate::schedule::scheduler::Scheduler;
use crate::schedule::worker_pool::WorkerPool;
use crate::snapshot::CheckedSnapshot;
use crate::spec::Pipeline;
use crate::store::{Run, Session, Store, StoreError};
use crate::summary::{Outcome, Report, Summary};

/// Gives what a run has to say of a project in which nothing will have changed.
pub type MakeAnswer<'a> = &'a dyn Fn(&Summary) -> Option<String>;

/// Brings what `options` name up to date; `answer` is asked for what to say as long as nothing changes.
///
/// # Errors
/// [`EngineError`] when nothing could be started; the failure of an instance is in the [`Summary`].
#[expect(clippy::too_many_arguments, reason = "a project, its store, and who watches")]
pub fn run(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    store: &Store,
    options: &Options<'_>,
    answer: MakeAnswer<'_>,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Summary, EngineError> {
    let began = (options.clock)();
    store.stop_on(cancel);
    let mut waiting = false;
    let session = store.lock(|| {
        if !std::mem::replace(&mut waiting, true) {
            observer.event(Event::Waiting);
        }
        !cancel.is_cancelled()
    })?;
    let Some(session) = session else {
        let work = Work::of(root, pipeline, registry, options)?;
        let results = work.clean.iter().map(|_| OnceLock::new()).collect();
        return Ok(summarise(&work, results, cancel, (options.clock)() - began));
    };
    // Another process may have run since the snapshot was read.
    let outdated = options.snapshot.is_some_and(|known| known.is_outdated(&session));
    let mut again = if outdated { CheckedSnapshot::load(store) } else { None };
    if let Some(again) = &mut again {
        again.fill(&mut store.files());
    }
    let known = if outdated { again.as_ref() } else { options.snapshot };
    let options = &Options { snapshot: known, ..options.clone() };
    let summary =
        run_in_session(root, pipeline, registry, &session, options, (answer, observer, cancel), began)?;
    session.finish()?;
    observer.event(Event::Finished { summary: &summary });
    Ok(summary)
}

fn run_in_session(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    session: &Session<'_>,
    options: &Options<'_>,
    (answer, observer, cancel): (MakeAnswer<'_>, &dyn Observer, &Cancel),
    began: f64,
) -> Result<Summary, EngineError> {
    let work = Work::of(root, pipeline, registry, options)?;
    lock_file::refuse_newer(session.project())?;
    recovery::recover_orphans(&work, session)?;
    let planned = |id: InstanceId| Planned {
        instance: id,
        name: work.name(id).to_owned(),
        cost: work.details(id).cost,
    };
    observer.event(Event::Planned { instances: &work.undecided().map(planned).collect::<Vec<_>>() });
    let whole = options.targets.is_empty() && !options.trial && !options.by_lock;
    let mut retired = Retired::default();
    let counts = options.lock && !options.trial && !options.by_lock;
    if counts && !cancel.is_cancelled() && !is_on_stand_in(&work) {
        // Before anything runs: whoever reads a folder must not find there what has left the pipeline.
        retired = retired::remove(&work, session, options, observer)?;
    }
    if let Some(known) = work.all_clean().filter(|_| whole) {
        return stay_clean(&work, session, options, known, answer, (retired, began));
    }
    let logged;
    let last: HashMap<&str, Key> = match options.snapshot {
        Some(known) => known.last_keys(),
        None => {
            logged = session.logged_keys();
            logged.iter().map(|(name, key)| (name.as_str(), *key)).collect()
        }
    };
    let pool = WorkerPool {
        work: &work,
        session,
        options,
        observer,
        cancel,
        scheduler: Scheduler::of(&work, options.pools()),
        last: &last,
        helpers: AtomicUsize::new(0),
        lock: if options.by_lock { lock_file::read_lock(session.project()) } else { None },
        new_keys: Mutex::default(),
        results: clean_results(&work),
    };
    session.while_committing(|| thread::scope(|scope| pool.worker_loop(scope)));
    // What could not be recorded is nothing to write down, and its checkpoints are worth keeping.
    let flushed = session.flush();
    let cleared = session.clear_scratch();
    flushed?;
    cleared?;
    let WorkerPool { results, new_keys, .. } = pool;
    let new_keys: BTreeMap<String, Key> =
        new_keys.into_inner().unwrap_or_else(PoisonError::into_inner).into_iter().collect();
    let complete = work.wanted().all(|id| results[id.0].get().is_some_and(|it| it.outcome.is_done()));
    let lock = if counts && !is_on_stand_in(&work) {
        let done = work.wanted().filter_map(|id| {
            let finished = results[id.0].get().filter(|finished| finished.outcome.is_done())?;
            Some((id, finished.key?, &*finished.outputs))
        });
        Some(lock_file::update(
            session,
            (work.pipeline, &work.plan),
            options.targets.is_empty(),
            &last,
            done,
        )?)
    } else {
        None
    };
    let mut builder = next_snapshot(&work, session, options, &results, &last, &new_keys);
    if let (Some(builder), Some(_)) = (&mut builder, &lock) {
        builder.add_file(&lock_file::path());
    }
    let mut summary = summarise(&work, results, cancel, (options.clock)() - began);
    (summary.retired, summary.stand_in) = (retired.removed, is_on_stand_in(&work));
    if whole && complete && summary.ran() > 0 {
        // Whoever has had another configuration run to its end is done with those before it.
        session.drop_all_checkpoints()?;
    }
    log_run(session, options, began, lock.as_ref().map(|lock| lock.left.clone()), new_keys, &summary)?;
    summary.lock = lock;
    if let Some(builder) = builder {
        let answer = if whole && complete && !retired.is_blocked { answer(&summary) } else { None };
        builder.finish(answer).save(session)?;
    }
    Ok(summary)
}

/// Ends a run in which nothing has changed but how the pipeline is written: the next one need not find that out again.
fn stay_clean(
    work: &Work<'_>,
    session: &Session<'_>,
    options: &Options<'_>,
    known: &CheckedSnapshot,
    answer: MakeAnswer<'_>,
    (retired, began): (Retired, f64),
) -> Result<Summary, EngineError> {
    let results = clean_results(work);
    let mut summary = summarise(work, results, &Cancel::default(), (options.clock)() - began);
    (summary.retired, summary.stand_in) = (retired.removed, is_on_stand_in(work));
    summary.lock = Some(LockChange::default()).filter(|_| options.lock && !summary.stand_in);
    let files =
        options.pipeline_files.iter().map(|path| Some((path.clone(), session.files().confirmed(path)?)));
    let answer = answer(&summary).filter(|_| !retired.is_blocked);
    if let (Some(files), Some(answer)) = (files.collect(), answer) {
        known.renew(session, (options.fingerprint, work.stages), files, answer)?;
    }
    Ok(summary)
}

/// Says whether something that is wanted is made from stand-in data.
fn is_on_stand_in(work: &Work<'_>) -> bool {
    work.wanted().any(|id| work.is_stand_in(id))
}

/// Adds the run to the log, if it did something.
fn log_run(
    session: &Session<'_>,
    options: &Options<'_>,
    started: f64,
    left: Option<Vec<String>>,
    keys: BTreeMap<String, Key>,
    summary: &Summary,
) -> Result<(), StoreError> {
    if summary.ran() + summary.failed() == 0 && keys.is_empty() {
        return Ok(());
    }
    let failures = summary.failures().map(|(name, failure)| (name.to_owned(), failure.to_string()));
    session.log_run(&Run {
        started,
        seconds: summary.seconds,
        asked: options.asked.clone(),
        facts: options.facts.clone(),
        ran: summary.names(|outcome| matches!(outcome, Outcome::Ran { .. })),
        failed: failures.collect(),
        stopped: summary.cancelled,
        trial: options.trial,
        fresh: summary.fresh(),
        keys,
        left: left.unwrap_or_default(),
    })
}

fn summarise(work: &Work<'_>, results: Results<'_>, cancel: &Cancel, seconds: f64) -> Summary {
    let wanted = work.plan.ids().zip(results).filter(|(id, _)| work.is_wanted(*id));
    let mut reports = Vec::with_capacity(work.plan.instances.len());
    reports.extend(wanted.map(|(id, result)| {
        let finished = result.into_inner().unwrap_or_else(Finished::unfinished);
        let Finished { key, outputs, written, outcome, .. } = finished;
        let instance = work.plan.instance(id);
        Report {
            instance: id,
            name: instance.name.clone(),
            stage: instance.stage,
            point: instance.point.clone(),
            key,
            files: work.result_files(id, &outputs),
            outputs: outputs.into_owned(),
            written,
            outcome,
        }
    }));
    Summary { reports, cancelled: cancel.is_cancelled(), seconds, ..Summary::default() }
}
