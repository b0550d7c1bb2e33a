//! `recount diff`: what changed between two revisions' locks, which measures it moved, and whether beyond noise.
//!
//! lock at REV, lock at REV or now ──▶ instances whose keys differ ──store──▶ changes and measures ──▶ table
//!
//! Invariants
//! - Seeds of one variant are one row: its values are their means, and their spread is the noise.
//! - What the store no longer has is said, and never guessed.

mod causes;
mod measures;
mod noise;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Serialize;

use crate::engine::{LOCK_FILE, Lock};
use crate::store::Store;

use super::arguments::DiffArguments;
use super::git::Git;
use super::project::Stored;
use super::reasons::ReasonEntry;
use super::{Refusal, json, say};
use causes::Causes;
use measures::{Place, measures};
use noise::{Noise, Sample, judge, mean};

/// How many causes of one change are told.
const CAUSES: usize = 8;

/// What `--json` prints.
#[derive(Serialize)]
struct Body {
    from: String,
    to: String,
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<Changed>,
    /// Instances of which the store lacks the record on a side.
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

/// Carries `recount diff` out.
///
/// # Errors
/// A [`Refusal`] without git, or for a revision that has no lock.
pub fn diff(words: &DiffArguments) -> Result<(), Refusal> {
    let stored = Stored::open(&words.project)?;
    let git = Git::of(&stored.root)?;
    let at = |revision: &str| {
        let git = git
            .as_ref()
            .ok_or_else(|| Refusal::input("the project is in no git repository, so it has no revisions"))?;
        read(git.at(revision, LOCK_FILE)?, &format!("`{revision}`"))
    };
    let old = at(&words.from)?;
    let new = match &words.to {
        Some(revision) => at(revision)?,
        None => read(fs::read_to_string(stored.root.join(LOCK_FILE)).ok(), "the project")?,
    };
    let to = words.to.clone().unwrap_or_else(|| "now".to_owned());
    let body = compare(&stored.store, (&words.from, &old), (&to, &new))?;
    if words.project.json {
        json::result("diff", &body);
    } else {
        tell(&body, words.all);
    }
    Ok(())
}

fn read(text: Option<String>, whose: &str) -> Result<Lock, Refusal> {
    let text = text.ok_or_else(|| {
        Refusal::input(format!("{whose} has no `{LOCK_FILE}`\nhelp: `recount run` writes it; commit it then"))
    })?;
    Lock::parse(&text)
        .ok_or_else(|| Refusal::input(format!("the `{LOCK_FILE}` of {whose} is damaged or in conflict")))
}

fn compare(store: &Store, (from, old): (&str, &Lock), (to, new): (&str, &Lock)) -> Result<Body, Refusal> {
    let only = |one: &Lock, other: &Lock| {
        let names = one.lines.keys().filter(|name| !other.lines.contains_key(*name));
        names.cloned().collect::<Vec<String>>()
    };
    let mut body = Body {
        from: from.to_owned(),
        to: to.to_owned(),
        added: only(new, old),
        removed: only(old, new),
        changed: Vec::new(),
        lacking: Vec::new(),
    };
    // What changed of itself stands before what changed for it.
    let mut roots = Vec::new();
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for name in old.lines.keys().filter(|name| new.lines.contains_key(*name)) {
        groups.entry(without_seed(name)).or_default().push(name);
    }
    let mut causes = Causes::between(store, old, new);
    for (row, members) in groups {
        let differs = |name: &&str| old.lines.get(*name) != new.lines.get(*name);
        if !members.iter().any(differs) {
            continue;
        }
        let mut changed = Changed {
            instances: members.iter().map(|name| (*name).to_owned()).collect(),
            causes: Vec::new(),
            measures: Vec::new(),
        };
        let mut samples: BTreeMap<Place, Sample> = BTreeMap::new();
        for name in &members {
            for (side, lock) in [(from, old), (to, new)] {
                let Some(record) = store.record(lock.lines[*name].key)? else {
                    body.lacking.push(Lacking { instance: (*name).to_owned(), side: side.to_owned() });
                    continue;
                };
                for (place, value) in measures(store, &record) {
                    let sample = samples.entry(place).or_default();
                    if std::ptr::eq(lock, old) { sample.old.push(value) } else { sample.new.push(value) }
                }
            }
            for (instance, reason) in causes.of(name)? {
                let instance = without_seed(&instance);
                let text = reason.to_string();
                if !changed.causes.iter().any(|cause| cause.instance == instance && cause.reason.text == text)
                {
                    changed.causes.push(Cause { instance, reason: ReasonEntry::of(&reason) });
                }
            }
        }
        changed.measures = samples.into_iter().filter_map(|(place, sample)| moved(place, &sample)).collect();
        match changed.causes.iter().all(|cause| cause.instance == row) {
            true => roots.push(changed),
            false => body.changed.push(changed),
        }
    }
    body.changed.splice(..0, roots);
    Ok(body)
}

fn moved(place: Place, sample: &Sample) -> Option<Moved> {
    if sample.old == sample.new {
        return None;
    }
    let of = |values: &[f64]| (!values.is_empty()).then(|| mean(values));
    let (old, new) = (of(&sample.old), of(&sample.new));
    let both = old.zip(new);
    Some(Moved {
        output: place.output,
        pointer: place.pointer,
        listed: place.listed,
        old,
        new,
        difference: both.map(|(old, new)| new - old),
        noise: both.map(|_| judge(sample)),
    })
}

/// Gives an instance's name without its seed.
fn without_seed(name: &str) -> String {
    let Some((stage, inner)) = name.split_once('[') else { return name.to_owned() };
    let parts = inner.trim_end_matches(']').split(',').filter(|part| !part.starts_with("seed="));
    let parts: Vec<&str> = parts.collect();
    if parts.is_empty() { stage.to_owned() } else { format!("{stage}[{}]", parts.join(",")) }
}

fn tell(body: &Body, all: bool) {
    for (word, names) in [("added", &body.added), ("removed", &body.removed)] {
        let groups: BTreeSet<String> = names.iter().map(|name| without_seed(name)).collect();
        for name in groups {
            say::result(&format!("{word:<7} {name}"));
        }
    }
    for changed in &body.changed {
        let name = changed.instances.first().map(|name| without_seed(name)).unwrap_or_default();
        let runs = match changed.instances.len() {
            1 => String::new(),
            count => format!(" · {count} seeds"),
        };
        say::result(&format!("changed {name}{runs}{}", counts(&changed.measures)));
        let causes = changed.causes.len();
        let told = if all || causes <= CAUSES + 1 { causes } else { CAUSES };
        for Cause { instance, reason } in &changed.causes[..told] {
            let whose = if *instance == name { String::new() } else { format!("{instance} · ") };
            say::result(&format!("  because of {whose}{}", reason.text));
        }
        if told < causes {
            say::result(&format!("  and of {} more changes: --all tells them", causes - told));
        }
        let (shown, hidden): (Vec<&Moved>, Vec<&Moved>) =
            changed.measures.iter().partition(|moved| all || !moved.listed);
        table(&shown);
        if !hidden.is_empty() {
            say::result(&format!("  and {} numbers in lists: --all tells them", hidden.len()));
        }
    }
    if !body.lacking.is_empty() {
        let sides: BTreeSet<&str> = body.lacking.iter().map(|lacking| lacking.side.as_str()).collect();
        let names: Vec<&str> = body.lacking.iter().take(3).map(|lacking| lacking.instance.as_str()).collect();
        say::result(&format!(
            "lacking {} of {}, such as {}: the store has no record of them, so nothing is known of their measures",
            body.lacking.len(),
            sides.into_iter().collect::<Vec<_>>().join(" and "),
            names.join(", ")
        ));
    }
    say::result(&format!(
        "{} → {} · changed {} · added {} · removed {}",
        body.from,
        body.to,
        body.changed.len(),
        body.added.len(),
        body.removed.len()
    ));
}

/// Counts the measures that moved, but for those in lists.
fn counts(measures: &[Moved]) -> String {
    let plain: Vec<&Moved> = measures.iter().filter(|moved| !moved.listed).collect();
    let beyond = plain.iter().filter(|moved| moved.noise == Some(Noise::Beyond)).count();
    match (plain.len(), plain.iter().all(|moved| moved.noise == Some(Noise::Unknown))) {
        (0, _) => String::new(),
        (1, true) => " · 1 measure moved".to_owned(),
        (count, true) => format!(" · {count} measures moved"),
        (1, false) => format!(" · 1 measure moved, {beyond} beyond noise"),
        (count, false) => format!(" · {count} measures moved, {beyond} beyond noise"),
    }
}

fn table(measures: &[&Moved]) {
    let rows: Vec<[String; 5]> = measures
        .iter()
        .map(|moved| {
            let values = [moved.old, moved.new, moved.difference];
            let places = values.iter().flatten().filter_map(|value| decimals(*value)).max().unwrap_or(0);
            let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |it| written(it, places));
            let difference = moved.difference.map_or_else(String::new, |difference| {
                format!("{}{}", if difference > 0.0 { "+" } else { "" }, written(difference, places))
            });
            let noise = moved.noise.map_or("", Noise::words).to_owned();
            [
                format!("{}#{}", moved.output, moved.pointer),
                number(moved.old),
                number(moved.new),
                difference,
                noise,
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..5).map(width).collect();
    for [place, old, new, difference, noise] in &rows {
        let line = format!(
            "  {place:<0$}  {old:>1$} → {new:>2$}  {difference:>3$}  {noise}",
            widths[0], widths[1], widths[2], widths[3]
        );
        say::result(line.trim_end());
    }
}

/// How many decimals a number is written with at most.
const DECIMALS: usize = 6;

/// Gives the decimals that a number needs, so that a row has them alike; `None` for one that wants an exponent.
fn decimals(value: f64) -> Option<usize> {
    if value == value.trunc() && value.abs() < 1e15 {
        return Some(0);
    }
    if !(1e-4..1e6).contains(&value.abs()) {
        return None;
    }
    let text = format!("{value:.DECIMALS$}");
    let (_, fraction) = text.trim_end_matches('0').split_once('.')?;
    Some(fraction.len())
}

/// Writes a number with `least` decimals or as many as it needs.
fn written(value: f64, least: usize) -> String {
    match decimals(value) {
        Some(own) => format!("{value:.*}", own.max(least)),
        None => format!("{value:.4e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_decimals_of_the_number_that_needs_most() {
        assert_eq!(
            [15.0, 0.35, 14.999_999_9, -0.000_25, 1e-9].map(decimals),
            [Some(0), Some(2), Some(0), Some(5), None]
        );
        assert_eq!(written(0.35, 6), "0.350000");
        assert_eq!(written(14.999_999_9, 0), "15");
        assert_eq!(written(1.5e-9, 6), "1.5000e-9");
    }
}
