//! The workers of a run: each takes what the scheduler gives, decides it, runs it, and puts its outputs where they belong.
//!
//! [`Task`] ──decide──▶ fresh ──restore──▶ [`Finished`]
//!                 └──▶ stale ──execute──▶ [`Finished`], and those that share its key
//!
//! Invariants
//! - An instance is finished once, whatever becomes of it.
//! - A failed instance stops those that need it; no others where the run is to keep going, and what is
//!   running in any case.
//! - Why an instance ran decides nothing: a record that can't be read costs a reason, not a result.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Scope};
use std::time::Duration;

use crate::cancel::Cancel;
use crate::decide::assemble::{Assembled, assemble};
use crate::decide::at_hand::at_hand;
use crate::decide::listing_changes::name_files;
use crate::decide::reason::Reason;
use crate::decide::verdict::{RecordState, is_fresh, reasons};
use crate::decide::work::Work;
use crate::digest::Key;
use crate::exec::execute::{execute, format_kept};
use crate::kind::Failure;
use crate::lockfile::lock::Lock;
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::recipe::Recipe;
use crate::schedule::finished::{Finished, Results};
use crate::schedule::observer::{Event, Observer};
use crate::schedule::progress::ProgressForwarder;
use crate::schedule::scheduler::{Enqueued, Scheduler, Task};
use crate::snapshot::InstanceState;
use crate::store::{Lookup, RecordedOutput, Session};
use crate::summary::Outcome;

/// How long ago a folder may have been looked at before a run of what reads it: many that read one are decided at once.
const QUEUED_BRIEFLY: Duration = Duration::from_secs(1);

/// What all workers share.
pub(crate) struct WorkerPool<'c> {
    pub(crate) work: &'c Work<'c>,
    pub(crate) session: &'c Session<'c>,
    pub(crate) options: &'c Options<'c>,
    pub(crate) observer: &'c dyn Observer,
    pub(crate) cancel: &'c Cancel,
    pub(crate) scheduler: Scheduler<Stale>,
    /// The key that each instance had last.
    pub(crate) last: &'c HashMap<&'c str, Key>,
    /// How many workers were started besides the first.
    pub(crate) helpers: AtomicUsize,
    /// The instances that have another key since the run began.
    pub(crate) new_keys: Mutex<Vec<(String, Key)>>,
    /// `pipeline.lock`, where the run is to go by it.
    pub(crate) lock: Option<Lock>,
    /// Set from the start for those that are clean.
    pub(crate) results: Results<'c>,
}

/// A stale instance on its way to its run.
pub(crate) struct Stale {
    assembled: Assembled,
    known: RecordState,
    forced: bool,
}

impl<'c> WorkerPool<'c> {
    /// Works until there is nothing left to do; starts other workers as long as there is more to do than workers.
    pub(crate) fn worker_loop<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        while let Some((task, more)) = self.scheduler.next(self.cancel) {
            let (Task::Decide(id) | Task::Run(id, _)) = &task;
            let _busy = BusyGuard { scheduler: &self.scheduler, cancel: self.cancel, id: *id };
            if more && self.helpers.fetch_add(1, Ordering::Relaxed) < self.options.jobs.saturating_sub(1) {
                // Where the system has no thread to give, those that are there do it all.
                drop(thread::Builder::new().spawn_scoped(scope, || self.worker_loop(scope)));
            }
            match task {
                Task::Decide(id) => self.decide(id),
                Task::Run(id, stale) => self.run(id, stale),
            }
        }
    }

    fn decide(&self, id: InstanceId) {
        if let Err(failure) = self.try_decide(id) {
            self.fail(id, None, failure);
        }
    }

    fn try_decide(&self, id: InstanceId) -> Result<(), Failure> {
        let assembled = self.assemble(id)?;
        let key = assembled.key;
        let before = self.scheduler.builder_of(key);
        let forced = self.work.is_forced(id) && before.is_none();
        if let Some(state) = self.unchanged_results(id, key).filter(|_| !forced) {
            // They are at their places and in the store as they were.
            let outputs = Cow::Borrowed(state.outputs.as_slice());
            self.announce(id, Finished::done(key, outputs, Outcome::Fresh, assembled.project));
            return Ok(());
        }
        let (known, outputs) = match self.session.lookup(key)? {
            Lookup::Found(outputs) => (RecordState::Recorded, Some(outputs)),
            Lookup::Absent => match self.at_hand(id, key).filter(|_| !forced) {
                Some(outputs) => {
                    let outputs = Cow::Owned(outputs);
                    self.announce(id, Finished::done(key, outputs, Outcome::Fresh, assembled.project));
                    return Ok(());
                }
                None => (RecordState::Nothing, None),
            },
            Lookup::Broken(flaw) => (RecordState::Flawed(flaw), None),
        };
        let builder = self.scheduler.builder_of(key);
        let forced = self.work.is_forced(id) && builder.is_none();
        if let Some(outputs) = outputs
            && is_fresh(&known, forced)
        {
            let with = builder.map(|builder| self.work.name(builder).to_owned());
            let outcome = with.map_or(Outcome::Fresh, |with| Outcome::Shared { with });
            return self.finish(id, Finished::done(key, Cow::Owned(outputs), outcome, assembled.project));
        }
        if before.is_some() {
            // Its record was damaged after it was written: there is nothing to share. One that ended
            // after the store was asked has left a record that is yet to be seen.
            self.scheduler.forget(key);
        }
        let cost = self.work.details(id).cost;
        let takes = self.work.context(id).stage.resources.at_most(self.options.pools());
        match self.scheduler.enqueue(id, key, (cost, takes), Stale { assembled, known, forced }) {
            Enqueued::Queued => {}
            // It was recorded between the question to the store and now.
            Enqueued::AlreadyBuilt => self.scheduler.requeue(&[id]),
        }
        Ok(())
    }

    fn unchanged_results(&self, id: InstanceId, key: Key) -> Option<&'c InstanceState> {
        let places = &self.work.effective(id).ok()?.places;
        self.options.snapshot?.results_at(self.work.name(id), key, places)
    }

    /// Gives an instance's outputs by the lock, where the run is to go by it.
    fn at_hand(&self, id: InstanceId, key: Key) -> Option<Vec<RecordedOutput>> {
        let lock = self.lock.as_ref().filter(|_| self.options.by_lock);
        at_hand(self.work, self.session, lock, id, key).ok()
    }

    fn run(&self, id: InstanceId, stale: Stale) {
        let key = stale.assembled.key;
        // A file may have changed while the instance was queued; what its needs made can't have. What changes in a folder at
        // the last moment is seen after the run.
        let project = &stale.assembled.project;
        if self.work.changed_input(id, self.session, project, QUEUED_BRIEFLY).is_some() {
            let mut again = self.scheduler.release(key, false);
            again.push(id);
            return self.scheduler.requeue(&again);
        }
        let name = self.work.name(id);
        self.observer.event(Event::Started { instance: id, name });
        let watch = ProgressForwarder { observer: self.observer, cancel: self.cancel, instance: id, name };
        let reasons = self.reasons(id, &stale);
        let result = execute(self.work, self.session, self.options, id, &stale.assembled, &watch);
        let waiters = self.scheduler.release(key, result.is_ok());
        match result {
            Ok(record) => {
                let seconds = record.observed.seconds;
                for waiter in waiters {
                    let outcome = Outcome::Shared { with: name.to_owned() };
                    let (outputs, project) = (record.outputs.clone(), stale.assembled.project.clone());
                    self.finish_or_fail(waiter, Finished::done(key, Cow::Owned(outputs), outcome, project));
                }
                let (outputs, outcome) = (Cow::Owned(record.outputs), Outcome::Ran { reasons, seconds });
                self.finish_or_fail(id, Finished::done(key, outputs, outcome, stale.assembled.project));
            }
            Err(failure) => {
                for waiter in waiters {
                    self.skip(waiter, id);
                    self.propagate(waiter, Some(id));
                }
                self.fail(id, Some(key), failure);
            }
        }
    }

    fn assemble(&self, id: InstanceId) -> Result<Assembled, Failure> {
        let outputs = |id: InstanceId| {
            let finished =
                self.results[id.0].get().expect("an instance is ready once its needs are finished");
            let key = finished.key.expect("what is needed has not failed, so it has a key");
            (key, &*finished.outputs)
        };
        assemble(self.work, self.session, id, &outputs)
    }

    /// Says why an instance runs.
    fn reasons(&self, id: InstanceId, stale: &Stale) -> Vec<Reason> {
        let Stale { assembled, known, forced } = stale;
        let last: Option<Recipe> = match self.last.get(self.work.name(id)) {
            // What is recorded under its own key may be this very run.
            Some(key) if *key == assembled.key => Some(assembled.recipe.clone()),
            Some(key) => self.session.record_as(*key).ok().flatten().map(|record| record.recipe),
            None => None,
        };
        let reasons = reasons(&assembled.recipe, last.as_ref(), known, *forced);
        name_files(self.session, reasons, &assembled.project.trees)
    }

    fn finish_or_fail(&self, id: InstanceId, done: Finished<'c>) {
        let key = done.key;
        if let Err(failure) = self.finish(id, done) {
            self.fail(id, key, failure);
        }
    }

    /// Puts outputs where they belong, and lets those start that need them.
    fn finish(&self, id: InstanceId, mut done: Finished<'c>) -> Result<(), Failure> {
        // What a run has just written at its places needs no second look.
        let in_place = matches!(done.outcome, Outcome::Ran { .. }) && self.work.kind(id).writes_in_place();
        if !in_place {
            done.written = self.restore(id, &done.outputs)?;
        }
        if self.work.effective(id)?.places.is_empty() {
            self.session.link_view(&self.work.folder(id), &done.outputs)?;
        }
        self.announce(id, done);
        Ok(())
    }

    /// Reports that an instance has its outputs, and lets those start that need them.
    fn announce(&self, id: InstanceId, finished: Finished<'c>) {
        let name = self.work.name(id);
        let is_new = |key: &Key| self.last.get(name) != Some(key) && !self.options.by_lock;
        if let Some(key) = finished.key.filter(is_new) {
            self.new_keys.lock().unwrap_or_else(PoisonError::into_inner).push((name.to_owned(), key));
        }
        match &finished.outcome {
            Outcome::Ran { reasons, seconds } => {
                self.observer.event(Event::Ran { instance: id, name, reasons, seconds: *seconds });
            }
            Outcome::Shared { with } => self.observer.event(Event::Shared { instance: id, name, with }),
            _ => self.observer.event(Event::Fresh { instance: id, name }),
        }
        self.set(id, finished);
        self.propagate(id, None);
    }

    fn restore(&self, id: InstanceId, outputs: &[RecordedOutput]) -> Result<Vec<String>, Failure> {
        let restored = self.session.restore(&self.work.effective(id)?.places, outputs)?;
        for kept in &restored.kept {
            let line = format_kept(kept);
            self.observer.event(Event::Notice { instance: id, name: self.work.name(id), line: &line });
        }
        Ok(restored.written.iter().map(ToString::to_string).collect())
    }

    fn fail(&self, id: InstanceId, key: Option<Key>, failure: Failure) {
        let name = self.work.name(id);
        let outcome = if failure == Failure::Cancelled {
            Outcome::Stopped
        } else {
            if !self.options.keep_going {
                self.scheduler.halt();
            }
            self.observer.event(Event::Failed { instance: id, name, failure: &failure });
            Outcome::Failed(failure)
        };
        self.set(id, Finished { key, outcome, ..Finished::unfinished() });
        self.propagate(id, Some(id));
    }

    fn skip(&self, id: InstanceId, failed: InstanceId) {
        if self.cancel.is_cancelled() {
            return;
        }
        let because = self.work.name(failed);
        self.observer.event(Event::Skipped { instance: id, name: self.work.name(id), because });
        let outcome = Outcome::Skipped { because: because.to_owned() };
        self.set(id, Finished { outcome, ..Finished::unfinished() });
    }

    fn propagate(&self, id: InstanceId, failed: Option<InstanceId>) {
        for (blocked, failed) in self.scheduler.propagate(id, failed) {
            self.skip(blocked, failed);
        }
    }

    fn set(&self, id: InstanceId, finished: Finished<'c>) {
        let first = self.results[id.0].set(finished).is_ok();
        assert!(first, "an instance is finished once");
    }
}

/// A worker at its task. One that panics, as an observer may make it, stops the run: what waits for
/// its instance would wait for ever.
struct BusyGuard<'b> {
    scheduler: &'b Scheduler<Stale>,
    cancel: &'b Cancel,
    id: InstanceId,
}

impl Drop for BusyGuard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.cancel.cancel();
        }
        self.scheduler.task_done(self.id);
    }
}
