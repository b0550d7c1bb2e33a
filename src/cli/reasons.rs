//! Reasons and instances as `--json` prints them.

use serde::Serialize;
use serde_json::{Value as Json, json};

use recount_engine::{Outcome, Reason, Report};

/// One reason, for programs.
#[derive(Serialize)]
pub struct ReasonEntry {
    /// What sort of reason it is, in one word: `parameter`, `input`, `code` and so on.
    pub what: &'static str,
    /// What changed, where it has a name.
    pub name: Option<String>,
    /// What it was.
    pub old: Json,
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
            Reason::Kind { old, new } => ("kind", None, json!(old), json!(new)),
            Reason::Code { kind } => ("code", Some(kind), Json::Null, Json::Null),
            Reason::Parameter { name, old, new } => ("parameter", Some(name), json!(old), json!(new)),
            Reason::Items { name, removed, added } => ("items", Some(name), json!(removed), json!(added)),
            Reason::Seed { old, new } => ("seed", None, json!(old), json!(new)),
            Reason::Input { name, old, new } => ("input", Some(name), json!(old), json!(new)),
            Reason::File { name, old, new } => ("file", Some(name), json!(old), json!(new)),
            Reason::FileForm { old, new } => ("file-form", Some(old), json!(old), json!(new)),
            Reason::Cited { name, old, new } => ("run", Some(name), json!(old), json!(new)),
            Reason::RecordMissing => ("record-missing", None, Json::Null, Json::Null),
            Reason::RecordCorrupt => ("record-corrupt", None, Json::Null, Json::Null),
            Reason::ObjectMissing { output } => ("object-missing", Some(output), Json::Null, Json::Null),
            Reason::ObjectCorrupt { output } => ("object-corrupt", Some(output), Json::Null, Json::Null),
        };
        Self { what, name: name.cloned(), old, new, text: reason.to_string() }
    }
}

/// Gives what became of an instance in a run, or its state in a status.
pub fn report_as_json(report: &Report) -> Json {
    let (outcome, with) = match &report.outcome {
        Outcome::Fresh => ("fresh", None),
        Outcome::Ran { .. } => ("ran", None),
        Outcome::Shared { with } => ("same-experiment", Some(with)),
        Outcome::Failed(_) => ("failed", None),
        Outcome::Skipped { because } => ("skipped", Some(because)),
        Outcome::Stopped => ("not-begun", None),
        Outcome::Stale { .. } => ("stale", None),
        Outcome::Depends { on } => ("waits", Some(on)),
    };
    let (reasons, seconds, failure) = match &report.outcome {
        Outcome::Ran { reasons, seconds } => (reasons.as_slice(), Some(seconds), None),
        Outcome::Stale { reasons } => (reasons.as_slice(), None, None),
        Outcome::Failed(failure) => (&[][..], None, Some(failure.to_string())),
        _ => (&[][..], None, None),
    };
    json!({
        "instance": report.name,
        "outcome": outcome,
        "key": report.key,
        "reasons": reasons.iter().map(ReasonEntry::of).collect::<Vec<_>>(),
        "with": with,
        "seconds": seconds,
        "message": failure,
        "written": report.written,
    })
}
