//! A source in a few words: what stands before the reader who hovers over a number.
//!
//! `evaluate 2.4.2 · seed 1 · best epoch 14, accuracy · key 3fa29c`

use std::collections::BTreeSet;

use crate::week3::inputs::ReportInputs;
use crate::week3::measure::{Aggregate, Measure, Source};

use recount_engine::instance_name::{InstanceName, split};

/// How many keys are told of an aggregate; the audit page has all.
const KEYS: usize = 3;

/// Says where a measure is from.
pub(crate) fn words(measure: &Measure, inputs: &ReportInputs) -> String {
    match &measure.source {
        Source::Made { by, parts } => made(*by, parts, inputs),
        source => {
            let mut parts = vec![place(source, inputs)];
            parts.extend(key(source, inputs).map(|key| format!("key {key}")));
            parts.join(" · ")
        }
    }
}

/// Says where a number that is made of no others is from, without the key.
fn place(source: &Source, inputs: &ReportInputs) -> String {
    let provenance = &inputs.provenance;
    match source {
        Source::Output { output, pointer } => {
            let (instance, _) = split(output);
            format!("{} · {}", InstanceName::of(instance).words(), pointed(instance, pointer, inputs))
        }
        Source::Index { output, pointer } => {
            let (instance, _) = split(output);
            format!(
                "{} · the index of {}",
                InstanceName::of(instance).words(),
                pointed(instance, pointer, inputs)
            )
        }
        Source::Seed { instance } => InstanceName::of(instance).words(),
        Source::Parameter { variant, name, .. } => {
            let place = provenance.settings.get(variant).and_then(|places| places.get(name));
            let place = place.map_or_else(|| "the default".to_owned(), ToString::to_string);
            let of = if variant.is_empty() { "the base settings" } else { variant };
            format!("{name} of {of} · {place}")
        }
        Source::Quoted { section, text } => {
            let line = provenance.quoted_line(section, text);
            let line = line.map_or_else(String::new, |line| format!(":{line}"));
            format!("quoted from the source, section {section} · {}{line}", provenance.source_file)
        }
        Source::Constant(constant) => constant.to_string(),
        Source::Made { by, parts } => made(*by, parts, inputs),
    }
}

/// Names a place in an output in words; the best epoch gets its number.
fn pointed(instance: &str, pointer: &str, inputs: &ReportInputs) -> String {
    let epoch = || {
        let mut runs = inputs.variants.iter().flat_map(|variant| &variant.runs);
        let run = runs.find(|run| run.evaluate == instance)?;
        Some(run.metrics.best.as_ref()?.epoch)
    };
    let steps: Vec<&str> = pointer.split('/').filter(|step| !step.is_empty()).collect();
    match steps.as_slice() {
        ["best", field] => match epoch() {
            Some(epoch) => format!("best epoch {epoch}, {field}"),
            None => format!("best epoch, {field}"),
        },
        ["last", field] => format!("last epoch, {field}"),
        steps => steps.join(" "),
    }
}

fn key(source: &Source, inputs: &ReportInputs) -> Option<String> {
    let run = match source {
        Source::Output { output, .. } | Source::Index { output, .. } => inputs.provenance.run_of(output)?.1,
        Source::Seed { instance } => inputs.provenance.runs.get(instance)?,
        Source::Parameter { .. } | Source::Quoted { .. } | Source::Constant(_) | Source::Made { .. } => {
            return None;
        }
    };
    Some(run.key.0.short())
}

fn made(by: Aggregate, parts: &[Measure], inputs: &ReportInputs) -> String {
    let name = by.name();
    if let [left, right] = parts
        && matches!(by, Aggregate::Difference | Aggregate::Excess | Aggregate::Share)
    {
        let joint = match by {
            Aggregate::Difference => "and",
            Aggregate::Excess => "over",
            _ => "in",
        };
        return format!("{name} of {} {joint} {}", brief(left, inputs), brief(right, inputs));
    }
    let (Some(first), count) = (parts.first(), parts.len()) else { return format!("{name} of nothing") };
    let instances: BTreeSet<String> = parts.iter().filter_map(|part| instance(&part.source)).collect();
    let keys: BTreeSet<String> = parts.iter().filter_map(|part| key(&part.source, inputs)).collect();
    let mut text = format!("{name} of {count}");
    match instances.len() {
        0 => text.push_str(&format!(" · {}", place(&first.source, inputs))),
        1 => text.push_str(&format!(
            " · {} · {}",
            instances.iter().map(|it| InstanceName::of(it).words()).collect::<String>(),
            what(first)
        )),
        _ => text.push_str(&format!(" · {} · {}", shared(&instances), what(first))),
    }
    if (1..=KEYS).contains(&keys.len()) {
        let word = if keys.len() == 1 { "key" } else { "keys" };
        text.push_str(&format!(" · {word} {}", keys.into_iter().collect::<Vec<_>>().join(", ")));
    }
    text
}

/// Names a part of a comparison: its variant and what was measured.
fn brief(measure: &Measure, inputs: &ReportInputs) -> String {
    match &measure.source {
        Source::Made { by, parts } => {
            let instances: BTreeSet<String> =
                parts.iter().filter_map(|part| instance(&part.source)).collect();
            let (Some(first), false) = (parts.first(), instances.is_empty()) else {
                return format!("a {}", by.name());
            };
            format!("the {} of {} · {}", by.name(), shared(&instances), what(first))
        }
        source => place(source, inputs),
    }
}

fn instance(source: &Source) -> Option<String> {
    match source {
        Source::Output { output, .. } | Source::Index { output, .. } => Some(split(output).0.to_owned()),
        Source::Seed { instance } => Some(instance.clone()),
        Source::Parameter { .. } | Source::Quoted { .. } | Source::Constant(_) | Source::Made { .. } => None,
    }
}

/// Says what a part measures, without its run: `best accuracy`.
fn what(part: &Measure) -> String {
    match &part.source {
        Source::Output { pointer, .. } | Source::Index { pointer, .. } => {
            pointer.split('/').filter(|step| !step.is_empty()).collect::<Vec<_>>().join(" ")
        }
        Source::Seed { .. } => "its seed".to_owned(),
        Source::Made { by, .. } => by.name().to_owned(),
        Source::Parameter { name, .. } => name.clone(),
        Source::Quoted { section, .. } => format!("section {section}"),
        Source::Constant(constant) => constant.name().to_owned(),
    }
}

/// Names several instances by what they share: `evaluate 2.4.2 · seeds 1, 2, 3`, or the stage alone.
fn shared(instances: &BTreeSet<String>) -> String {
    let names: Vec<InstanceName<'_>> = instances.iter().map(|name| InstanceName::of(name)).collect();
    let row = names[0].without_seed();
    let seeds: Option<Vec<&str>> = names.iter().map(InstanceName::seed).collect();
    match seeds.filter(|_| names.iter().all(|name| name.without_seed() == row)) {
        Some(seeds) => {
            let word = if seeds.len() == 1 { "seed" } else { "seeds" };
            format!("{} · {word} {}", InstanceName::of(&row).words(), seeds.join(", "))
        }
        None => {
            let stages: BTreeSet<&str> = names.iter().map(|name| name.stage).collect();
            format!("{} runs of {}", names.len(), stages.into_iter().collect::<Vec<_>>().join(" and "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instances_are_named_by_what_they_share() {
        let of = |names: &[&str]| shared(&names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(of(&["evaluate[2.2,seed=1]", "evaluate[2.2,seed=2]"]), "evaluate 2.2 · seeds 1, 2");
        assert_eq!(of(&["train[2.1,seed=1]", "train[2.2,seed=1]"]), "2 runs of train");
    }
}
