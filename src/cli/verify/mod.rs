//! `recount verify`: runs a chain again from the raw data, and says whether it gives the same bits.
//!
//! words ──selection──▶ targets ──engine, in a scratch store──▶ what the second run gave ──print──▶ text or JSON

mod difference;
mod print_outcomes;
mod selection;

use std::fs;
use std::path::Path;

use recount_engine::store::Store;
use recount_engine::{self as engine, Options, VerifyOutcome};

use super::arguments::VerifyArguments;
use super::environment::Environment;
use super::progress::Progress;
use super::project::Project;
use super::run_facts::program_facts;
use super::stored;
use super::{CliError, json, print};
use selection::VerifySelection;

/// What the scratch folders' names begin with.
const PREFIX: &str = "verify-";

/// Carries `recount verify` out.
///
/// # Errors
/// A [`CliError`]: bad input, a difference, a failed stage, or Ctrl-C.
pub fn verify(args: &VerifyArguments, environment: &Environment) -> Result<(), CliError> {
    let project = Project::open(&args.settings, environment)?;
    print::stand_in(project.stand_in.as_ref(), environment.colour);
    let selection = VerifySelection::of(&project, args, environment)?;
    let options = Options {
        jobs: args.jobs.map_or(environment.cores, usize::from),
        targets: selection.targets.clone(),
        // One difference is no reason to leave the others unseen, and none of this is the project's own run.
        keep_going: true,
        lock: false,
        ..project.options(&args.settings, environment)
    };
    selection.check_keys(&project, &options)?;
    stored::catch_stop(&project.cancel)?;
    remove_orphaned_folders(&project.store);
    let failed = |error: std::io::Error| CliError::failed(format!("there is no folder to run in: {error}"));
    fs::create_dir_all(project.store.path()).map_err(failed)?;
    let scratch = tempfile::Builder::new().prefix(PREFIX).tempdir_in(project.store.path()).map_err(failed)?;
    let progress = Progress::new(environment, false);
    let (Project { root, pipeline, store, cancel, .. }, kinds) = (&project, project.new_kinds(environment));
    let verification =
        engine::verify(root, pipeline, kinds, store, scratch.path(), &options, &progress, cancel)?;
    if verification.cancelled {
        return Err(CliError::stopped());
    }
    let facts = program_facts(environment);
    if args.settings.project.json {
        json::result("verify", &print_outcomes::as_json(&verification, &selection.numbers, store, &facts));
    } else {
        print_outcomes::print_outcomes(&verification, store, &facts);
    }
    let count =
        |of: fn(&VerifyOutcome) -> bool| verification.checked.iter().filter(|it| of(&it.outcome)).count();
    let (of, equal) = (verification.checked.len(), count(|outcome| matches!(outcome, VerifyOutcome::Equal)));
    if equal == of {
        return Ok(());
    }
    if count(|outcome| {
        matches!(outcome, VerifyOutcome::Unrecorded(_) | VerifyOutcome::Waits { .. } | VerifyOutcome::NotRun)
    }) == of
    {
        return Err(CliError::failed(
            "nothing was run: this store has no results of what was asked for\n\
             help: `recount run` makes and records them; `recount status` says why they are not there",
        ));
    }
    Err(CliError::failed(format!("{} of {of} instances could not be confirmed", of - equal)))
}

/// Removes the folders that killed verifications left: those whose lock nobody holds.
fn remove_orphaned_folders(store: &Store) {
    for entry in fs::read_dir(store.path()).into_iter().flatten().flatten() {
        let project = entry.path().join("project");
        // A link in the place of one of them is nobody's to empty.
        let is_folder = |path: &Path| fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
        let is_ours = entry.file_name().to_string_lossy().starts_with(PREFIX)
            && [entry.path(), project.clone(), project.join("artifacts")].iter().all(|path| is_folder(path));
        let free = || Store::open(&project).and_then(|store| Ok(store.lock(|| false)?.is_some()));
        if is_ours && free().unwrap_or(false) {
            // What can't be removed now is removed by the next one.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}
