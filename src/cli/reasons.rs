//! Reasons and instances as `--json` prints them.

use serde::Serialize;
use serde_json::Value as Json;

use recount_engine::digest::Key;
use recount_engine::{Outcome, Reason, Report};

/// Gives anything of a reason as JSON; digests and values always can be.
fn json(value: impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

/// One reason, for programs.
#[derive(Serialize)]
pub struct ReasonEntry {
    /// What sort of reason it is, in one word: `parameter`, `input`, `code` and so on.
    pub what: &'static str,
    /// What changed, where it has a name.
    pub name: Option<String>,
    /// What it was.
    pub old: Json,
    /// What it is.
    pub new: Json,
    /// The whole reason, as a person reads it.
    pub text: String,
}

impl ReasonEntry {
    /// Takes a reason apart.
    pub fn of(reason: &Reason) -> Self {
        let (what, name, old, new) = match reason {
            Reason::NeverRun => ("never-run", None, Json::Null, Json::Null),
            Reason::Forced => ("forced", None, Json::Null, Json::Null),
            Reason::Kind { old, new } => ("kind", None, json(old), json(new)),
            Reason::Code { kind } => ("code", Some(kind), Json::Null, Json::Null),
            Reason::Parameter { name, old, new } => ("parameter", Some(name), json(old), json(new)),
            Reason::Items { name, removed, added } => ("items", Some(name), json(removed), json(added)),
            Reason::Seed { old, new } => ("seed", None, json(old), json(new)),
            Reason::Input { name, old, new } => ("input", Some(name), json(old), json(new)),
            Reason::File { name, old, new } => ("file", Some(name), json(old), json(new)),
            Reason::Cited { name, old, new } => ("run", Some(name), json(old), json(new)),
            Reason::RecordMissing => ("record-missing", None, Json::Null, Json::Null),
            Reason::RecordCorrupt => ("record-corrupt", None, Json::Null, Json::Null),
            Reason::ObjectMissing { output } => ("object-missing", Some(output), Json::Null, Json::Null),
            Reason::ObjectCorrupt { output } => ("object-corrupt", Some(output), Json::Null, Json::Null),
        };
        Self { what, name: name.cloned(), old, new, text: reason.to_string() }
    }
}

/// One instance of a run or a status, for programs.
#[derive(Serialize)]
pub struct InstanceEntry<'r> {
    instance: &'r str,
    /// `fresh`, `ran`, `same-experiment`, `failed`, `skipped`, `not-begun`, `stale` or `waits`.
    outcome: &'static str,
    key: Option<Key>,
    reasons: Vec<ReasonEntry>,
    /// The instance that it shares a run with, that failed, or that it waits for.
    with: Option<&'r str>,
    seconds: Option<f64>,
    message: Option<String>,
    /// The files of the project that were written, or that a run would write, though the instance is fresh.
    written: &'r [String],
}

impl<'r> InstanceEntry<'r> {
    /// Takes what became of an instance.
    pub fn of(report: &'r Report) -> Self {
        let mut entry = Self {
            instance: &report.name,
            outcome: "",
            key: report.key,
            reasons: Vec::new(),
            with: None,
            seconds: None,
            message: None,
            written: &report.written,
        };
        match &report.outcome {
            Outcome::Fresh => entry.outcome = "fresh",
            Outcome::Ran { reasons, seconds } => {
                entry.outcome = "ran";
                entry.reasons = reasons.iter().map(ReasonEntry::of).collect();
                entry.seconds = Some(*seconds);
            }
            Outcome::Shared { with } => {
                (entry.outcome, entry.with) = ("same-experiment", Some(with.as_str()))
            }
            Outcome::Failed(failure) => {
                (entry.outcome, entry.message) = ("failed", Some(failure.to_string()))
            }
            Outcome::Skipped { because } => (entry.outcome, entry.with) = ("skipped", Some(because.as_str())),
            Outcome::Stopped => entry.outcome = "not-begun",
            Outcome::Stale { reasons } => {
                entry.outcome = "stale";
                entry.reasons = reasons.iter().map(ReasonEntry::of).collect();
            }
            Outcome::Depends { on } => (entry.outcome, entry.with) = ("waits", Some(on.as_str())),
        }
        entry
    }
}
