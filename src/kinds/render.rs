//! `render`: the report, from templates and the outputs of every other stage.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::diagnostic::{Diagnostics, Source};
use crate::digest::Digest;
use crate::engine::{CitedRun, Content, Context, Effective, Failure, Input, Job, Kind, Output, Read};
use crate::lab::data::DataCard;
use crate::lab::figures::Numeral;
use crate::report::audit::{FigureFile, Place, Provenance, SettingPlaces};
use crate::report::{
    self, Change, Claim, Ineffective, PlotReference, ReportInputs, RunResult, SourceDocument, VariantResult,
    read_claims,
};
use crate::spec::{Field, Origin, Parameters, Pipeline, Schema, Settings, Shape, StageId, Value};

use super::code_of;
use super::files::{DATA_CARD, HISTORY, METRICS, OBSERVED, bytes_of, input, input_at, json_of, need_of};
use super::plot::NUMERALS;
use super::told::Told;
use super::variants::{Described, Difference, describe};

/// Describes the settings of `render`.
pub fn schema() -> Schema {
    Schema {
        kind: "render",
        repeats: false,
        inline: false,
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
        let own = Told::of("render", &context.settings.parameters);
        let files = ["template", "source", "claims"].map(|name| own.text(name).map(str::to_owned));
        own.text("output")?;
        let mut parameters = own.finish()?.effective;
        parameters.insert("title".to_owned(), pipeline.title.as_str().into());
        parameters.insert("variants".to_owned(), Value::List(variants));
        parameters.insert("overrides".to_owned(), Value::List(overrides));
        let base = pipeline.settings(needs.train, None);
        parameters.insert("base".to_owned(), Value::Map(base.parameters.clone()));
        parameters.insert("places".to_owned(), told_places(base));
        let read = |stage, outputs: &[&str]| Read {
            stage,
            outputs: outputs.iter().map(|&output| output.to_owned()).collect(),
        };
        Ok(Effective {
            seeded: false,
            reads: vec![
                read(needs.prepare, &[DATA_CARD]),
                read(needs.train, &[HISTORY, OBSERVED]),
                read(needs.evaluate, &[METRICS]),
                read(needs.plot, &[]),
            ],
            files: files.into_iter().collect::<Result<_, _>>()?,
            parameters,
        })
    }

    fn cites(&self) -> bool {
        true
    }

    fn places(&self, effective: &Effective) -> Vec<String> {
        // Which of the two it will be is known once the data is.
        let output = effective.parameters.get("output").and_then(Value::as_text).unwrap_or_default();
        let places = [false, true].map(|synthetic| Places::new(output, synthetic));
        places.iter().flat_map(|places| [places.report(), places.audit(), places.page()]).collect()
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let needs = Needs::of(&job.context)?;
        let parameters = &job.effective.parameters;
        let data: DataCard = json_of(input(job, DATA_CARD)?)?;
        let places = Places::new(text(parameters, "output")?, data.source == "synthetic");
        let source = source_document(job, text(parameters, "source")?)?;
        let mut plots = Vec::new();
        let drawn = |input: &&Input| input.stage == needs.plot && input.output.ends_with(".svg");
        let mut numerals: BTreeMap<String, Vec<Numeral>> = json_of(input(job, NUMERALS)?)?;
        for input in job.inputs.iter().filter(drawn) {
            let svg = String::from_utf8(bytes_of(input)?)
                .map_err(|_| Failure::new(format!("`{}` is no text", input.output)))?;
            let numerals = numerals.remove(&input.output).unwrap_or_default();
            plots.push(FigureFile { path: places.figure(&input.output), svg, numerals });
        }
        let inputs = ReportInputs {
            title: job.context.pipeline.title.clone(),
            synthetic: data.source == "synthetic",
            data,
            data_output: format!("{}/{DATA_CARD}", job.context.pipeline.stages[needs.prepare.0].name),
            variants: variants(job, &needs)?,
            claims: claims(job, text(parameters, "claims")?, &source)?,
            source,
            plots: plots.iter().map(|plot| reference(&plot.path)).collect(),
            base: json_map(&job.context.pipeline.settings(needs.train, None).parameters),
            provenance: provenance(job, &needs, &places, plots)?,
            overrides: overrides(job.context.pipeline),
        };
        let rendered = report::render(&templates(job, text(parameters, "template")?)?, &inputs)
            .map_err(|error| failure(&error))?;
        let texts = [
            (places.report_file.clone(), rendered.markdown),
            (places.audit_file(), rendered.audit.to_text()),
            (places.page_file(), rendered.page),
        ];
        let figures = inputs.provenance.figures.into_iter().map(|figure| (figure.path, figure.svg));
        let output = |(name, text): (String, String)| Output {
            place: Some(format!("{}{name}", places.folder)),
            name,
            content: Content::Bytes(text.into_bytes()),
        };
        Ok(texts.into_iter().chain(figures).map(output).collect())
    }
}

/// Reads the claims of every report of a pipeline, so that a mistake is told before anything runs; what can't be read
/// at all is the run's to tell.
///
/// # Errors
/// Every mistake in their files.
pub fn check(root: &Path, pipeline: &Pipeline) -> Result<(), Diagnostics> {
    let mut mistakes = Diagnostics::default();
    for stage in pipeline.stages.iter().filter(|stage| stage.kind == "render") {
        let file = |name: &str| {
            let path = stage.base.parameters.get(name).and_then(Value::as_text)?;
            Some((path, fs::read_to_string(root.join(path)).ok()?))
        };
        let (Some((source, text)), Some((claims, told))) = (file("source"), file("claims")) else { continue };
        let Ok(document) = SourceDocument::read(source, &text) else { continue };
        if let Err(found) = read_claims(&Source::file(claims, told), &document) {
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

/// Where a report, its audit and its figures are written: generated data never touches the real report.
struct Places {
    folder: String,
    report_file: String,
    plots: &'static str,
}

impl Places {
    fn new(output: &str, synthetic: bool) -> Self {
        let (folder, file) = match output.rsplit_once('/') {
            Some((folder, file)) => (format!("{folder}/"), file),
            None => (String::new(), output),
        };
        let (report_file, plots) = if synthetic {
            (format!("{}.synthetic.md", file.trim_end_matches(".md")), "plots.synthetic")
        } else {
            (file.to_owned(), "plots")
        };
        Self { folder, report_file, plots }
    }

    fn page_file(&self) -> String {
        format!("{}.audit.md", self.report_file.trim_end_matches(".md"))
    }

    fn audit_file(&self) -> String {
        report::audit_file_name(&self.page_file())
    }

    fn report(&self) -> String {
        format!("{}{}", self.folder, self.report_file)
    }

    fn page(&self) -> String {
        format!("{}{}", self.folder, self.page_file())
    }

    fn audit(&self) -> String {
        format!("{}{}", self.folder, self.audit_file())
    }

    /// The path of a figure relative to the report.
    fn figure(&self, output: &str) -> String {
        format!("{}/{output}", self.plots)
    }
}

fn reference(path: &str) -> PlotReference {
    let file = path.rsplit('/').next().unwrap_or(path);
    PlotReference { name: file.trim_end_matches(".svg").to_owned(), path: path.to_owned() }
}

fn failure(error: &report::RenderError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error.help() {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// Gathers where everything in the report is from.
fn provenance(
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

fn told_run(run: &CitedRun) -> report::audit::Run {
    let CitedRun { key, recipe, outputs, .. } = run;
    report::audit::Run {
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

fn setting_places(settings: &Settings) -> SettingPlaces {
    let place = |origin: &Origin| match origin {
        Origin::Default => Place::Default,
        Origin::Override(text) => Place::Set(text.clone()),
        Origin::File { path, line, column, variant } => {
            Place::File { path: path.clone(), line: *line, column: *column, by: variant.clone() }
        }
    };
    settings.origins.iter().map(|(name, origin)| (name.clone(), place(origin))).collect()
}

/// Tells the places of settings as a parameter, so that no report cites a line that has moved.
fn told_places(settings: &Settings) -> Value {
    let place = |origin: &Origin| match origin {
        Origin::Default => "default".to_owned(),
        Origin::Override(text) => format!("--set {text}"),
        Origin::File { path, line, column, .. } => format!("{path}:{line}:{column}"),
    };
    let places = settings.origins.iter().map(|(name, origin)| (name.clone(), place(origin).into()));
    Value::Map(places.collect())
}

/// Tells a variant as a parameter, so that whatever the report says of it is in the key.
fn told(pipeline: &Pipeline, train: StageId, described: Described<'_>) -> Value {
    let variant = described.variant;
    // A variant without `from` is told against the stage's own parameters.
    let parent = pipeline.settings(train, variant.from.as_deref());
    let mut entry = Parameters::from([
        ("parent".to_owned(), Value::Map(parent.parameters.clone())),
        ("name".to_owned(), variant.name.as_str().into()),
        ("declared".to_owned(), Value::Map(variant.settings.parameters.clone())),
        ("places".to_owned(), told_places(&variant.settings)),
        ("effective".to_owned(), Value::Map(described.effective)),
    ]);
    if let Some(from) = &variant.from {
        entry.insert("from".to_owned(), from.as_str().into());
    }
    Value::Map(entry)
}

/// Every `--set` that is in force, sorted.
fn overrides(pipeline: &Pipeline) -> Vec<String> {
    let settings = pipeline.stages.iter().flat_map(|stage| {
        let variants = stage.variants.iter().map(|variant| &variant.settings);
        std::iter::once(&stage.base).chain(variants)
    });
    let said =
        settings.flat_map(|settings: &Settings| settings.origins.values()).filter_map(
            |origin| match origin {
                Origin::Override(text) => Some(text.clone()),
                Origin::Default | Origin::File { .. } => None,
            },
        );
    said.collect::<BTreeSet<String>>().into_iter().collect()
}

/// Reads what every variant's runs left behind.
fn variants(job: &Job<'_>, needs: &Needs) -> Result<Vec<VariantResult>, Failure> {
    let pipeline = job.context.pipeline;
    let named = |stage: StageId, variant: &str, seed: u64| {
        format!("{}[{variant},seed={seed}]", pipeline.stages[stage.0].name)
    };
    let mut results = Vec::new();
    for described in describe(pipeline, needs.train)? {
        let variant = described.variant;
        let name = variant.name.as_str();
        let declared = &variant.settings.parameters;
        let parent = pipeline.settings(needs.train, variant.from.as_deref());
        let mut runs = Vec::new();
        for &seed in pipeline.seeds_of(needs.train) {
            runs.push(RunResult {
                seed,
                train: named(needs.train, name, seed),
                evaluate: named(needs.evaluate, name, seed),
                metrics: json_of(input_at(job, needs.evaluate, METRICS, name, seed)?)?,
                history: json_of(input_at(job, needs.train, HISTORY, name, seed)?)?,
                observed: json_of(input_at(job, needs.train, OBSERVED, name, seed)?)?,
            });
        }
        results.push(VariantResult {
            name: name.to_owned(),
            from: variant.from.clone(),
            declared: json_map(declared),
            effective: json_map(&described.effective),
            changed: changes(&parent.parameters, declared),
            runs,
            same_as: described.same_as.into_iter().map(str::to_owned).collect(),
            differs: described.differs.iter().map(difference).collect(),
            ineffective: described
                .without_effect
                .into_iter()
                .map(|(parameter, reason)| Ineffective { parameter, reason: reason.to_owned() })
                .collect(),
        });
    }
    Ok(results)
}

/// The settings in which `new` differs from `old`, by name.
fn changes(old: &Parameters, new: &Parameters) -> Vec<Change> {
    let differing = new.iter().filter_map(|(name, value)| {
        let before = old.get(name).filter(|before| *before != value)?;
        Some(Change { name: name.clone(), old: json(before), new: json(value) })
    });
    differing.collect()
}

fn difference(difference: &Difference) -> report::Difference {
    let value = |value: &Option<Value>| value.as_ref().map(json);
    report::Difference {
        name: difference.name.clone(),
        old: value(&difference.old),
        new: value(&difference.new),
    }
}

fn json_map(parameters: &Parameters) -> BTreeMap<String, serde_json::Value> {
    parameters.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).expect("a parameter is finite and its maps have text keys")
}

fn source_document(job: &Job<'_>, path: &str) -> Result<SourceDocument, Failure> {
    SourceDocument::read(path, &project_text(job, path)?).map_err(|error| Failure::new(error.to_string()))
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
    fs::read_to_string(&file.path).map_err(|error| Failure::new(format!("`{name}` can't be read: {error}")))
}

fn text<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, Failure> {
    let value = parameters.get(name).and_then(Value::as_text);
    value.ok_or_else(|| Failure::new(format!("`{name}` is missing or is no text")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_variant_is_told_against_is_in_the_key() {
        let told_with = |base: u32| {
            let folder = tempfile::tempdir().expect("a temporary folder can be made");
            let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
            std::fs::create_dir(folder.path().join("stages")).expect("a folder can be made");
            let stages = "stages: [{ name: train, kind: train, each: [variant, seed] }]";
            write("pipeline.yaml", &format!("recount: 1\ntitle: test\n{stages}\n"))
                .expect("it can be written");
            let train =
                format!("seeds: [1]\nparams: {{ epochs: {base} }}\nvariants: [{{ name: a, epochs: 1 }}]\n");
            write("stages/train.yaml", &train).expect("it can be written");
            let pipeline = crate::spec::load(folder.path(), &crate::kinds::schemas(), &[]);
            let pipeline = pipeline.unwrap_or_else(|mistakes| panic!("{mistakes}"));
            let described = describe(&pipeline, StageId(0)).expect("every setting is read").remove(0);
            told(&pipeline, StageId(0), described)
        };
        assert_ne!(told_with(1), told_with(3), "the report says what the variant changes");
    }

    #[test]
    fn generated_data_gets_its_own_report_and_figures() {
        let places = Places::new("report/week-3.md", true);
        assert_eq!(places.report(), "report/week-3.synthetic.md");
        assert_eq!(places.audit(), "report/week-3.synthetic.audit.json");
        assert_eq!(places.figure("cost.svg"), "plots.synthetic/cost.svg");
    }

    #[test]
    fn a_report_at_the_root_keeps_its_figures_beside_it() {
        let places = Places::new("week-3.md", false);
        assert_eq!(places.report(), "week-3.md");
        assert_eq!(places.page(), "week-3.audit.md");
    }
}
