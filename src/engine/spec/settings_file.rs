//! `params`, `variants` and `seeds`, in `stages/NAME.yaml` or in the stage itself → what it sets, before anything is
//! inherited.

use std::collections::BTreeMap;
use std::path::Path;

use super::file::{self, File};
use super::names;
use super::open_params::{self, OpenParam};
use super::schema::Schema;
use super::shape::{ParsedValues, parse_in_file, refuse_missing};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion::nearest;
use crate::yaml::{self, Entry, Node, entries, entry, is_missing, items, refuse_unknown, text};

/// The names under which a stage sets them.
pub(super) const NAMES: [&str; 3] = ["params", "variants", "seeds"];

/// What a stage sets, as it is written.
#[derive(Default)]
pub(super) struct RawStage {
    /// The fields of its kind: for inline kinds what it says in `pipeline.yaml`, for others its parameters.
    pub params: ParsedValues,
    /// The parameters of an inline kind, which may have any name.
    pub open: Vec<OpenParam>,
    /// Where the stage itself sets them, if it does.
    pub here: Option<Place>,
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
    pub own_open: Vec<OpenParam>,
    /// What the command line sets on it alone.
    pub over: ParsedValues,
    pub over_open: Vec<OpenParam>,
}

/// Gives the path of a stage's file.
pub(super) fn path(stage: &str) -> String {
    format!("stages/{stage}.yaml")
}

/// Reads the file of a stage into what its own lines set; a file that is not there sets nothing.
///
/// `place` is where the graph names the stage; what a file that is not there lacks is reported there.
pub(super) fn read(
    root: &Path,
    stage: &str,
    place: &Place,
    schema: &Schema,
    raw: &mut RawStage,
    diagnostics: &mut Diagnostics,
) {
    let source = match file::read(root, &path(stage), diagnostics) {
        File::Text(source) => source,
        File::Absent => {
            if !schema.inline && raw.here.is_none() {
                let help = format!("say it in `{}`, under `params`", path(stage));
                refuse_missing(&[], &schema.fields, &[], place, &help, diagnostics);
            }
            return;
        }
        File::Unreadable => {
            raw.unreadable = true;
            return;
        }
    };
    let document = yaml::read(&source, 0..source.text().len(), diagnostics);
    let fields = document.as_ref().and_then(|document| entries(document, "a stage's file", diagnostics));
    let Some(fields) = fields else {
        raw.unreadable = true;
        return;
    };
    if let Some(here) = &raw.here {
        let message = format!("stage `{stage}` is set here and in `{}`", path(stage));
        diagnostics.add(Diagnostic::error(message).at(here).help("say all of it in one of the two places"));
        return;
    }
    let known: &[&str] = if has_variants(schema) { &NAMES } else { &["params"] };
    refuse_unknown(fields, known, "a stage's file", |name| advice(schema, name), diagnostics);
    read_fields(fields, known, schema, &Place::whole(&source), raw, diagnostics);
}

/// Says whether a kind's stages have variants and seeds of their own.
pub(super) fn has_variants(schema: &Schema) -> bool {
    schema.repeats && (schema.inline || !schema.fields.is_empty())
}

/// Says why a stage of a kind has no field of a name, if there is more to say than which there are.
pub(super) fn advice(schema: &Schema, name: &str) -> Option<String> {
    let is_parameter = !schema.inline && schema.fields.iter().any(|field| field.name == name);
    // A misspelt one is sent where it belongs, and not to `needs`, which is as near to `seed`.
    let meant = nearest(name, ["needs", "seeds", "variants"]).filter(|_| !has_variants(schema));
    match meant.unwrap_or(name) {
        meant @ ("seeds" | "variants") if schema.repeats => {
            Some(format!("a stage of kind `{}` takes its {meant} from a stage it needs", schema.kind))
        }
        "seeds" | "variants" => Some(format!("a stage of kind `{}` isn't repeated", schema.kind)),
        _ if is_parameter => Some(format!("put it under `params`: `params: {{ {name}: … }}`")),
        _ => None,
    }
}

/// Finds the first of a stage's fields that sets something, or is misspelt and was to do so.
pub(super) fn first_set<'f>(fields: &'f [Entry], known: &[&str], schema: &Schema) -> Option<&'f Entry> {
    let misspelt = |entry: &&Entry| {
        let name = entry.key.as_str();
        let is_unknown = has_variants(schema) && !known.contains(&name);
        is_unknown && nearest(name, known.iter().copied()).is_some_and(|name| NAMES.contains(&name))
    };
    NAMES.iter().find_map(|name| entry(fields, name)).or_else(|| fields.iter().find(misspelt))
}

/// Reads `params`, `variants` and `seeds` among fields, of which others are `known`, too.
pub(super) fn read_fields(
    fields: &[Entry],
    known: &[&str],
    schema: &Schema,
    whole: &Place,
    raw: &mut RawStage,
    diagnostics: &mut Diagnostics,
) {
    let params = entry(fields, "params");
    let settings = params.map_or(Some(&[][..]), |entry| entries(&entry.value, "`params`", diagnostics));
    if let Some(settings) = settings {
        if schema.inline {
            raw.open = open_params::read(settings, &[], None, diagnostics);
        } else {
            let place = params.map_or(whole, |entry| &entry.key_place);
            refuse_missing(settings, &schema.fields, &[], place, "say it under `params`", diagnostics);
            raw.params = parse_values(settings, &[], schema, None, diagnostics);
        }
    }
    let has_variants = has_variants(schema);
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

/// The most seeds that a message writes out.
const MAX_SHOWN_SEEDS: u64 = 5;

fn seeds(node: &Node, diagnostics: &mut Diagnostics) -> Vec<u64> {
    if let Some(one) = node.whole() {
        let mistake = Diagnostic::error(format!("`seeds` must be a list, not {}", node.described()));
        let first: Vec<String> = (1..=one.clamp(1, MAX_SHOWN_SEEDS)).map(|seed| seed.to_string()).collect();
        let (first, more) = (first.join(", "), if one > MAX_SHOWN_SEEDS { ", …" } else { "" });
        let help = format!("for {one} of them write `seeds: [{first}{more}]`, for this one `seeds: [{one}]`");
        diagnostics.add(mistake.at(&node.place).help(help));
        return Vec::new();
    }
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
    let own = if schema.inline { &[][..] } else { &schema.fields };
    let mut known: Vec<&str> = own.iter().map(|field| field.name).collect();
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
    let besides = ["name", "from"];
    let (own, own_open) = if schema.inline {
        (ParsedValues::new(), open_params::read(fields, &besides, Some(label), diagnostics))
    } else {
        (parse_values(fields, &besides, schema, Some(label), diagnostics), Vec::new())
    };
    let (name, entry) = name?;
    Some(RawVariant {
        name: name.to_owned(),
        place: entry.value.place.clone(),
        from,
        own,
        own_open,
        over: ParsedValues::new(),
        over_open: Vec::new(),
    })
}
