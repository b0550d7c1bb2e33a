//! Parameters that a program never gets: a setting without effect is a mistake.

use std::collections::{BTreeMap, BTreeSet};

use super::braces::PARAMS;
use super::outline::StageDraft;
use super::path_uses::{is_template, path_shape};
use super::schema::Shape;
use super::shape::get;
use super::template::names;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Reports the parameters of a stage that neither `{params}` nor a brace of their own reads, once for each name.
pub(super) fn check(draft: &StageDraft<'_>, diagnostics: &mut Diagnostics) {
    let variants = draft.raw.variants().iter().flat_map(|variant| &variant.own_open);
    let mut set: BTreeMap<&str, &Place> = BTreeMap::new();
    for param in draft.raw.open.iter().chain(variants).filter(|param| param.value.is_some()) {
        set.entry(&param.name).or_insert(&param.place);
    }
    if set.is_empty() {
        return;
    }
    // Of what is required and could not be read, nobody knows what it reads.
    let Some(read) = read_names(draft).filter(|read| !read.contains(PARAMS)) else { return };
    for (name, place) in set.into_iter().filter(|(name, _)| !read.contains(name)) {
        let mistake = Diagnostic::error(format!("nothing reads the parameter `{name}`")).at(place);
        diagnostics.add(mistake.help(format!(
            "put `{{{name}}}` into `run`, or `{{params}}`, the path of a JSON file with all parameters"
        )));
    }
}

/// Gives the names in braces of all that the stage says; `None` where a field with braces is required and not there.
fn read_names<'a>(draft: &'a StageDraft<'_>) -> Option<BTreeSet<&'a str>> {
    let fields = draft.schema.map_or(&[][..], |schema| &schema.fields);
    let has_braces = |shape: &Shape| path_shape(shape).is_some() || is_template(shape);
    let mut read = BTreeSet::new();
    for field in fields.iter().filter(|field| has_braces(&field.shape)) {
        match get(&draft.raw.params, field.name) {
            Some(parsed) => {
                read.extend(parsed.texts().flat_map(|(text, _)| names(text)).map(|(name, _)| name))
            }
            None if field.default.is_none() => return None,
            None => {}
        }
    }
    Some(read)
}
