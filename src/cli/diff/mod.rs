//! `recount diff`: what changed between two revisions' locks, which measures it moved, and whether beyond noise.
//!
//! lock at REV, lock at REV or now ──▶ instances whose keys differ ──store, project, git──▶ changes and measures ──▶ table
//!
//! | file | its duty |
//! |---|---|
//! | `causes` | what lies behind an instance's change |
//! | `measures`, `noise` | the numbers that moved; whether by more than the seeds' spread |
//! | `text` | all of it as text |
//!
//! Invariants
//! - Seeds of one variant are one row: its values are their means, and their spread is the noise, with the validation set's.
//! - What is nowhere any more is said, and never guessed.

mod causes;
mod measures;
mod noise;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;

use recount_engine::instance_name::InstanceName;
use recount_engine::{LOCK_FILE, Lock};

use super::arguments::DiffArguments;
use super::git::Git;
use super::outputs::OutputFinder;
use super::reasons::ReasonEntry;
use super::stored::Stored;
use super::{CliError, json};
use causes::Causes;
use measures::{MeasurePlace, measures};
use noise::{Noise, Sample, Sampling, judge, mean};

/// What `--json` prints.
#[derive(Serialize)]
struct DiffResult {
    from: String,
    to: String,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<Changed>,
    /// Instances of which an output with measures can't be found on a side.
    lacking: Vec<Lacking>,
}

/// Instances that differ in nothing but the seed, some of which have another key.
#[derive(Serialize)]
struct Changed {
    instances: Vec<String>,
    causes: Vec<Cause>,
    measures: Vec<Moved>,
}

#[derive(Serialize)]
struct Cause {
    instance: String,
    #[serde(flatten)]
    reason: ReasonEntry,
}

#[derive(Serialize)]
struct Moved {
    output: String,
    pointer: String,
    listed: bool,
    old: Option<f64>,
    new: Option<f64>,
    difference: Option<f64>,
    noise: Option<Noise>,
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
    /// What it says.
    pub lock: Lock,
}

/// Carries `recount diff` out.
///
/// # Errors
/// A [`CliError`] without git, or for a revision that has no lock.
pub fn diff(args: &DiffArguments) -> Result<(), CliError> {
    let stored = Stored::open(&args.project)?;
    let git = Git::of(&stored.root, &stored.cancel)?.ok_or_else(no_git)?;
    let old = side_at(&git, &args.from)?;
    let new = match &args.to {
        Some(revision) => side_at(&git, revision)?,
        None => {
            let lock = read(stored.lock_text()?.map(String::into_bytes), "the project")?;
            Side { name: "now", commit: None, lock }
        }
    };
    let body = compare(&stored, &git, &old, &new)?;
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

fn compare(stored: &Stored, git: &Git, from: &Side<'_>, to: &Side<'_>) -> Result<DiffResult, CliError> {
    let (old, new) = (&from.lock, &to.lock);
    let only = |one: &Lock, other: &Lock| {
        let names = one.lines.keys().filter(|name| !other.lines.contains_key(*name));
        names.cloned().collect::<Vec<String>>()
    };
    let mut body = DiffResult {
        from: from.name.to_owned(),
        to: to.name.to_owned(),
        added: only(new, old),
        removed: only(old, new),
        changed: Vec::new(),
        lacking: Vec::new(),
    };
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in old.lines.keys().filter(|name| new.lines.contains_key(*name)) {
        groups.entry(InstanceName::of(name).without_seed()).or_default().push(name);
    }
    groups.retain(|_, members| members.iter().any(|name| old.lines.get(*name) != new.lines.get(*name)));
    let mut finder = OutputFinder::of(&stored.store);
    let members: Vec<&str> = groups.values().flatten().copied().collect();
    for side in [from, to] {
        finder.fetch((&stored.root, Some(git)), side.commit.as_deref(), &side.lock, &members)?;
    }
    // An instance that changed by itself comes before those that changed because of it.
    let mut roots = Vec::new();
    let mut causes = Causes::between(&stored.store, old, new);
    for (row, members) in groups {
        let mut changed = Changed {
            instances: members.iter().map(|name| (*name).to_owned()).collect(),
            causes: Vec::new(),
            measures: Vec::new(),
        };
        let mut samples: BTreeMap<MeasurePlace, Sample> = BTreeMap::new();
        for name in &members {
            for side in [from, to] {
                let Some(found) = measures(&finder, &side.lock.lines[*name]) else {
                    body.lacking.push(Lacking { instance: (*name).to_owned(), side: side.name.to_owned() });
                    continue;
                };
                for (place, value) in found {
                    let sample = samples.entry(place).or_default();
                    if std::ptr::eq(side, from) { sample.old.push(value) } else { sample.new.push(value) }
                }
            }
            for (instance, reason) in causes.of(name)? {
                let instance = InstanceName::of(&instance).without_seed();
                let text = reason.to_string();
                if !changed.causes.iter().any(|cause| cause.instance == instance && cause.reason.text == text)
                {
                    changed.causes.push(Cause { instance, reason: ReasonEntry::of(&reason) });
                }
            }
        }
        changed.measures =
            samples.iter().filter_map(|(place, sample)| moved(place, sample, &samples)).collect();
        match changed.causes.iter().all(|cause| cause.instance == row) {
            true => roots.push(changed),
            false => body.changed.push(changed),
        }
    }
    body.changed.splice(..0, roots);
    Ok(body)
}

fn moved(place: &MeasurePlace, sample: &Sample, all: &BTreeMap<MeasurePlace, Sample>) -> Option<Moved> {
    if sample.old == sample.new {
        return None;
    }
    let of = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
    let (old, new) = (of(&sample.old), of(&sample.new));
    let both = old.zip(new);
    let sides: [fn(&Sample) -> &[f64]; 2] = [|sample| &sample.old, |sample| &sample.new];
    let sampling = sides.map(|side| Sampling::of(place, all, side));
    Some(Moved {
        output: place.output.clone(),
        pointer: place.pointer.clone(),
        listed: place.listed,
        old,
        new,
        difference: both.map(|(old, new)| new - old),
        noise: both.map(|_| judge(sample, sampling)),
    })
}
