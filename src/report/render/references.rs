//! The stages that a report needs, and every mistake in what it is made from, before anything runs.
//!
//! fields + texts ──[`stages`]──▶ needs · + pipeline ──[`check()`]──▶ mistakes

use std::collections::BTreeSet;
use std::sync::Arc;

use recount_engine::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use recount_engine::spec::{KnownStage, NamedStage, Pipeline, ProjectTexts, Stage, StageId};
use recount_engine::yaml::{Content, Entry, entries, entry, items, text};

use super::figures::figures;
use super::try_out;
use crate::check::{self, Project};
use crate::claim::Claims;
use crate::plot;

/// What a render stage's fields name, as they are written.
struct Fields<'e> {
    template: Option<(&'e str, &'e Place)>,
    claims: Option<(&'e str, &'e Place)>,
    data: Vec<(&'e str, &'e str, &'e Place)>,
    terms: Vec<(String, Place)>,
    title: Option<(&'e str, &'e Place)>,
}

impl<'e> Fields<'e> {
    /// Reads the fields; mistakes of their forms are found by whoever checks the schema, but for `data`.
    fn of(fields: &'e [Entry], diagnostics: &mut Diagnostics) -> Self {
        let named = |name: &str| {
            let value = &entry(fields, name)?.value;
            Some((text(value, name, &mut Diagnostics::default())?, &value.place))
        };
        let mut data = Vec::new();
        if let Some(field) = entry(fields, "data") {
            for file in entries(&field.value, "`data`", diagnostics).into_iter().flatten() {
                if let Some(path) = text(&file.value, "a file of `data`", diagnostics) {
                    data.push((file.key.as_str(), path, &file.value.place));
                }
            }
        }
        let terms = entry(fields, "terms").and_then(|field| match &field.value.content {
            Content::List(_) => items(&field.value, "`terms`", &mut Diagnostics::default()),
            _ => None,
        });
        let terms = terms.into_iter().flatten().filter_map(|node| {
            Some((text(node, "a term", &mut Diagnostics::default())?.to_owned(), node.place.clone()))
        });
        Self {
            template: named("template"),
            claims: named("claims"),
            data,
            terms: terms.collect(),
            title: named("title"),
        }
    }
}

/// Gives the stages that a template and a claims file name.
pub(super) fn stages(
    fields: &[Entry],
    texts: &ProjectTexts<'_>,
    known: &[KnownStage<'_>],
) -> Vec<NamedStage> {
    let fields = Fields::of(fields, &mut Diagnostics::default());
    let mut named: Vec<NamedStage> = Vec::new();
    if let Some((path, place)) = fields.template
        && let Ok(template) = texts.read(path)
    {
        // Nothing but names is known of the stages yet: of what is found only these count.
        let stages = known.iter().map(|stage| Stage { name: stage.name.to_owned(), ..Stage::default() });
        let pipeline = Pipeline { title: String::new(), stages: stages.collect() };
        let project = Project { pipeline: &pipeline, figures: &[], terms: &fields.terms };
        let uses = check::check(&template, &project, &mut |path| texts.read(path)).uses;
        named.extend(uses.stages.into_iter().map(|stage| (stage, place.clone())));
        let plots = known.iter().filter(|stage| !uses.figures.is_empty() && stage.kind == plot::KIND);
        named.extend(plots.map(|stage| (stage.name.to_owned(), place.clone())));
    }
    if let Some((path, _)) = fields.claims
        && let Ok(claims) = texts.read(path)
    {
        // A stage that does not exist is reported with the other mistakes of claims.
        let is_known = |(name, _): &NamedStage| known.iter().any(|stage| stage.name == name);
        named.extend(Claims::named_stages(&claims).into_iter().filter(is_known));
    }
    let mut seen = BTreeSet::new();
    named.retain(|(name, _)| seen.insert(name.clone()));
    named
}

/// Reports what is wrong in template, claims, data and title.
pub(super) fn check(
    fields: &[Entry],
    texts: &ProjectTexts<'_>,
    pipeline: &Pipeline,
    stage: StageId,
    diagnostics: &mut Diagnostics,
) {
    let fields = Fields::of(fields, diagnostics);
    let before = diagnostics.len();
    let mut read = |what: &str, path: &str, place: &Place| -> Option<Arc<Source>> {
        let text = texts.read(path);
        text.map_err(|why| {
            diagnostics.add(Diagnostic::error(format!("{what} `{path}` can't be read: {why}")).at(place));
        })
        .ok()
    };
    let template = fields.template.and_then(|(path, place)| read("the template", path, place));
    let claims = fields.claims.and_then(|(path, place)| read("the claims", path, place));
    for (_, path, place) in &fields.data {
        read("the data", path, place);
    }
    let figures = figures(pipeline, false);
    let names: Vec<(String, String)> =
        figures.iter().map(|figure| (figure.stage.clone(), figure.name.clone())).collect();
    let project = Project { pipeline, figures: &names, terms: &fields.terms };
    // Nothing says where the pipeline's own title is written; who prints it is the template.
    let title = fields.title.or_else(|| Some((pipeline.title.as_str(), fields.template?.1)));
    if let Some((title, place)) = title
        && let Some(mistake) = check::check_title(title, place, &project)
    {
        diagnostics.add(mistake);
    }
    let claims = match claims.map(|source| Claims::load(&source, pipeline)) {
        None => None,
        Some(Ok(claims)) => Some(claims),
        Some(Err(mistakes)) => {
            diagnostics.append(mistakes);
            None
        }
    };
    let Some(template) = template else { return };
    let checked = check::check(&template, &project, &mut |path| texts.read(path));
    diagnostics.append(checked.diagnostics);
    if diagnostics.len() == before {
        try_out::try_out(pipeline, &pipeline.stages[stage.0], texts, claims, diagnostics);
    }
}
