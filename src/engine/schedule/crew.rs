//! The workers of a run: each takes what the board gives, decides it, runs it, and puts it where it belongs.
//!
//! [`Task`] ──decide──▶ fresh ──place──▶ [`Finished`]
//!                 └──▶ stale ──execute──▶ [`Finished`], and those that share its key
//!
//! Invariants
//! - An instance is finished once, whatever becomes of it.
//! - A failed instance stops those that need it; no others where the run is to keep going, and what is
//!   running in any case.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope};

use crate::decide::assemble::{Assembled, assemble};
use crate::decide::files::{difference, project_files};
use crate::decide::reason::{Known, Reason, is_fresh, reasons};
use crate::decide::recipe::Recipe;
use crate::digest::Key;
use crate::exec::execute::{execute, kept_line};
use crate::kind::{Failure, Watch};
use crate::plan::graph::InstanceId;
use crate::plan::work::Work;
use crate::schedule::board::{Board, Task, Turn};
use crate::schedule::observer::{Event, Observer};
use crate::schedule::options::{Cancel, Options};
use crate::schedule::summary::Outcome;
use crate::store::{Lookup, RecordedOutput, Session, StoreError};

/// What became of an instance, written once.
pub(crate) struct Finished<'c> {
    pub(crate) key: Option<Key>,
    pub(crate) outputs: Cow<'c, [RecordedOutput]>,
    pub(crate) written: Vec<String>,
    pub(crate) outcome: Outcome,
}

/// What became of each instance, as far as that is known.
pub(crate) type Results<'c> = Vec<OnceLock<Finished<'c>>>;

impl Finished<'_> {
    /// What became of one that was not begun.
    pub(crate) fn unfinished() -> Self {
        Self { key: None, outputs: Cow::default(), written: Vec::new(), outcome: Outcome::Stopped }
    }
}

/// What all workers share.
pub(crate) struct Crew<'c> {
    pub(crate) work: &'c Work<'c>,
    pub(crate) session: &'c Session<'c>,
    pub(crate) options: &'c Options<'c>,
    pub(crate) observer: &'c dyn Observer,
    pub(crate) cancel: &'c Cancel,
    pub(crate) board: Board<Stale>,
    /// How many workers were called for besides the first.
    pub(crate) helpers: AtomicUsize,
    /// Set for those that need no look.
    pub(crate) results: Results<'c>,
}

/// A stale instance on its way to its run.
pub(crate) struct Stale {
    assembled: Assembled,
    known: Known,
    forced: bool,
}

impl<'c> Crew<'c> {
    /// Works until there is nothing left to do; has others work, too, as long as there is more to do than workers.
    pub(crate) fn labour<'s>(&'s self, scope: &'s Scope<'s, '_>) {
        while let Some((task, more)) = self.board.next(self.cancel) {
            let _busy = Busy { board: &self.board, cancel: self.cancel };
            if more && self.helpers.fetch_add(1, Ordering::Relaxed) < self.options.jobs.saturating_sub(1) {
                // Where the system has no thread to give, those that are there do it all.
                drop(thread::Builder::new().spawn_scoped(scope, || self.labour(scope)));
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
        let before = self.board.runner(key);
        let (known, outputs) = match self.session.claim(key)? {
            Lookup::Found(outputs) => (Known::Recorded, Some(outputs)),
            Lookup::Absent => (Known::Nothing, None),
            Lookup::Broken(flaw) => (Known::Flawed(flaw), None),
        };
        let runner = self.board.runner(key);
        let forced = self.work.is_forced(id) && runner.is_none();
        if let Some(outputs) = outputs
            && is_fresh(&known, forced)
        {
            let with = runner.map(|runner| self.work.name(runner).to_owned());
            let outcome = with.map_or(Outcome::Fresh, |with| Outcome::Shared { with });
            return self.finish(id, key, outputs, outcome);
        }
        if before.is_some() {
            // Its record was damaged after it was written: there is nothing to share. One that ended
            // after the look into the store has left a record that is yet to be seen.
            self.board.forget(key);
        }
        match self.board.queue(id, key, self.work.details(id).cost, Stale { assembled, known, forced }) {
            Turn::Waits => {}
            // It was recorded between the look into the store and now.
            Turn::Done => self.board.reconsider(&[id]),
        }
        Ok(())
    }

    fn run(&self, id: InstanceId, stale: Stale) {
        let key = stale.assembled.key;
        // A file may have changed while the instance was queued; what its needs made can't have.
        if !self.is_current(id, &stale.assembled) {
            let mut again = self.board.release(key, false);
            again.push(id);
            return self.board.reconsider(&again);
        }
        let name = self.work.name(id);
        self.observer.event(Event::Started { instance: id, name });
        let watch = Told { observer: self.observer, cancel: self.cancel, instance: id, name };
        // Why it runs decides nothing: that is found out while it does, where it needs no worker for itself.
        let reasons = OnceLock::new();
        let reasons = || reasons.get_or_init(|| self.reasons(id, &stale));
        let meanwhile = || {
            reasons();
        };
        let result = execute(self.work, self.session, self.options, id, &stale.assembled, &watch, &meanwhile);
        let followers = self.board.release(key, result.is_ok());
        match result {
            Ok(record) => {
                let seconds = record.observed.seconds;
                for follower in followers {
                    let outcome = Outcome::Shared { with: name.to_owned() };
                    self.finish_or_fail(follower, key, record.outputs.clone(), outcome);
                }
                match reasons().clone() {
                    Ok(reasons) => {
                        self.finish_or_fail(id, key, record.outputs, Outcome::Ran { reasons, seconds });
                    }
                    Err(failure) => self.fail(id, Some(key), failure),
                }
            }
            Err(failure) => {
                for follower in followers {
                    self.skip(follower, id);
                    self.settle(follower, Some(id));
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

    /// Says whether the project's files are still as they were when an instance was put together.
    fn is_current(&self, id: InstanceId, assembled: &Assembled) -> bool {
        let files =
            self.work.effective(id).and_then(|it| project_files(&self.work.ground, &it.files, self.session));
        files.is_ok_and(|files| difference(&assembled.files, &files).is_none())
    }

    /// Says why an instance runs.
    fn reasons(&self, id: InstanceId, stale: &Stale) -> Result<Vec<Reason>, Failure> {
        let Stale { assembled, known, forced } = stale;
        let last: Option<Recipe> = match self.session.last(self.work.name(id)) {
            // What is recorded under its own key may be this very run.
            Some(key) if key == assembled.key => Some(assembled.recipe.clone()),
            Some(key) => self.session.record_as(key)?.map(|record| record.recipe),
            None => None,
        };
        Ok(reasons(&assembled.recipe, last.as_ref(), known, *forced))
    }

    fn finish_or_fail(&self, id: InstanceId, key: Key, outputs: Vec<RecordedOutput>, outcome: Outcome) {
        if let Err(failure) = self.finish(id, key, outputs, outcome) {
            self.fail(id, Some(key), failure);
        }
    }

    /// Puts outputs where they belong, and lets those begin that need them.
    fn finish(
        &self,
        id: InstanceId,
        key: Key,
        outputs: Vec<RecordedOutput>,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        let name = self.work.name(id);
        // What a run has just written at its places needs no second look.
        let in_place = matches!(outcome, Outcome::Ran { .. }) && self.work.kind(id).writes_in_place();
        let written = if in_place { Vec::new() } else { self.place(id, &outputs)? };
        // A view may be a link to an object that was damaged, and is another one by now.
        let anew = matches!(outcome, Outcome::Ran { .. }) || self.session.last(name) != Some(key);
        self.session.show(&self.work.folder(id), &outputs, anew)?;
        self.session.remember(name, key)?;
        match &outcome {
            Outcome::Ran { reasons, seconds } => {
                self.observer.event(Event::Ran { instance: id, name, reasons, seconds: *seconds });
            }
            Outcome::Shared { with } => self.observer.event(Event::Shared { instance: id, name, with }),
            _ => self.observer.event(Event::Fresh { instance: id, name }),
        }
        self.set(id, Finished { key: Some(key), outputs: outputs.into(), written, outcome });
        self.settle(id, None);
        Ok(())
    }

    fn place(&self, id: InstanceId, outputs: &[RecordedOutput]) -> Result<Vec<String>, StoreError> {
        let mut written = Vec::new();
        for output in outputs {
            let Some(place) = &output.place else { continue };
            let path = self.work.root.join(place);
            let placed = self.session.place(output, &path)?;
            if let Some(kept) = placed.kept {
                let line = kept_line(self.work.root, &path, &kept);
                self.observer.event(Event::Notice { instance: id, name: self.work.name(id), line: &line });
            }
            if placed.written {
                written.push(place.clone());
            }
        }
        Ok(written)
    }

    fn fail(&self, id: InstanceId, key: Option<Key>, failure: Failure) {
        let name = self.work.name(id);
        let stopped = failure == Failure::Cancelled;
        let outcome = if stopped {
            Outcome::Stopped
        } else {
            if !self.options.keep_going {
                self.board.halt();
            }
            self.observer.event(Event::Failed { instance: id, name, failure: &failure });
            Outcome::Failed(failure)
        };
        self.set(id, Finished { key, outcome, ..Finished::unfinished() });
        self.settle(id, Some(id));
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

    fn settle(&self, id: InstanceId, failed: Option<InstanceId>) {
        for (blocked, failed) in self.board.settle(id, failed) {
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
struct Busy<'b> {
    board: &'b Board<Stale>,
    cancel: &'b Cancel,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.cancel.cancel();
        }
        self.board.rest();
    }
}

/// A run's watch: passes on what it is told, with the instance's name.
struct Told<'t> {
    observer: &'t dyn Observer,
    cancel: &'t Cancel,
    instance: InstanceId,
    name: &'t str,
}

impl Watch for Told<'_> {
    fn progress(&self, fraction: f64, standing: &str) {
        let (instance, name) = (self.instance, self.name);
        self.observer.event(Event::Progress { instance, name, fraction, standing });
    }

    fn notice(&self, line: &str) {
        self.observer.event(Event::Notice { instance: self.instance, name: self.name, line });
    }

    fn line(&self, line: &str) {
        self.observer.event(Event::Line { instance: self.instance, name: self.name, line });
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    fn killed(&self) -> bool {
        self.cancel.is_killed()
    }
}
