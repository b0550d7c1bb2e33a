//! The figures that a report may show: those of every plot stage.

use recount_engine::spec::Pipeline;

use crate::plot;
use crate::template::ReportFigure;

/// Lists the figures of a pipeline; of stand-in data they are in other folders.
pub(super) fn figures(pipeline: &Pipeline, stand_in: bool) -> Vec<ReportFigure> {
    let stages = pipeline.stages.iter().filter(|stage| stage.kind == plot::KIND);
    let figures = stages.flat_map(|stage| {
        plot::drawn(stage, stand_in).into_iter().map(|figure| ReportFigure {
            stage: stage.name.clone(),
            name: figure.name,
            title: figure.title,
            path: figure.path,
            draws: figure.draws,
        })
    });
    figures.collect()
}
