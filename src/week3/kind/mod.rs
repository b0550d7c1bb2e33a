//! `render`: the report, from templates and the outputs of every other stage.
//!
//! settings ──parameters──▶ the key · outputs ──results──▶ [`ReportInputs`] with their provenance ──report──▶ files at their places
//!
//! | file | its duty |
//! |---|---|
//! | `parameters` | what the report says of settings, as part of its own key |
//! | `results` | what the variants' runs left |
//! | `provenance` | where all of it is from |
//! | `places` | where the files are written |
//! | `stoppable` | rendering that obeys a stop |

mod parameters;
mod places;
mod provenance;
mod results;
mod stoppable;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::lab::data::DataCard;
use crate::week3::audit::FigureFile;
use crate::week3::{self, Claim, PlotReference, ReportInputs, SourceDocument, read_claims};
use recount_engine::diagnostic::{Diagnostics, Source};
use recount_engine::digest::Digest;
use recount_engine::folder::read_through_links;
use recount_engine::project_path::ProjectPath;
use recount_engine::spec::{Field, Parameters, Pipeline, Schema, Shape, StageId, Value};
use recount_engine::store::OutputPlace;
use recount_engine::{Context, Effective, Failure, Input, Job, Kind, Output, OutputContent, Read};

use crate::kinds::code_of;
use crate::kinds::files::{DATA_CARD, HISTORY, METRICS, OBSERVED, bytes_of, input, json_of, need_of};
use crate::kinds::variants::describe;
use parameters::{overrides, told, told_places};
use places::Places;
use provenance::provenance;
use recount_engine::param_reader::ParamReader;
use results::{json_map, variants};

/// Describes the settings of `render`.
pub fn schema() -> Schema {
    Schema {
        kind: "render",
        repeats: false,
        inline: false,
        measures: Vec::new(),
        references: None,
        fields: vec![
            Field {
                name: "template",
                shape: Shape::ExistingPath,
                default: Some("report/template".into()),
                about: "the folder of the templates; `main.md.j2` in it is the report",
            },
            Field {
                name: "source",
                shape: Shape::ExistingPath,
                default: Some("report/source.yaml".into()),
                about: "the sections of the source document, and the variants that are theirs",
            },
            Field {
                name: "claims",
                shape: Shape::ExistingPath,
                default: Some("report/claims.yaml".into()),
                about: "what the source document claims",
            },
            Field {
                name: "output",
                shape: Shape::OutputPath,
                default: Some("report/week-3.md".into()),
                about: "where the report is written; its figures go to `plots/` beside it",
            },
        ],
    }
}

/// Writes the report.
pub struct Render;

impl Kind for Render {
    fn name(&self) -> &'static str {
        "render"
    }

    fn code(&self) -> Digest {
        code_of("render")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let needs = Needs::of(context)?;
        let pipeline = context.pipeline;
        let variants = describe(pipeline, needs.train)?;
        let variants = variants.into_iter().map(|described| told(pipeline, needs.train, described)).collect();
        let overrides = overrides(pipeline).into_iter().map(Value::Text).collect();
        let own = context.settings.parameters();
        let own = ParamReader::of("render", &own);
        let files = ["template", "source", "claims"].map(|name| own.text(name).map(str::to_owned));
        own.text("output")?;
        let mut parameters = own.finish()?.effective;
        parameters.insert("title".to_owned(), pipeline.title.as_str().into());
        parameters.insert("variants".to_owned(), Value::List(variants));
        parameters.insert("overrides".to_owned(), Value::List(overrides));
        let base = pipeline.settings(needs.train, None);
        parameters.insert("base".to_owned(), Value::Map(base.parameters()));
        parameters.insert("places".to_owned(), told_places(base));
        let read = |stage, outputs: &[&str]| Read {
            stage,
            outputs: outputs.iter().map(|&output| output.to_owned()).collect(),
        };
        Ok(Effective {
            reads: vec![
                read(needs.prepare, &[DATA_CARD]),
                read(needs.train, &[HISTORY, OBSERVED]),
                read(needs.evaluate, &[METRICS]),
                read(needs.plot, &[]),
            ],
            files: files.into_iter().map(|file| project_path(&file?)).collect::<Result<_, _>>()?,
            places: output_places(text(&parameters, "output")?)?,
            parameters,
            ..Effective::default()
        })
    }

    fn runs_in_trials(&self) -> bool {
        false
    }

    fn cites(&self) -> bool {
        true
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let needs = Needs::of(&job.context)?;
        let parameters = &job.effective.parameters;
        let data: DataCard = json_of(input(job, DATA_CARD)?)?;
        let places =
            Places::new(text(parameters, "output")?, data.source == "synthetic", job.context.stand_in);
        let source = source_document(job, text(parameters, "source")?)?;
        let mut plots = Vec::new();
        let drawn = |input: &&Input| input.stage == needs.plot && input.output.ends_with(".svg");
        for input in job.inputs.iter().filter(drawn) {
            let svg = String::from_utf8(bytes_of(input)?)
                .map_err(|_| Failure::new(format!("`{}` is no text", input.output)))?;
            plots.push(FigureFile { path: places.figure(&input.output), svg });
        }
        let inputs = Arc::new(ReportInputs {
            title: job.context.pipeline.title.clone(),
            synthetic: data.source == "synthetic",
            data,
            data_output: format!("{}/{DATA_CARD}", job.context.pipeline.stages[needs.prepare.0].name),
            variants: variants(job, &needs)?,
            claims: claims(job, text(parameters, "claims")?, &source)?,
            source,
            plots: plots.iter().map(PlotReference::of).collect(),
            base: json_map(&job.context.pipeline.settings(needs.train, None).parameters()),
            provenance: provenance(job, &needs, &places, plots)?,
            overrides: overrides(job.context.pipeline),
        });
        let templates = templates(job, text(parameters, "template")?)?;
        let rendered = stoppable::render(templates, &inputs, job.watch, failure)?;
        let texts = [
            (places.report_file.clone(), rendered.markdown),
            (places.audit_file(), rendered.audit.to_text()),
            (places.page_file(), rendered.page),
        ];
        let output = |(name, text): (String, String)| Output {
            name,
            content: OutputContent::Bytes(text.into_bytes()),
        };
        Ok(texts.into_iter().map(output).collect())
    }
}

fn project_path(text: &str) -> Result<ProjectPath, Failure> {
    ProjectPath::parse(text)
        .map_err(|fault| Failure::new(format!("the path `{text}` {fault}")).with_help(fault.help))
}

/// Where the report's files belong: on the data, or beside it on generated data. Which of the two it will be is known once
/// the data is.
fn output_places(output: &str) -> Result<Vec<OutputPlace>, Failure> {
    let mut found = Vec::new();
    for places in [false, true].map(|synthetic| Places::new(output, synthetic, synthetic)) {
        for name in [places.report_file.clone(), places.audit_file(), places.page_file()] {
            found.push(OutputPlace { path: project_path(&format!("{}{name}", places.folder))?, name });
        }
    }
    Ok(found)
}

/// The largest source document or claims file that is looked into before a run, in bytes.
const LARGEST_TEXT: u64 = 16 << 20;

/// Reads the source document and the claims of every report of a pipeline, so that a mistake is told before anything runs; what can't be read
/// at all is the run's to tell.
///
/// # Errors
/// Every mistake in their files.
pub fn check(root: &Path, pipeline: &Pipeline) -> Result<(), Diagnostics> {
    let mut mistakes = Diagnostics::default();
    for stage in pipeline.stages.iter().filter(|stage| stage.kind == "render") {
        let file = |name: &str| {
            let path = stage.base.get(name).and_then(Value::as_text)?;
            let bytes = read_through_links(&root.join(path), LARGEST_TEXT).ok()?;
            Some((path, String::from_utf8(bytes).ok()?))
        };
        let Some((source, told)) = file("source") else { continue };
        let document = SourceDocument::read(&Source::file(source, told));
        let claims = file("claims");
        let found = document.and_then(|document| match claims {
            Some((claims, told)) => read_claims(&Source::file(claims, told), &document).map(drop),
            None => Ok(()),
        });
        if let Err(found) = found {
            mistakes.append(found);
        }
    }
    if mistakes.is_empty() { Ok(()) } else { Err(mistakes) }
}

/// The stages that a report is made from.
struct Needs {
    prepare: StageId,
    train: StageId,
    evaluate: StageId,
    plot: StageId,
}

impl Needs {
    fn of(context: &Context<'_>) -> Result<Self, Failure> {
        let need = |kind| need_of(context, kind);
        Ok(Self {
            prepare: need("prepare")?,
            train: need("train")?,
            evaluate: need("evaluate")?,
            plot: need("plot")?,
        })
    }
}

fn failure(error: &week3::RenderError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.help() {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

fn source_document(job: &Job<'_>, path: &str) -> Result<SourceDocument, Failure> {
    let source = Source::file(path, project_text(job, path)?);
    SourceDocument::read(&source).map_err(|mistakes| Failure::new(mistakes.to_string()))
}

fn claims(job: &Job<'_>, path: &str, document: &SourceDocument) -> Result<Vec<Claim>, Failure> {
    let source = Source::file(path, project_text(job, path)?);
    read_claims(&source, document).map_err(|mistakes| Failure::new(mistakes.to_string()))
}

/// The templates by their path below the template folder.
fn templates(job: &Job<'_>, folder: &str) -> Result<BTreeMap<String, String>, Failure> {
    let prefix = format!("{folder}/");
    let names = job.files.iter().filter_map(|file| file.name.strip_prefix(&prefix));
    names.map(|name| Ok((name.to_owned(), project_text(job, &format!("{prefix}{name}"))?))).collect()
}

fn project_text(job: &Job<'_>, name: &str) -> Result<String, Failure> {
    let file = job.files.iter().find(|file| file.name == name);
    let file = file.ok_or_else(|| Failure::new(format!("`{name}` is missing")))?;
    String::from_utf8(file.read()?).map_err(|_| Failure::new(format!("`{name}` is no text in UTF-8")))
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Failure> {
    let value = parameters.get(name).and_then(Value::as_text);
    value.ok_or_else(|| Failure::new(format!("`{name}` is missing or is no text")))
}
