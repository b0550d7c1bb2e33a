//! `evaluate`: a trained model against the validation set.

use std::error::Error;

use crate::lab::data::Dataset;
use crate::lab::history::History;
use crate::lab::metrics;
use crate::lab::nn::{Simd, multiply_adds};
use crate::lab::trainer;
use recount_engine::digest::Digest;
use recount_engine::spec::{Better, Measure, Schema};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output, Read};

use super::code_of;
use super::files::{
    DATASET, HISTORY, METRICS, WEIGHTS, bytes_of, input, json_of, json_output, need_of, read_dataset,
};
use super::train;

/// The parameters of a training that its evaluation depends on: the others are in the weights already.
const MODEL: [&str; 6] = ["batch", "cell", "conv", train::HELD_OUT, "hidden", "layers"];

/// Describes the settings of `evaluate`: it has none.
pub fn schema() -> Schema {
    Schema {
        kind: "evaluate",
        repeats: true,
        inline: false,
        fields: Vec::new(),
        measures: measures(),
        references: None,
    }
}

/// The numbers of its outputs that have a name.
fn measures() -> Vec<Measure> {
    let share = |name: &str, address: &str| {
        let measure = Measure::at(name, address).in_unit("fraction").with_better(Better::Higher);
        measure.out_of("metrics.json#/whole/examples")
    };
    let loss =
        |name: &str, address: &str| Measure::at(name, address).in_unit("nats").with_better(Better::Lower);
    vec![
        share("accuracy", "metrics.json#/best/accuracy"),
        share("last_accuracy", "metrics.json#/last/accuracy"),
        Measure::at("macro_f1", "metrics.json#/whole/macro_f1").with_better(Better::Higher),
        loss("valid_loss", "metrics.json#/best/valid_loss"),
        loss("train_loss", "metrics.json#/best/train_loss"),
        loss("loss_gap", "metrics.json#/loss_gap"),
        Measure::at("epochs", "metrics.json#/epochs").as_exact(),
        Measure::at("multiply_adds", "metrics.json#/multiply_adds").with_better(Better::Lower).as_exact(),
    ]
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
        let trained = train::reduce(&trained.parameters())?.effective;
        let texts = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Ok(Effective {
            parameters: MODEL
                .iter()
                .filter_map(|&name| Some((name.to_owned(), trained.get(name)?.clone())))
                .collect(),
            seeded: false,
            reads: vec![
                Read { stage: prepare, outputs: texts(&[DATASET]) },
                Read { stage: train, outputs: texts(&[WEIGHTS, HISTORY]) },
            ],
            ..Effective::default()
        })
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let parameters = &job.effective.parameters;
        let (dataset, new) = train::known_and_new(read_dataset(job)?, parameters)?;
        let history: History = json_of(input(job, HISTORY)?)?;
        let weights = bytes_of(input(job, WEIGHTS)?)?;
        let settings = train::model_settings(parameters)?;
        let failure = |error: &dyn Error| Failure::new(error.to_string());
        let logits =
            trainer::score(&dataset, &settings, &weights, self.simd).map_err(|error| failure(&error))?;
        let multiply_adds = |steps| multiply_adds(&settings, dataset.channels, dataset.labels, steps);
        let mut metrics =
            metrics::measure(&dataset, &logits, &history, multiply_adds).map_err(|error| failure(&error))?;
        if !new.is_empty() {
            let theirs = Dataset { valid: new, ..dataset };
            let logits =
                trainer::score(&theirs, &settings, &weights, self.simd).map_err(|error| failure(&error))?;
            let held_out = metrics::measure_held_out(&theirs, &logits).map_err(|error| failure(&error))?;
            metrics.held_out = Some(held_out);
        }
        Ok(vec![json_output(METRICS, &metrics)])
    }
}
