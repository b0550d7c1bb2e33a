//! Runs on the audit page: those that differ in nothing but the seed share what they have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::week3::audit::file::{AuditFile, RunEntry};
use recount_engine::digest::ObjectId;
use recount_engine::instance_name::InstanceName;

use super::line;

/// How many objects of a run are told; the audit file has all.
const OBJECTS: usize = 4;

/// Writes every run with an anchor.
pub(super) fn write(text: &mut String, file: &AuditFile) {
    text.push_str("\n## Runs\n\nA run is known by its key, the digest of all that determined it.\n");
    text.push_str("Objects are named by the first digits of their digests.\n\n");
    let codes: BTreeSet<(&str, String)> =
        file.runs.iter().map(|run| (run.kind.as_str(), run.code.to_string())).collect();
    let codes: Vec<String> = codes.iter().map(|(kind, code)| format!("- `{kind}` `{code}`\n")).collect();
    write!(text, "The code of each kind:\n\n{}\n", codes.concat()).expect("a String takes any text");
    let alike = |one: &RunEntry, other: &RunEntry| {
        one.kind == other.kind
            && one.parameters == other.parameters
            && points(one).is_some_and(|points| Some(points) == self::points(other))
    };
    let mut index = 0;
    for group in file.runs.chunk_by(alike) {
        match points(&group[0]) {
            Some(points) => {
                line(text, &format!("- {}{}", quoted(&points), settings(&group[0])));
                for run in group {
                    let seed = run
                        .instances
                        .first()
                        .and_then(|name| InstanceName::of(name).seed())
                        .unwrap_or_default();
                    index += 1;
                    line(text, &format!("  - {} seed {seed}{}", anchor(index), rest(run)));
                }
            }
            None => {
                for run in group {
                    index += 1;
                    let names = quoted(&run.instances);
                    line(text, &format!("- {} {names}{}{}", anchor(index), settings(run), rest(run)));
                }
            }
        }
    }
}

/// The names of a run's instances without their seeds, if all of them have one.
fn points(run: &RunEntry) -> Option<Vec<String>> {
    let apart = |name: &String| {
        let name = InstanceName::of(name);
        name.seed().map(|_| name.without_seed())
    };
    run.instances.iter().map(apart).collect()
}

fn anchor(index: usize) -> String {
    format!("<a id=\"r{index}\"></a>**r{index}**")
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn settings(run: &RunEntry) -> String {
    // The report's own parameters hold all others; a figure's name every variant.
    if !["prepare", "train", "evaluate"].contains(&run.kind.as_str()) || run.parameters.is_empty() {
        return String::new();
    }
    let settings: Vec<String> =
        run.parameters.iter().map(|(name, value)| format!("`{name}` {value}")).collect();
    format!(" · with {}", settings.join(", "))
}

/// Tells what no other run shares: the key, what it read, and what it left.
fn rest(run: &RunEntry) -> String {
    let mut text = format!(" · key `{}`", run.key);
    for (word, objects) in [("from", &run.inputs), ("left", &run.outputs)] {
        if (1..=OBJECTS).contains(&objects.len()) {
            write!(text, " · {word} {}", named(objects)).expect("a String takes any text");
        }
    }
    text
}

fn named(objects: &BTreeMap<String, ObjectId>) -> String {
    let told = objects.iter().map(|(name, object)| format!("`{name}` `{}`", object.0.short()));
    told.collect::<Vec<_>>().join(", ")
}
