//! Recognises a project that was brought up to date, and what has changed in it since.
//!
//! Such a run ──[`keep`]──▶ the store's memo ──[`recall`], before a pipeline is even read──▶ [`Recalled`]
//!
//! Invariants
//! - The question holds all that an answer depends on besides files: this very program, `--set`, where the
//!   archive is, and the variables that stages name.
//! - Whatever is doubtful is no answer: the pipeline is then read and judged as if there were no memo.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::digest::{Canonical, Digest};
use crate::engine::{Cancel, Certain, Standing, Standstill, Summary};
use crate::kinds::{self, Archive};
use crate::spec::{Pipeline, Reading, Value};
use crate::store::{Detail, Look, Memo, Store, StoreError};

use super::Refusal;
use super::archive::{self, Network};
use super::environment::Environment;
use super::project::Project;
use super::same::same_experiments;

/// The details that are kept beside the answer.
const STANDINGS: &str = "standings";
const NEWS: &str = "news";
const READING: &str = "reading";

/// To how many instances one that stands otherwise is few: all of them need not be written again for it.
const FEW: usize = 64;

/// The file that draws the graph.
const PIPELINE: &str = "pipeline.yaml";

/// What there is to say of a project that is up to date, and what that depends on besides files.
#[derive(Serialize, Deserialize)]
pub struct Answer {
    /// How many instances are fresh.
    pub fresh: usize,
    /// The places that a run's summary names.
    pub places: Vec<String>,
    /// Why the data is generated, where it is.
    pub generated_because: Option<String>,
    /// Which variants are one experiment, line by line.
    pub same: Vec<String>,
    /// Whether the archive was looked for.
    archive: bool,
    /// The environment's variables that stages name.
    variables: Vec<String>,
    /// Digests of the details.
    standings: Digest,
    news: Digest,
    reading: Digest,
}

/// What a memo says of a project as it is now.
pub enum Recalled {
    /// Nothing has changed.
    Same(Answer),
    /// Something has, or nothing is known.
    Changed {
        /// The files that the pipeline is read from, looked at before they are.
        look: Look,
        /// The store, which knows them by now.
        store: Store,
        /// What is known nevertheless.
        part: Option<Box<Part>>,
    },
}

/// What is known of a project in which little has changed.
pub struct Part {
    /// Its pipeline as it is now.
    pub reading: Reading,
    /// What there is to go by.
    pub known: Known,
}

/// What is known without a look.
pub struct Known {
    /// The instances that need none.
    pub certain: Certain,
    /// The memo, for what is not looked at again.
    memo: Memo,
    /// The variables that stages name.
    variables: Vec<String>,
    /// Digest of how all stood when that was last written as a whole.
    whole: Digest,
    /// How those stand who have stood otherwise since.
    news: Vec<Standing>,
}

/// What is kept of a pipeline, which no run changes.
pub struct Draft {
    same: Vec<String>,
    reading: Vec<u8>,
    digest: Digest,
}

/// Gives what the memo says of a project as it is now.
///
/// # Errors
/// A [`Refusal`] when the archive can't be used, as when it is asked for without a memo.
pub fn recall(root: &Path, overrides: &[String], environment: &Environment) -> Result<Recalled, Refusal> {
    let store = Store::open(&root.join("artifacts"))?;
    let turn = store.turn();
    let known = known(root, &store, overrides, environment)?;
    // Without a memo there is only more to do.
    let compared = known.and_then(|(answer, mut memo)| {
        let changed = store.compare(&mut memo).ok()?;
        Some((answer, memo, changed))
    });
    match compared {
        Some((answer, _, changed)) if changed.is_empty() => Ok(Recalled::Same(answer)),
        compared => {
            let look = begin(root, &store);
            let part = compared.filter(|_| overrides.is_empty());
            let part = part
                .and_then(|(answer, memo, changed)| part_of(root, &store, &answer, memo, (changed, turn?)));
            Ok(Recalled::Changed { look, store, part: part.map(Box::new) })
        }
    }
}

/// Gives the answer for a project in which nothing has changed; `None` for any other.
///
/// # Errors
/// As [`recall`].
pub fn unchanged(
    root: &Path,
    overrides: &[String],
    environment: &Environment,
) -> Result<Option<Answer>, Refusal> {
    let store = Store::open(&root.join("artifacts"))?;
    let known = known(root, &store, overrides, environment)?;
    let same = |memo: &mut Memo| store.compare(memo).is_ok_and(|changed| changed.is_empty());
    Ok(known.and_then(|(answer, mut memo)| same(&mut memo).then_some(answer)))
}

impl Answer {
    /// Reads how each instance stands.
    pub fn standings(&self, root: &Path) -> Option<Vec<Standing>> {
        let (all, news) = standings(&Store::open(&root.join("artifacts")).ok()?, self)?;
        Some(Standing::renewed(all, news))
    }
}

/// Reads the memo, if it answers this question.
fn known(
    root: &Path,
    store: &Store,
    overrides: &[String],
    environment: &Environment,
) -> Result<Option<(Answer, Memo)>, Refusal> {
    let Some(memo) = store.memo() else { return Ok(None) };
    let Ok(answer) = serde_json::from_str::<Answer>(&memo.answer) else { return Ok(None) };
    let asked = if answer.archive {
        let found = archive::look(root, environment, Network::Untouched, &Cancel::default());
        Some(found.map_err(|error| Refusal::input(error.to_string()))?)
    } else {
        None
    };
    let question = question(overrides, environment, asked.as_ref(), &answer.variables);
    Ok((question == Some(memo.question)).then_some((answer, memo)))
}

/// Looks at the files that a pipeline is read from, before they are.
pub fn begin(root: &Path, store: &Store) -> Look {
    let mut look = Look::default();
    let stages = root.join("stages");
    store.look_at_folder(&mut look, &stages);
    store.look_at_file(&mut look, &root.join(PIPELINE));
    for entry in fs::read_dir(stages).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| !kind.is_dir()) {
            store.look_at_file(&mut look, &entry.path());
        }
    }
    look
}

/// Finds out what is known although some files have changed, since it was the store's turn.
fn part_of(
    root: &Path,
    store: &Store,
    answer: &Answer,
    mut memo: Memo,
    (changed, turn): (Vec<String>, u64),
) -> Option<Part> {
    let of_pipeline = |name: &String| {
        Path::new(name).starts_with("stages") || ["pipeline.lock", "artifacts"].contains(&name.as_str())
    };
    if !Certain::is_worth(&changed) || changed.iter().any(of_pipeline) {
        return None;
    }
    memo.forget(&changed);
    let (files, edited): (Vec<String>, Vec<String>) = changed.into_iter().partition(|name| name != PIPELINE);
    let schemas = kinds::schemas();
    let (reading, (standings, news)) = thread::scope(|scope| {
        let standings = scope.spawn(|| {
            let (all, news) = standings(store, answer)?;
            Some((Standing::renewed(all, news.clone()), news))
        });
        let reading = store.detail(READING, answer.reading);
        let reading = reading.and_then(|bytes| Reading::decode(&bytes, &schemas));
        let standings = standings.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Some((reading?, standings?))
    })?;
    store.read_ahead(turn);
    let is_lost_input = |file: &String| {
        !root.join(file).exists() && standings.iter().any(|standing| standing.files.contains(file))
    };
    let reads_pipeline = |standing: &Standing| standing.reads_or_wrote(PIPELINE);
    if !edited.is_empty() && standings.iter().any(reads_pipeline) || files.iter().any(is_lost_input) {
        // A stage that reads the pipeline itself, or a mistake in it, which is told with its line.
        return None;
    }
    let (mut reading, stages) =
        if edited.is_empty() { (reading, BTreeSet::new()) } else { reading.edited(root, &schemas)? };
    let certain = Certain::but(standings, &files, &stages, turn)?;
    // Other kinds read what they need from the store, where only a look at everything finds damage; a command
    // reads it at its place, which has just been compared.
    reading.complete(&certain.doubtful_stages(), &schemas)?;
    let variables = answer.variables.clone();
    let known = Known { certain, memo, variables, whole: answer.standings, news };
    Some(Part { reading, known })
}

/// Reads how all stood once, and how those stand who have stood otherwise since.
fn standings(store: &Store, answer: &Answer) -> Option<(Vec<Standing>, Vec<Standing>)> {
    Some((detail(store, STANDINGS, answer.standings)?, detail(store, NEWS, answer.news)?))
}

fn detail<T: DeserializeOwned>(store: &Store, name: &str, digest: Digest) -> Option<T> {
    postcard::from_bytes(&store.detail(name, digest)?).ok()
}

/// Writes down what is to be kept of a pipeline; this can be done while it runs.
pub fn draft(project: &Project) -> Option<Draft> {
    let reading = project.lines.encode(&project.pipeline)?;
    Some(Draft { same: same_experiments(&project.pipeline).ok()?, digest: Digest::of(&reading), reading })
}

/// Keeps how all stands after a run that left nothing to do; without it the next one takes longer, no more.
/// What the run took as certain is as `before` saw it.
///
/// # Errors
/// [`StoreError`] when the memo can't be written.
pub fn keep(
    project: &Project,
    (overrides, environment): (&[String], &Environment),
    read: Look,
    summary: &mut Summary,
    places: Vec<String>,
    draft: Option<Draft>,
    before: Option<&Known>,
) -> Result<(), StoreError> {
    let Some((Standstill { mut look, standings }, draft)) = summary.standstill.take().zip(draft) else {
        return Ok(());
    };
    look.join(read);
    let mut variables = variables(&project.pipeline);
    if let Some(before) = before {
        // Of stages that were not looked at only these are known.
        variables.extend(before.variables.iter().cloned());
        variables.sort();
        variables.dedup();
    }
    let Some(question) = question(overrides, environment, project.archive.as_ref(), &variables) else {
        return Ok(());
    };
    let Some((whole, mut details, news)) = encode(standings, before) else { return Ok(()) };
    let answer = Answer {
        fresh: summary.reports.len(),
        places,
        generated_because: project.generated_because.clone(),
        same: draft.same,
        archive: project.archive.is_some(),
        variables,
        standings: whole,
        news,
        reading: draft.digest,
    };
    details.push(Detail { name: READING, bytes: draft.reading });
    let Ok(answer) = serde_json::to_string(&answer) else { return Ok(()) };
    project.store.memorise(question, &answer, &details, &look, before.map(|before| &before.memo))
}

/// Writes down how all stands, where little of it is news only that; gives the digests of the whole and of the news.
fn encode(standings: Vec<Standing>, before: Option<&Known>) -> Option<(Digest, Vec<Detail>, Digest)> {
    let mut details = Vec::new();
    let mut add = |name, bytes: Result<Vec<u8>, postcard::Error>| {
        let bytes = bytes.ok()?;
        let digest = Digest::of(&bytes);
        details.push(Detail { name, bytes });
        Some(digest)
    };
    let (whole, news) = match before {
        Some(before) => {
            let news = before.news.iter().cloned().chain(standings);
            let news: BTreeMap<String, Standing> = news.map(|it| (it.name.clone(), it)).collect();
            let news: Vec<Standing> = news.into_values().collect();
            let all = before.certain.with(&news);
            if news.len() * FEW <= all.len() {
                (before.whole, news)
            } else {
                (add(STANDINGS, postcard::to_stdvec(&all))?, Vec::new())
            }
        }
        None => (add(STANDINGS, postcard::to_stdvec(&standings))?, Vec::new()),
    };
    let news = add(NEWS, postcard::to_stdvec(&news))?;
    Some((whole, details, news))
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
