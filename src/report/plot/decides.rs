//! What of the pipeline decides a figure, besides its own entry: which outputs are read, and what is shown that is no bytes
//! of an output.

use recount_engine::spec::{Measure, MeasureSource, OutOf, Parameters, Pipeline, Value};

use super::spec::FigureSpec;
use crate::reference::{Reference, What};

/// Gives the files that something named is read from.
pub(crate) fn files_of(reference: &Reference, measures: &[Measure]) -> Vec<String> {
    let What::Measure(name) = &reference.what else {
        let What::Output { file, .. } = &reference.what else { return Vec::new() };
        return vec![file.clone()];
    };
    let measure = |name: &String| measures.iter().find(|measure| measure.name == *name);
    let file = |name: &String| match measure(name).map(|measure| &measure.from) {
        Some(MeasureSource::Address(address)) => Some(address.file.clone()),
        _ => None,
    };
    let cases = measure(name).and_then(|measure| match &measure.out_of {
        Some(OutOf::Address(address)) => Some(address.file.clone()),
        _ => None,
    });
    let sources = match measure(name).map(|measure| &measure.from) {
        Some(MeasureSource::Difference(parts) | MeasureSource::Ratio(parts)) => {
            parts.iter().filter_map(file).collect()
        }
        _ => file(name).into_iter().collect::<Vec<_>>(),
    };
    sources.into_iter().chain(cases).collect()
}

/// Gives what the figures show of the pipeline besides bytes of outputs: where measures are from, what they are in, the
/// order of coordinates, and the parameters that rows are put into sections by. A change of these draws again.
pub(super) fn labels(pipeline: &Pipeline, figures: &[FigureSpec]) -> Parameters {
    let mut labels = Parameters::new();
    for figure in figures {
        for (reference, _) in figure.shows.references() {
            let Some((id, stage)) = reference.stage_of(pipeline) else { continue };
            if let Some(measure) = reference.measure_of(pipeline) {
                let parts = parts_of(measure)
                    .iter()
                    .filter_map(|name| stage.measures.iter().find(|it| it.name == *name));
                for measure in std::iter::once(measure).chain(parts) {
                    labels
                        .insert(format!("{}.{}", stage.name, measure.name), Value::Text(described(measure)));
                }
            }
            let texts = |texts: Vec<String>| Value::List(texts.into_iter().map(Value::Text).collect());
            for axis in &stage.each {
                labels
                    .insert(format!("{} over {}", stage.name, axis.name()), texts(pipeline.values(id, axis)));
            }
            let repeats = stage.repeats().into_iter().map(str::to_owned).collect();
            labels.insert(format!("{} repeats", stage.name), texts(repeats));
            if let Some((section, _)) = &figure.section {
                let sections = pipeline.variants_of(id).iter().map(|variant| {
                    let value =
                        pipeline.settings_of_runs(id, Some(&variant.name)).parameters().remove(section);
                    value.map_or_else(String::new, |value| value.to_string())
                });
                labels.insert(format!("{}.params.{section}", stage.name), texts(sections.collect()));
            }
        }
    }
    labels
}

/// Gives the measures that one is derived from.
fn parts_of(measure: &Measure) -> &[String] {
    match &measure.from {
        MeasureSource::Address(_) => &[],
        MeasureSource::Difference(parts) | MeasureSource::Ratio(parts) => parts,
    }
}

/// Tells a measure as it is declared.
fn described(measure: &Measure) -> String {
    let from = match &measure.from {
        MeasureSource::Address(address) => address.to_string(),
        MeasureSource::Difference([one, other]) => format!("{one} - {other}"),
        MeasureSource::Ratio([one, other]) => format!("{one} / {other}"),
    };
    let unit = measure.unit.as_ref().map(|unit| format!(" in {unit}")).unwrap_or_default();
    let cases = match &measure.out_of {
        None => String::new(),
        Some(OutOf::Count(count)) => format!(" out of {count}"),
        Some(OutOf::Address(address)) => format!(" out of {address}"),
    };
    format!("{from}{unit}{cases}")
}
