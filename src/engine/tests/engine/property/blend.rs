//! A toy kind whose runs cost next to nothing and are easy to predict: the end of what it reads.
//!
//! `salt`, inputs, files ──[`end_of`]──▶ `out`, and their length modulo three ──▶ `rest`; a folder as `out` holds both, laid
//! out by that length, so that files become folders and folders files

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use recount_engine::digest::Digest;
use recount_engine::project_path::ProjectPath;
use recount_engine::spec::{Value, substitute};
use recount_engine::store::OutputPlace;
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, OutputContent, Read};

use super::draft::layout;

/// `salt`: what stands before what it reads; `keep`: how many of the last bytes are kept; `place`:
/// where `out` also belongs; `folder`: that it is a folder; `mode`: its first file's permissions; `fails`: that it fails;
/// `narrow`: that it reads no `rest`; `files`: its files.
pub struct Blend {
    /// The code that it pretends to be.
    pub code: Digest,
    /// Counts its runs.
    pub runs: Arc<AtomicUsize>,
}

/// Gives the last `keep` bytes.
pub fn end_of(bytes: &[u8], keep: usize) -> Vec<u8> {
    bytes[bytes.len().saturating_sub(keep)..].to_vec()
}

/// Gives what the second output holds.
pub fn rest_of(bytes: &[u8]) -> Vec<u8> {
    (bytes.len() % 3).to_string().into_bytes()
}

fn path(text: &str) -> ProjectPath {
    ProjectPath::parse(text).expect("the drafts have only paths of a project")
}

impl Kind for Blend {
    fn name(&self) -> &'static str {
        "blend"
    }

    fn code(&self) -> Digest {
        self.code
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let coordinates = context.point.coordinates();
        let mut parameters = context.settings.parameters();
        let narrow = parameters.remove("narrow").is_some();
        let files = match parameters.remove("files") {
            Some(Value::List(files)) => files.iter().filter_map(Value::as_text).map(path).collect(),
            _ => Vec::new(),
        };
        for value in parameters.values_mut() {
            if let Value::Text(text) = value {
                *text = substitute(text, &coordinates);
            }
        }
        let reads = context.stage.needs.iter().map(|&stage| {
            let need = &context.pipeline.stages[stage.0];
            let out = if need.base.get("folder").is_some() { "out/" } else { "out" };
            let is_narrow = narrow && need.kind == self.name();
            Read { stage, outputs: if is_narrow { vec![out.to_owned()] } else { Vec::new() } }
        });
        let place = parameters.get("place").and_then(Value::as_text).map(path);
        let places = place.into_iter().map(|path| OutputPlace { name: "out".to_owned(), path }).collect();
        Ok(Effective { parameters, reads: reads.collect(), files, places, ..Effective::default() })
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        let parameters = &job.effective.parameters;
        if parameters.contains_key("fails") {
            return Err(Failure::new("its settings ask it to fail"));
        }
        let mut bytes = parameters["salt"].as_text().unwrap_or_default().as_bytes().to_vec();
        for input in job.inputs {
            bytes.extend(input.read()?);
        }
        for file in job.files {
            bytes.extend(file.read()?);
        }
        let keep = parameters["keep"].as_integer().and_then(|keep| usize::try_from(keep).ok()).unwrap_or(0);
        let mode = parameters["mode"].as_integer().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o644);
        let first = write_scratch(&job.scratch.join("first"), &end_of(&bytes, keep), mode)?;
        let bytes_output = |name: &str, bytes: Vec<u8>| Output {
            name: name.to_owned(),
            content: OutputContent::Bytes(bytes),
        };
        let rest = rest_of(&bytes);
        if !parameters.contains_key("folder") {
            return Ok(vec![Output { name: "out".to_owned(), content: first }, bytes_output("rest", rest)]);
        }
        let second = layout(bytes.len());
        let held = if second.ends_with('/') { Vec::new() } else { rest.clone() };
        Ok(vec![
            Output { name: "out/a".to_owned(), content: first },
            bytes_output(&format!("out/{second}"), held),
            bytes_output("rest", rest),
        ])
    }
}

fn write_scratch(path: &Path, bytes: &[u8], mode: u32) -> Result<OutputContent, Failure> {
    let written =
        fs::write(path, bytes).and_then(|()| fs::set_permissions(path, Permissions::from_mode(mode)));
    written.map_err(|error| Failure::new(error.to_string()))?;
    Ok(OutputContent::Scratch("first".to_owned()))
}
