//! The kind `render`: a report, written from a template and what the runs of other stages left.
//!
//! ```text
//! at load: template, claims, data ──`references`──▶ needs, mistakes ──`try_out`──▶ mistakes that only rendering finds
//! a run:   runs, files ──[`crate::template::render`]──▶ report ──[`crate::audit`]──▶ what each number is from
//! ```
//!
//! | file | its duty |
//! |---|---|
//! | `settings` | what the stage says |
//! | `references` | needs and mistakes, at load |
//! | `try_out` | the template on invented values |
//! | `decides` | what else of the pipeline enters the key |
//! | `figures` | the figures that it may show |
//! | `places` | the files of a report |
//! | `times` | what was only observed, in a file of its own |
//!
//! Invariants
//! - Equal keys give equal bytes: nothing that was only observed is in the report or its audit.
//! - The report of real data is never written over by one of stand-in data.

mod decides;
mod figures;
mod places;
mod references;
mod settings;
#[cfg(test)]
mod tests;
mod times;
mod try_out;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use recount_engine::diagnostic::{Diagnostics, Source};
use recount_engine::digest::Digest;
use recount_engine::project_path::ProjectPath;
use recount_engine::spec::{Field, Parameters, Pipeline, References, Schema, Shape, Stage, Value};
use recount_engine::store::OutputPlace;
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, OutputContent, Read};

use crate::audit;
use crate::check::{self, Project, Uses};
use crate::claim::Claims;
use crate::evidence::Evidence;
use crate::template::{self, DataFiles, RefusedReport, RenderedReport, ReportFigure, ReportInputs};
pub use places::ReportFiles;
use settings::RenderSettings;

/// Raised whenever the bytes of a report, its audit or its page change for equal inputs; a test holds them.
pub const VERSION: u32 = 2;

/// The kind's name.
pub const KIND: &str = "render";

/// The largest file that a report is made from, in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// How often a rendering is asked to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(50);

/// The name that the file of what was observed has among the outputs: of no such output bytes are promised.
const TIMES: &str = "observed.md";

/// Where a report is kept that is refused.
const REFUSED: &str = "artifacts/refused";

/// Describes the settings of `render`.
pub fn schema() -> Schema {
    let field = |name, shape, default: Option<Value>, about| Field { name, shape, default, about };
    let nothing = || Some(Value::List(Vec::new()));
    Schema {
        kind: KIND,
        inline: true,
        references: Some(References { stages: references::stages, check: references::check }),
        fields: vec![
            field("template", Shape::ExistingPath, None, "the template of the report: `report.md.j2`"),
            field("output", Shape::OutputPath, None, "where the report is written: `report.md`"),
            field("claims", Shape::ExistingPath, nothing(), "the claims that it judges: `claims.yaml`"),
            field(
                "data",
                Shape::Tree,
                nothing(),
                "files of the project whose values it prints, by name: `{ source: notes/source.yaml }`",
            ),
            field(
                "terms",
                Shape::List(Box::new(Shape::Text)),
                nothing(),
                "names with numbers in them that need no source: `[20 newsgroups]`",
            ),
            field("title", Shape::Text, nothing(), "its title, where that is not the pipeline's"),
        ],
        ..Schema::default()
    }
}

/// Names the files of a stage's report; of stand-in data they are others.
pub fn report_files(stage: &Stage, stand_in: bool) -> ReportFiles {
    ReportFiles::of(&RenderSettings::of(stage).output, stand_in)
}

/// Writes a report.
pub struct Render;

impl Kind for Render {
    fn name(&self) -> &'static str {
        KIND
    }

    fn code(&self) -> Digest {
        Digest::of(format!("{KIND} {VERSION}").as_bytes())
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let (settings, pipeline) = (RenderSettings::of(context.stage), context.pipeline);
        let mut read = |path: &str| read_text(context, path);
        let claims = match &settings.claims {
            Some(path) => {
                let source = read(path).map_err(Failure::new)?;
                Some(Claims::load(&source, pipeline).map_err(failure)?)
            }
            None => None,
        };
        let uses = uses(&settings, pipeline, &mut read);
        let reads = decides::reads(pipeline, &uses, claims.as_ref());
        let upstream = decides::upstream(pipeline, &context.stage.needs);
        let mut parameters = Parameters::new();
        let title = settings.title.clone().unwrap_or_else(|| pipeline.title.clone());
        parameters.insert("title".to_owned(), title.into());
        parameters.insert("template".to_owned(), settings.template.as_str().into());
        parameters.insert("output".to_owned(), settings.output.as_str().into());
        let data = settings.data.iter().map(|(name, path)| (name.clone(), path.as_str().into()));
        parameters.insert("data".to_owned(), Value::Map(data.collect()));
        parameters.insert("stages".to_owned(), Value::Map(decides::digests(pipeline, &upstream)));
        let shown = all_figures(pipeline, context.stand_in, &uses);
        let figures = shown.into_iter().map(|figure| {
            (
                format!("{}/{}", figure.stage, figure.name),
                Value::from(format!("{} {}", figure.path, figure.title)),
            )
        });
        parameters.insert("figures".to_owned(), Value::Map(figures.collect()));
        let files =
            uses.templates.iter().chain(&settings.claims).chain(settings.data.iter().map(|(_, path)| path));
        let files: BTreeSet<&String> = files.collect();
        let places = ReportFiles::of(&settings.output, context.stand_in);
        Ok(Effective {
            parameters,
            reads: reads
                .into_iter()
                .map(|(stage, files)| Read {
                    stage,
                    outputs: files.iter().map(|file| format!("/{file}")).collect(),
                })
                .collect(),
            files: files.into_iter().map(|file| project_path(file)).collect::<Result<_, _>>()?,
            places: output_places(&places)?,
            ..Effective::default()
        })
    }

    fn cites(&self) -> bool {
        true
    }

    fn runs_in_trials(&self) -> bool {
        false
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let Context { pipeline, stage, stand_in, .. } = job.context;
        let (settings, stop) = (RenderSettings::of(stage), Arc::new(AtomicBool::new(false)));
        let files = ReportFiles::of(&settings.output, stand_in);
        let inputs = inputs(job, &settings, &files, &stop)?;
        let rendered = stoppable(job, &inputs, &stop)?;
        let rendered = match rendered {
            Ok(rendered) => rendered,
            Err(refused) => return Err(refuse(job, &files, *refused)),
        };
        figures::check_made(job, &rendered.figures)?;
        let audit = audit::AuditFile::of(job, &inputs, &rendered);
        let mut outputs = vec![
            (file_name(&files.report).to_owned(), rendered.markdown),
            (file_name(&files.audit).to_owned(), audit.to_text()),
            (file_name(&files.page).to_owned(), audit::page(&audit)),
        ];
        if let Some(times) = times::times(job, pipeline) {
            outputs.push((TIMES.to_owned(), times));
        }
        let output = |(name, text): (String, String)| Output {
            name,
            content: OutputContent::Bytes(text.into_bytes()),
        };
        Ok(outputs.into_iter().map(output).collect())
    }
}

/// Gathers what a report is made from.
fn inputs(
    job: &Job<'_>,
    settings: &RenderSettings,
    files: &ReportFiles,
    stop: &Arc<AtomicBool>,
) -> Result<ReportInputs, Failure> {
    let pipeline = job.context.pipeline;
    let mut read = |path: &str| job_text(job, path);
    let uses = uses(settings, pipeline, &mut read);
    let figures = all_figures(pipeline, job.context.stand_in, &uses);
    let templates: BTreeMap<String, Arc<Source>> = uses
        .templates
        .into_iter()
        .map(|path| Ok((path.clone(), read(&path)?)))
        .collect::<Result<_, String>>()
        .map_err(Failure::new)?;
    let claims = match &settings.claims {
        Some(path) => {
            let source = read(path).map_err(Failure::new)?;
            Some(Claims::load(&source, pipeline).map_err(failure)?)
        }
        None => None,
    };
    let data: Vec<(String, Arc<Source>)> = settings
        .data
        .iter()
        .map(|(name, path)| Ok((name.clone(), read(path)?)))
        .collect::<Result<_, String>>()
        .map_err(Failure::new)?;
    Ok(ReportInputs {
        output: files.report.clone(),
        title: settings.title.clone().unwrap_or_else(|| pipeline.title.clone()),
        template: settings.template.clone(),
        templates,
        evidence: Evidence::of_job(job),
        claims,
        data: DataFiles::read(data.iter().map(|(name, source)| (name.as_str(), source))).map_err(failure)?,
        figures,
        forced: None,
        stop: Arc::clone(stop),
    })
}

/// Renders beside a look at whether to stop.
fn stoppable(
    job: &Job<'_>,
    inputs: &ReportInputs,
    stop: &AtomicBool,
) -> Result<Result<RenderedReport, Box<RefusedReport>>, Failure> {
    let rendered = thread::scope(|scope| {
        let rendering = scope.spawn(|| template::render(inputs));
        while !rendering.is_finished() {
            if job.watch.cancelled() {
                stop.store(true, Ordering::Relaxed);
            }
            thread::park_timeout(STOP_INTERVAL.min(Duration::from_millis(2)));
        }
        rendering.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    if job.watch.cancelled() { Err(Failure::Cancelled) } else { Ok(rendered) }
}

/// Keeps the draft of a refused report, and says what is wrong with it.
fn refuse(job: &Job<'_>, files: &ReportFiles, refused: RefusedReport) -> Failure {
    let message = refused.diagnostics.render(false);
    let message = message.trim_end().strip_prefix("error: ").unwrap_or(message.trim_end()).to_owned();
    let failure = Failure::new(message);
    let Some(draft) = refused.draft else { return failure };
    let kept = format!("{REFUSED}/{}", file_name(&files.report));
    let written =
        job.project.create_parent(&kept).and_then(|()| job.project.write_new(&kept, draft.as_bytes(), 0o644));
    match written {
        Ok(()) => failure.with_help(format!("what it would have been is kept: {kept}")),
        Err(_) => failure,
    }
}

/// Gives what the templates of a report use.
fn uses(
    settings: &RenderSettings,
    pipeline: &Pipeline,
    read: &mut dyn FnMut(&str) -> Result<Arc<Source>, String>,
) -> Uses {
    let Ok(template) = read(&settings.template) else { return Uses::default() };
    let figures: Vec<(String, String)> =
        figures::figures(pipeline, false).into_iter().map(|figure| (figure.stage, figure.name)).collect();
    // Their mistakes were reported when the pipeline was loaded.
    check::check(&template, &Project { pipeline, figures: &figures, terms: &[] }, read).uses
}

/// Lists the figures that a report may show.
fn all_figures(pipeline: &Pipeline, stand_in: bool, uses: &Uses) -> Vec<ReportFigure> {
    let drawn = figures::figures(pipeline, stand_in);
    drawn.into_iter().chain(figures::images(pipeline, &uses.figures)).collect()
}

fn read_text(context: &Context<'_>, path: &str) -> Result<Arc<Source>, String> {
    let bytes = recount_engine::folder::read_through_links(&context.root.join(path), MAX_BYTES);
    text(path, bytes.map_err(|error| format!("`{path}` can't be read: {error}"))?)
}

fn job_text(job: &Job<'_>, path: &str) -> Result<Arc<Source>, String> {
    let file = job.files.iter().find(|file| file.name == path);
    let file = file.ok_or_else(|| format!("`{path}` is missing"))?;
    text(path, file.read().map_err(|failure| failure.headline())?)
}

fn text(path: &str, bytes: Vec<u8>) -> Result<Arc<Source>, String> {
    let text = String::from_utf8(bytes).map_err(|_| format!("`{path}` is no text in UTF-8"))?;
    Ok(Source::file(path, text))
}

fn project_path(path: &str) -> Result<ProjectPath, Failure> {
    ProjectPath::parse(path).map_err(|fault| Failure::new(format!("the path `{path}` {}", fault.what)))
}

fn output_places(files: &ReportFiles) -> Result<Vec<OutputPlace>, Failure> {
    let named = [&files.report, &files.audit, &files.page].map(|path| (file_name(path).to_owned(), path));
    let named = named.into_iter().chain([(TIMES.to_owned(), &files.times)]);
    named.map(|(name, path)| Ok(OutputPlace { name, path: project_path(path)? })).collect()
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[expect(clippy::needless_pass_by_value, reason = "it is mapped over errors")]
fn failure(mistakes: Diagnostics) -> Failure {
    Failure::new(mistakes.render(false).trim_end().to_owned())
}
