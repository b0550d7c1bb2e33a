//! The outputs that the kinds pass to one another: their names, and how they are read and written.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lab::data::Dataset;
use recount_engine::spec::StageId;
use recount_engine::{Context, Failure, Input, Job, Output, OutputContent, Read};

/// `prepare`: the packed dataset.
pub const DATASET: &str = "dataset.safetensors";
/// `prepare`: facts about the data.
pub const DATA_CARD: &str = "data-card.json";
/// `train`: the final weights, under PyTorch's names.
pub const WEIGHTS: &str = "weights.safetensors";
/// `train`: every epoch.
pub const HISTORY: &str = "history.json";
/// `train`: times; never read by `evaluate` or `plot`.
pub const OBSERVED: &str = "observed.json";
/// `evaluate`: every measure.
pub const METRICS: &str = "metrics.json";

/// The needed stage of a kind.
///
/// # Errors
/// A [`Failure`] that says which kind is not needed.
pub fn need_of(context: &Context<'_>, kind: &str) -> Result<StageId, Failure> {
    let stages = &context.pipeline.stages;
    let found = context.stage.needs.iter().copied().find(|need| stages[need.0].kind == kind);
    found.ok_or_else(|| {
        let name = &context.stage.name;
        Failure::new(format!("stage `{name}` needs no stage of kind `{kind}`"))
            .with_help(format!("add one to `needs` of `{name}` in pipeline.yaml"))
    })
}

/// Says that outputs of the need of a kind are read.
///
/// # Errors
/// As [`need_of`].
pub fn reads_of(context: &Context<'_>, kind: &str, outputs: &[&str]) -> Result<Vec<Read>, Failure> {
    let outputs = outputs.iter().map(|&output| output.to_owned()).collect();
    Ok(vec![Read { stage: need_of(context, kind)?, outputs }])
}

/// Finds the one input with this output name.
///
/// # Errors
/// A [`Failure`] naming what is missing.
pub fn input<'a>(job: &Job<'a>, output: &str) -> Result<&'a Input, Failure> {
    let found = job.inputs.iter().find(|input| input.output == output);
    found.ok_or_else(|| Failure::new(format!("input `{output}` is missing")))
}

/// Reads the bytes of an input.
///
/// # Errors
/// A [`Failure`] naming the input.
pub fn bytes_of(input: &Input) -> Result<Vec<u8>, Failure> {
    input.read()
}

/// Reads an input as JSON.
///
/// # Errors
/// A [`Failure`] naming the input.
pub fn json_of<T: DeserializeOwned>(input: &Input) -> Result<T, Failure> {
    serde_json::from_slice(&bytes_of(input)?)
        .map_err(|error| Failure::new(format!("input `{}` can't be understood: {error}", input.output)))
}

/// Reads the prepared dataset.
///
/// # Errors
/// A [`Failure`] when the bytes are not a dataset.
pub fn read_dataset(job: &Job<'_>) -> Result<Dataset, Failure> {
    Dataset::from_bytes(&bytes_of(input(job, DATASET)?)?).map_err(|error| Failure::new(error.to_string()))
}

/// Makes an output of bytes.
pub fn bytes_output(name: impl Into<String>, bytes: Vec<u8>) -> Output {
    Output { name: name.into(), content: OutputContent::Bytes(bytes) }
}

/// Makes an output of indented JSON, ending with a line feed.
pub fn json_output(name: &str, value: &impl Serialize) -> Output {
    let mut bytes =
        serde_json::to_vec_pretty(value).expect("our own types have text keys and finite numbers");
    bytes.push(b'\n');
    bytes_output(name, bytes)
}
