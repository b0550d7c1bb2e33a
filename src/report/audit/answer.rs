//! What was found, as text for a terminal and as JSON: the answer first, then runs, files and code.
//!
//! Invariants
//! - Of one number the first screen says what it is, its value before rounding, its repeats and its settings.
//! - Of many numbers each has a line, and the first in the report is said in full but for its runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use recount_engine::instance_name::InstanceName;
use serde_json::{Value, json};

use super::file::{AuditFile, AuditNumber, AuditOrigin, AuditQuantity, AuditSetting};
use super::find::{Found, FoundFigure, FoundNumber, FoundRuns};
use super::spelling::Match;
use crate::statistics::Sample;

/// How many runs, values, settings or numbers of a sort are listed.
const MAX_LISTED: usize = 12;

/// The format of what is printed as it is written.
const SPELLED: &str = "spelled";

/// Gives what was observed of the run with a key, where the store has its record.
pub type ObservedRun<'o, T> = &'o dyn Fn(&str) -> Option<T>;

/// Writes an answer for a terminal.
pub fn format_answer(found: &Found<'_>, observed: ObservedRun<'_, String>) -> String {
    let mut text = String::new();
    match groups(&found.numbers).as_slice() {
        [] => {}
        [group] => write_number(&mut text, group, observed),
        [group, rest @ ..] if is_meant(group) && rest.iter().all(|other| !is_meant(other)) => {
            write_head(&mut text, group);
            put(&mut text, 0, "");
            put(&mut text, 0, "a bound of the range of");
            rest.iter().take(MAX_LISTED).for_each(|group| write_line(&mut text, 1, group));
            write_more(&mut text, 1, rest.len());
            write_rest(&mut text, group[0].audit, &group[0].number.quantity.instances(), observed);
        }
        groups => {
            put(&mut text, 0, &format!("{} numbers", groups.len()));
            let limit = MAX_LISTED * 4;
            groups.iter().take(limit).for_each(|group| write_line(&mut text, 1, group));
            if let Some(more) = groups.len().checked_sub(limit).filter(|more| *more > 0) {
                put(&mut text, 1, &format!("and {more} more: `--json` lists all"));
            }
            put(&mut text, 0, &format!("`recount audit {}` says all of one", groups[0][0].reference));
            if groups.len() <= MAX_LISTED {
                put(&mut text, 0, "");
                write_head(&mut text, &groups[0]);
            }
        }
    }
    for runs in &found.runs {
        if found.numbers.is_empty() {
            write_runs(&mut text, runs, observed);
        } else {
            let count = runs.instances.len();
            put(&mut text, 0, "");
            put(&mut text, 0, &format!("{count} runs fit, too: `recount audit '{}'`", named(runs)));
        }
    }
    for found in &found.figures {
        write_figure(&mut text, found);
    }
    text
}

/// Gives the same for programs.
pub fn answer_as_json(found: &Found<'_>, observed: ObservedRun<'_, Value>) -> Value {
    let reports: BTreeSet<&str> = found
        .numbers
        .iter()
        .map(|found| found.audit.report.as_str())
        .chain(found.runs.iter().map(|found| found.audit.report.as_str()))
        .collect();
    let numbers = found.numbers.iter().map(|found| {
        let mut entry = serde_json::to_value(found.number).expect("it has only text for its keys");
        entry["report"] = found.audit.report.as_str().into();
        entry["reference"] = found.reference.into();
        entry
    });
    let numbers: Vec<Value> = numbers.collect();
    let (mut runs, mut results, mut settings) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for (audit, instances) in rested_on(found) {
        for instance in audit.with_needs(&instances) {
            let run = &audit.runs[instance];
            runs.insert(instance, json!(run));
            if let Some(result) = audit.results.get(&run.key) {
                let mut result = json!(result);
                if let Some(observed) = observed(&run.key) {
                    result["observed"] = observed;
                }
                results.insert(run.key.as_str(), result);
            }
            if let Some(own) = audit.settings.get(&run.settings) {
                settings.insert(run.settings.as_str(), json!(own));
            }
        }
    }
    let figures: Vec<Value> = found.figures.iter().map(|found| json!(found.figure)).collect();
    json!({
        "reports": reports,
        "numbers": numbers,
        "figures": figures,
        "runs": runs,
        "results": results,
        "settings": settings,
    })
}

/// Gives the runs that an answer rests on, for each report.
fn rested_on<'f>(found: &'f Found<'_>) -> Vec<(&'f AuditFile, Vec<&'f str>)> {
    let numbers = found.numbers.iter().map(|found| (found.audit, found.number.quantity.instances()));
    let runs = found.runs.iter().map(|found| (found.audit, found.instances.clone()));
    numbers.chain(runs).collect()
}

fn put(text: &mut String, depth: usize, line: &str) {
    let line = format!("{:1$}{line}", "", depth * 2);
    writeln!(text, "{}", line.trim_end()).expect("a String takes any text");
}

fn write_more(text: &mut String, depth: usize, of: usize) {
    if let Some(more) = of.checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        put(text, depth, &format!("and {more} more"));
    }
}

/// Groups numbers that are the same before rounding, in any report.
fn groups<'n, 'r>(numbers: &'n [FoundNumber<'r>]) -> Vec<Vec<&'n FoundNumber<'r>>> {
    let mut groups: Vec<Vec<&FoundNumber<'_>>> = Vec::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for number in numbers {
        let at = *known.entry(&number.number.quantity.address).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Vec::new());
        }
        groups[at].push(number);
    }
    groups
}

fn is_meant(group: &[&FoundNumber<'_>]) -> bool {
    group.iter().any(|found| found.matched == Match::Whole)
}

/// Says a number, where it stands and what it is, in a line.
fn write_line(text: &mut String, depth: usize, group: &[&FoundNumber<'_>]) {
    for found in group {
        let place = found.number.places.first().map(|(line, _)| format!("{}:{line}", found.audit.report));
        let place = place.unwrap_or_else(|| found.audit.report.clone());
        let (number, address) = (&found.number.text, &found.number.quantity.address);
        put(text, depth, &format!("{} · {number} · {address} · {place}", found.reference));
    }
}

fn write_number(text: &mut String, group: &[&FoundNumber<'_>], observed: ObservedRun<'_, String>) {
    write_head(text, group);
    write_rest(text, group[0].audit, &group[0].number.quantity.instances(), observed);
}

/// Says all of a number but for its runs, files and code.
fn write_head(text: &mut String, group: &[&FoundNumber<'_>]) {
    let Some(first) = group.first() else { return };
    let (audit, quantity) = (first.audit, &first.number.quantity);
    put(text, 0, &format!("{} is {}", first.number.text, what(quantity)));
    for found in group {
        let places = &found.number.places;
        let first: Vec<String> = places
            .iter()
            .take(MAX_LISTED)
            .map(|(line, column)| format!("{}:{line}:{column}", found.audit.report))
            .collect();
        let more = places.len() - first.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let other = (found.number.text != group[0].number.text).then_some(&found.number.text);
        let as_text = other.map(|text| format!(" as {text}")).unwrap_or_default();
        put(text, 1, &format!("stands    {}{more}{as_text} · {}", first.join(", "), found.reference));
    }
    let unrounded = Sample::new(quantity.values.iter().copied()).summary();
    let is_written = matches!(quantity.from, AuditOrigin::Written { .. });
    if let Some(summary) =
        unrounded.filter(|_| !is_written || group.iter().any(|it| it.number.format != SPELLED))
    {
        let unit = quantity.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let range = match summary.min == summary.max {
            true => String::new(),
            false => format!(", from {} to {}", summary.min, summary.max),
        };
        let formats: BTreeSet<&str> = group.iter().map(|found| found.number.format.as_str()).collect();
        let formats: Vec<&str> = formats.into_iter().collect();
        put(text, 1, &format!("rounding  {} of {}{unit}{range}", formats.join(", "), summary.mean));
    }
    write_origin(text, 1, quantity);
    write_settings(text, audit, &quantity.instances());
}

/// Says what a number is.
fn what(quantity: &AuditQuantity) -> String {
    let address = &quantity.address;
    match (&quantity.from, quantity.written()) {
        (AuditOrigin::Written { by: Some(_), .. }, Some(stated)) => stated,
        (_, Some(written)) => format!("{address}, {written}"),
        _ if quantity.values.len() > 1 => {
            format!("{address}: mean and range over {}", quantity.counted_repeats())
        }
        _ => address.clone(),
    }
}

/// Lists the values that a number is made of.
fn write_origin(text: &mut String, depth: usize, quantity: &AuditQuantity) {
    let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    match &quantity.from {
        AuditOrigin::Runs(values) => {
            let widest = values.iter().map(|value| number(value.value).len()).max().unwrap_or(0);
            for (index, value) in values.iter().take(MAX_LISTED).enumerate() {
                let label = if index == 0 { "values" } else { "" };
                let shared = if value.repeat.is_none() { " · the same run as another of these" } else { "" };
                let line = format!("{label:<10}{:<widest$}  {}{shared}", number(value.value), value.run);
                put(text, depth, &line);
            }
            write_more(text, depth + 5, values.len());
        }
        AuditOrigin::Derived { how, parts } => {
            for part in parts {
                let mean = Sample::new(part.values.iter().copied()).summary().map(|summary| summary.mean);
                let of = format!("{how:<9} {} = {}", part.address, number(mean));
                put(text, depth, &of);
                write_origin(text, depth + 1, part);
            }
        }
        AuditOrigin::Counted(runs) if runs.is_empty() => {}
        AuditOrigin::Counted(runs) => put(text, depth, &format!("counted   {} runs", runs.len())),
        AuditOrigin::Written { spelled, .. } => {
            if depth > 1 {
                put(text, depth, &format!("written   {spelled}"));
            }
        }
    }
    for lacking in &quantity.lacking {
        put(text, depth, &format!("lacking   {lacking}"));
    }
}

/// Lists the settings of runs that are no defaults, each where it is written.
fn write_settings(text: &mut String, audit: &AuditFile, instances: &[&str]) {
    let named: BTreeSet<&str> =
        instances.iter().filter_map(|it| Some(audit.runs.get(*it)?.settings.as_str())).collect();
    if named.len() > MAX_LISTED {
        let first: Vec<&str> = named.iter().take(MAX_LISTED).copied().collect();
        let more = named.len() - first.len();
        return put(text, 1, &format!("settings  those of {} and {more} more", first.join(", ")));
    }
    // What trains and what evaluates it have the same ones.
    let mut alike: Vec<(Vec<&str>, &BTreeMap<String, AuditSetting>)> = Vec::new();
    for name in named {
        let Some(settings) = audit.settings.get(name) else { continue };
        match alike.iter_mut().find(|(_, known)| *known == settings) {
            Some((names, _)) => names.push(name),
            None => alike.push((vec![name], settings)),
        }
    }
    let of_several = alike.len() > 1;
    let mut label = "settings";
    for (names, settings) in alike {
        if of_several {
            put(text, 1, &format!("{label:<10}of {}", names.join(", ")));
            label = "";
        }
        let set: Vec<(&String, &AuditSetting)> =
            settings.iter().filter(|(_, setting)| setting.place.is_some()).collect();
        let width =
            |length: fn(&(&String, &AuditSetting)) -> usize| set.iter().map(length).max().unwrap_or(0);
        let widest = width(|(name, _)| name.chars().count());
        let widest_value = width(|(_, setting)| setting.value.chars().count()).min(24);
        for (name, setting) in &set {
            let place = setting.place.as_deref().unwrap_or_default();
            let from = setting.inherited.as_ref().map(|it| format!(", from {it}")).unwrap_or_default();
            let value = &setting.value;
            let line = format!("{label:<10}{name:<widest$}  {value:<widest_value$}  {place}{from}");
            put(text, 1, &line);
            label = "";
        }
        let defaults = settings.len() - set.len();
        if defaults > 0 {
            let more = if set.is_empty() { "" } else { "and " };
            put(text, 1, &format!("{label:<10}{more}{defaults} at their defaults"));
        }
    }
}

/// Lists runs with their keys, the files that they read, and the code that decides their bytes.
fn write_rest(text: &mut String, audit: &AuditFile, instances: &[&str], observed: ObservedRun<'_, String>) {
    let runs = audit.with_needs(instances);
    if runs.is_empty() {
        return;
    }
    put(text, 0, "");
    put(text, 0, "runs");
    let mut is_recorded = false;
    for instance in runs.iter().take(MAX_LISTED * 2) {
        let run = &audit.runs[*instance];
        let seen = observed(&run.key);
        is_recorded |= seen.is_some();
        let seen = seen.map(|seen| format!(" · {seen}")).unwrap_or_default();
        put(text, 1, &format!("{instance} · key {}{seen}", short(&run.key)));
    }
    if let Some(more) = runs.len().checked_sub(MAX_LISTED * 2).filter(|more| *more > 0) {
        put(text, 1, &format!("and {more} more: `--json` lists all"));
    }
    if !is_recorded {
        put(text, 1, "this store has no record of them, so that no machine and no time is known");
    }
    let mut files: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut code: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    let mut values: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for instance in &runs {
        let Some(result) = audit.result_of(instance) else { continue };
        let stage = InstanceName::of(instance).stage;
        for (path, digest) in &result.files {
            files.entry((path, digest)).or_default().insert(stage);
        }
        for (address, value) in &result.values {
            values.entry((address, value)).or_default().insert(stage);
        }
        code.entry((&result.kind, &result.code)).or_default().insert(stage);
    }
    if !files.is_empty() || !values.is_empty() {
        put(text, 0, "");
        put(text, 0, "files of the project");
    }
    let stages = |stages: &BTreeSet<&str>| stages.iter().copied().collect::<Vec<_>>().join(", ");
    for ((path, digest), readers) in files.iter().take(MAX_LISTED * 2) {
        put(text, 1, &format!("{path} · SHA-256 {digest} · read by {}", stages(readers)));
    }
    if let Some(more) = files.len().checked_sub(MAX_LISTED * 2).filter(|more| *more > 0) {
        put(text, 1, &format!("and {more} more: `--json` lists all"));
    }
    for ((address, value), readers) in values.iter().take(MAX_LISTED) {
        put(text, 1, &format!("{address} = {value} · read by {}", stages(readers)));
    }
    write_more(text, 1, values.len());
    put(text, 0, "");
    put(text, 0, "code");
    for ((kind, digest), stages_of) in &code {
        put(text, 1, &format!("kind {kind} · {} · {}", short(digest), stages(stages_of)));
    }
}

fn write_runs(text: &mut String, runs: &FoundRuns<'_>, observed: ObservedRun<'_, String>) {
    let FoundRuns { audit, named, instances } = runs;
    let count = instances.len();
    let plural = if count == 1 { "run" } else { "runs" };
    put(text, 0, &format!("{named} is {count} {plural} that {} rests on", audit.report));
    write_settings(text, audit, instances);
    let of_these = |number: &AuditNumber| {
        let own = number.quantity.instances();
        !own.is_empty() && own.iter().all(|run| instances.contains(run))
    };
    let numbers: Vec<(&String, &AuditNumber)> =
        audit.numbers.iter().filter(|(_, number)| of_these(number)).collect();
    if !numbers.is_empty() {
        put(text, 0, "");
        put(text, 0, &format!("{} numbers of these runs alone", numbers.len()));
        for (reference, number) in numbers.iter().take(MAX_LISTED) {
            put(text, 1, &format!("{reference} · {} · {}", number.text, number.quantity.address));
        }
        write_more(text, 1, numbers.len());
    }
    write_rest(text, audit, instances, observed);
}

fn write_figure(text: &mut String, found: &FoundFigure<'_>) {
    let FoundFigure { audit, figure } = found;
    put(text, 0, &format!("{} is figure {} of stage {}", figure.path, figure.name, figure.stage));
    put(text, 1, &format!("shown     in {}", audit.report));
    put(text, 1, &format!("draws     {}", figure.draws.join(", ")));
}

fn named<'f>(runs: &'f FoundRuns<'_>) -> &'f str {
    match runs.instances.as_slice() {
        [only] => only,
        several => several.first().map_or(&runs.named, |first| InstanceName::of(first).stage),
    }
}

/// Gives the first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}
