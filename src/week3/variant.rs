//! One variant's results → what templates see of it.
//!
//! | name | is |
//! |---|---|
//! | `name`, `from` | its name, and the variant it is derived from or `none` |
//! | `settings` | by name: `value`, and `reason` (why it has no effect, or `none`) |
//! | `changed` | a list of `name`, `old`, `new`, `reason` against `from` |
//! | `differs` | a list of `name`, `old`, `new` in effect against `from`; `none` where there is no effect |
//! | `same_as`, `same_because` | earlier variants that are the same experiment; settings that differ from them without effect |
//! | `best`, `last`, `whole`, `macro_f1` | accuracies over seeds (see `spread`), or `none` |
//! | `train_loss`, `valid_loss`, `gap` | losses of the last epoch over seeds, or `none` |
//! | `epochs`, `seconds` | over seeds |
//! | `weights`, `multiply_adds` | trainable parameters; multiply-adds of a sequence |
//! | `sequence_length` | the time steps of that sequence |
//! | `runs`, `seeds` | one entry for each seed; their number |
//! | `diverged` | trainings whose loss stopped being finite, or `none`; of a run: `epoch`, `step`, `learning_rate`, `gradient_norm` |

use std::collections::BTreeMap;

use minijinja::{Value, context};
use serde_json::Value as Json;

use crate::lab::history::{Divergence, Epoch};

use super::inputs::{Difference, RunResult, VariantResult};
use super::measure::{Measure, Source};
use super::number::Number;
use super::spread::Spread;

/// The quantities of a variant over its seeds.
pub(super) struct Summary {
    /// Accuracy of the best epoch.
    pub best: Option<Spread>,
    /// Accuracy of the last epoch.
    pub last: Option<Spread>,
    /// Validation loss minus training loss of the last epoch.
    pub gap: Option<Spread>,
    /// Training loss of the last epoch.
    pub train_loss: Option<Spread>,
    /// How far validation and training loss of the last epoch are apart, never negative.
    pub distance: Option<Spread>,
    /// Epochs of all seeds whose validation loss is above the training loss, and all of them.
    pub gap_epochs: (Measure, Measure),
    /// Validation loss minus training loss in nats: for each seed, one an epoch.
    pub gaps: Vec<Vec<f64>>,
    /// Wall time of the training.
    pub seconds: Option<Spread>,
    /// Sequences that accuracies are measured on.
    pub examples: f64,
    /// Variance of a mean validation loss that comes from the size of the validation set, in square nats.
    pub loss_variance: f64,
}

impl Summary {
    /// Summarises the runs of a variant.
    pub fn of(variant: &VariantResult) -> Self {
        Self {
            best: over(variant, |run| best(run, "accuracy", |epoch| epoch.accuracy)),
            last: over(variant, |run| last(run, "accuracy", |epoch| epoch.accuracy)),
            gap: over(variant, |run| {
                Some(Measure::real(&run.metrics_output(), "/loss_gap", run.metrics.loss_gap?))
            }),
            train_loss: over(variant, train_loss),
            distance: over(variant, |run| {
                // The gap is absent where a loss is not finite.
                run.metrics.loss_gap?;
                Some(Measure::difference(&valid_loss(run)?, &train_loss(run)?))
            }),
            gap_epochs: epochs_by_gap(variant),
            gaps: variant.runs.iter().map(gaps).collect(),
            seconds: over(variant, |run| Some(run.seconds())),
            examples: mean(variant, |run| Some(f64::from(run.metrics.whole.score.examples))),
            loss_variance: mean(variant, |run| {
                let deviation = run.metrics.whole.loss_deviation?;
                Some(deviation * deviation / f64::from(run.metrics.whole.score.examples))
            }),
        }
    }
}

impl RunResult {
    /// Names the output that holds the metrics.
    pub(super) fn metrics_output(&self) -> String {
        format!("{}/metrics.json", self.evaluate)
    }

    /// Gives the wall time of the training.
    pub(super) fn seconds(&self) -> Measure {
        Measure::real(&format!("{}/observed.json", self.train), "/seconds", self.observed.seconds)
    }

    /// Gives the seed as a measure.
    pub(super) fn seed(&self) -> Measure {
        Measure { number: Number::Whole(self.seed), source: Source::Seed { instance: self.train.clone() } }
    }
}

/// Shows `variant` to a template; `earlier` are the variants that come before it in the report and
/// are the same experiment.
pub(super) fn view(variant: &VariantResult, earlier: &[&VariantResult]) -> Value {
    let summary = Summary::of(variant);
    let first = variant.runs.first();
    context! {
        name => variant.name.clone(),
        from => variant.from.clone(),
        settings => settings(variant),
        changed => changed(variant),
        differs => differs(variant),
        same_as => earlier.iter().map(|other| other.name.clone()).collect::<Vec<_>>(),
        same_because => earlier.first().map_or_else(Vec::new, |other| same_because(variant, other)),
        best => Spread::to_template(summary.best.as_ref()),
        last => Spread::to_template(summary.last.as_ref()),
        gap => Spread::to_template(summary.gap.as_ref()),
        seconds => Spread::to_template(summary.seconds.as_ref()),
        whole => Spread::to_template(over(variant, |run| {
            Some(Measure::real(&run.metrics_output(), "/whole/accuracy", run.metrics.whole.score.accuracy))
        }).as_ref()),
        macro_f1 => Spread::to_template(over(variant, |run| {
            Some(Measure::real(&run.metrics_output(), "/whole/macro_f1", run.metrics.whole.macro_f1))
        }).as_ref()),
        train_loss => Spread::to_template(summary.train_loss.as_ref()),
        valid_loss => Spread::to_template(over(variant, valid_loss).as_ref()),
        epochs => Spread::to_template(over(variant, |run| Some(epochs(run))).as_ref()),
        weights => first.map(|run| weights(run).to_template()),
        multiply_adds => first.map(|run| {
            Measure::whole(&run.metrics_output(), "/multiply_adds", run.metrics.multiply_adds).to_template()
        }),
        sequence_length => first.map(|run| {
            let output = run.metrics_output();
            Measure::whole(&output, "/sequence_length", run.metrics.sequence_length).to_template()
        }),
        runs => variant.runs.iter().map(run_view).collect::<Vec<_>>(),
        diverged => diverged(variant).map(|measure| measure.to_template()),
        seeds => Measure::count(variant.runs.iter().map(RunResult::seed).collect()).to_template(),
    }
}

/// Shows a setting's value: a number as a measure, anything else as its text.
pub(super) fn setting(variant: &str, name: &str, value: &Json) -> Value {
    let number = match value {
        Json::Number(number) => match number.as_u64() {
            Some(whole) => Some(Number::Whole(whole)),
            None => number.as_f64().map(Number::Real),
        },
        _ => None,
    };
    match (number, value) {
        (Some(number), _) => {
            let source = Source::Parameter {
                variant: variant.to_owned(),
                name: name.to_owned(),
                text: value.to_string(),
            };
            Measure { number, source }.to_template()
        }
        (None, Json::String(text)) => Value::from(text.as_str()),
        (None, _) => Value::from(value.to_string()),
    }
}

fn settings(variant: &VariantResult) -> BTreeMap<String, Value> {
    variant
        .declared
        .iter()
        .map(|(name, value)| {
            let value = setting(&variant.name, name, value);
            (name.clone(), context! { value => value, reason => reason(variant, name) })
        })
        .collect()
}

fn changed(variant: &VariantResult) -> Vec<Value> {
    let from = variant.from.as_deref().unwrap_or_default();
    variant
        .changed
        .iter()
        .map(|change| {
            context! {
                name => change.name.clone(),
                old => setting(from, &change.name, &change.old),
                new => setting(&variant.name, &change.name, &change.new),
                reason => reason(variant, &change.name),
            }
        })
        .collect()
}

fn differs(variant: &VariantResult) -> Vec<Value> {
    let from = variant.from.as_deref().unwrap_or_default();
    variant
        .differs
        .iter()
        .map(|difference| {
            let Difference { name, old, new } = difference;
            context! {
                name => name.clone(),
                old => old.as_ref().map(|old| setting(from, name, old)),
                new => new.as_ref().map(|new| setting(&variant.name, name, new)),
            }
        })
        .collect()
}

fn reason<'a>(variant: &'a VariantResult, name: &str) -> Option<&'a str> {
    let found = variant.ineffective.iter().find(|ineffective| ineffective.parameter == name);
    found.map(|ineffective| ineffective.reason.as_str())
}

fn same_because(variant: &VariantResult, other: &VariantResult) -> Vec<Value> {
    let differs = |name: &String| variant.declared.get(name) != other.declared.get(name);
    let without_effect = variant.ineffective.iter().filter(|ineffective| differs(&ineffective.parameter));
    without_effect
        .map(|ineffective| context! { name => ineffective.parameter.clone(), reason => ineffective.reason.clone() })
        .collect()
}

fn diverged(variant: &VariantResult) -> Option<Measure> {
    let epochs = variant.runs.iter().filter_map(|run| {
        let diverged = run.metrics.diverged.as_ref()?;
        Some(Measure::whole(&run.metrics_output(), "/diverged/epoch", diverged.epoch))
    });
    let epochs: Vec<Measure> = epochs.collect();
    (!epochs.is_empty()).then(|| Measure::count(epochs))
}

fn run_view(run: &RunResult) -> Value {
    let metrics = &run.metrics;
    let output = run.metrics_output();
    let show = |measure: Option<Measure>| measure.map(|measure| measure.to_template());
    context! {
        seed => run.seed().to_template(),
        best_epoch => metrics.best.as_ref().map(|epoch| {
            Measure::whole(&output, "/best/epoch", epoch.epoch).to_template()
        }),
        best => show(best(run, "accuracy", |epoch| epoch.accuracy)),
        last => show(last(run, "accuracy", |epoch| epoch.accuracy)),
        train_loss => show(train_loss(run)),
        valid_loss => show(valid_loss(run)),
        whole => Measure::real(&output, "/whole/accuracy", metrics.whole.score.accuracy).to_template(),
        interval_low => Measure::real(&output, "/whole/interval/0", metrics.whole.interval[0]).to_template(),
        interval_high => Measure::real(&output, "/whole/interval/1", metrics.whole.interval[1]).to_template(),
        macro_f1 => Measure::real(&output, "/whole/macro_f1", metrics.whole.macro_f1).to_template(),
        epochs => epochs(run).to_template(),
        stopped_early => metrics.stopped_early,
        diverged => metrics.diverged.as_ref().map(|diverged| divergence(&output, diverged)),
        seconds => run.seconds().to_template(),
    }
}

fn divergence(output: &str, diverged: &Divergence) -> Value {
    let real =
        |field: &str, number| Measure::real(output, format!("/diverged/{field}"), number).to_template();
    context! {
        epoch => Measure::whole(output, "/diverged/epoch", diverged.epoch).to_template(),
        step => Measure::whole(output, "/diverged/step", diverged.step).to_template(),
        learning_rate => real("learning_rate", diverged.learning_rate),
        gradient_norm => diverged.gradient_norm.map(|norm| real("gradient_norm", norm)),
    }
}

fn over(variant: &VariantResult, measure: impl Fn(&RunResult) -> Option<Measure>) -> Option<Spread> {
    Spread::over(variant.runs.iter().filter_map(measure).collect())
}

fn best(run: &RunResult, field: &str, of: impl Fn(&Epoch) -> f64) -> Option<Measure> {
    let epoch = run.metrics.best.as_ref()?;
    Some(Measure::real(&run.metrics_output(), format!("/best/{field}"), of(epoch)))
}

fn last(run: &RunResult, field: &str, of: impl Fn(&Epoch) -> f64) -> Option<Measure> {
    let epoch = run.metrics.last.as_ref()?;
    Some(Measure::real(&run.metrics_output(), format!("/last/{field}"), of(epoch)))
}

fn train_loss(run: &RunResult) -> Option<Measure> {
    last(run, "train_loss", |epoch| epoch.train_loss)
}

fn valid_loss(run: &RunResult) -> Option<Measure> {
    last(run, "valid_loss", |epoch| epoch.valid_loss)
}

fn epochs(run: &RunResult) -> Measure {
    Measure::whole(&run.metrics_output(), "/epochs", run.metrics.epochs)
}

fn weights(run: &RunResult) -> Measure {
    Measure::whole(&run.metrics_output(), "/parameters", run.metrics.parameters)
}

/// Averages a number over the runs that have it; 0 without any.
fn mean(variant: &VariantResult, number: impl Fn(&RunResult) -> Option<f64>) -> f64 {
    let numbers: Vec<f64> = variant.runs.iter().filter_map(number).collect();
    numbers.iter().sum::<f64>() / numbers.len().max(1) as f64
}

fn gaps(run: &RunResult) -> Vec<f64> {
    run.history.epochs.iter().map(|epoch| epoch.valid_loss - epoch.train_loss).collect()
}

/// Counts the epochs of all seeds whose validation loss is above the training loss, and all epochs.
fn epochs_by_gap(variant: &VariantResult) -> (Measure, Measure) {
    let mut gaps = Vec::new();
    for run in &variant.runs {
        let output = format!("{}/history.json", run.train);
        for (index, epoch) in run.history.epochs.iter().enumerate() {
            let loss = |name: &str, loss| Measure::real(&output, format!("/epochs/{index}/{name}"), loss);
            let (valid, train) = (loss("valid_loss", epoch.valid_loss), loss("train_loss", epoch.train_loss));
            gaps.push(Measure::excess(&valid, &train));
        }
    }
    (Measure::positive(gaps.clone()), Measure::count(gaps))
}
