//! Brings a pipeline up to date: plans it, has a crew work on it, and tells the lock and the log.
//!
//! Pipeline + Registry + Store ──run──▶ [`Summary`], with [`Event`]s on the way
//!
//! Invariants
//! - What is finished is recorded at once: a kill or a failure elsewhere loses none of it.
//! - What is certain is not looked at; it counts as fresh.

use std::borrow::Cow;
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::thread;

use crate::error::EngineError;
use crate::exec::leftover;
use crate::kind::Kind;
use crate::lockfile::lock_file::{self, LOCK_FILE, Prepared};
use crate::plan::graph::InstanceId;
use crate::plan::work::Work;
use crate::schedule::board::Board;
use crate::schedule::crew::{Crew, Finished, Results};
use crate::schedule::observer::{Event, Observer};
use crate::schedule::options::{Cancel, Options};
use crate::schedule::standing::Standing;
use crate::schedule::summary::{Outcome, Report, Standstill, Summary};
use crate::spec::Pipeline;
use crate::store::{Ahead, Look, Run, Session, Store, StoreError};

/// Brings what `options` name up to date.
///
/// # Errors
/// [`EngineError`] when nothing could be begun; the failure of an instance stands in the [`Summary`].
pub fn run(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    store: &Store,
    options: &Options<'_>,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Summary, EngineError> {
    let began = (options.clock)();
    let work = Work::of(root, pipeline, registry, options)?;
    let mut waiting = false;
    let session = store.lock(|| {
        if !std::mem::replace(&mut waiting, true) {
            observer.event(Event::Waiting);
        }
        !cancel.is_cancelled()
    })?;
    let results = work.certain.iter().map(|standing| known(*standing)).collect();
    let summary = match session {
        None => summarise(&work, results, cancel, (options.clock)() - began),
        Some(session) => {
            if options.certain.is_some_and(|certain| !certain.holds(&session)) {
                return Err(EngineError::Overtaken);
            }
            leftover::sweep(root, &session)?;
            work.ground.begin_look(Look::default());
            observer.event(Event::Planned { instances: &work.planned() });
            let board = Board::of(&work);
            let crew = Crew {
                work: &work,
                session: &session,
                options,
                observer,
                cancel,
                board,
                helpers: AtomicUsize::new(0),
                results,
            };
            let whole = options.targets.is_empty();
            let work_off = || {
                thread::scope(|scope| crew.labour(scope));
                let lock = options.lock.then(|| lock_of(&work, &session, options, &crew.results)).transpose();
                (crew.results, lock, (options.clock)() - began)
            };
            // What is to be told is written while the last records are synced.
            let ahead =
                |(results, lock, seconds): (Results<'_>, Result<Option<Prepared>, StoreError>, f64)| {
                    let summary = summarise(&work, results, cancel, seconds);
                    let told = lock.and_then(|lock| {
                        let lock = lock.map(Prepared::digested);
                        let log = log_of(&session, options, began, lock.as_ref(), &summary)?;
                        Ok((lock, log))
                    });
                    (summary, told, session.sweep())
                };
            let (mut summary, told, swept) = session.while_committing(work_off, ahead);
            // What could not be recorded is nothing to tell, and its checkpoints are worth keeping.
            let told = session.flush().and(told).and_then(|(lock, log)| {
                if whole && summary.is_complete() && summary.ran() > 0 {
                    // Whoever has had another configuration run to its end is done with those before it; a
                    // look in between, with nothing to do, costs them nothing.
                    session.drop_all_checkpoints()?;
                }
                summary.lock = lock.map(Prepared::put).transpose()?;
                log.map_or(Ok(()), Ahead::put)?;
                if whole && summary.is_complete() {
                    summary.standstill = standstill(&work, &session, &summary);
                }
                Ok(())
            });
            session.finish()?;
            swept.and(told)?;
            summary
        }
    };
    observer.event(Event::Finished { summary: &summary });
    Ok(summary)
}

/// Prepares what the lock is to say of this run.
fn lock_of(
    work: &Work<'_>,
    session: &Session<'_>,
    options: &Options<'_>,
    results: &Results<'_>,
) -> Result<Prepared, StoreError> {
    let line = |id: InstanceId| {
        let finished = results[id.0].get().filter(|finished| finished.outcome.is_done())?;
        Some((work.name(id), finished.key?, &*finished.outputs))
    };
    let news = work.certain.iter().any(Option::is_some).then(|| work.doubtful().filter_map(line));
    let whole = options.targets.is_empty();
    lock_file::prepare(work.root, session, &work.plan, whole, news, work.wanted().filter_map(line))
}

/// Prepares what the log of runs is to say of this one, if anything.
fn log_of(
    session: &Session<'_>,
    options: &Options<'_>,
    started: f64,
    lock: Option<&Prepared>,
    summary: &Summary,
) -> Result<Option<Ahead>, StoreError> {
    if summary.ran() + summary.failed() == 0 && session.news().is_empty() {
        return Ok(None);
    }
    let failures = summary.failures().map(|(name, failure)| (name.to_owned(), failure.to_string()));
    let run = Run {
        started,
        seconds: summary.seconds,
        asked: options.asked.clone(),
        facts: options.facts.clone(),
        ran: summary.names(|outcome| matches!(outcome, Outcome::Ran { .. })),
        failed: failures.collect(),
        stopped: summary.cancelled,
        fresh: summary.fresh(),
        keys: session.news(),
        left: lock.map(|lock| lock.left().to_owned()).unwrap_or_default(),
    };
    session.log_ahead(&run).map(Some)
}

/// Makes what is certain of an instance its result.
fn known(standing: Option<&Standing>) -> OnceLock<Finished<'_>> {
    let finished = standing.map(|standing| Finished {
        key: Some(standing.key),
        outputs: Cow::Borrowed(&standing.outputs),
        written: Vec::new(),
        outcome: Outcome::Fresh,
    });
    finished.map_or_else(OnceLock::new, OnceLock::from)
}

/// Gives how all stands now that was in doubt, and all that was looked at to know it.
fn standstill(work: &Work<'_>, session: &Session<'_>, summary: &Summary) -> Option<Standstill> {
    let mut look = work.ground.end_look()?;
    let in_doubt = || summary.reports.iter().filter(|report| work.certain[report.instance.0].is_none());
    if work.certain.iter().any(Option::is_some) {
        // The other folders of the store were looked at before, or nothing would be certain.
        let runs = in_doubt().filter_map(|report| Some((report.key?, report.outputs.as_slice())));
        session.look_at_places_of(&mut look, runs);
    } else {
        session.look_at_store(&mut look);
    }
    if let Some(lock) = &summary.lock {
        match lock.digest {
            Some(digest) => look.file(LOCK_FILE, digest),
            None => session.look_at_file(&mut look, &work.root.join(LOCK_FILE)),
        }
    }
    let mut standings = Vec::new();
    for report in in_doubt() {
        for output in &report.outputs {
            match &output.place {
                Some(place) => look.file(place, output.object.0),
                None => session.look_at_object(&mut look, output.object),
            }
        }
        standings.push(Standing {
            name: report.name.clone(),
            key: report.key?,
            outputs: report.outputs.clone(),
            files: work.effective(report.instance).ok()?.files.clone(),
        });
    }
    Some(Standstill { look, standings })
}

fn summarise(work: &Work<'_>, results: Results<'_>, cancel: &Cancel, seconds: f64) -> Summary {
    let wanted = work.plan.ids().zip(results).filter(|(id, _)| work.is_wanted(*id));
    let mut reports = Vec::with_capacity(work.plan.instances.len());
    reports.extend(wanted.map(|(id, result)| {
        let finished = result.into_inner().unwrap_or_else(Finished::unfinished);
        let Finished { key, outputs, written, outcome } = finished;
        let instance = work.plan.instance(id);
        Report {
            instance: id,
            name: instance.name.clone(),
            stage: instance.stage,
            point: instance.point.clone(),
            key,
            outputs: outputs.into_owned(),
            written,
            outcome,
        }
    }));
    Summary { reports, cancelled: cancel.is_cancelled(), seconds, ..Summary::default() }
}
