//! Writes records for outputs that are at hand, as in a clone whose outputs git keeps: nothing runs.
//!
//! lock + outputs at their places ──equal under the key of a run now──▶ objects, records, the log of runs
//!
//! Invariants
//! - Only on request: no other part of the engine adopts anything.
//! - Bytes are compared once more as the store has them: what changes at its place in the time between is not adopted.
//! - Lock and places stay as they are; what is recorded already stays as it is.

use std::collections::BTreeMap;
use std::path::Path;

use crate::decide::assemble::{Assembled, assemble};
use crate::decide::at_hand::{Lacking, at_hand};
use crate::decide::work::Work;
use crate::digest::Key;
use crate::error::EngineError;
use crate::exec::execute::record;
use crate::kind::{Failure, Kind};
use crate::lockfile::lock::Lock;
use crate::lockfile::lock_file::read_lock;
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::spec::{Pipeline, StageId};
use crate::store::{Lookup, Observed, OutputPlace, RecordedOutput, Run, Session};

/// The fact that distinguishes an adopted record from that of a run.
const FACT: (&str, &str) = ("adopted", "pipeline.lock");

/// What became of one instance.
#[derive(Debug)]
pub struct Adoption {
    /// Its name.
    pub name: String,
    /// Its stage.
    pub stage: StageId,
    /// Whether it was asked for, and not only what is asked for needs it.
    pub asked: bool,
    /// What became of it.
    pub became: Became,
}

/// What became of one instance.
#[derive(Debug)]
pub enum Became {
    /// It has a record now.
    Adopted,
    /// It had one, with sound objects.
    Recorded,
    /// Its outputs are not at hand.
    Lacking(Lacking),
    /// It needs one that has no outputs, so that its key is not known.
    Waits {
        /// The other one's name.
        on: String,
    },
    /// Its recipe can't be put together, or its outputs can't be read.
    Failed(Failure),
}

/// Adopts what `options` name, with all it needs.
///
/// # Errors
/// [`EngineError`] when the pipeline does not fit together, or the store can't be used.
pub fn adopt(
    root: &Path,
    pipeline: &Pipeline,
    registry: &[Box<dyn Kind>],
    session: &Session<'_>,
    options: &Options<'_>,
) -> Result<Vec<Adoption>, EngineError> {
    let started = (options.clock)();
    let work = Work::of(root, pipeline, registry, options)?;
    let asked = work.named(&options.targets, &options.folder)?;
    let adopter = Adopter { work: &work, session, options, lock: read_lock(session.project()), started };
    let mut had: Vec<Option<Had>> = work.plan.ids().map(|_| None).collect();
    let mut adoptions = Vec::new();
    for id in work.wanted() {
        let (became, outputs) = match adopter.adopt(id, &had) {
            Ok((became, outputs)) => (became, Some(outputs)),
            Err(became) => (became, None),
        };
        had[id.0] = outputs;
        let (name, stage) = (work.name(id).to_owned(), work.plan.instance(id).stage);
        adoptions.push(Adoption { name, stage, asked: options.targets.is_empty() || asked[id.0], became });
    }
    session.flush()?;
    let last = session.logged_keys();
    let keys = work.wanted().filter_map(|id| Some((work.name(id).to_owned(), had[id.0].as_ref()?.0)));
    let keys: BTreeMap<String, Key> = keys.filter(|(name, key)| last.get(name) != Some(key)).collect();
    if !keys.is_empty() {
        session.log_run(&Run {
            started,
            seconds: (options.clock)() - started,
            asked: options.asked.clone(),
            facts: options.facts.clone(),
            fresh: had.iter().flatten().count(),
            keys,
            ..Run::default()
        })?;
    }
    Ok(adoptions)
}

/// What is needed to adopt an instance.
struct Adopter<'a> {
    work: &'a Work<'a>,
    session: &'a Session<'a>,
    options: &'a Options<'a>,
    lock: Option<Lock>,
    started: f64,
}

type Had = (Key, Vec<RecordedOutput>);

impl Adopter<'_> {
    fn adopt(&self, id: InstanceId, had: &[Option<Had>]) -> Result<(Became, Had), Became> {
        let mut members =
            self.work.plan.instance(id).needs.iter().flat_map(|need| self.work.plan.members(need));
        if let Some(need) = members.find(|need| had[need.0].is_none()) {
            return Err(Became::Waits { on: self.work.name(*need).to_owned() });
        }
        let outputs = |id: InstanceId| {
            let (key, outputs) = had[id.0].as_ref().expect("all that it needs is there");
            (*key, outputs.as_slice())
        };
        let assembled = assemble(self.work, self.session, id, &outputs).map_err(Became::Failed)?;
        let key = assembled.key;
        if let Lookup::Found(outputs) = self.session.lookup(key).map_err(failed)? {
            return Ok((Became::Recorded, (key, outputs)));
        }
        let outputs =
            at_hand(self.work, self.session, self.lock.as_ref(), id, key).map_err(Became::Lacking)?;
        let outputs = self.record(id, &assembled, outputs)?;
        Ok((Became::Adopted, (key, outputs)))
    }

    /// Takes the outputs into the store, and records them under their key.
    fn record(
        &self,
        id: InstanceId,
        assembled: &Assembled,
        outputs: Vec<RecordedOutput>,
    ) -> Result<Vec<RecordedOutput>, Became> {
        let session = self.session;
        let places = &self.work.effective(id).map_err(Became::Failed)?.places;
        for output in &outputs {
            let place = OutputPlace::find(places, &output.name).expect("it was found there");
            let object = if output.is_folder() {
                session.put_bytes(b"", output.mode())
            } else {
                session.put_copy(place.as_str()).map(|(object, _)| object)
            };
            if object.map_err(failed)? != output.object {
                return Err(Became::Lacking(Lacking::Bytes { place: place.to_string() }));
            }
        }
        session.note_filled(places.iter().map(|place| &place.path)).map_err(failed)?;
        let mut facts = self.options.facts.clone();
        facts.insert(FACT.0.to_owned(), FACT.1.to_owned());
        let (instance, started) = (self.work.name(id).to_owned(), self.started);
        let observed = Observed { instance, started, seconds: 0.0, facts };
        let recorded = record(self.work, session, id, assembled, outputs, observed);
        recorded.map(|record| record.outputs).map_err(Became::Failed)
    }
}

fn failed(error: crate::store::StoreError) -> Became {
    Became::Failed(Failure::from(error))
}
