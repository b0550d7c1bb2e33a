//! Runs one instance: from an assembled recipe to a record, or a failure that leaves nothing.
//!
//! scratch folder ──kind's run──▶ outputs ──unchanged inputs?──▶ objects ──▶ record
//!
//! Invariants
//! - Inputs that changed while the run went on make its outputs worthless: they are not recorded.
//! - Checkpoints outlive a run that was killed, stopped or failed; they go when the run is recorded.
//! - A panic in a kind is the failure of that instance alone.

use std::any::Any;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::decide::assemble::{Assembled, cited_runs};
use crate::decide::files::{difference, project_files};
use crate::exec::leftover::Running;
use crate::kind::{Content, Effective, Failure, Job, Output, Watch};
use crate::plan::graph::InstanceId;
use crate::plan::work::Work;
use crate::schedule::options::Options;
use crate::store::{Observed, Places, Record, RecordedOutput, Session, StoreError, is_executable};

/// Runs an instance and records what it made; `meanwhile` is what can be done while a program runs.
pub(crate) fn execute(
    work: &Work<'_>,
    session: &Session<'_>,
    options: &Options<'_>,
    id: InstanceId,
    assembled: &Assembled,
    watch: &dyn Watch,
    meanwhile: &dyn Fn(),
) -> Result<Record, Failure> {
    let effective = work.effective(id)?;
    let kind = work.kind(id);
    if kind.writes_in_place() {
        keep_edited(work, session, &work.details(id).places, watch)?;
    }
    let scratch = session.scratch(!kind.writes_in_place())?;
    if work.is_forced(id) {
        // Whoever asks for a run again asks for the whole of it.
        session.drop_checkpoints(assembled.key)?;
    }
    let checkpoints = session.checkpoints(assembled.key);
    if kind.cites() {
        // What has only just run is cited by its record.
        session.flush()?;
    }
    let cited = cited_runs(session, &assembled.recipe)?;
    let (recipe, places) = (OnceCell::new(), OnceCell::new());
    let job = Job {
        context: work.context(id),
        instance: work.name(id),
        effective,
        inputs: &assembled.inputs,
        files: &assembled.files,
        cited: &cited,
        scratch: &scratch,
        checkpoints: &checkpoints,
        log: &session.log_path(work.name(id)),
        watch,
        meanwhile: &|| {
            recipe.get_or_init(|| assembled.recipe.to_json());
            places.get_or_init(|| session.watch(&assembled.places));
            meanwhile();
        },
    };
    let started = (options.clock)();
    let result = catch_unwind(AssertUnwindSafe(|| kind.run(&job))).unwrap_or_else(|panic| Err(bug(&*panic)));
    let seconds = (options.clock)() - started;
    let record = result.and_then(|outputs| {
        let written = in_place(&outputs);
        let places = places.into_inner().unwrap_or_else(|| session.watch(&assembled.places));
        let record = refuse_changed(work, session, effective, (assembled, places), id)
            .and_then(|()| keep(session, outputs))
            .and_then(|outputs| {
                let instance = work.name(id).to_owned();
                let observed = Observed { instance, started, seconds, facts: options.facts.clone() };
                let recipe = recipe.into_inner().unwrap_or_else(|| assembled.recipe.to_json());
                let record = Record { key: assembled.key, recipe, outputs, observed };
                session.commit(&record)?;
                Ok(record)
            });
        if record.is_err() {
            // What is not recorded must not pass for an output; the reason of the failure is told already.
            written.iter().for_each(|path| drop(fs::remove_file(path)));
        }
        record
    });
    if kind.writes_in_place() {
        // A note that stays would have the next run remove what is recorded by then.
        Running::forget(&scratch).map_err(|error| {
            Failure::new(format!("`{}` can't be written: {error}", Running::note_file(&scratch).display()))
        })?;
    }
    session.give_back(scratch);
    record
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

fn in_place(outputs: &[Output]) -> Vec<PathBuf> {
    let path = |output: &Output| match &output.content {
        Content::InPlace(path) => Some(path.clone()),
        Content::Bytes(_) | Content::Scratch(_) => None,
    };
    outputs.iter().filter_map(path).collect()
}

fn keep(session: &Session<'_>, outputs: Vec<Output>) -> Result<Vec<RecordedOutput>, Failure> {
    let mut names = BTreeSet::new();
    let mut recorded = Vec::with_capacity(outputs.len());
    for Output { name, place, content } in outputs {
        if !names.insert(name.clone()) {
            return Err(Failure::new(format!("it made two outputs called `{name}`")));
        }
        let (object, executable) = match content {
            Content::Bytes(bytes) => (session.put_bytes(&bytes)?, false),
            Content::Scratch(path) => {
                let executable = is_executable(&path)?;
                (session.put_file(&path)?, executable)
            }
            Content::InPlace(path) => {
                let executable = is_executable(&path)?;
                (session.put_copy(&path)?, executable)
            }
        };
        recorded.push(RecordedOutput { name, object, place, executable });
    }
    Ok(recorded)
}

fn refuse_changed(
    work: &Work<'_>,
    session: &Session<'_>,
    effective: &Effective,
    (assembled, places): (&Assembled, Places<'_>),
    id: InstanceId,
) -> Result<(), Failure> {
    let after = project_files(&work.ground, &effective.files, session)?;
    let edited = || session.changed(places);
    match difference(&assembled.files, &after).or_else(edited) {
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

fn keep_edited(
    work: &Work<'_>,
    session: &Session<'_>,
    places: &[String],
    watch: &dyn Watch,
) -> Result<(), Failure> {
    for place in places {
        let start = work.root.join(place);
        if fs::symlink_metadata(&start).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            continue;
        }
        for entry in WalkDir::new(start).follow_root_links(false).sort_by_file_name() {
            let entry = entry.map_err(|error| Failure::new(format!("`{place}` can't be read: {error}")))?;
            if (entry.file_type().is_file() || entry.path_is_symlink())
                && let Some(kept) = session.keep_edited(entry.path())?
            {
                watch.notice(&kept_line(work.root, entry.path(), &kept));
            }
        }
    }
    Ok(())
}

/// Says that something no run of this store had made stood at a place, and where it is now.
pub(crate) fn kept_line(root: &Path, place: &Path, kept: &Path) -> String {
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    let (place, kept) = (relative(place), relative(kept));
    format!("`{place}` differs from what this store has made; the earlier file is kept at `{kept}`")
}

fn bug(panic: &(dyn Any + Send)) -> Failure {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let text = text.unwrap_or_else(|| "no message".to_owned());
    Failure::new(format!("internal error: {text}")).with_help("this is a bug in recount: please report it")
}
