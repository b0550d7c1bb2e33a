//! `train`: one model, from its settings and a seed to weights and a history.

use crate::lab::data::Dataset;
use crate::lab::history::{Divergence, Observed};
use crate::lab::nn::{Simd, multiply_adds};
use crate::lab::settings::{Cell, Conv, Settings};
use crate::lab::trainer::{self, EarlyStopping, Plateau, TrainError};
use recount_engine::digest::Digest;
use recount_engine::spec::{Better, Field, Measure, Parameters, Schema, Shape, Value};
use recount_engine::{Context, Effective, Failure, Job, Kind, Output};

use super::code_of;
use super::files::{DATASET, HISTORY, OBSERVED, WEIGHTS, bytes_output, json_output, read_dataset, reads_of};
use super::memory::{MemoryError, MemoryGate, format_bytes};
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
    /// The machine's memory, which trainings at the same time share.
    pub memory: MemoryGate,
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
        let needed = trainer::memory_bytes(&dataset, &settings);
        job.watch.progress(0.0, &format!("needs about {} of memory", format_bytes(needed)));
        let _memory =
            self.memory.enter(needed, job.watch).map_err(|error| no_memory(error, needed, &settings))?;
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

/// Reduces parameters to those that can change the model: parameters that are equal here give equal bits.
///
/// # Errors
/// A [`Failure`] naming a parameter that no code reads.
pub fn reduce(declared: &Parameters) -> Result<EffectiveParams, Failure> {
    let reader = ParamReader::of("train", declared);
    read(&reader)?;
    // Neither their order nor naming one twice changes who is held out.
    let mut held_out = reader.texts(HELD_OUT)?;
    held_out.sort_unstable();
    held_out.dedup();
    let mut reduced = reader.finish()?;
    let held_out = held_out.into_iter().map(Value::from).collect();
    reduced.effective.insert(HELD_OUT.to_owned(), Value::List(held_out));
    Ok(reduced)
}

/// Reads parameters as the trainer's settings.
///
/// # Errors
/// A [`Failure`] naming the parameter; the spec has checked them, so only a pipeline that was built
/// without it can bring one.
pub fn settings(parameters: &Parameters) -> Result<Settings, Failure> {
    read(&ParamReader::of("train", parameters))
}

/// The patience of what never comes to act.
const FOREVER: u32 = u32::MAX;

/// Reads what has an effect, and marks the rest as unused. What has none may be missing, and has one and the same value.
fn read(reader: &ParamReader<'_>) -> Result<Settings, Failure> {
    let layers = reader.whole("layers")?;
    let dropout = if layers > 1 {
        reader.number("dropout")? as f32
    } else {
        reader.unused("dropout", "with one layer");
        0.0
    };
    let epochs = reader.whole("epochs")?;
    let learning_rate = reader.number("learning_rate")?;
    let (plateau_factor, plateau_patience) = read_plateau(reader, learning_rate, epochs)?;
    Ok(Settings {
        cell: reader.word("cell", &[("gru", Cell::Gru), ("lstm", Cell::Lstm)])?,
        hidden: reader.whole("hidden")?,
        layers,
        dropout,
        conv: reader.word("conv", &[("none", Conv::None), ("conv1d", Conv::Same)])?,
        batch: reader.whole("batch")?,
        epochs,
        learning_rate,
        weight_decay: reader.number("weight_decay")?,
        plateau_factor,
        plateau_patience,
        stop_patience: read_stop_patience(reader, epochs)?,
    })
}

fn read_plateau(reader: &ParamReader<'_>, learning_rate: f64, epochs: u32) -> Result<(f64, u32), Failure> {
    let [factor, patience] = ["plateau_factor", "plateau_patience"];
    if reader.any(factor).is_some() || reader.any(patience).is_some() {
        let read = (reader.number(factor)?, reader.whole(patience)?);
        if Plateau::has_effect(learning_rate, read.0, read.1, epochs) {
            return Ok(read);
        }
        let patient = Plateau::has_effect(learning_rate, read.0, 0, epochs.max(3));
        let reason = if patient { "with so few epochs" } else { "at so low a learning rate" };
        [factor, patience].into_iter().for_each(|name| reader.unused(name, reason));
    }
    Ok((1.0, FOREVER))
}

fn read_stop_patience(reader: &ParamReader<'_>, epochs: u32) -> Result<u32, Failure> {
    let name = "stop_patience";
    if reader.any(name).is_some() {
        let patience = reader.whole(name)?;
        if EarlyStopping::has_effect(patience, epochs) {
            return Ok(patience);
        }
        reader.unused(name, "with so few epochs");
    }
    Ok(FOREVER)
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

fn no_memory(error: MemoryError, needed: u64, settings: &Settings) -> Failure {
    let MemoryError::TooLittle { free } = error else { return Failure::Cancelled };
    let Settings { hidden, layers, batch, .. } = settings;
    let [needed, free] = [needed, free].map(format_bytes);
    Failure::new(format!("this training needs about {needed} of memory, and {free} are free")).with_help(
        format!("lower `hidden` ({hidden}), `layers` ({layers}) or `batch` ({batch}), or free memory"),
    )
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

    /// Gives the names of what has no effect, with the reasons, having seen that the rest is enough to train by.
    fn unused(others: &[(&str, Value)]) -> Vec<String> {
        let declared = declared(others);
        let reduced = reduce(&declared).expect("every field is read");
        assert_eq!(settings(&reduced.effective), settings(&declared));
        reduced.without_effect.into_iter().map(|(name, reason)| format!("{name} {reason}")).collect()
    }

    /// Gives what reaches the model.
    fn effective(others: &[(&str, Value)]) -> Parameters {
        reduce(&declared(others)).expect("every field is read").effective
    }

    #[test]
    fn every_setting_of_a_long_deep_training_has_an_effect() {
        let others = [("layers", 3.into()), ("epochs", 8.into())];
        assert_eq!(unused(&others), Vec::<String>::new());
        assert_eq!(effective(&others).len(), schema().fields.len());
    }

    #[test]
    fn dropout_acts_between_layers() {
        assert_eq!(unused(&[("layers", 1.into()), ("epochs", 8.into())]), ["dropout with one layer"]);
    }

    #[test]
    fn a_patience_has_an_effect_from_the_first_number_of_epochs_in_which_it_can_end() {
        let unused = |epochs: i64, stop: i64, plateau: i64| {
            let [epochs, stop, plateau] = [epochs, stop, plateau].map(Value::from);
            let others = [("epochs", epochs), ("stop_patience", stop), ("plateau_patience", plateau)];
            unused(&[others.as_slice(), &[("layers", 2.into())]].concat())
        };
        let plateau =
            ["plateau_factor with so few epochs", "plateau_patience with so few epochs"].map(str::to_owned);
        let stop = ["stop_patience with so few epochs".to_owned()];
        assert_eq!(unused(1, 1, 0), [plateau.as_slice(), &stop].concat());
        assert_eq!(unused(2, 1, 0), [plateau.as_slice(), &stop].concat());
        assert_eq!(unused(3, 1, 0), Vec::<String>::new());
        assert_eq!(unused(6, 5, 4), [plateau.as_slice(), &stop].concat());
        assert_eq!(unused(7, 5, 5), plateau);
        assert_eq!(unused(7, 6, 4), stop);
        assert_eq!(unused(100_000, 100_000, 100_000), [plateau.as_slice(), &stop].concat());
    }

    #[test]
    fn a_rate_too_low_to_be_reduced_leaves_the_plateau_without_effect() {
        let others = |rate: f64, factor: f64| {
            unused(&[
                ("layers", 2.into()),
                ("epochs", 8.into()),
                ("learning_rate", rate.into()),
                ("plateau_factor", factor.into()),
            ])
        };
        let expected =
            ["plateau_factor at so low a learning rate", "plateau_patience at so low a learning rate"];
        assert_eq!(others(1.9e-8, 0.5), expected);
        assert_eq!(others(2.1e-8, 0.5), Vec::<String>::new());
        assert_eq!(others(1e-3, 0.999_999), expected);
    }

    #[test]
    fn who_is_held_out_does_not_depend_on_the_order_of_the_list() {
        let users = |names: &[&str]| {
            let names = names.iter().map(|&name| name.into()).collect();
            effective(&[(HELD_OUT, Value::List(names))])
        };
        assert_eq!(users(&["U08", "U07", "U08"]), users(&["U07", "U08"]));
        assert_ne!(users(&["U07"]), users(&["U07", "U08"]));
    }

    #[test]
    fn a_field_that_is_added_and_read_by_nobody_is_an_error() {
        let failure = reduce(&declared(&[("momentum", 0.9.into())])).expect_err("nothing reads it");
        assert_eq!(failure.to_string(), "`momentum` is a setting of `train` that no code reads");
    }

    #[test]
    fn a_training_that_does_not_fit_says_what_to_lower() {
        let large =
            settings(&declared(&[("hidden", 4096.into()), ("layers", 64.into())])).expect("it is checked");
        let Failure::Failed { message, help } =
            no_memory(MemoryError::TooLittle { free: 3 << 30 }, 300 << 30, &large)
        else {
            panic!("nobody has stopped it");
        };
        assert_eq!(message, "this training needs about 300.0 GiB of memory, and 3.0 GiB are free");
        let help = help.expect("there is something to do");
        assert_eq!(help, "lower `hidden` (4096), `layers` (64) or `batch` (32), or free memory");
    }
}
