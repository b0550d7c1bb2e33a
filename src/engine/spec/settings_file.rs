//! `stages/NAME.yaml` → what a stage sets, before anything is inherited.

use std::collections::BTreeMap;
use std::path::Path;

use super::file::{self, File};
use super::names;
use super::schema::Schema;
use super::shape::{ParsedValues, parse_in_file, refuse_missing};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::yaml::{self, Entry, Node, entries, entry, is_missing, items, refuse_unknown, text};

/// What a stage sets, as it is written.
#[derive(Default)]
pub(super) struct RawStage {
    pub params: ParsedValues,
    /// Its variants, names unique; `None` where none are listed.
    pub variants: Option<Vec<RawVariant>>,
    /// Its seeds, unique; `None` where none are listed.
    pub seeds: Option<Vec<u64>>,
    /// Whether a variant's name can't be read, so that nothing can be reported about unknown ones.
    pub nameless: bool,
    /// Where `variants` and `seeds` are written.
    pub variants_place: Option<Place>,
    pub seeds_place: Option<Place>,
    /// Whether the file can't be read as a tree, so that nothing can be reported about what it lacks.
    pub unreadable: bool,
}

impl RawStage {
    /// Gives its variants; none where none are listed.
    pub fn variants(&self) -> &[RawVariant] {
        self.variants.as_deref().unwrap_or_default()
    }
}

/// A variant as it is written.
pub(super) struct RawVariant {
    pub name: String,
    pub place: Place,
    pub from: Option<(String, Place)>,
    pub own: ParsedValues,
    /// What the command line sets on it alone.
    pub over: ParsedValues,
}

/// Gives the path of a stage's file.
pub(super) fn path(stage: &str) -> String {
    format!("stages/{stage}.yaml")
}

/// Reads the file of a stage; a file that is not there sets nothing.
///
/// `place` is where the graph names the stage; what a file that is not there lacks is reported there.
pub(super) fn read(
    root: &Path,
    stage: &str,
    place: &Place,
    schema: &Schema,
    diagnostics: &mut Diagnostics,
) -> RawStage {
    let unreadable = RawStage { unreadable: true, ..RawStage::default() };
    let source = match file::read(root, &path(stage), diagnostics) {
        File::Text(source) => source,
        File::Absent => {
            let help = format!("say it in `{}`, under `params`", path(stage));
            refuse_missing(&[], &schema.fields, &[], place, &help, diagnostics);
            return RawStage::default();
        }
        File::Unreadable => return unreadable,
    };
    let Some(document) = yaml::read(&source, 0..source.text().len(), diagnostics) else {
        return unreadable;
    };
    let Some(fields) = entries(&document, "a stage's file", diagnostics) else { return unreadable };
    let has_variants = schema.repeats && !schema.fields.is_empty();
    let known: &[&str] = if has_variants { &["seeds", "params", "variants"] } else { &["params"] };
    let elsewhere = |name: &str| match name {
        "seeds" | "variants" if schema.repeats => {
            Some(format!("a stage of kind `{}` takes its {name} from a stage it needs", schema.kind))
        }
        "seeds" | "variants" => Some(format!("a stage of kind `{}` isn't repeated", schema.kind)),
        _ => schema
            .fields
            .iter()
            .any(|field| field.name == name)
            .then(|| format!("put it under `params`: `params: {{ {name}: … }}`")),
    };
    refuse_unknown(fields, known, "a stage's file", elsewhere, diagnostics);
    let mut raw = RawStage::default();
    let params = entry(fields, "params");
    let settings = params.map_or(Some(&[][..]), |entry| entries(&entry.value, "`params`", diagnostics));
    if let Some(settings) = settings {
        let place = params.map_or(Place::whole(&source), |entry| entry.key_place.clone());
        refuse_missing(settings, &schema.fields, &[], &place, "say it under `params`", diagnostics);
        raw.params = parse_values(settings, &[], schema, None, diagnostics);
    }
    if let Some(entry) = entry(fields, "seeds").filter(|_| has_variants) {
        raw.seeds_place = Some(entry.key_place.clone());
        raw.seeds = Some(seeds(&entry.value, diagnostics));
    }
    if let Some(entry) = entry(fields, "variants").filter(|_| has_variants) {
        raw.variants_place = Some(entry.key_place.clone());
        raw.variants = Some(variants(&entry.value, schema, &mut raw.nameless, diagnostics));
    }
    // A misspelt list is reported by its name; that it is missing is not reported as well.
    let misspelt = |name: &str| has_variants && !is_missing(fields, name, known);
    if misspelt("seeds") {
        raw.seeds.get_or_insert_default();
    }
    if misspelt("variants") && raw.variants.is_none() {
        raw.variants = Some(Vec::new());
        raw.nameless = true;
    }
    raw
}

/// Checks the parameters of a map; `besides` are names in it that are no parameters.
fn parse_values(
    settings: &[Entry],
    besides: &[&str],
    schema: &Schema,
    variant: Option<&str>,
    diagnostics: &mut Diagnostics,
) -> ParsedValues {
    let parameters = schema.fields.iter().map(|field| field.name);
    let known: Vec<&str> = besides.iter().copied().chain(parameters).collect();
    let whose = match variant {
        Some("") => "a variant".to_owned(),
        Some(name) => format!("variant `{name}`"),
        None => format!("kind `{}`", schema.kind),
    };
    let none = || known.is_empty().then(|| "this kind has no settings".to_owned());
    refuse_unknown(settings, &known, &whose, |_| none(), diagnostics);
    parse_in_file(settings, &schema.fields, variant, diagnostics)
}

fn seeds(node: &Node, diagnostics: &mut Diagnostics) -> Vec<u64> {
    let Some(nodes) = items(node, "`seeds`", diagnostics) else { return Vec::new() };
    if nodes.is_empty() {
        let mistake = Diagnostic::error("`seeds` is empty").at(&node.place);
        diagnostics.add(mistake.help("list at least one: `seeds: [1]`"));
    }
    let mut seeds: Vec<u64> = Vec::new();
    for node in nodes {
        let mistake = match node.whole() {
            None => Diagnostic::error(format!(
                "a seed must be a whole number, 0 or more, not {}",
                node.described()
            ))
            .help("write `1`, for example"),
            Some(seed) if seeds.contains(&seed) => {
                Diagnostic::error(format!("the seed {seed} is listed twice")).help("keep one of the two")
            }
            Some(seed) => {
                seeds.push(seed);
                continue;
            }
        };
        diagnostics.add(mistake.at(&node.place));
    }
    seeds
}

fn variants(
    node: &Node,
    schema: &Schema,
    nameless: &mut bool,
    diagnostics: &mut Diagnostics,
) -> Vec<RawVariant> {
    let Some(nodes) = items(node, "`variants`", diagnostics) else {
        *nameless = true;
        return Vec::new();
    };
    if nodes.is_empty() {
        let mistake = Diagnostic::error("`variants` is empty").at(&node.place);
        diagnostics.add(mistake.help("list at least one: `- { name: first }`"));
    }
    let mut lines = BTreeMap::new();
    let mut variants = Vec::new();
    for node in nodes {
        let Some(variant) = variant(node, schema, diagnostics) else {
            *nameless = true;
            continue;
        };
        if let Some(line) = lines.get(&variant.name) {
            let message = format!("two variants are named `{}`", variant.name);
            let help = format!("line {line} has the other; give one of them another name");
            diagnostics.add(Diagnostic::error(message).at(&variant.place).help(help));
            continue;
        }
        lines.insert(variant.name.clone(), variant.place.line());
        variants.push(variant);
    }
    variants
}

fn variant(node: &Node, schema: &Schema, diagnostics: &mut Diagnostics) -> Option<RawVariant> {
    let fields = entries(node, "a variant", diagnostics)?;
    let name = entry(fields, "name");
    let mut known: Vec<&str> = schema.fields.iter().map(|field| field.name).collect();
    known.extend(["name", "from"]);
    if is_missing(fields, "name", &known) {
        let mistake = Diagnostic::error("this variant has no `name`").at(&node.place);
        diagnostics.add(mistake.help("begin it with `name: \"…\"`"));
    }
    let name = name.and_then(|entry| {
        Some((names::name(&entry.value, "a variant's name", "a variant", ".", diagnostics)?, entry))
    });
    let from = entry(fields, "from").and_then(|entry| {
        let name = text(&entry.value, "`from`", diagnostics)?;
        Some((name.to_owned(), entry.value.place.clone()))
    });
    let label = name.map_or("", |(name, _)| name);
    let own = parse_values(fields, &["name", "from"], schema, Some(label), diagnostics);
    let (name, entry) = name?;
    Some(RawVariant {
        name: name.to_owned(),
        place: entry.value.place.clone(),
        from,
        own,
        over: ParsedValues::new(),
    })
}
