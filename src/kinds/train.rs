//! `train`: one model, from its settings and a seed to weights and a history.

use crate::lab::data::Dataset;
use crate::lab::history::{Divergence, Observed};
use crate::lab::nn::{Simd, multiply_adds};
use crate::lab::settings::{Cell, Conv, Settings};
use crate::lab::trainer::{self, TrainError};
use recount_engine::digest::Digest;
use recount_engine::spec::{Better, Field, Measure, Parameters, Schema, Shape, Value};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output};

use super::code_of;
use super::files::{DATASET, HISTORY, OBSERVED, WEIGHTS, bytes_output, json_output, read_dataset, reads_of};
use super::progress::Progress;
use recount_engine::param_reader::{EffectiveParams, ParamReader};

/// The parameter that names the users to hold out.
pub const HELD_OUT: &str = "held_out_users";

/// Describes the settings of `train`.
pub fn schema() -> Schema {
    let field = |name, shape, default: Value, about| Field { name, shape, default: Some(default), about };
    Schema {
        kind: "train",
        repeats: true,
        inline: false,
        measures: vec![
            Measure::at("seconds", "observed.json#/seconds")
                .in_unit("s")
                .with_better(Better::Lower)
                .as_observed(),
        ],
        references: None,
        fields: vec![
            field("cell", Shape::Choice(&["gru", "lstm"]), "gru".into(), "the recurrent cell"),
            field("hidden", whole(1, 4096), 64.into(), "hidden units of each layer"),
            field("layers", whole(1, 64), 1.into(), "recurrent layers on top of one another"),
            field(
                "dropout",
                Shape::Number { least: 0.0, most: 1.0, above_least: false, below_most: true },
                0.1.into(),
                "probability that an output between two layers is dropped while training",
            ),
            field(
                "conv",
                Shape::Choice(&["none", "conv1d"]),
                "none".into(),
                "what stands in front of the first layer",
            ),
            field("batch", whole(1, 65_536), 32.into(), "sequences in a batch"),
            field("epochs", whole(1, 100_000), 3.into(), "epochs at most"),
            field(
                "learning_rate",
                above_zero(1000.0, false),
                1e-3.into(),
                "Adam's learning rate at the start",
            ),
            field(
                "weight_decay",
                Shape::Number { least: 0.0, most: 1.0, above_least: false, below_most: false },
                1e-5.into(),
                "weight decay, added to the gradient",
            ),
            field(
                "plateau_factor",
                above_zero(1.0, true),
                0.5.into(),
                "factor of the learning rate when the validation loss is on a plateau",
            ),
            field(
                "plateau_patience",
                whole(0, 100_000),
                5.into(),
                "epochs without improvement that the scheduler bears",
            ),
            field(
                "stop_patience",
                whole(1, 100_000),
                5.into(),
                "epochs without improvement after which training stops",
            ),
            field(
                HELD_OUT,
                Shape::List(Box::new(Shape::Text)),
                Value::List(Vec::new()),
                "users whose sequences neither train nor validate, so that the model can be tried on new people",
            ),
        ],
    }
}

fn whole(least: i64, most: i64) -> Shape {
    Shape::Integer { least, most }
}

fn above_zero(most: f64, below_most: bool) -> Shape {
    Shape::Number { least: 0.0, most, above_least: true, below_most }
}

/// Trains one model.
pub struct Train {
    /// The instruction set for the kernels; the bits are the same on each.
    pub simd: Simd,
}

impl Kind for Train {
    fn name(&self) -> &'static str {
        "train"
    }

    fn code(&self) -> Digest {
        code_of("train")
    }

    fn effective(&self, context: &Context<'_>) -> Result<Effective, Failure> {
        Ok(Effective {
            parameters: reduce(&context.settings.parameters())?.effective,
            seeded: true,
            reads: reads_of(context, "prepare", &[DATASET])?,
            ..Effective::default()
        })
    }

    fn cost(&self, effective: &Parameters) -> f64 {
        let Ok(settings) = settings(effective) else { return 0.0 };
        // Steps that only pad cost as much as the others, and a smaller batch amortises less.
        let per_sequence = multiply_adds(&settings, 3, 20, 30) as f64 * (1.0 + 4.0 / settings.batch as f64);
        per_sequence * f64::from(settings.epochs)
    }

    fn run(&self, job: &Job<'_>) -> Result<Vec<Output>, Failure> {
        let settings = settings(&job.effective.parameters)?;
        let seed = job.context.point.seed.ok_or_else(|| {
            Failure::new("this stage has no seed").with_help("write `each: [variant, seed]` in pipeline.yaml")
        })?;
        let (dataset, _) = known_and_new(read_dataset(job)?, &job.effective.parameters)?;
        let mut progress = Progress::of(job, settings.epochs);
        let trained = trainer::train(&dataset, &settings, seed, self.simd, &mut progress).map_err(failure)?;
        if let Some(diverged) = &trained.history.diverged {
            job.watch.notice(&told(diverged));
        }
        let observed = Observed { seconds: progress.seconds(), simd: self.simd.name().to_owned() };
        Ok(vec![
            json_output(HISTORY, &trained.history),
            bytes_output(WEIGHTS, trained.weights),
            json_output(OBSERVED, &observed),
        ])
    }
}

/// Reduces parameters to those that reach the model.
///
/// # Errors
/// A [`Failure`] naming a parameter that no code reads.
pub fn reduce(declared: &Parameters) -> Result<EffectiveParams, Failure> {
    let told = ParamReader::of("train", declared);
    read(&told)?;
    told.texts(HELD_OUT)?;
    told.finish()
}

/// Reads parameters as the trainer's settings.
///
/// # Errors
/// A [`Failure`] naming the parameter; the spec has checked them, so only a pipeline that was built
/// without it can bring one.
pub fn settings(parameters: &Parameters) -> Result<Settings, Failure> {
    read(&ParamReader::of("train", parameters))
}

fn read(told: &ParamReader<'_>) -> Result<Settings, Failure> {
    let layers = told.whole("layers")?;
    let dropout = if layers > 1 {
        told.number("dropout")? as f32
    } else {
        told.unused("dropout", "with one layer");
        0.0
    };
    Ok(Settings {
        cell: told.word("cell", &[("gru", Cell::Gru), ("lstm", Cell::Lstm)])?,
        hidden: told.whole("hidden")?,
        layers,
        dropout,
        conv: told.word("conv", &[("none", Conv::None), ("conv1d", Conv::Same)])?,
        batch: told.whole("batch")?,
        epochs: told.whole("epochs")?,
        learning_rate: told.number("learning_rate")?,
        weight_decay: told.number("weight_decay")?,
        plateau_factor: told.number("plateau_factor")?,
        plateau_patience: told.whole("plateau_patience")?,
        stop_patience: told.whole("stop_patience")?,
    })
}

/// Takes the users to hold out from a dataset: what is left, and the indices of their sequences.
///
/// # Errors
/// A [`Failure`] for users that the data does not have, or without whom nobody is left.
pub fn known_and_new(dataset: Dataset, parameters: &Parameters) -> Result<(Dataset, Vec<u32>), Failure> {
    let users = ParamReader::of("train", parameters).texts(HELD_OUT)?;
    dataset.without_users(&users).map_err(|error| {
        Failure::new(error.to_string()).with_help(format!("name other users in `{HELD_OUT}`"))
    })
}

/// Reads the parameters of a model's shape as settings; all others take their defaults, which a finished
/// model does not depend on.
///
/// # Errors
/// As [`settings`].
pub fn model_settings(shape: &Parameters) -> Result<Settings, Failure> {
    let defaults =
        schema().fields.into_iter().filter_map(|field| Some((field.name.to_owned(), field.default?)));
    let mut parameters: Parameters = defaults.collect();
    parameters.extend(shape.clone());
    settings(&parameters)
}

fn told(diverged: &Divergence) -> String {
    let Divergence { epoch, step, learning_rate, gradient_norm } = diverged;
    let norm = match gradient_norm {
        Some(norm) => format!(", after a gradient of norm {norm:.4e}"),
        None => String::new(),
    };
    format!("diverged in epoch {epoch}, step {step}, at learning rate {learning_rate}{norm}; it ends there")
}

fn failure(error: TrainError) -> Failure {
    match error {
        TrainError::Cancelled => Failure::Cancelled,
        other => Failure::new(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(others: &[(&str, Value)]) -> Parameters {
        let defaults = schema().fields.into_iter().map(|field| (field.name.to_owned(), field.default));
        let mut declared: Parameters = defaults.filter_map(|(name, value)| Some((name, value?))).collect();
        declared.extend(others.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        declared
    }

    #[test]
    fn every_field_of_the_schema_is_read_or_idle_for_a_reason() {
        let one = reduce(&declared(&[])).expect("no field is read by nobody");
        assert_eq!(one.without_effect, [("dropout".to_owned(), "with one layer")]);
        let three = reduce(&declared(&[("layers", 3.into())])).expect("no field is read by nobody");
        assert_eq!((three.effective.len(), three.without_effect.len()), (schema().fields.len(), 0));
    }

    #[test]
    fn a_field_that_is_added_and_read_by_nobody_is_an_error() {
        let failure = reduce(&declared(&[("momentum", 0.9.into())])).expect_err("nothing reads it");
        assert_eq!(failure.to_string(), "`momentum` is a setting of `train` that no code reads");
    }

    #[test]
    fn what_is_effective_is_enough_to_train_by() {
        let declared = declared(&[("hidden", 16.into())]);
        let effective = reduce(&declared).expect("every field is read").effective;
        assert_eq!(settings(&effective), settings(&declared));
    }
}
