//! The variant with the highest mean accuracy of the best epochs, and where it errs.
//!
//! | name | is |
//! |---|---|
//! | `variant` | the variant |
//! | `words` | the words of comparison that this bears out (see `comparative`) |
//! | `rivals` | the names of other experiments whose range over the seeds touches its own |
//! | `users` | a list of `name`, `accuracy` over seeds, sorted by name |
//! | `confusions` | the most frequent errors: `label`, `taken_for`, `times` over all seeds |
//! | `errors`, `examples` | misclassified and scored sequences, over all seeds |

use std::cmp::Reverse;
use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::comparative::Borne;
use super::compared::Compared;
use super::comparison::Standing;
use super::data::pointer_token;
use super::inputs::{RunResult, VariantResult};
use super::measure::Measure;
use super::spread::Spread;
use super::variant::Summary;

/// How many of the most frequent errors are shown.
const SHOWN: usize = 5;

/// Shows the best of `variants` to a template, the first of them on a tie; `none` without results.
pub(super) fn best_view(variants: &[&VariantResult], views: &BTreeMap<String, Value>) -> Value {
    let mut best: Option<(Spread, &VariantResult)> = None;
    for variant in variants {
        let Some(spread) = Summary::of(variant).best else { continue };
        if best.as_ref().is_none_or(|(most, _)| spread.mean.value() > most.mean.value()) {
            best = Some((spread, variant));
        }
    }
    let Some((spread, variant)) = best else { return Value::from(()) };
    let is_rival = |other: &&&VariantResult| {
        let standing = Summary::of(other).best.map(|other| Standing::of(&spread, &other));
        other.name != variant.name
            && !variant.same_as.contains(&other.name)
            && matches!(standing, Some(Standing::Overlapping | Standing::Identical))
    };
    let mut wrong = Vec::new();
    let mut examples = Vec::new();
    for run in &variant.runs {
        let output = run.metrics_output();
        examples.push(Measure::whole(&output, "/whole/examples", run.metrics.whole.score.examples));
        for (label, row) in run.metrics.confusion.iter().enumerate() {
            for (taken_for, times) in row.iter().enumerate().filter(|(taken_for, _)| *taken_for != label) {
                wrong.push(Measure::whole(&output, format!("/confusion/{label}/{taken_for}"), *times));
            }
        }
    }
    context! {
        words => Borne::to_template(&["most accurate"], &Compared::of(&variant.name, [])),
        variant => views[&variant.name].clone(),
        rivals => variants.iter().filter(is_rival).map(|it| it.name.clone()).collect::<Vec<_>>(),
        users => users(variant),
        confusions => confusions(variant),
        errors => Measure::sum(wrong).to_template(),
        examples => Measure::sum(examples).to_template(),
    }
}

fn users(variant: &VariantResult) -> Vec<Value> {
    let mut users: BTreeMap<&str, Vec<Measure>> = BTreeMap::new();
    for run in &variant.runs {
        for (name, score) in &run.metrics.users {
            let pointer = format!("/users/{}/accuracy", pointer_token(name));
            users.entry(name).or_default().push(Measure::real(
                &run.metrics_output(),
                pointer,
                score.accuracy,
            ));
        }
    }
    users
        .into_iter()
        .map(|(name, parts)| {
            context! { name => name, accuracy => Spread::to_template(Spread::over(parts).as_ref()) }
        })
        .collect()
}

fn confusions(variant: &VariantResult) -> Vec<Value> {
    let mut cells: BTreeMap<(usize, usize), Vec<Measure>> = BTreeMap::new();
    for run in &variant.runs {
        for (label, row) in run.metrics.confusion.iter().enumerate() {
            for (taken_for, times) in row.iter().enumerate() {
                if label != taken_for && *times > 0 {
                    let pointer = format!("/confusion/{label}/{taken_for}");
                    let cell = Measure::whole(&run.metrics_output(), pointer, *times);
                    cells.entry((label, taken_for)).or_default().push(cell);
                }
            }
        }
    }
    let Some(output) = variant.runs.first().map(RunResult::metrics_output) else { return Vec::new() };
    let mut errors: Vec<((usize, usize), Measure)> =
        cells.into_iter().map(|(cell, parts)| (cell, Measure::sum(parts))).collect();
    errors.sort_by_key(|((label, taken_for), times)| (Reverse(times.value() as u64), *label, *taken_for));
    errors.truncate(SHOWN);
    errors
        .into_iter()
        .map(|((label, taken_for), times)| {
            let row = format!("/confusion/{label}");
            context! {
                label => Measure::index(&output, "/confusion", label).to_template(),
                taken_for => Measure::index(&output, &row, taken_for).to_template(),
                times => times.to_template(),
            }
        })
        .collect()
}
