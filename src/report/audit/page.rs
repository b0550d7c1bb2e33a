//! The audit file for people: an entry with an anchor for each reference, each run, and each figure.

use std::fmt::Write as _;

use crate::report::measure::Number;

use super::file::{AuditFile, Origin, ReferenceEntry, RunEntry};
use super::provenance::split;

/// Writes the page; `json` is the file name of the audit file itself.
pub(crate) fn page(file: &AuditFile, json: &str) -> String {
    let report = &file.report;
    let mut text = format!(
        "# Audit of {}\n\n\
         Where every number of [the report]({}) is from: how it is rounded, what it is made of, and the run that \
         left it.\nFor programs, `{json}` says the same. `recount audit n1` prints the whole chain behind a \
         reference, and\n`recount audit --check` derives every number again and compares.\n\n## References\n\n",
        report.title, report.file
    );
    for reference in &file.references {
        line(&mut text, &entry(file, reference));
    }
    text.push_str("\n## Runs\n\nA run is known by its key, the digest of all that determined it.\n\n");
    for (index, run) in file.runs.iter().enumerate() {
        line(&mut text, &run_entry(index, run));
    }
    if !file.figures.is_empty() {
        text.push_str("\n## Figures\n\n");
    }
    for figure in &file.figures {
        let mut entry = format!("- [`{0}`]({0}) · SHA-256 `{1}`", figure.file, figure.sha256);
        if !figure.references.is_empty() {
            let names: Vec<String> =
                figure.references.iter().map(|name| format!("[{name}](#{name})")).collect();
            write!(entry, " · prints {}", names.join(", ")).expect("a String takes any text");
        }
        line(&mut text, &entry);
    }
    text
}

fn line(text: &mut String, entry: &str) {
    text.push_str(entry);
    text.push('\n');
}

fn entry(file: &AuditFile, reference: &ReferenceEntry) -> String {
    let ReferenceEntry { name, text, format, source, places } = reference;
    let unit = format.unit();
    let lines: Vec<String> = places.iter().map(|(line, _)| line.to_string()).collect();
    let lines = match lines.len() {
        0 => String::new(),
        1 => format!(" · line {}", lines[0]),
        _ => format!(" · lines {}", lines.join(", ")),
    };
    format!("- <a id=\"{name}\"></a>**{name}** {text}{unit} · `{format}` of {}{lines}", told(file, *source))
}

/// Tells a source: its value, and where it is from.
fn told(file: &AuditFile, index: usize) -> String {
    let source = &file.sources[index];
    let value = number(source.value);
    match &source.from {
        Origin::Output { of, at } => format!("{value}, {}", linked(file, of, at)),
        Origin::Index { of, at } => format!("{value}, the index of {}", linked(file, of, at)),
        Origin::Seed { of } => format!("{value}, the seed of {}", run_link(file, of, &format!("`{of}`"))),
        Origin::Parameter { variant, name, .. } => {
            let entry = file.variants.iter().find(|it| it.name == *variant);
            let place = entry.and_then(|entry| entry.settings.get(name)).map(|it| it.place.to_string());
            let of = if variant.is_empty() { "the base settings".to_owned() } else { format!("`{variant}`") };
            format!("{value}, `{name}` of {of} from `{}`", place.unwrap_or_default())
        }
        Origin::Quoted { section, line, .. } => {
            format!("{value}, quoted from section {section} of the source, `{}:{line}`", file.report.source)
        }
        Origin::Made { by, parts } => format!("{value}, the {} of {}", by.name(), made(file, parts)),
    }
}

/// Tells the parts of an aggregate; those that are the same place of several runs are told together.
fn made(file: &AuditFile, parts: &[usize]) -> String {
    let of = |part: &usize| match &file.sources[*part].from {
        Origin::Output { of, at } | Origin::Index { of, at } => {
            let (instance, output) = split(of);
            Some((instance, format!("{output}#{at}")))
        }
        Origin::Seed { of } => Some((of.as_str(), "the seed".to_owned())),
        Origin::Parameter { .. } | Origin::Quoted { .. } | Origin::Made { .. } => None,
    };
    let places: Option<Vec<(&str, String)>> = parts.iter().map(of).collect();
    match places.as_deref() {
        Some([(_, first), rest @ ..]) if !rest.is_empty() && rest.iter().all(|(_, place)| place == first) => {
            let instances: Vec<&str> = places.iter().flatten().map(|(instance, _)| *instance).collect();
            let values = parts.iter().map(|part| number(file.sources[*part].value));
            let (of, names) = seeds(&instances);
            let told = values
                .zip(instances.iter().zip(names))
                .map(|(value, (instance, name))| format!("{} {value}", run_link(file, instance, &name)));
            format!("`{first}` of {of}{}", told.collect::<Vec<_>>().join(", "))
        }
        _ if parts.is_empty() => "nothing".to_owned(),
        _ => parts.iter().map(|part| told(file, *part)).collect::<Vec<_>>().join("; "),
    }
}

/// Names instances by their seeds alone, if that is all in which they differ.
fn seeds(instances: &[&str]) -> (String, Vec<String>) {
    let part = |instance: &&str| {
        let (point, seed) = instance.strip_suffix(']')?.rsplit_once(",seed=")?;
        Some((point.to_owned(), seed.to_owned()))
    };
    let parts: Option<Vec<(String, String)>> = instances.iter().map(part).collect();
    match parts {
        Some(parts) if parts.iter().all(|(point, _)| *point == parts[0].0) => {
            let names = parts.iter().map(|(_, seed)| format!("seed {seed}")).collect();
            (format!("`{}]`, ", parts[0].0), names)
        }
        _ => (String::new(), instances.iter().map(|instance| format!("`{instance}`")).collect()),
    }
}

fn linked(file: &AuditFile, output: &str, at: &str) -> String {
    run_link(file, split(output).0, &format!("`{output}#{at}`"))
}

fn run_link(file: &AuditFile, instance: &str, text: &str) -> String {
    match file.run_of(instance) {
        Some((index, _)) => format!("[{text}](#r{})", index + 1),
        None => text.to_owned(),
    }
}

fn run_entry(index: usize, run: &RunEntry) -> String {
    let instances: Vec<String> = run.instances.iter().map(|name| format!("`{name}`")).collect();
    let mut entry = format!(
        "- <a id=\"r{0}\"></a>**r{0}** {1} · key `{2}` · code of `{3}` `{4}`",
        index + 1,
        instances.join(", "),
        run.key,
        run.kind,
        run.code
    );
    let mut add = |name: &str, parts: Vec<String>| {
        if !parts.is_empty() {
            write!(entry, " · {name} {}", parts.join(", ")).expect("a String takes any text");
        }
    };
    add("seed", run.seed.iter().map(u64::to_string).collect());
    // The report's own parameters hold all others; a figure's name every variant.
    if run.kind == "prepare" || run.kind == "train" || run.kind == "evaluate" {
        add("with", run.parameters.iter().map(|(name, value)| format!("`{name}` {value}")).collect());
    }
    let objects = |named: &std::collections::BTreeMap<String, crate::digest::ObjectId>| {
        named.iter().map(|(name, object)| format!("`{name}` `{}`", object.0.short())).collect::<Vec<_>>()
    };
    if run.inputs.len() <= 4 {
        add("from", objects(&run.inputs));
    }
    if run.outputs.len() <= 4 {
        add("left", objects(&run.outputs));
    }
    entry
}

/// Writes a number as the audit file does.
fn number(number: Number) -> String {
    serde_json::to_string(&number).expect("a measure that was printed is finite")
}
