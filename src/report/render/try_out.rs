//! A template is rendered on invented values before anything runs, once with every comparison turning out each way.

use std::collections::BTreeMap;
use std::sync::Arc;

use recount_engine::diagnostic::{Diagnostics, Source};
use recount_engine::spec::{Pipeline, ProjectTexts, Stage};

use super::settings::RenderSettings;
use crate::claim::Claims;
use crate::evidence::Evidence;
use crate::quantity::Relation;
use crate::template::{self, DataFiles, ReportInputs};

/// Renders a stage's report on invented values, and reports what that finds, each mistake once.
pub(super) fn try_out(
    pipeline: &Pipeline,
    stage: &Stage,
    texts: &ProjectTexts<'_>,
    claims: Option<Claims>,
    diagnostics: &mut Diagnostics,
) {
    let settings = RenderSettings::of(stage);
    let uses = super::uses(&settings, pipeline, &mut |path| texts.read(path));
    let figures = super::all_figures(pipeline, false, &uses);
    let read = |path: String| texts.read(&path).ok().map(|source| (path, source));
    let templates: BTreeMap<String, Arc<Source>> = uses.templates.into_iter().filter_map(read).collect();
    let data: Vec<(&str, Arc<Source>)> = settings
        .data
        .iter()
        .filter_map(|(name, path)| Some((name.as_str(), texts.read(path).ok()?)))
        .collect();
    let data = match DataFiles::read(data.iter().map(|(name, source)| (*name, source))) {
        Ok(data) => data,
        Err(mistakes) => return diagnostics.append(mistakes),
    };
    let mut inputs = ReportInputs {
        output: settings.output.clone(),
        title: settings.title.clone().unwrap_or_else(|| pipeline.title.clone()),
        template: settings.template.clone(),
        templates,
        evidence: Evidence::invented(pipeline.clone().into()),
        claims,
        data,
        figures,
        forced: None,
        stop: Default::default(),
    };
    for relation in Relation::ALL {
        inputs.forced = Some(relation);
        if let Err(refused) = template::render(&inputs) {
            // The same mistake is found again with each relation.
            return diagnostics.append(refused.diagnostics);
        }
    }
}
