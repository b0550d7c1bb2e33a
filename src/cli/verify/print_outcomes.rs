//! What a second run gave, as text and as JSON.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::difference::first_difference;
use crate::audit::RunClosure;
use crate::print;
use crate::time::duration;
use recount_engine::store::Store;
use recount_engine::{Checked, Difference, Failure, Reason, Verification, VerifyOutcome};

type Facts = BTreeMap<String, String>;

/// Prints a line for each instance, and the counts; `facts` are those of this program.
pub(super) fn print_outcomes(verification: &Verification, store: &Store, facts: &Facts) {
    // Those that wait for the same one share a line: it can be the whole pipeline.
    let alike = |one: &Checked, other: &Checked| match (&one.outcome, &other.outcome) {
        (VerifyOutcome::Waits { on }, VerifyOutcome::Waits { on: also }) => on == also,
        _ => false,
    };
    for group in verification.checked.chunk_by(alike) {
        let [Checked { name, outcome }, rest @ ..] = group else { continue };
        let (word, detail) = match outcome {
            VerifyOutcome::Equal => ("equal", String::new()),
            VerifyOutcome::Differs(difference) => {
                let detail = detail(difference, store, facts);
                ("differs", format!(" · {}: {detail}", difference.output))
            }
            VerifyOutcome::Unrecorded(reasons) => ("unknown", format!(" · {}", unrecorded(reasons))),
            VerifyOutcome::Waits { on } => ("unknown", format!(" · {}", waits(on))),
            // What a program printed was shown when it failed.
            VerifyOutcome::Failed(failure) => ("failed", format!(" · {}", failure.headline())),
            VerifyOutcome::NotRun => ("skipped", String::new()),
        };
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        print::result(&format!("{word:<7} {name}{more}{detail}"));
    }
    let equal = verification.checked.iter().filter(|it| matches!(it.outcome, VerifyOutcome::Equal)).count();
    let rest = verification.checked.len() - equal;
    let rest = if rest > 0 { format!(" · not confirmed {rest}") } else { String::new() };
    print::result(&format!("equal {equal}{rest} · {}", duration(verification.seconds)));
}

/// Says why there is nothing to compare an instance with.
fn unrecorded(reasons: &[Reason]) -> String {
    let reasons: Vec<String> = reasons.iter().map(Reason::to_string).collect();
    format!("nothing is recorded to compare it with: {}", reasons.join("; "))
}

fn waits(on: &str) -> String {
    format!("nothing is recorded of `{on}`, which it needs")
}

/// Says where an output begins to differ, and what was not the same when it was recorded.
fn detail(difference: &Difference, store: &Store, facts: &Facts) -> String {
    let record = difference.key.and_then(|key| store.record(key).ok()?);
    let recorded = record.map(|record| record.observed.facts).unwrap_or_default();
    let others = facts.iter().filter_map(|(name, now)| {
        let then = recorded.get(name).filter(|then| *then != now)?;
        Some(format!("; recorded with {name} {then}, now {now}"))
    });
    place(difference) + &String::from_iter(others)
}

/// Says where an output begins to differ.
fn place(difference: &Difference) -> String {
    let read = |path: &Option<PathBuf>| path.as_ref().map(fs::read).transpose();
    match (read(&difference.recorded), read(&difference.again)) {
        (Ok(Some(recorded)), Ok(Some(again))) => first_difference(&difference.output, &recorded, &again)
            .map_or_else(|| "it may be executed in one of the two".to_owned(), |place| place.to_string()),
        (Ok(None), _) => "it is not recorded".to_owned(),
        (_, Ok(None)) => "the second run did not write it".to_owned(),
        (Err(error), _) | (_, Err(error)) => format!("it can't be read: {error}"),
    }
}

/// Gives the same for programs.
pub(super) fn as_json(
    verification: &Verification,
    numbers: &[RunClosure],
    store: &Store,
    facts: &Facts,
) -> Value {
    let instances = verification.checked.iter().map(|Checked { name, outcome }| {
        let (verdict, output, detail) = match outcome {
            VerifyOutcome::Equal => ("equal", None, None),
            VerifyOutcome::Differs(difference) => {
                ("differs", Some(difference.output.as_str()), Some(detail(difference, store, facts)))
            }
            VerifyOutcome::Unrecorded(reasons) => ("unrecorded", None, Some(unrecorded(reasons))),
            VerifyOutcome::Waits { on } => ("unrecorded", None, Some(waits(on))),
            VerifyOutcome::Failed(failure) => ("failed", None, Some(Failure::to_string(failure))),
            VerifyOutcome::NotRun => ("not_run", None, None),
        };
        json!({ "instance": name, "verdict": verdict, "output": output, "detail": detail })
    });
    let numbers = numbers.iter().map(|number| {
        let instances: Vec<&str> = number.instances.iter().map(|(instance, _)| instance.as_str()).collect();
        json!({ "asked": number.words, "references": number.references, "instances": instances })
    });
    json!({
        "equal": verification.is_equal(),
        "numbers": numbers.collect::<Vec<_>>(),
        "instances": instances.collect::<Vec<_>>(),
        "seconds": verification.seconds,
    })
}
