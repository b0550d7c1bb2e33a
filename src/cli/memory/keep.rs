//! What is kept of a project that was brought up to date.
//!
//! [`Standstill`] + what was known before ──▶ the memo, or what of it is news

use std::collections::BTreeMap;

use recount_engine::spec::{Parameters, Pipeline, Value};
use recount_engine::store::{Checksum, Detail, Look, StoreError};
use recount_engine::{Standing, Standstill, Summary};

use super::super::environment::Environment;
use super::super::project::Project;
use super::super::same::same_experiments;
use super::{Answer, Known, READING, STANDINGS, Written, question};

/// To how many instances one that stands otherwise is few: all of them need not be written again for it.
const FEW: usize = 64;

/// What is kept of a pipeline, which no run changes.
pub struct Draft {
    same: Vec<String>,
    written: Written,
    /// What is yet to be put on the disk of it.
    detail: Option<Detail>,
}

/// Writes down what is to be kept of a pipeline; this can be done while it runs.
pub fn draft(project: &Project, before: Option<&Known>) -> Option<Draft> {
    let same = same_experiments(&project.pipeline).ok()?;
    if let Some(written) = before.and_then(|before| before.written.clone()) {
        return Some(Draft { same, written, detail: None });
    }
    let bytes = project.lines.encode(&project.pipeline)?;
    let written = Written { checksum: Checksum::of(&bytes), edited: BTreeMap::new() };
    Some(Draft { same, written, detail: Some(Detail { name: READING, bytes }) })
}

/// Keeps how all stands after a run that left nothing to do; without it the next one takes longer, no more.
/// What the run took as certain is as `before` saw it.
///
/// # Errors
/// [`StoreError`] when the memo can't be written.
pub fn keep(
    project: &Project,
    (overrides, environment): (&[String], &Environment),
    read: Look,
    summary: &mut Summary,
    places: Vec<String>,
    draft: Option<Draft>,
    mut before: Option<&mut Known>,
) -> Result<(), StoreError> {
    let Some((Standstill { mut look, standings }, draft)) = summary.standstill.take().zip(draft) else {
        return Ok(());
    };
    if project.pipeline.stages.iter().any(|stage| uses_tools(&stage.base.parameters)) {
        // Tools are outside the project: nothing here would see that one changed.
        return Ok(());
    }
    look.join(read);
    let mut variables = variables(&project.pipeline);
    if let Some(before) = &before {
        // Of stages that were not looked at only these are known.
        variables.extend(before.variables.iter().cloned());
        variables.sort();
        variables.dedup();
    }
    let Some(question) = question(overrides, environment, project.archive.as_ref(), &variables) else {
        return Ok(());
    };
    let Some((whole, detail, news)) = encode(standings, before.as_deref()) else { return Ok(()) };
    let answer = Answer {
        fresh: summary.reports.len(),
        places,
        generated_because: project.generated_because.clone(),
        same: draft.same,
        archive: project.archive.is_some(),
        variables,
        edited: draft.written.edited,
        news,
        standings: whole,
        reading: draft.written.checksum,
    };
    let details: Vec<Detail> = detail.into_iter().chain(draft.detail).collect();
    let Ok(answer) = serde_json::to_string(&answer) else { return Ok(()) };
    project.store.memorise(question, &answer, &details, &look, before.as_mut().map(|before| &mut before.memo))
}

/// Gives the checksum of how all stood when that was written as a whole, with what is news since; writes all down
/// where that is much.
fn encode(
    standings: Vec<Standing>,
    before: Option<&Known>,
) -> Option<(Checksum, Option<Detail>, Vec<Standing>)> {
    let whole = |all: postcard::Result<Vec<u8>>| {
        let bytes = all.ok()?;
        Some((Checksum::of(&bytes), Some(Detail { name: STANDINGS, bytes }), Vec::new()))
    };
    let Some(before) = before else { return whole(postcard::to_stdvec(&standings)) };
    let news = before.news.iter().cloned().chain(standings);
    let news: BTreeMap<String, Standing> = news.map(|it| (it.name.clone(), it)).collect();
    let news: Vec<Standing> = news.into_values().collect();
    if news.len() * FEW <= before.certain.of_how_many() {
        return Some((before.whole, None, news));
    }
    whole(postcard::to_stdvec(&before.certain.with(&news)))
}

fn uses_tools(parameters: &Parameters) -> bool {
    matches!(parameters.get("tools"), Some(Value::List(tools)) if !tools.is_empty())
}

/// Names the variables that stages of any kind have in an `env`.
fn variables(pipeline: &Pipeline) -> Vec<String> {
    let named = pipeline.stages.iter().filter_map(|stage| stage.base.parameters.get("env"));
    let mut names: Vec<String> = named
        .filter_map(|names| match names {
            Value::List(names) => Some(names),
            _ => None,
        })
        .flatten()
        .filter_map(|name| name.as_text().map(str::to_owned))
        .collect();
    names.sort();
    names.dedup();
    names
}
