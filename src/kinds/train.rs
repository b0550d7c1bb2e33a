//! `train`: one model, from its settings and a seed to weights and a history.

use crate::digest::Digest;
use crate::engine::{Context, Effective, Failure, Job, Kind, Output};
use crate::lab::history::{Divergence, Observed};
use crate::lab::nn::{Simd, multiply_adds};
use crate::lab::settings::{Cell, Conv, Settings};
use crate::lab::trainer::{self, TrainError};
use crate::spec::{Field, Parameters, Schema, Shape, Value};

use super::code_of;
use super::files::{DATASET, HISTORY, OBSERVED, WEIGHTS, bytes_output, json_output, read_dataset, reads_of};
use super::progress::Progress;

/// Describes the settings of `train`.
pub fn schema() -> Schema {
    let field = |name, shape, default: Value, about| Field { name, shape, default: Some(default), about };
    Schema {
        kind: "train",
        repeats: true,
        inline: false,
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
            parameters: effective(&context.settings.parameters),
            seeded: true,
            reads: reads_of(context, "prepare", &[DATASET])?,
            files: Vec::new(),
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
        let dataset = read_dataset(job)?;
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

/// Reduces parameters to those that reach the model: what [`without_effect`] names is left out.
pub fn effective(declared: &Parameters) -> Parameters {
    let idle = without_effect(declared);
    let reaches = |name: &str| idle.iter().all(|(parameter, _)| *parameter != name);
    declared
        .iter()
        .filter(|(name, _)| reaches(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// Names the parameters that change nothing in these settings, and the circumstance that makes it so.
pub fn without_effect(declared: &Parameters) -> Vec<(&'static str, &'static str)> {
    let one_layer = declared.get("layers").and_then(Value::as_integer) == Some(1);
    if one_layer { vec![("dropout", "with one layer")] } else { Vec::new() }
}

/// Reads effective parameters as the trainer's settings.
///
/// # Errors
/// A [`Failure`] naming the parameter; the spec has checked them, so only a pipeline that was built
/// without it can bring one.
pub fn settings(parameters: &Parameters) -> Result<Settings, Failure> {
    let missing = |name: &str| Failure::new(format!("`{name}` is missing or has a wrong type"));
    let number = |name: &str| parameters.get(name).and_then(Value::as_number).ok_or_else(|| missing(name));
    let whole = |name: &str| {
        let value = parameters.get(name).and_then(Value::as_integer);
        value.and_then(|value| u32::try_from(value).ok()).ok_or_else(|| missing(name))
    };
    let word = |name: &str| parameters.get(name).and_then(Value::as_text).ok_or_else(|| missing(name));
    Ok(Settings {
        cell: match word("cell")? {
            "gru" => Cell::Gru,
            "lstm" => Cell::Lstm,
            _ => return Err(missing("cell")),
        },
        hidden: whole("hidden")? as usize,
        layers: whole("layers")? as usize,
        // Absent where it has no effect.
        dropout: parameters.get("dropout").and_then(Value::as_number).unwrap_or(0.0) as f32,
        conv: match word("conv")? {
            "none" => Conv::None,
            "conv1d" => Conv::Same,
            _ => return Err(missing("conv")),
        },
        batch: whole("batch")? as usize,
        epochs: whole("epochs")?,
        learning_rate: number("learning_rate")?,
        weight_decay: number("weight_decay")?,
        plateau_factor: number("plateau_factor")?,
        plateau_patience: whole("plateau_patience")?,
        stop_patience: whole("stop_patience")?,
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
