//! The kind `plot`: figures, declared in `figures:`, drawn from what the runs of other stages left.
//!
//! `figures` ──`spec`──▶ what each shows ──`check`, at load──▶ mistakes
//!                                         ──`selection`, `gather`, in a run──▶ [`crate::figure::Figure`] ──▶ SVG
//!
//! | file | its duty |
//! |---|---|
//! | `spec` | the YAML of a figure |
//! | `check` | a figure against the pipeline, before anything runs |
//! | `decides` | what else of the pipeline enters the key |
//! | `selection` | the runs that it shows |
//! | `gather`, `tables` | their values; tables and matrices out of outputs |
//!
//! Invariants
//! - Runs that are one experiment are drawn once, under all their names.
//! - What one run lacks is marked in the picture; a file that can't be read as a table or a matrix is a failure.

mod check;
mod decides;
mod gather;
mod selection;
mod spec;
mod tables;

use std::collections::BTreeMap;

use recount_engine::diagnostic::{Diagnostics, Place, Source};
use recount_engine::digest::Digest;
use recount_engine::project_path::ProjectPath;
use recount_engine::spec::{
    Field, KnownStage, Parameters, Pipeline, ProjectTexts, References, Schema, Shape, Stage, StageId, Value,
};
use recount_engine::store::OutputPlace;
use recount_engine::yaml::{Content, Entry, Node, Scalar, entry};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, OutputContent, Read};

use crate::figure;
pub(crate) use decides::files_of;
use decides::labels;
use spec::FigureSpec;

/// Values that one figure lacks which are named one by one.
const MAX_NOTICES: usize = 3;

/// The kind's name.
pub const KIND: &str = "plot";

/// Where figures are put unless `out` says otherwise.
const OUT: &str = "plots";

/// Describes the settings of `plot`.
pub fn schema() -> Schema {
    Schema {
        kind: KIND,
        inline: true,
        references: Some(References { stages, check: check_all }),
        fields: vec![
            Field {
                name: "figures",
                shape: Shape::Tree,
                default: None,
                about: "the figures by name: `accuracy: { points: fit.accuracy, over: variant }`",
            },
            Field {
                name: "out",
                shape: Shape::OutputPath,
                default: Some(Value::Text(OUT.to_owned())),
                about: "the folder that they are put into",
            },
        ],
        ..Schema::default()
    }
}

/// Draws the declared figures.
pub struct Plot;

impl Kind for Plot {
    fn name(&self) -> &'static str {
        KIND
    }

    fn code(&self) -> Digest {
        Digest::of(format!("plot {}", figure::VERSION).as_bytes())
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let settings = context.stage.fields.parameters();
        let figures = figures(&settings);
        let mut reads: BTreeMap<StageId, Vec<String>> = BTreeMap::new();
        for (reference, _) in figures.iter().flat_map(|figure| figure.shows.references()) {
            let Some((id, stage)) = reference.stage_of(context.pipeline) else { continue };
            let files = reads.entry(id).or_default();
            for file in files_of(reference, &stage.measures) {
                let file = format!("/{file}");
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        let out = out(&settings, context.stand_in);
        let places = figures.iter().map(|figure| {
            let name = file_name(figure);
            let path = ProjectPath::parse(&format!("{out}/{name}"));
            path.map(|path| OutputPlace { name, path })
        });
        let mut parameters = Parameters::new();
        parameters.insert(
            "figures".to_owned(),
            settings.get("figures").cloned().unwrap_or_else(|| Value::Map(Parameters::new())),
        );
        parameters.insert("labels".to_owned(), Value::Map(labels(context.pipeline, &figures)));
        Ok(Effective {
            parameters,
            reads: reads.into_iter().map(|(stage, outputs)| Read { stage, outputs }).collect(),
            places: places
                .collect::<Result<_, _>>()
                .map_err(|fault| Failure::new(format!("`out` can't be used: {}", fault.what)))?,
            ..Effective::default()
        })
    }

    fn cites(&self) -> bool {
        true
    }

    fn cites_sameness(&self) -> bool {
        true
    }

    fn runs_in_trials(&self) -> bool {
        false
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let figures = figures(&job.context.stage.fields.parameters());
        let runs = selection::Runs::of(job);
        let mut outputs = Vec::with_capacity(figures.len());
        for (at, figure) in figures.iter().enumerate() {
            if job.watch.cancelled() {
                return Err(Failure::Cancelled);
            }
            job.watch.progress(at as f64 / figures.len() as f64, &figure.name);
            let gathered = gather::gather(figure, job.context.pipeline, &runs);
            let (gathered, lacking) = gathered.map_err(|reason| {
                Failure::new(format!("figure `{}` can't be drawn: {reason}", figure.name))
            })?;
            for lacking in lacking.iter().take(MAX_NOTICES) {
                job.watch.notice(&format!("figure `{}` lacks {lacking}", figure.name));
            }
            if let Some(more) = lacking.len().checked_sub(MAX_NOTICES).filter(|more| *more > 0) {
                job.watch.notice(&format!("figure `{}` lacks {more} more values", figure.name));
            }
            let svg = figure::draw(&gathered).into_bytes();
            outputs.push(Output { name: file_name(figure), content: OutputContent::Bytes(svg) });
        }
        Ok(outputs)
    }
}

/// A figure that a stage draws.
pub(crate) struct DrawnFigure {
    pub name: String,
    /// What is to be seen.
    pub title: String,
    /// Its file, relative to the project.
    pub path: String,
    /// What it is drawn from, such as `fit.accuracy`.
    pub draws: Vec<String>,
}

/// Lists the figures that a checked stage draws; of stand-in data they are in a folder beside the real ones.
pub(crate) fn drawn(stage: &Stage, stand_in: bool) -> Vec<DrawnFigure> {
    let settings = stage.fields.parameters();
    let out = out(&settings, stand_in);
    let drawn = figures(&settings).into_iter().map(|figure| DrawnFigure {
        path: format!("{out}/{}", file_name(&figure)),
        draws: figure.shows.references().iter().map(|(reference, _)| reference.to_string()).collect(),
        title: figure.title.clone().unwrap_or_else(|| figure.name.replace(['_', '-'], " ")),
        name: figure.name,
    });
    drawn.collect()
}

fn file_name(figure: &FigureSpec) -> String {
    format!("{}.svg", figure.name)
}

/// Gives the folder of the figures: of stand-in data one beside it, so that what was drawn of the real data stays.
fn out(settings: &Parameters, stand_in: bool) -> String {
    let out = settings.get("out").and_then(Value::as_text).unwrap_or(OUT).trim_end_matches('/');
    if stand_in { format!("{out}.stand-in") } else { out.to_owned() }
}

/// Gives the figures of checked settings.
fn figures(settings: &Parameters) -> Vec<FigureSpec> {
    let Some(value) = settings.get("figures") else { return Vec::new() };
    let nowhere = Place::whole(&Source::file("figures", ""));
    // They were read without mistakes when the pipeline was loaded.
    spec::read(&node(value, &nowhere), &mut Diagnostics::default())
}

/// Gives a value as the tree that it was read from, without its places.
fn node(value: &Value, place: &Place) -> Node {
    let content = match value {
        Value::Bool(value) => Content::Scalar(Scalar::Bool(*value)),
        Value::Integer(whole) => Content::Scalar(Scalar::Text(whole.to_string())),
        Value::Float(number) => Content::Scalar(Scalar::Float(*number)),
        Value::Text(text) => Content::Scalar(Scalar::Text(text.clone())),
        Value::List(items) => Content::List(items.iter().map(|item| node(item, place)).collect()),
        Value::Map(parts) => {
            let entry = |(key, value): (&String, &Value)| Entry {
                key: key.clone(),
                key_place: place.clone(),
                value: node(value, place),
            };
            Content::Map(parts.iter().map(entry).collect())
        }
    };
    Node { content, place: place.clone() }
}

fn stages(fields: &[Entry], _: &ProjectTexts<'_>, _: &[KnownStage<'_>]) -> Vec<(String, Place)> {
    let Some(field) = entry(fields, "figures") else { return Vec::new() };
    let figures = spec::read(&field.value, &mut Diagnostics::default());
    let named = figures.iter().flat_map(|figure| figure.shows.references());
    named.map(|(reference, place)| (reference.stage.clone(), place.clone())).collect()
}

fn check_all(
    fields: &[Entry],
    _: &ProjectTexts<'_>,
    pipeline: &Pipeline,
    _: StageId,
    diagnostics: &mut Diagnostics,
) {
    let Some(field) = entry(fields, "figures") else { return };
    for figure in spec::read(&field.value, diagnostics) {
        check::check(&figure, pipeline, diagnostics);
    }
}
