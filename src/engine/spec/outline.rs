//! `pipeline.yaml` → the stages as they are written there, before anything is joined.
//!
//! Invariants
//! - Stage names are unique: of two stages with one name the first stays.
//! - Knows nothing of other files; whether a need exists is asked in `graph`.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::exclude::{self, Excluded};
use super::file::{self, File};
use super::measures::{self, Measure};
use super::pipeline::Variant;
use super::repeats::{self, EachEntry};
use super::resources::{self, Resources};
use super::schema::Schema;
use super::settings::Settings;
use super::settings_file::{self, RawStage};
use super::shape::{parse_in_file, refuse_missing};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::suggestion::{self, nearest};
use crate::yaml::{
    self, Content, Entry, Node, Scalar, entries, entry, is_missing, items, refuse_unknown, text,
};

/// The file that has the graph.
pub(super) const PATH: &str = "pipeline.yaml";

/// The version of the language.
const VERSION: i64 = 1;

const HEADER: [&str; 3] = ["recount", "title", "stages"];
const STAGE: [&str; 10] =
    ["name", "kind", "each", "exclude", "repeats", "paired", "needs", "observed", "resources", "measures"];

/// What is written in `pipeline.yaml`.
pub(super) struct Outline<'s> {
    pub title: String,
    pub stages: Vec<StageDraft<'s>>,
    /// Whether a stage's name can't be read, so that nothing can be reported about unknown ones.
    pub nameless: bool,
}

/// A stage as it is written.
pub(super) struct StageDraft<'s> {
    pub name: String,
    pub place: Place,
    /// Its kind's schema; `None` if there is no such kind, which is reported already.
    pub schema: Option<&'s Schema>,
    pub each: Vec<EachEntry>,
    /// Whether something in its `each` is wrong, so that nothing can be reported about what it lacks.
    pub each_refused: bool,
    /// The points that it leaves out.
    pub exclude: Vec<Excluded>,
    /// The coordinates over which it says that its results are aggregated, and those that are paired.
    pub repeats: Option<Vec<(String, Place)>>,
    pub paired: Vec<(String, Place)>,
    pub needs: Vec<(String, Place)>,
    pub observed: Vec<String>,
    pub resources: Resources,
    pub measures: Vec<Measure>,
    /// Its fields as they are written, where its kind reads the names of other stages in them.
    pub fields: Vec<Entry>,
    /// What it sets, here and in its own file.
    pub raw: RawStage,
    /// The values of each axis of its `each`, once it is known whose they are.
    pub axes: Vec<AxisValues>,
    /// The parameters that hold where no variant sets another, once they are resolved.
    pub base: Settings,
    /// Its own variants, likewise.
    pub variants: Vec<Variant>,
}

/// A name that a stage is repeated over, with its values.
pub(super) struct AxisValues {
    pub name: String,
    pub values: Vec<String>,
}

/// Reads `pipeline.yaml`; `None` when there is nothing to go on with.
pub(super) fn read<'s>(
    root: &Path,
    schemas: &'s [Schema],
    diagnostics: &mut Diagnostics,
) -> Option<Outline<'s>> {
    let source = match file::read(root, PATH, diagnostics) {
        File::Text(source) => source,
        File::Unreadable => return None,
        File::Absent => {
            let help = format!(
                "looked in {}; `recount init` writes one, or go to the project's folder",
                root.display()
            );
            diagnostics.add(Diagnostic::error(format!("there is no `{PATH}`")).help(help));
            return None;
        }
    };
    let document = yaml::read(&source, 0..source.text().len(), diagnostics)?;
    let header = "start it with `recount: 1`, `title:` and `stages:`";
    if document.is_null() {
        let mistake = Diagnostic::error(format!("`{PATH}` is empty")).help(header);
        diagnostics.add(mistake.at(&Place::whole(&source)));
        return None;
    }
    let fields = entries(&document, "the pipeline", diagnostics)?;
    refuse_unknown(fields, &HEADER, "the pipeline", |_| None, diagnostics);
    for name in HEADER.iter().filter(|name| is_missing(fields, name, &HEADER)) {
        let start = document.place.span().start;
        let mistake = Diagnostic::error(format!("`{name}` is missing")).help(header);
        diagnostics.add(mistake.at(&Place::new(&source, start..start)));
    }
    if let Some(entry) = entry(fields, "recount") {
        check_version(&entry.value, diagnostics);
    }
    let title = entry(fields, "title").and_then(|entry| text(&entry.value, "`title`", diagnostics));
    let title = title.unwrap_or_default().to_owned();
    let list = entry(fields, "stages");
    let mut nameless = list.is_none();
    let stages = list.map(|entry| stages(entry, schemas, &mut nameless, diagnostics)).unwrap_or_default();
    Some(Outline { title, stages, nameless })
}

fn check_version(node: &Node, diagnostics: &mut Diagnostics) {
    if !matches!(node.content, Content::Scalar(Scalar::Integer(VERSION))) {
        let message = format!("`recount` must be `{VERSION}`, not {}", node.described());
        let help = format!("this program reads version {VERSION} of the language");
        diagnostics.add(Diagnostic::error(message).at(&node.place).help(help));
    }
}

fn stages<'s>(
    list: &Entry,
    schemas: &'s [Schema],
    nameless: &mut bool,
    diagnostics: &mut Diagnostics,
) -> Vec<StageDraft<'s>> {
    let Some(nodes) = items(&list.value, "`stages`", diagnostics) else {
        *nameless = true;
        return Vec::new();
    };
    if nodes.is_empty() {
        let mistake = Diagnostic::error("`stages` is empty").at(&list.value.place);
        diagnostics.add(mistake.help(
            "list at least one stage: `- { name: count, run: wc -l a.txt > n.txt, outputs: [n.txt] }`",
        ));
    }
    let mut known: HashMap<String, usize> = HashMap::with_capacity(nodes.len());
    let mut stages: Vec<StageDraft<'s>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(stage) = stage(node, schemas, diagnostics) else {
            *nameless = true;
            continue;
        };
        if let Some(other) = known.get(&stage.name) {
            let line = stages[*other].place.line();
            let message = format!("two stages are named `{}`", stage.name);
            let help = format!("line {line} has the other; give one of them another name");
            diagnostics.add(Diagnostic::error(message).at(&stage.place).help(help));
            continue;
        }
        known.insert(stage.name.clone(), stages.len());
        stages.push(stage);
    }
    stages
}

/// Reads one stage; `None` for one whose name can't be read.
pub(super) fn stage<'s>(
    node: &Node,
    schemas: &'s [Schema],
    diagnostics: &mut Diagnostics,
) -> Option<StageDraft<'s>> {
    let fields = entries(node, "a stage", diagnostics)?;
    let required = |name: &str, diagnostics: &mut Diagnostics| {
        if is_missing(fields, name, &STAGE) {
            let mistake = Diagnostic::error(format!("this stage has no `{name}`")).at(&node.place);
            diagnostics.add(mistake.help("a stage has a `name`, and a `run` or a `kind`"));
        }
        entry(fields, name)
    };
    let implied = implied(fields, schemas);
    let kind = if implied.is_some() { entry(fields, "kind") } else { required("kind", diagnostics) };
    let schema = kind.map_or(implied, |entry| schema(&entry.value, schemas, diagnostics));
    let name = required("name", diagnostics);
    let name = name.and_then(|entry| {
        Some((super::names::name(&entry.value, "`name`", "a stage", "", diagnostics)?, &entry.value.place))
    });
    let mut raw = RawStage::default();
    if schema.is_none() && kind.is_none() {
        // Whatever else it may say is known only once its kind is; what was meant as the kind is reported.
        let near = |entry: &&Entry| {
            !STAGE.contains(&entry.key.as_str()) && nearest("kind", [entry.key.as_str()]).is_some()
        };
        for entry in fields.iter().filter(near) {
            let mistake = Diagnostic::error(format!("a stage has no field `{}`", entry.key));
            diagnostics.add(mistake.at(&entry.key_place).help("did you mean `kind`?"));
        }
    }
    if let Some(schema) = schema {
        check_fields(fields, schema, diagnostics);
        if schema.inline {
            let place = name.map_or(&node.place, |(_, place)| place);
            let help = "say it in this stage, beside its `name`";
            refuse_missing(fields, &schema.fields, &STAGE, place, help, diagnostics);
            raw.params = parse_in_file(fields, &schema.fields, None, diagnostics);
        }
        let known = known_fields(schema);
        if let Some(sets) = settings_file::first_set(fields, &known, schema) {
            raw.here = Some(sets.key_place.clone());
            settings_file::read_fields(fields, &known, schema, &node.place, &mut raw, diagnostics);
        }
    }
    let mistakes = diagnostics.len();
    let each = match (schema, entry(fields, "each")) {
        (Some(schema), Some(entry)) => repeats::read(entry, schema, diagnostics),
        _ => Vec::new(),
    };
    let each_refused = diagnostics.len() > mistakes;
    let exclude = entry(fields, "exclude").map(|entry| exclude::read(&entry.value, diagnostics));
    let names = |field: &str, diagnostics: &mut Diagnostics| match entry(fields, field) {
        Some(entry) => names(&entry.value, field, diagnostics),
        None => Vec::new(),
    };
    let repeats = entry(fields, "repeats").map(|_| names("repeats", diagnostics));
    let paired = names("paired", diagnostics);
    let needs = names("needs", diagnostics);
    let observed = names("observed", diagnostics).into_iter().map(|(name, _)| name).collect();
    let resources = entry(fields, "resources").map(|entry| resources::read(&entry.value, diagnostics));
    let resources = resources.unwrap_or_default();
    let kinds = schema.map_or(&[][..], |schema| &schema.measures);
    let own = entry(fields, "measures").map(|entry| measures::read(&entry.value, kinds, diagnostics));
    let measures = kinds.iter().cloned().chain(own.unwrap_or_default()).collect();
    let (name, place) = (name?.0.to_owned(), name?.1.clone());
    Some(StageDraft {
        name,
        place,
        schema,
        each,
        each_refused,
        exclude: exclude.unwrap_or_default(),
        repeats,
        paired,
        needs,
        observed,
        resources,
        measures,
        fields: if schema.is_some_and(|schema| schema.references.is_some()) {
            fields.to_vec()
        } else {
            Vec::new()
        },
        raw,
        axes: Vec::new(),
        base: Settings::default(),
        variants: Vec::new(),
    })
}

/// Gives the kind of a stage that names none: the one that is written in `pipeline.yaml` and must have a field which the
/// stage has, as `run` makes it a command.
fn implied<'s>(fields: &[Entry], schemas: &'s [Schema]) -> Option<&'s Schema> {
    let says = |schema: &&Schema| {
        let mut required = schema.fields.iter().filter(|field| field.default.is_none());
        required.any(|field| entry(fields, field.name).is_some())
    };
    schemas.iter().filter(|schema| schema.inline).find(says)
}

fn schema<'s>(node: &Node, schemas: &'s [Schema], diagnostics: &mut Diagnostics) -> Option<&'s Schema> {
    let kind = text(node, "`kind`", diagnostics)?;
    let found = schemas.iter().find(|schema| schema.kind == kind);
    if found.is_none() {
        let mistake = Diagnostic::error(format!("there is no kind `{kind}`")).at(&node.place);
        let kinds = schemas.iter().map(|schema| schema.kind);
        let help = suggestion::help(kind, kinds, "a kind named", "the kinds are").unwrap_or_default();
        diagnostics.add(mistake.help(help));
    }
    found
}

/// Names the fields that a stage of a kind may have.
fn known_fields(schema: &Schema) -> Vec<&str> {
    let own = schema.fields.iter().filter(|_| schema.inline).map(|field| field.name);
    let settings: &[&str] = match schema.fields.is_empty() {
        _ if settings_file::has_variants(schema) => &settings_file::NAMES,
        false => &["params"],
        true => &[],
    };
    STAGE.into_iter().chain(own).chain(settings.iter().copied()).collect()
}

/// Reports unknown fields; a parameter that belongs under `params` is sent there.
fn check_fields(fields: &[Entry], schema: &Schema, diagnostics: &mut Diagnostics) {
    let whose = format_args!("a stage of kind `{}`", schema.kind);
    let advice = |name: &str| settings_file::advice(schema, name);
    refuse_unknown(fields, &known_fields(schema), whose, advice, diagnostics);
}

/// Reads a list of names, each once.
fn names(node: &Node, field: &str, diagnostics: &mut Diagnostics) -> Vec<(String, Place)> {
    let mut needs: Vec<(String, Place)> = Vec::new();
    let mut known = HashSet::new();
    let each = format!("each of `{field}`");
    for node in items(node, &format!("`{field}`"), diagnostics).unwrap_or_default() {
        let Some(name) = text(node, &each, diagnostics) else { continue };
        if !known.insert(name) {
            let mistake = Diagnostic::error(format!("`{field}` has `{name}` twice")).at(&node.place);
            diagnostics.add(mistake.help("keep one of the two"));
            continue;
        }
        needs.push((name.to_owned(), node.place.clone()));
    }
    needs
}
