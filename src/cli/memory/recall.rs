//! What the memo answers, or what is known nevertheless where a little has changed.
//!
//! memo + what files look like now ──▶ [`Recalled`]: nothing has changed, or a [`Part`] of the project is known

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use crate::kinds;
use recount_engine::digest::Digest;
use recount_engine::spec::{Edited, Parameters, Reading};
use recount_engine::store::{Look, Memo, Store};
use recount_engine::{Cancel, Certain, Standing};

use super::super::Refusal;
use super::super::archive::{self, Network};
use super::super::environment::Environment;
use super::{Answer, Known, READING, Written, question, standings};

/// How many stages may be read again at each start: from more on the pipeline is worth writing down anew.
const READ_AGAIN: usize = 16;

/// The file that draws the graph.
const PIPELINE: &str = "pipeline.yaml";

/// What a memo says of a project as it is now.
pub enum Recalled {
    /// Nothing has changed.
    Same(Answer),
    /// Something has, or nothing is known.
    Changed {
        /// Those of the files that the pipeline is read from which the memo does not have as they are.
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
        // One thread for all that is read beside the pipeline: each one's first memory takes as long as a memo.
        let (beside, ahead) = (Store::open(store.folder()).ok()?, store.read_ahead(turn));
        let (whole, news) = (answer.standings, answer.news.clone());
        let (sender, receiver) = mpsc::channel();
        let read = move || {
            drop(sender.send(standings(&beside, whole, news)));
            ahead();
        };
        thread::Builder::new().spawn(read).ok()?;
        let reading = Reading::decode(&store.detail(READING, answer.reading)?, &kinds::schemas())?;
        let standings = receiver.recv().ok()??;
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
        if !edited.is_empty() {
            let text = reading.lines.text().as_bytes();
            if fs::metadata(root.join(PIPELINE)).ok()?.len() != text.len() as u64 {
                // A byte order mark is no part of the text, and one of the file.
                return None;
            }
            look.file(PIPELINE, Digest::of(text));
        }
        let certain = Certain::but(standings, &files, &differing(&stages, &answer.edited), turn)?;
        // Other kinds read what they need from the store, where only a look at everything finds damage; a
        // command reads it at its place, which has just been compared.
        reading.complete(&certain.doubtful_stages(), &schemas)?;
        let written = (read <= READ_AGAIN).then_some(Written { checksum: answer.reading, edited: stages });
        let Answer { variables, standings: whole, news, .. } = answer;
        Some((look, Part { reading, known: Known { certain, memo, variables, whole, news, written } }))
    }
}

/// Names the stages that have other settings on one side, or have been edited on one side only.
fn differing(one: &BTreeMap<String, Parameters>, other: &BTreeMap<String, Parameters>) -> BTreeSet<String> {
    let names = one.keys().chain(other.keys());
    names.filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
