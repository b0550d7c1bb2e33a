//! The figures that a report may show: those of every plot stage, and images that runs of other stages make.

use std::collections::BTreeSet;

use recount_engine::address::output_named;
use recount_engine::spec::{Pipeline, Stage, Value, fill};
use recount_engine::{Failure, Job};

use crate::plot;
use crate::reference::{Reference, What};
use crate::template::ReportFigure;

/// Lists the figures of plot stages; of stand-in data they are in other folders.
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

/// Lists the images that are among the figures which templates name: `draw/tree.png`, `fit[svm,seed=1]/curve.png`.
pub(super) fn images(pipeline: &Pipeline, named: &BTreeSet<String>) -> Vec<ReportFigure> {
    let image = |name: &String| {
        let reference = Reference::image(name)?;
        let (id, stage) = reference.stage_of(pipeline).filter(|(_, stage)| stage.kind != plot::KIND)?;
        let What::Output { file, .. } = &reference.what else { return None };
        let path = place(stage, file, &reference.resolved(pipeline, id).ok()?)?;
        let words = file.rsplit('/').next().unwrap_or(file);
        let words = words.rsplit_once('.').map_or(words, |(words, _)| words);
        let (title, stage) = (words.replace(['_', '-'], " "), stage.name.clone());
        Some(ReportFigure { stage, name: name.clone(), title, path, draws: Vec::new() })
    };
    named.iter().filter_map(image).collect()
}

/// Gives where an output of a run is written: in its own folder, or among its `outputs`.
fn place(stage: &Stage, file: &str, coordinates: &[(String, String)]) -> Option<String> {
    let value = |name: &str| coordinates.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    let outputs = match stage.fields.get("outputs") {
        Some(Value::List(outputs)) => outputs.iter().filter_map(Value::as_text).collect(),
        _ => Vec::new(),
    };
    let filled: Vec<String> = outputs.into_iter().map(|output| fill(output, value)).collect();
    if let Ok(output) = output_named(file, filled.iter().map(String::as_str)) {
        return Some(output.to_owned());
    }
    let out = stage.fields.get("out").and_then(Value::as_text).filter(|out| !out.is_empty())?;
    Some(format!("{}/{file}", fill(out, value).trim_end_matches('/')))
}

/// Checks that the images which a report shows were made.
pub(super) fn check_made(job: &Job<'_>, shown: &[ReportFigure]) -> Result<(), Failure> {
    for figure in shown {
        let Some(image) = Reference::image(&figure.name) else { continue };
        let What::Output { file, .. } = &image.what else { continue };
        let pipeline = job.context.pipeline;
        let coordinates = image.stage_of(pipeline).map(|(id, _)| image.resolved(pipeline, id));
        let Some(Ok(coordinates)) = coordinates else { continue };
        let is_its = |instance: &str| {
            let name = recount_engine::instance_name::InstanceName::of(instance);
            name.stage == image.stage && name.coordinates().iter().all(|own| coordinates.contains(own))
        };
        let run = job.cited.iter().find(|run| is_its(&run.instance));
        let outputs = run.into_iter().flat_map(|run| &run.outputs).map(|output| output.name.as_str());
        let made = outputs.clone().any(|output| figure.path.ends_with(output) || output == file);
        if !made {
            let known: Vec<String> = outputs.take(10).map(|output| format!("`{output}`")).collect();
            let failure =
                Failure::new(format!("`{}` has no output `{file}`, which the report shows", image.runs()));
            return Err(failure.with_help(format!("its outputs are {}", known.join(", "))));
        }
    }
    Ok(())
}
