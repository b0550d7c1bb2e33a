//! `evaluate`: a trained model against the validation set.

use crate::digest::Digest;
use crate::engine::{Context, Effective, Failure, Job, Kind, Output, Read};
use crate::lab::history::History;
use crate::lab::metrics;
use crate::lab::nn::Simd;
use crate::lab::trainer;
use crate::spec::{Parameters, Schema};

use super::code_of;
use super::files::{
    DATASET, HISTORY, METRICS, WEIGHTS, bytes_of, input, json_of, json_output, need_of, read_dataset,
};
use super::train;

/// The parameters of a training that its evaluation depends on.
const MODEL: [&str; 5] = ["batch", "cell", "conv", "hidden", "layers"];

/// Describes the settings of `evaluate`: it has none.
pub fn schema() -> Schema {
    Schema { kind: "evaluate", repeats: true, inline: false, fields: Vec::new() }
}

/// Scores one trained model.
pub struct Evaluate {
    /// The instruction set for the kernels; the bits are the same on each.
    pub simd: Simd,
}

impl Kind for Evaluate {
    fn name(&self) -> &'static str {
        "evaluate"
    }

    fn code(&self) -> Digest {
        code_of("evaluate")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        let (prepare, train) = (need_of(context, "prepare")?, need_of(context, "train")?);
        let trained = context.pipeline.settings(train, context.point.variant.as_deref());
        // The whole training's settings are read back to rebuild the model, but only those of its
        // shape decide the scores: the others are in the weights already.
        let parameters: Parameters = train::effective(&trained.parameters);
        let parameters = parameters.into_iter().filter(|(name, _)| MODEL.contains(&name.as_str())).collect();
        let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(Effective {
            parameters,
            seeded: false,
            reads: vec![
                Read { stage: prepare, outputs: texts(&[DATASET]) },
                Read { stage: train, outputs: texts(&[WEIGHTS, HISTORY]) },
            ],
            files: Vec::new(),
        })
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let dataset = read_dataset(job)?;
        let history: History = json_of(input(job, HISTORY)?)?;
        let weights = bytes_of(input(job, WEIGHTS)?)?;
        let shape = train::shape(&job.effective.parameters)?;
        let logits = trainer::logits(&dataset, &shape, &weights, self.simd).map_err(train::failure)?;
        if job.watch.cancelled() {
            return Err(Failure::Cancelled);
        }
        let metrics = metrics::measure(&dataset, &history, &logits, &shape)
            .map_err(|error| Failure::new(error.to_string()))?;
        Ok(vec![json_output(METRICS, &metrics)])
    }
}
