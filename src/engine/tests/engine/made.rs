//! Kinds for the engine's tests that run in this process: one writes its `text`, or what it reads; one names its runs.

use std::fs;

use recount_engine::digest::Digest;
use recount_engine::project_path::ProjectPath;
use recount_engine::spec::{Parameters, Value, substitute};
use recount_engine::store::OutputPlace;
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, OutputContent, Read};

/// `text`: what it writes before what it reads; `seeded`: whether it writes the seed too;
/// `files`: what of the project it reads; `ignored`: not used; `cost`: its cost; `panics`: the message to panic with.
pub struct Made;

impl Kind for Made {
    fn name(&self) -> &'static str {
        "made"
    }

    fn code(&self) -> Digest {
        Digest::of(b"made")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let mut parameters = context.settings.parameters();
        parameters.remove("ignored");
        let files = match parameters.remove("files") {
            Some(Value::Text(path)) => vec![ProjectPath::parse(&path).expect("it is a path")],
            _ => Vec::new(),
        };
        for value in parameters.values_mut() {
            if let Value::Text(text) = value {
                *text = substitute(text, &context.point.coordinates());
            }
        }
        let seeded = parameters.remove("seeded") == Some(Value::Bool(true));
        let reads = context.stage.needs.iter().map(|&stage| Read { stage, outputs: vec!["out".to_owned()] });
        Ok(Effective { parameters, seeded, reads: reads.collect(), files, ..Effective::default() })
    }

    fn cost(&self, effective: &Parameters) -> f64 {
        effective.get("cost").and_then(Value::as_number).unwrap_or(1.0)
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let text =
            |name: &str| job.effective.parameters.get(name).and_then(Value::as_text).unwrap_or_default();
        assert_eq!(text("panics"), "", "its settings ask it to panic");
        let mut bytes = text("text").as_bytes().to_vec();
        if job.effective.seeded {
            bytes.extend(format!("{:?}", job.context.point.seed).into_bytes());
        }
        for input in job.inputs {
            bytes.extend(input.read()?);
        }
        for file in job.files {
            bytes.extend(file.read()?);
        }
        job.watch.progress(1.0, "written");
        let beside = "beside".to_owned();
        fs::write(job.scratch.join(&beside), job.instance)
            .map_err(|error| Failure::new(error.to_string()))?;
        Ok(vec![
            Output { name: "out".to_owned(), content: OutputContent::Bytes(bytes) },
            Output { name: beside.clone(), content: OutputContent::Scratch(beside) },
        ])
    }
}

/// Reads what its needs wrote, and writes which runs that is from: a line `INSTANCE KEY` for each.
pub struct Citing;

impl Kind for Citing {
    fn name(&self) -> &'static str {
        "citing"
    }

    fn code(&self) -> Digest {
        Digest::of(b"citing")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let path = ProjectPath::parse(&format!("{}.txt", context.stage.name)).expect("it is a path");
        let places = vec![OutputPlace { name: "out".to_owned(), path }];
        Ok(Effective { places, ..Made.effective(context)? })
    }

    fn cites(&self) -> bool {
        true
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let lines = job.cited.iter().map(|run| format!("{} {}\n", run.instance, run.key));
        let content = OutputContent::Bytes(lines.collect::<String>().into_bytes());
        Ok(vec![Output { name: "out".to_owned(), content }])
    }
}
