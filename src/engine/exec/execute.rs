//! Runs one instance: from an assembled recipe to a record, or a failure that leaves nothing.
//!
//! scratch folder ──kind's run──▶ outputs ──unchanged inputs?──▶ objects ──▶ record
//!
//! Invariants
//! - Inputs that changed while the run went on make its outputs worthless: they are not recorded.
//! - Checkpoints outlive a run that was killed, stopped or failed; they go when the run is recorded.
//! - A panic in a kind is the failure of that instance alone.

use std::any::Any;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::decide::assemble::{Assembled, FoundOutput, cited_runs};
use crate::decide::work::Work;
use crate::exec::recovery::Running;
use crate::kind::{Failure, Job, Output, OutputContent, Watch};
use crate::options::Options;
use crate::plan::graph::InstanceId;
use crate::store::{KeptEdit, Observed, Record, RecordedOutput, Scratch, Session, StoreError};

/// How many outputs a message names.
const NAMED_OUTPUTS: usize = 10;

/// Runs an instance and records what it made.
pub(crate) fn execute(
    work: &Work<'_>,
    session: &Session<'_>,
    options: &Options<'_>,
    id: InstanceId,
    assembled: &Assembled,
    watch: &dyn Watch,
) -> Result<Record, Failure> {
    let effective = work.effective(id)?;
    let kind = work.kind(id);
    let in_place = kind.writes_in_place();
    let mut kept = Vec::new();
    if in_place {
        session.note_filled(effective.places.iter().map(|place| &place.path))?;
        for place in &effective.places {
            kept.extend(session.keep_edited(&place.path)?);
        }
    }
    let scratch = session.scratch(!in_place)?;
    if work.is_forced(id) {
        // Whoever asks for a run again asks for the whole of it.
        session.drop_checkpoints(assembled.key)?;
    }
    if !in_place {
        session.remove_foreign_checkpoints(assembled.key)?;
    }
    let checkpoints = session.checkpoints(assembled.key);
    if kind.cites() {
        // What has only just run is cited by its record.
        session.flush()?;
    }
    let cited = if kind.cites_sameness() { Vec::new() } else { cited_runs(session, &assembled.recipe)? };
    let files = if in_place { Vec::new() } else { assembled.project.all_files() };
    let log = session.log_path(work.name(id));
    let job = Job {
        context: work.context(id),
        instance: work.name(id),
        effective,
        inputs: &assembled.inputs,
        files: &files,
        cited: &cited,
        cited_bytes: &|object| session.read_object(object).ok(),
        same: &assembled.recipe.cited,
        scratch: &scratch.path,
        checkpoints: &checkpoints,
        log: &log,
        project: session.project(),
        need_folders: &|stage| work.need_folders(id, stage),
        watch,
    };
    let started = (options.clock)();
    let result = catch_unwind(AssertUnwindSafe(|| kind.run(&job))).unwrap_or_else(|panic| Err(bug(&*panic)));
    let seconds = (options.clock)() - started;
    let recorded = result.and_then(|outputs| {
        refuse_changed(work, session, assembled, id)
            .and_then(|()| store_outputs(session, &scratch, outputs))
            .and_then(|outputs| {
                refuse_unmade(work, id, &outputs)?;
                let instance = work.name(id).to_owned();
                let observed = Observed { instance, started, seconds, facts: options.facts.clone() };
                record(work, session, id, assembled, outputs, observed)
            })
    });
    // In a clone without a store the outputs that git keeps are made again: then nothing was a person's.
    for kept in kept.iter().filter(|kept| recorded.is_err() || !session.was_made_again(kept)) {
        watch.notice(&format_kept(kept));
    }
    if in_place && recorded.is_err() {
        // A file that is not recorded must not pass for an output, and nobody can say which bytes a person wrote during the run.
        for place in &effective.places {
            drop(session.clear_place(&place.path));
        }
    }
    if in_place {
        // A note that stays would have the next run remove what is recorded by then.
        Running::forget(session.base, &scratch.name).map_err(|error| {
            let note = Running::note_file(&scratch.path);
            Failure::new(format!("`{}`, the note of its program, can't be removed: {error}", note.display()))
        })?;
    }
    session.remove_scratch(&scratch);
    recorded
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if error.is_stopped() { Self::Cancelled } else { Self::new(error.to_string()) }
    }
}

fn store_outputs(
    session: &Session<'_>,
    scratch: &Scratch,
    outputs: Vec<Output>,
) -> Result<Vec<RecordedOutput>, Failure> {
    let mut names = BTreeSet::new();
    let mut recorded = Vec::with_capacity(outputs.len());
    for Output { name, content } in outputs {
        if !names.insert(name.clone()) {
            return Err(Failure::new(format!("it made two outputs called `{name}`")));
        }
        let (object, mode) = match content {
            OutputContent::Bytes(bytes) => (session.put_bytes(&bytes, 0o644)?, 0o644),
            OutputContent::Scratch(file) => session.put_file(&format!("{}/{file}", scratch.name))?,
            OutputContent::InPlace(path) => session.put_copy(path.as_str())?,
        };
        recorded.push(RecordedOutput::new(name, object, mode));
    }
    Ok(recorded)
}

/// Records an instance's outputs, which are in the store, with the listings of the folders that it read.
pub(crate) fn record(
    work: &Work<'_>,
    session: &Session<'_>,
    id: InstanceId,
    assembled: &Assembled,
    outputs: Vec<RecordedOutput>,
    observed: Observed,
) -> Result<Record, Failure> {
    let trees = assembled.project.trees.iter();
    let listings = trees.map(|tree| session.put_bytes(tree.listing.as_bytes(), 0o644));
    let record = Record {
        key: assembled.key,
        recipe: assembled.recipe.to_json(),
        outputs,
        listings: listings.collect::<Result<_, _>>()?,
        stand_in: work.is_stand_in(id),
        observed,
    };
    session.commit(&record)?;
    Ok(record)
}

fn refuse_changed(
    work: &Work<'_>,
    session: &Session<'_>,
    assembled: &Assembled,
    id: InstanceId,
) -> Result<(), Failure> {
    let input = || work.changed_input(id, session, &assembled.project, Duration::ZERO);
    let output = || {
        let mut found = assembled.found.iter();
        found.find_map(|FoundOutput { need, name, object }| {
            let place = work.place_of(*need, name)?;
            session.has_changed(&place, *object).then(|| place.to_string())
        })
    };
    match input().or_else(output) {
        None => Ok(()),
        Some(file) => {
            let instance = work.name(id);
            Err(Failure::new(format!(
                "`{file}` changed while `{instance}` ran, so its outputs are not recorded"
            ))
            .with_help("run again, once the file stays as it is"))
        }
    }
}

/// Refuses an output that the stage says is only observed, and that was not made.
fn refuse_unmade(work: &Work<'_>, id: InstanceId, outputs: &[RecordedOutput]) -> Result<(), Failure> {
    let stage = work.context(id).stage;
    let is_made = |name: &String| {
        outputs.iter().any(|made| made.name == *name || name.ends_with('/') && made.name.starts_with(name))
    };
    let Some(name) = stage.observed.iter().find(|name| !is_made(name)) else { return Ok(()) };
    let mut made: Vec<String> =
        outputs.iter().take(NAMED_OUTPUTS).map(|made| format!("`{}`", made.name)).collect();
    if outputs.len() > NAMED_OUTPUTS {
        made.push(format!("{} more", outputs.len() - NAMED_OUTPUTS));
    }
    Err(Failure::new(format!("it made no output `{name}`, which its `observed` names"))
        .with_help(format!("its outputs are {}", made.join(", "))))
}

/// Says that something no run of this store had made was at a place, and where it is now.
pub(crate) fn format_kept(kept: &KeptEdit) -> String {
    let (place, now) = (&kept.place, kept.now.display());
    format!("`{place}` differs from what this store has made; the earlier file is kept at `{now}`")
}

fn bug(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "no message".to_owned());
    Failure::new(format!("internal error: {text}")).with_help("this is a bug in recount: please report it")
}
