//! `--set STAGE.FIELD=VALUE` and `--set STAGE[VARIANT].FIELD=VALUE`; a parameter that is a map is set by `FIELD.NAME`.
//!
//! Invariants
//! - On a stage it acts as an edit of the stage's `params`: a variant that sets the field keeps its own.
//! - On a variant it holds for that variant alone; what derives from it keeps what the file says.
//! - Of two for the same thing the last one holds.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use super::open_params::walk;
use super::outline::StageDraft;
use super::pipeline::STAGE_SEPARATOR;
use super::settings::Origin;
use super::shape::parse_value;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::suggestion;
use crate::yaml;

/// The parts of an argument, as bytes of it.
struct Parts {
    stage: Range<usize>,
    variant: Option<Range<usize>>,
    field: Range<usize>,
    value: Range<usize>,
}

/// Puts every argument over what the files say.
///
/// With `nameless`, an unknown stage may be one whose own name can't be read, and is not reported.
pub(super) fn apply(
    arguments: &[String],
    drafts: &mut [StageDraft<'_>],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) {
    for (position, argument) in arguments.iter().enumerate() {
        let source = Source::argument("--set", position, argument);
        match parts(argument) {
            Some(parts) => put(&source, &parts, drafts, nameless, diagnostics),
            None => {
                let mistake = Diagnostic::error(format!("`{argument}` doesn't say what to set"));
                let help = "write `STAGE.FIELD=VALUE` or `STAGE[VARIANT].FIELD=VALUE`";
                diagnostics.add(mistake.at(&Place::new(&source, 0..argument.len())).help(help));
            }
        }
    }
}

/// Splits an argument; a variant's name may hold dots, so its brackets come before the dot.
fn parts(argument: &str) -> Option<Parts> {
    let equals = argument.find('=')?;
    let target = &argument[..equals];
    let (stage, variant, dot) = match target.find('[') {
        Some(open) => {
            let close = target.rfind(']')?;
            (0..open, Some(open + 1..close.max(open + 1)), close + 1)
        }
        None => {
            let dot = target.find('.')?;
            (0..dot, None, dot)
        }
    };
    let field = dot + 1..equals;
    let complete = target.get(dot..)?.starts_with('.') && !stage.is_empty() && !field.is_empty();
    complete.then_some(Parts { stage, variant, field, value: equals + 1..argument.len() })
}

fn put(
    source: &Arc<Source>,
    parts: &Parts,
    drafts: &mut [StageDraft<'_>],
    nameless: bool,
    diagnostics: &mut Diagnostics,
) {
    let part = |range: &Range<usize>| (&source.text()[range.clone()], Place::new(source, range.clone()));
    let (stage, place) = part(&parts.stage);
    let Some(at) = drafts.iter().position(|draft| draft.name == stage) else {
        if !nameless {
            let names = drafts.iter().map(|draft| draft.name.as_str());
            let message = format!("no stage is named `{stage}`");
            unknown(message, stage, names, ["stage", "the stages are"], &place, diagnostics);
        }
        return;
    };
    let open = open_names(at, drafts);
    let draft = &mut drafts[at];
    let Some(schema) = draft.schema else { return };
    let (name, place) = part(&parts.field);
    let field = schema.fields.iter().find(|field| field.name == name);
    let mut path = name.split('.').map(str::to_owned);
    let top = path.next().unwrap_or_default();
    let is_at = |known: &String| {
        known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let is_open = open.iter().any(is_at);
    if field.is_none() && !is_open {
        let fields = schema.fields.iter().map(|field| field.name);
        let names: Vec<&str> = open.iter().map(String::as_str).chain(fields).collect();
        let message = format!("stage `{stage}` has no field `{name}`");
        unknown(message, name, names.iter().copied(), ["field", "its fields are"], &place, diagnostics);
    }
    let variant = parts.variant.as_ref().map(|range| {
        let (name, place) = part(range);
        let found = draft.raw.variants().iter().position(|variant| variant.name == name);
        if found.is_none() && !draft.raw.unreadable && !draft.raw.nameless {
            let names = draft.raw.variants().iter().map(|variant| variant.name.as_str());
            let message = format!("stage `{stage}` has no variant of its own named `{name}`");
            unknown(message, name, names, ["variant", "its variants are"], &place, diagnostics);
        }
        found
    });
    if field.is_none() && !is_open {
        return;
    }
    let Some(mut node) = yaml::read(source, parts.value.clone(), diagnostics) else { return };
    if node.place.span().is_empty() {
        node.place = Place::new(source, parts.field.start..source.text().len());
    }
    let origin = Origin::Override(source.text().to_owned());
    let variant = match variant {
        None => None,
        Some(Some(index)) => draft.raw.variants.as_mut().map(|variants| &mut variants[index]),
        Some(None) => return,
    };
    if is_open {
        let params = variant.map_or(&mut draft.raw.open, |variant| &mut variant.over_open);
        walk(&top, &mut path.collect(), &node, &|_| origin.clone(), params, diagnostics);
        return;
    }
    let Some(field) = field else { return };
    if schema.inline && variant.is_some() {
        let mistake = Diagnostic::error(format!("`{name}` is no parameter, so no variant has its own"));
        diagnostics.add(mistake.at(&place).help(format!("set it for the whole stage: `{stage}.{name}=…`")));
        return;
    }
    let Some(parsed) = parse_value(field, &node, origin, diagnostics) else { return };
    let values = variant.map_or(&mut draft.raw.params, |variant| &mut variant.over);
    values.retain(|(name, _)| *name != field.name);
    values.push((field.name, parsed));
}

/// Names the parameters of any name that a stage or a variant of it sets, of maps each leaf: `optimiser.rate`. Those of the
/// stages that its variants derive from are among them.
fn open_names(stage: usize, drafts: &[StageDraft<'_>]) -> BTreeSet<String> {
    let mut stages = vec![stage];
    let mut names = BTreeSet::new();
    let mut next = 0;
    while let Some(draft) = stages.get(next).map(|stage| &drafts[*stage]) {
        next += 1;
        let variants = draft.raw.variants();
        let set = draft.raw.open.iter().chain(variants.iter().flat_map(|variant| &variant.own_open));
        names.extend(set.map(|param| [std::slice::from_ref(&param.name), &param.below].concat().join(".")));
        let from = variants.iter().filter_map(|variant| variant.from.as_ref());
        for (other, _) in from.filter_map(|(from, _)| from.split_once(STAGE_SEPARATOR)) {
            let other = drafts.iter().position(|draft| draft.name == other);
            stages.extend(other.filter(|other| !stages.contains(other)));
        }
    }
    names
}

fn unknown<'a>(
    message: String,
    written: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    [one, many]: [&str; 2],
    place: &Place,
    diagnostics: &mut Diagnostics,
) {
    let mistake = Diagnostic::error(message).at(place);
    let help = suggestion::help(written, known, &format!("a {one} named"), many);
    diagnostics.add(match help {
        Some(help) => mistake.help(help),
        None => mistake.help(format!("there is no {one} to set")),
    });
}
