//! `recount verify`: runs a chain again from the raw data, and says whether it gives the same bits.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::engine::{self, Checked, Difference, Failure, Found, Options, Outcome, Verification};
use crate::lab::difference::first_difference;
use crate::lab::random::Random;
use crate::store::Store;

use super::archive::Network;
use super::arguments::VerifyArguments;
use super::environment::Environment;
use super::estimate::duration;
use super::progress::Progress;
use super::project::{self, Project};
use super::{Refusal, json, say};

/// What the scratch folders' names begin with.
const PREFIX: &str = "verify-";

/// Carries `recount verify` out.
///
/// # Errors
/// A [`Refusal`]: bad input, a difference, a failed stage, or Ctrl-C.
pub fn verify(words: &VerifyArguments, environment: &Environment) -> Result<(), Refusal> {
    let project = Project::open(&words.settings, environment, Network::Untouched)?;
    let targets = targets(&project, words, environment)?;
    let options = Options {
        jobs: words.jobs.map_or(environment.cores, usize::from),
        targets,
        // One difference is no reason to leave the others unseen, and none of this is the project's own run.
        keep_going: true,
        lock: false,
        ..project::options(environment)
    };
    sweep(&project.store);
    let failed = |error: std::io::Error| Refusal::failed(format!("there is no folder to run in: {error}"));
    fs::create_dir_all(project.store.folder()).map_err(failed)?;
    let scratch =
        tempfile::Builder::new().prefix(PREFIX).tempdir_in(project.store.folder()).map_err(failed)?;
    let progress = Progress::new(environment.terminal);
    let Project { root, pipeline, kinds, store, cancel, .. } = project;
    let verification =
        engine::verify(&root, &pipeline, kinds, &store, scratch.path(), &options, &progress, &cancel)?;
    if verification.cancelled {
        return Err(Refusal::stopped());
    }
    if words.settings.project.json {
        json::result("verify", &as_json(&verification));
    } else {
        tell(&verification);
    }
    let different = verification.checked.iter().filter(|it| !matches!(it.found, Found::Equal)).count();
    if different == 0 {
        return Ok(());
    }
    let of = verification.checked.len();
    Err(Refusal::failed(format!("{different} of {of} instances could not be confirmed")))
}

/// Finds what to verify: what is named, all, or a sample of what is recorded.
fn targets(
    project: &Project,
    words: &VerifyArguments,
    environment: &Environment,
) -> Result<Vec<String>, Refusal> {
    if words.all || !words.targets.is_empty() {
        return Ok(words.targets.clone());
    }
    let options = project::options(environment);
    let status = engine::status(&project.root, &project.pipeline, &project.kinds, &project.store, &options)?;
    let recorded = status.reports.iter().filter(|report| matches!(report.outcome, Outcome::Fresh));
    // An instance without coordinates needs all the others: that is what `--all` is for.
    let repeated = recorded.filter(|report| !report.point.coordinates().is_empty());
    let mut names: Vec<String> = repeated.map(|report| report.name.clone()).collect();
    if names.is_empty() {
        return Err(Refusal::input(
            "nothing is recorded that a sample could be taken of\nhelp: run the pipeline first: recount run",
        ));
    }
    Random::new(now(), "instances to verify").shuffle(&mut names);
    names.truncate(words.sample.map_or(1, usize::from));
    say::note(&format!("sample  {}", names.join(" ")));
    Ok(names)
}

/// Gives nanoseconds that differ from call to call.
#[expect(clippy::disallowed_methods, reason = "the command line may read the clock")]
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

/// Removes the folders that killed verifications left: those whose lock nobody holds.
fn sweep(store: &Store) {
    for entry in fs::read_dir(store.folder()).into_iter().flatten().flatten() {
        let scratch = entry.path().join("store");
        let is_ours =
            entry.file_name().to_string_lossy().starts_with(PREFIX) && scratch.join("lock").is_file();
        let free = || Store::open(&scratch).and_then(|store| Ok(store.lock(|| false)?.is_some()));
        if is_ours && free().unwrap_or(false) {
            // What can't be removed now is swept by the next one.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

fn tell(verification: &Verification) {
    for Checked { name, found } in &verification.checked {
        let (word, rest) = match found {
            Found::Equal => ("equal", String::new()),
            Found::Differs(difference) => {
                ("differs", format!(" · {}: {}", difference.output, place(difference)))
            }
            Found::Unrecorded => ("unknown", " · nothing is recorded to compare it with".to_owned()),
            Found::Failed(failure) => ("failed", format!(" · {failure}")),
            Found::NotRun => ("skipped", String::new()),
        };
        say::result(&format!("{word:<7} {name}{rest}"));
    }
    let equal = verification.checked.iter().filter(|it| matches!(it.found, Found::Equal)).count();
    let rest = verification.checked.len() - equal;
    let rest = if rest > 0 { format!(" · not confirmed {rest}") } else { String::new() };
    say::result(&format!("equal {equal}{rest} · {}", duration(verification.seconds)));
}

/// Says where an output begins to differ.
fn place(difference: &Difference) -> String {
    let read = |path: &Option<std::path::PathBuf>| path.as_ref().map(fs::read).transpose();
    match (read(&difference.recorded), read(&difference.again)) {
        (Ok(Some(recorded)), Ok(Some(again))) => first_difference(&difference.output, &recorded, &again)
            .map_or_else(|| "it may be executed in one of the two".to_owned(), |place| place.to_string()),
        (Ok(None), _) => "it is not recorded".to_owned(),
        (_, Ok(None)) => "the second run did not write it".to_owned(),
        (Err(error), _) | (_, Err(error)) => format!("it can't be read: {error}"),
    }
}

fn as_json(verification: &Verification) -> Value {
    let instances = verification.checked.iter().map(|Checked { name, found }| {
        let (verdict, output, detail) = match found {
            Found::Equal => ("equal", None, None),
            Found::Differs(difference) => {
                ("differs", Some(difference.output.as_str()), Some(place(difference)))
            }
            Found::Unrecorded => ("unrecorded", None, None),
            Found::Failed(failure) => ("failed", None, Some(Failure::to_string(failure))),
            Found::NotRun => ("not_run", None, None),
        };
        json!({ "instance": name, "verdict": verdict, "output": output, "detail": detail })
    });
    json!({
        "equal": verification.is_equal(),
        "instances": instances.collect::<Vec<_>>(),
        "seconds": verification.seconds,
    })
}
