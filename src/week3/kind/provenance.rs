//! Where everything in a report is from: the cited runs, the places of settings, the source's text, the figures.

use crate::week3;
use crate::week3::audit::{FigureFile, Place, Provenance, SettingPlaces};
use recount_engine::spec::{Origin, Settings};
use recount_engine::{CitedRun, Failure, Job};

use super::places::Places;
use super::results::json_map;
use super::{Needs, project_text, text};

/// Gathers where everything in the report is from.
pub(super) fn provenance(
    job: &Job<'_>,
    needs: &Needs,
    places: &Places,
    figures: Vec<FigureFile>,
) -> Result<Provenance, Failure> {
    let pipeline = job.context.pipeline;
    let source_file = text(&job.effective.parameters, "claims")?.to_owned();
    let base = (String::new(), setting_places(pipeline.settings(needs.train, None)));
    let variants = pipeline.variants_of(needs.train).iter();
    let variants = variants.map(|variant| (variant.name.clone(), setting_places(&variant.settings)));
    Ok(Provenance {
        report: places.report_file.clone(),
        page: places.page_file(),
        runs: job.cited.iter().map(|run| (run.instance.clone(), told_run(run))).collect(),
        settings: std::iter::once(base).chain(variants).collect(),
        source_text: project_text(job, &source_file)?,
        source_file,
        figures,
    })
}

fn told_run(run: &CitedRun) -> week3::audit::Run {
    let CitedRun { key, recipe, outputs, .. } = run;
    week3::audit::Run {
        key: *key,
        kind: recipe.kind.clone(),
        code: recipe.code,
        seed: recipe.seed,
        parameters: json_map(&recipe.parameters),
        inputs: recipe.inputs.clone(),
        files: recipe.files.clone(),
        outputs: outputs.iter().map(|output| (output.name.clone(), output.object)).collect(),
    }
}

/// Says where each setting was said.
pub(super) fn setting_places(settings: &Settings) -> SettingPlaces {
    let place = |origin: &Origin| match origin {
        Origin::Default => Place::Default,
        Origin::Override(text) => Place::Set(text.clone()),
        Origin::File { path, line, column, variant } => {
            let by = variant.as_deref().map(str::to_owned);
            Place::File { path: path.to_string(), line: *line, column: *column, by }
        }
    };
    let parameters = settings.parameters().into_keys();
    parameters.filter_map(|name| Some((name.clone(), place(settings.origin(&name)?)))).collect()
}
