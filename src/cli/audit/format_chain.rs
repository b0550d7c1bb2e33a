//! A chain as text, from the printed number down to the data.

use std::fmt::Write as _;

use crate::cli::duplicate_variants;
use crate::cli::time::{duration, to_the_second};
use crate::week3::audit::{Place, SettingEntry};

use super::chain::{Chain, Cited, Run, Step, Variant};

/// How many references, variants and runs are printed in full; of more references where they are, of more variants and
/// runs their names.
const MAX_LISTED: usize = 12;

/// Writes a chain.
pub fn format_chain(chain: &Chain) -> String {
    let mut text = String::new();
    for cited in chain.references.iter().take(MAX_LISTED) {
        write_cited(&mut text, cited);
    }
    for cited in chain.references.iter().skip(MAX_LISTED) {
        put(&mut text, 0, &format!("{} · {} · {}", cited.name, cited.printed, cited.places.join(", ")));
    }
    if chain.variants.len() <= MAX_LISTED {
        chain.variants.iter().for_each(|variant| write_variant(&mut text, variant));
    } else {
        write_names(&mut text, "variants", chain.variants.iter().map(|variant| variant.name.as_str()));
    }
    if chain.runs.len() <= MAX_LISTED {
        chain.runs.iter().for_each(|run| write_run(&mut text, run));
    } else {
        write_names(&mut text, "runs", chain.runs.iter().map(|run| run.instance.as_str()));
    }
    if let Some(first) = chain.references.first().filter(|_| chain.references.len() > MAX_LISTED) {
        let hint =
            format!("`recount audit {}` tells that one whole, and `--json` tells all of them", first.name);
        put(&mut text, 0, &hint);
    }
    if let Some(data) = &chain.data {
        put(&mut text, 0, &format!("data {}", data.source));
        if let Some(archive) = &data.archive {
            put(&mut text, 1, &format!("archive   SHA-256 {archive}"));
        }
        put(&mut text, 1, &format!("origin    {}", data.origin));
    }
    text
}

fn put(text: &mut String, depth: usize, line: &str) {
    writeln!(text, "{:1$}{line}", "", depth * 2).expect("a String takes any text");
}

fn write_names<'n>(text: &mut String, what: &str, names: impl ExactSizeIterator<Item = &'n str>) {
    put(text, 0, &format!("{} {what}", names.len()));
    let names: Vec<&str> =
        names.map(|name| if name.is_empty() { "the stage's own params" } else { name }).collect();
    put(text, 1, &names.join(", "));
}

fn write_cited(text: &mut String, cited: &Cited) {
    put(text, 0, &format!("{} · {}", cited.name, cited.printed));
    for place in &cited.places {
        put(text, 1, &format!("printed   {place}"));
    }
    put(text, 1, &format!("rounding  {} of {}", cited.format, cited.number.value.value()));
    write_step(text, 1, &cited.number);
}

fn write_step(text: &mut String, depth: usize, step: &Step) {
    put(text, depth, &format!("{} = {}", step.from, step.value.value()));
    let adds = |part: &&Step| !step.sums || part.value.value() != 0.0;
    let listed: Vec<&Step> = step.parts.iter().filter(adds).collect();
    for part in &listed {
        write_step(text, depth + 1, part);
    }
    if listed.len() < step.parts.len() {
        put(text, depth + 1, &format!("and {} parts that are 0", step.parts.len() - listed.len()));
    }
}

fn write_variant(text: &mut String, variant: &Variant) {
    let name = if variant.name.is_empty() { "the stage's own params" } else { &variant.name };
    let from = variant.from.as_ref().map_or_else(String::new, |from| format!(", derived from {from}"));
    put(text, 0, &format!("variant {name}{from}"));
    for (names, why) in duplicate_variants::grouped(&variant.same_as) {
        put(text, 1, &format!("same      the same experiment as {}: {why}", names.join(", ")));
    }
    let widest = variant.settings.keys().map(String::len).max().unwrap_or(0);
    for (setting, SettingEntry { value, place, without_effect }) in &variant.settings {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let by = match place {
            Place::File { by: Some(by), .. } if *by != variant.name => format!(", inherited from {by}"),
            Place::File { by: None, .. } => ", the stage's own params".to_owned(),
            _ => String::new(),
        };
        let unused = without_effect.as_ref().map_or_else(String::new, |why| format!(" · no effect {why}"));
        put(text, 1, &format!("{setting:widest$}  {value:8} {place}{by}{unused}"));
    }
}

fn write_run(text: &mut String, run: &Run) {
    let entry = &run.entry;
    put(text, 0, &format!("run {}", run.instance));
    put(text, 1, &format!("key       {}", entry.key));
    put(text, 1, &format!("code      {} of kind {}", entry.code, entry.kind));
    let mut effective: Vec<String> = entry
        .parameters
        .iter()
        .filter(|(_, value)| !value.is_array() && !value.is_object())
        .map(|(name, value)| {
            format!("{name} {}", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        })
        .collect();
    effective.extend(entry.seed.map(|seed| format!("seed {seed}")));
    if !effective.is_empty() {
        put(text, 1, &format!("effective {}", effective.join(", ")));
    }
    for (input, object) in entry.inputs.iter().filter(|_| entry.inputs.len() <= MAX_LISTED) {
        let from = run.from.get(input).map_or_else(String::new, |from| format!(" of {from}"));
        put(text, 1, &format!("input     {input} {}{from}", object.0.short()));
    }
    for (output, object) in entry.outputs.iter().filter(|_| entry.outputs.len() <= MAX_LISTED) {
        put(text, 1, &format!("output    {output} {object}"));
    }
    let others = entry.instances.iter().filter(|name| **name != run.instance).cloned().collect::<Vec<_>>();
    if !others.is_empty() {
        put(text, 1, &format!("shared    with {}", others.join(", ")));
    }
    match &run.observed {
        Some(seen) => {
            let mut facts = vec![
                format!("ran as {}", seen.instance),
                duration(seen.seconds),
                to_the_second(seen.started),
            ];
            facts.extend(seen.facts.iter().map(|(name, value)| format!("{name} {value}")));
            put(text, 1, &format!("observed  {}", facts.join(" · ")));
        }
        None => put(text, 1, "observed  nothing: this store has no record of the run"),
    }
}
