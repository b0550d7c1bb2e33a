//! Recognises a project in which nothing has changed since a run that found nothing to do.
//!
//! Such a run ──[`keep`]──▶ the store's memo ──[`recall`], before a pipeline is even read──▶ its [`Answer`]
//!
//! Invariants
//! - The question holds all that an answer depends on besides files: this very program, `--set`, where the
//!   archive is, and the variables that stages name.
//! - Whatever is doubtful is no answer: the pipeline is then read and judged as if there were no memo.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::digest::{Canonical, Digest};
use crate::engine::{Cancel, Summary};
use crate::kinds::Archive;
use crate::spec::{Pipeline, Value};
use crate::store::{Look, Store};

use super::Refusal;
use super::archive::{self, Network};
use super::environment::Environment;
use super::project::Project;

/// What a run said that found nothing to do, and what that depended on besides files.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// How many instances were fresh.
    pub fresh: usize,
    /// The places that its summary named.
    pub places: Vec<String>,
    /// Why the data is generated, where it is.
    pub generated_because: Option<String>,
    /// Whether the archive was looked for.
    archive: bool,
    /// The environment's variables that stages name.
    variables: Vec<String>,
}

/// Begins a look, at the files that a pipeline is read from; to be called before they are.
pub fn begin(root: &Path, store: &Store) -> Look {
    let mut look = store.look();
    let stages = root.join("stages");
    store.look_at_folder(&mut look, &stages);
    for name in ["pipeline.yaml", "pipeline.lock"] {
        store.look_at_file(&mut look, &root.join(name));
    }
    for entry in fs::read_dir(stages).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
            store.look_at_file(&mut look, &entry.path());
        }
    }
    look
}

/// Gives the answer of the last look, if everything is as it was then.
///
/// # Errors
/// A [`Refusal`] when the archive can't be used, as when it is asked for without a memo.
pub fn recall(
    root: &Path,
    overrides: &[String],
    environment: &Environment,
) -> Result<Option<Answer>, Refusal> {
    let store = Store::open(&root.join("artifacts"))?;
    let Some(mut memo) = store.memo() else { return Ok(None) };
    let Ok(answer) = serde_json::from_str::<Answer>(&memo.answer) else { return Ok(None) };
    let asked = if answer.archive {
        let found = archive::look(root, environment, Network::Untouched, &Cancel::default());
        Some(found.map_err(|error| Refusal::input(error.to_string()))?)
    } else {
        None
    };
    let question = question(overrides, environment, asked.as_ref(), &answer.variables);
    // Without a memo there is only more to do.
    let holds = question == Some(memo.question) && store.holds(&mut memo).unwrap_or(false);
    Ok(holds.then_some(answer))
}

/// Keeps what a run said that found nothing to do; without it the next one takes longer, no more.
pub fn keep(
    project: &Project,
    overrides: &[String],
    environment: &Environment,
    read: Look,
    summary: &mut Summary,
    places: Vec<String>,
) {
    let Some(mut look) = summary.look.take() else { return };
    look.join(read);
    let variables = variables(&project.pipeline);
    let Some(question) = question(overrides, environment, project.archive.as_ref(), &variables) else {
        return;
    };
    let answer = Answer {
        fresh: summary.fresh(),
        places,
        generated_because: project.generated_because.clone(),
        archive: project.archive.is_some(),
        variables,
    };
    if let Ok(answer) = serde_json::to_string(&answer) {
        drop(project.store.memorise(question, answer, &look));
    }
}

/// Names the variables that stages of any kind have in an `env`.
fn variables(pipeline: &Pipeline) -> Vec<String> {
    let named = pipeline.stages.iter().filter_map(|stage| stage.base.parameters.get("env"));
    let mut names: Vec<String> = named
        .filter_map(|names| match names {
            Value::List(names) => Some(names),
            _ => None,
        })
        .flatten()
        .filter_map(|name| name.as_text().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn question(
    overrides: &[String],
    environment: &Environment,
    archive: Option<&Archive>,
    variables: &[String],
) -> Option<Digest> {
    let mut question = Canonical::default();
    question.field(environment.program.as_ref()?.to_string().as_bytes());
    question.field(&(overrides.len() as u64).to_le_bytes());
    for argument in overrides {
        question.field(argument.as_bytes());
    }
    question.field(format!("{archive:?}").as_bytes());
    for name in variables {
        let value = environment.variables.iter().find(|(own, _)| own == name).map(|(_, value)| value);
        question.field(name.as_bytes()).field(format!("{value:?}").as_bytes());
    }
    Some(question.finish())
}
