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

use serde::{Deserialize, Serialize};

use crate::digest::{Canonical, Digest};
use crate::engine::{Cancel, Certain, Standing, Standstill, Summary};
use crate::kinds::{self, Archive};
use crate::spec::{Edited, Parameters, Pipeline, Reading, Value};
use crate::store::{Detail, Look, Memo, Store, StoreError};

use super::Refusal;
use super::archive::{self, Network};
use super::environment::Environment;
use super::project::Project;
use super::same::same_experiments;

/// The details that are kept beside the answer.
const STANDINGS: &str = "standings";
const READING: &str = "reading";

/// To how many instances one that stands otherwise is few: all of them need not be written again for it.
const FEW: usize = 64;

/// How many stages may be read again at each start: from more on the pipeline is worth writing down anew.
const READ_AGAIN: usize = 16;

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
    /// The settings of the stages that have been edited since the pipeline was written down.
    edited: BTreeMap<String, Parameters>,
    /// How those stand who have stood otherwise since the standings were written as a whole.
    news: Vec<Standing>,
    /// Digests of the details.
    standings: Digest,
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
    /// The pipeline as it was written down, where that is not to be done anew.
    written: Option<Written>,
}

/// A pipeline that was written down, and what of it has been edited since.
#[derive(Clone)]
struct Written {
    digest: Digest,
    edited: BTreeMap<String, Parameters>,
}

/// What is kept of a pipeline, which no run changes.
pub struct Draft {
    same: Vec<String>,
    written: Written,
    /// What is yet to be put on the disk of it.
    detail: Option<Detail>,
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
            let small = compared.filter(|_| overrides.is_empty());
            let kept =
                small.and_then(|(answer, memo, changed)| Kept::read(&store, answer, memo, changed, turn?));
            match kept.and_then(|kept| kept.part(root)) {
                Some((look, part)) => Ok(Recalled::Changed { look, store, part: Some(Box::new(part)) }),
                None => Ok(Recalled::Changed { look: begin(root, &store), store, part: None }),
            }
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

impl Known {
    /// Says whether the pipeline is to be written down anew.
    pub fn is_to_be_written(&self) -> bool {
        self.written.is_none()
    }
}

impl Answer {
    /// Reads how each instance stands.
    pub fn standings(&self, store: &Store) -> Option<Vec<Standing>> {
        let all = postcard::from_bytes(&store.detail(STANDINGS, self.standings)?).ok()?;
        Some(Standing::renewed(all, self.news.clone()))
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

/// What was kept of a project in which few files have changed since.
struct Kept {
    answer: Answer,
    memo: Memo,
    /// The files that changed, named from the project.
    changed: Vec<String>,
    /// The store's turn when that was so.
    turn: u64,
    reading: Reading,
    standings: Vec<Standing>,
}

impl Kept {
    /// Reads it, and has read ahead what a run will need; `None` where too much has changed to go by it.
    fn read(store: &Store, answer: Answer, mut memo: Memo, changed: Vec<String>, turn: u64) -> Option<Self> {
        let of_pipeline = |name: &String| {
            Path::new(name).starts_with("stages") || ["pipeline.lock", "artifacts"].contains(&name.as_str())
        };
        if !Certain::is_worth(&changed) || changed.iter().any(of_pipeline) {
            return None;
        }
        let (reading, standings) = thread::scope(|scope| {
            let standings = scope.spawn(|| answer.standings(store));
            store.read_ahead(turn);
            let reading = store.detail(READING, answer.reading);
            let reading = reading.and_then(|bytes| Reading::decode(&bytes, &kinds::schemas()));
            let standings = standings.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            Some((reading?, standings?))
        })?;
        memo.forget(&changed);
        Some(Self { answer, memo, changed, turn, reading, standings })
    }

    /// Finds out what is known although these files have changed, and gives what was read for that.
    fn part(self, root: &Path) -> Option<(Look, Part)> {
        let Self { answer, memo, changed, turn, reading, standings } = self;
        let (edited, files): (Vec<String>, Vec<String>) =
            changed.into_iter().partition(|name| name == PIPELINE);
        let is_lost_input = |file: &String| {
            !root.join(file).exists() && standings.iter().any(|standing| standing.files.contains(file))
        };
        let reads_pipeline = |standing: &Standing| standing.reads_or_wrote(PIPELINE);
        if !edited.is_empty() && standings.iter().any(reads_pipeline) || files.iter().any(is_lost_input) {
            // A stage that reads the pipeline itself, or a mistake in it, which is told with its line.
            return None;
        }
        let schemas = kinds::schemas();
        // What was written down may be from before the last run.
        let Edited { mut reading, stages, read } = reading.edited(root, &schemas)?;
        let mut look = Look::default();
        look.file(PIPELINE, Digest::of(reading.lines.text().as_bytes()));
        let certain = Certain::but(standings, &files, &differing(&stages, &answer.edited), turn)?;
        // Other kinds read what they need from the store, where only a look at everything finds damage; a
        // command reads it at its place, which has just been compared.
        reading.complete(&certain.doubtful_stages(), &schemas)?;
        let written = (read <= READ_AGAIN).then_some(Written { digest: answer.reading, edited: stages });
        let Answer { variables, standings: whole, news, .. } = answer;
        Some((look, Part { reading, known: Known { certain, memo, variables, whole, news, written } }))
    }
}

/// Names the stages that have other settings on one side, or have been edited on one side only.
fn differing(one: &BTreeMap<String, Parameters>, other: &BTreeMap<String, Parameters>) -> BTreeSet<String> {
    let names = one.keys().chain(other.keys());
    names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// Writes down what is to be kept of a pipeline; this can be done while it runs.
pub fn draft(project: &Project, before: Option<&Known>) -> Option<Draft> {
    let same = same_experiments(&project.pipeline).ok()?;
    if let Some(written) = before.and_then(|before| before.written.clone()) {
        return Some(Draft { same, written, detail: None });
    }
    let bytes = project.lines.encode(&project.pipeline)?;
    let written = Written { digest: Digest::of(&bytes), edited: BTreeMap::new() };
    Some(Draft { same, written, detail: Some(Detail { name: READING, bytes }) })
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
    mut before: Option<&mut Known>,
) -> Result<(), StoreError> {
    let Some((Standstill { mut look, standings }, draft)) = summary.standstill.take().zip(draft) else {
        return Ok(());
    };
    look.join(read);
    let mut variables = variables(&project.pipeline);
    if let Some(before) = &before {
        // Of stages that were not looked at only these are known.
        variables.extend(before.variables.iter().cloned());
        variables.sort();
        variables.dedup();
    }
    let Some(question) = question(overrides, environment, project.archive.as_ref(), &variables) else {
        return Ok(());
    };
    let Some((whole, detail, news)) = encode(standings, before.as_deref()) else { return Ok(()) };
    let answer = Answer {
        fresh: summary.reports.len(),
        places,
        generated_because: project.generated_because.clone(),
        same: draft.same,
        archive: project.archive.is_some(),
        variables,
        edited: draft.written.edited,
        news,
        standings: whole,
        reading: draft.written.digest,
    };
    let details: Vec<Detail> = detail.into_iter().chain(draft.detail).collect();
    let Ok(answer) = serde_json::to_string(&answer) else { return Ok(()) };
    project.store.memorise(question, &answer, &details, &look, before.as_mut().map(|before| &mut before.memo))
}

/// Gives the digest of how all stood when that was written as a whole, with what is news since; writes all down
/// where that is much.
fn encode(
    standings: Vec<Standing>,
    before: Option<&Known>,
) -> Option<(Digest, Option<Detail>, Vec<Standing>)> {
    let whole = |all: postcard::Result<Vec<u8>>| {
        let bytes = all.ok()?;
        Some((Digest::of(&bytes), Some(Detail { name: STANDINGS, bytes }), Vec::new()))
    };
    let Some(before) = before else { return whole(postcard::to_stdvec(&standings)) };
    let news = before.news.iter().cloned().chain(standings);
    let news: BTreeMap<String, Standing> = news.map(|it| (it.name.clone(), it)).collect();
    let news: Vec<Standing> = news.into_values().collect();
    if news.len() * FEW <= before.certain.of_how_many() {
        return Some((before.whole, None, news));
    }
    whole(postcard::to_stdvec(&before.certain.with(&news)))
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
