//! `recount diff`: what changed between two revisions' locks, which measures it moved, and whether beyond noise.
//!
//! lock at REV, lock at REV or now ──▶ instances whose keys differ ──store, project, git──▶ changes and measures ──▶ table
//!
//! | file | its duty |
//! |---|---|
//! | `causes` | what caused an instance's change |
//! | `measures` | the numbers on both sides, declared measures first |
//! | `text` | all of it as text |
//!
//! Invariants
//! - Repeats of one variant are one row, and line up; whether it has moved is for the one rule of comparison to say.
//! - What is nowhere any more is said, and never guessed.

mod causes;
mod measures;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use recount_engine::instance_name::InstanceName;
use recount_engine::spec::{self, Pipeline, Stage};
use recount_engine::store::Store;
use recount_engine::{LOCK_FILE, Lock, read_lock_text};
use recount_report::statistics::{self, Repeats};

use super::arguments::DiffArguments;
use super::environment::Environment;
use super::git::Git;
use super::kinds::schemas;
use super::outputs::OutputFinder;
use super::reasons::ReasonEntry;
use super::stored::Stored;
use super::{CliError, json};
use causes::Causes;
use measures::{MeasureName, Sides};

/// What `--json` prints.
#[derive(Serialize)]
struct DiffResult {
    from: String,
    to: String,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<Changed>,
    /// The rows that are added and removed: instances without their repeats.
    #[serde(skip)]
    rows: [BTreeSet<String>; 2],
    /// Instances of which an output with measures can't be found on a side.
    lacking: Vec<Lacking>,
}

/// Instances that differ in nothing but the seed, some of which have another key.
#[derive(Serialize)]
struct Changed {
    /// What they are called without their repeats.
    name: String,
    instances: Vec<String>,
    causes: Vec<Cause>,
    measures: Vec<Moved>,
    /// The declared measures that instances lack now, with why.
    unread: Vec<String>,
}

#[derive(Serialize)]
struct Cause {
    instance: String,
    #[serde(flatten)]
    reason: ReasonEntry,
}

#[derive(Serialize)]
struct Moved {
    /// The measure's name, or the number's address.
    name: String,
    declared: bool,
    listed: bool,
    old: Option<f64>,
    new: Option<f64>,
    difference: Option<f64>,
    /// `higher`, `lower` or `unclear`; `new` or `gone` where only one side has it.
    relation: String,
    /// Why it is unclear.
    reason: Option<String>,
    p: Option<f64>,
}

#[derive(Serialize)]
struct Lacking {
    instance: String,
    side: String,
}

/// One of the two locks.
pub(super) struct Side<'s> {
    name: &'s str,
    /// Its commit; `None` where it is the project's, as it is now.
    pub commit: Option<String>,
    pub lock: Lock,
}

/// Carries `recount diff` out.
///
/// # Errors
/// A [`CliError`] without git, or for a revision that has no lock.
pub fn diff(args: &DiffArguments, environment: &Environment) -> Result<(), CliError> {
    let stored = Stored::open(&args.project)?;
    let git = Git::of(&stored.root, &stored.cancel)?.ok_or_else(no_git)?;
    let old = side_at(&git, &args.from)?;
    let new = match &args.to {
        Some(revision) => side_at(&git, revision)?,
        None => Side { name: "now", commit: None, lock: lock_of(&stored.store)? },
    };
    // A pipeline that can't be read now has no declared measures; what has changed since is asked of locks alone.
    let pipeline = spec::load(&stored.root, &schemas(&*environment.kinds), &[]).ok();
    let body = compare(&stored, &git, pipeline.as_ref(), [&old, &new])?;
    if args.project.json {
        json::result("diff", &body);
    } else {
        text::print_body(&body, args.all);
    }
    Ok(())
}

/// Says that there are no revisions.
pub(super) fn no_git() -> CliError {
    CliError::input(
        "the project is in no git repository, so it has no revisions\n\
         help: `git init` begins one; commit `pipeline.lock` after a run",
    )
}

/// Reads the lock of a revision.
///
/// # Errors
/// A [`CliError`] for an unknown revision, and for one without a lock.
pub(super) fn side_at<'s>(git: &Git, revision: &'s str) -> Result<Side<'s>, CliError> {
    let commit = git.commit(revision)?.ok_or_else(|| {
        let help = if git.is_shallow() {
            "this clone has a part of the history alone: `git fetch --unshallow` gets the rest"
        } else {
            "a revision is a commit, a branch or a tag, such as HEAD~1: `git log --oneline` lists commits"
        };
        CliError::input(format!("git knows no revision `{revision}`\nhelp: {help}"))
    })?;
    let lock = read(git.at(&commit, &[LOCK_FILE])?.pop_first(), &format!("`{revision}`"))?;
    Ok(Side { name: revision, commit: Some(commit), lock })
}

/// Reads the lock of a project as it is now.
///
/// # Errors
/// A [`CliError`] where there is none, or it is damaged.
pub(super) fn lock_of(store: &Store) -> Result<Lock, CliError> {
    let text = read_lock_text(store.project());
    let text = text.map_err(|error| CliError::failed(format!("`{LOCK_FILE}` can't be read: {error}")))?;
    read(text.map(String::into_bytes), "the project")
}

/// Reads a lock's text; `whose` it is, is for the message.
///
/// # Errors
/// A [`CliError`] where there is none, or it is damaged.
pub(super) fn read(text: Option<Vec<u8>>, whose: &str) -> Result<Lock, CliError> {
    let text = text.ok_or_else(|| {
        CliError::input(format!(
            "{whose} has no `{LOCK_FILE}`\nhelp: `recount run` writes it; commit it then"
        ))
    })?;
    str::from_utf8(&text)
        .ok()
        .and_then(Lock::parse)
        .ok_or_else(|| CliError::input(format!("the `{LOCK_FILE}` of {whose} is damaged or in conflict")))
}

fn compare(
    stored: &Stored,
    git: &Git,
    pipeline: Option<&Pipeline>,
    [from, to]: [&Side<'_>; 2],
) -> Result<DiffResult, CliError> {
    let (old, new) = (&from.lock, &to.lock);
    let only = |one: &Lock, other: &Lock| {
        let names = one.lines.keys().filter(|name| !other.lines.contains_key(*name));
        names.cloned().collect::<Vec<String>>()
    };
    let [added, removed] = [only(new, old), only(old, new)];
    // Of a row that the other side has too, it is single instances that are new or gone.
    let rows = [(&added, old), (&removed, new)].map(|(names, other)| {
        let known: BTreeSet<String> = other.lines.keys().map(|name| row(name, pipeline)).collect();
        let named = |name: &String| Some(row(name, pipeline)).filter(|row| !known.contains(row));
        names.iter().map(|name| named(name).unwrap_or_else(|| name.clone())).collect()
    });
    let mut body = DiffResult {
        from: from.name.to_owned(),
        to: to.name.to_owned(),
        added,
        removed,
        rows,
        changed: Vec::new(),
        lacking: Vec::new(),
    };
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in old.lines.keys().filter(|name| new.lines.contains_key(*name)) {
        groups.entry(row(name, pipeline)).or_default().push(name);
    }
    groups.retain(|_, members| members.iter().any(|name| old.lines.get(*name) != new.lines.get(*name)));
    let mut finder = OutputFinder::of(&stored.store);
    let members: Vec<&str> = groups.values().flatten().copied().collect();
    for side in [from, to] {
        finder.fetch((&stored.root, Some(git)), side.commit.as_deref(), &side.lock, &members, pipeline)?;
    }
    // An instance that changed by itself comes before those that changed because of it.
    let mut roots = Vec::new();
    let mut causes = Causes::between(&stored.store, old, new);
    for (row_name, members) in groups {
        let stage = pipeline.and_then(|pipeline| stage_of(pipeline, &row_name));
        let declared = stage.map_or(&[][..], |stage| &stage.measures);
        let lacks = |name: &str, side: usize| {
            let side = [from, to][side].name.to_owned();
            body.lacking.push(Lacking { instance: name.to_owned(), side });
        };
        let units = stage.map_or_else(|| vec!["seed"], Stage::repeats);
        let units: Vec<String> = units.into_iter().map(str::to_owned).collect();
        let numbers = measures::read(&finder, &members, [old, new], (declared, &units), lacks);
        let is_paired = stage.is_some_and(|stage| {
            stage.repeats().first().is_some_and(|unit| stage.paired.iter().any(|paired| paired == unit))
        });
        let repeats = if is_paired { Repeats::Paired } else { Repeats::Independent };
        let mut changed = Changed {
            name: row_name.clone(),
            instances: members.iter().map(|name| (*name).to_owned()).collect(),
            causes: Vec::new(),
            measures: numbers.found.iter().filter_map(|(name, sides)| moved(name, sides, repeats)).collect(),
            unread: numbers.unread,
        };
        for name in &members {
            for (instance, reason) in causes.of(name)? {
                let instance = row(&instance, pipeline);
                let text = reason.to_string();
                if !changed.causes.iter().any(|cause| cause.instance == instance && cause.reason.text == text)
                {
                    changed.causes.push(Cause { instance, reason: ReasonEntry::of(&reason) });
                }
            }
        }
        match changed.causes.iter().all(|cause| cause.instance == row_name) {
            true => roots.push(changed),
            false => body.changed.push(changed),
        }
    }
    body.changed.splice(..0, roots);
    Ok(body)
}

fn stage_of<'p>(pipeline: &'p Pipeline, instance: &str) -> Option<&'p Stage> {
    pipeline.stages.iter().find(|stage| stage.name == InstanceName::of(instance).stage)
}

/// Gives the name of the row that an instance belongs to: without the coordinates that its stage's results are
/// aggregated over.
fn row(instance: &str, pipeline: Option<&Pipeline>) -> String {
    let repeats = pipeline.and_then(|pipeline| stage_of(pipeline, instance)).map(Stage::repeats);
    InstanceName::of(instance).without(&repeats.unwrap_or_else(|| vec!["seed"]))
}

fn moved(name: &MeasureName, sides: &Sides, repeats: Repeats) -> Option<Moved> {
    let [old, new] = sides.samples();
    if old.values() == new.values() {
        return None;
    }
    let comparison = statistics::compare(&new, &old, repeats);
    let is_on_both = old.summary().is_some() && new.summary().is_some();
    let [old, new] = [old, new].map(|sample| sample.summary().map(|summary| summary.mean));
    let reason = comparison.reason().map(|reason| reason.to_string());
    Some(Moved {
        name: name.name.clone(),
        declared: name.is_declared(),
        listed: name.listed,
        old,
        new,
        difference: comparison.difference,
        relation: match (old, new) {
            (None, _) => "new".to_owned(),
            (_, None) => "gone".to_owned(),
            _ => comparison.relation.to_string(),
        },
        reason: reason.filter(|_| is_on_both),
        p: comparison.p,
    })
}
