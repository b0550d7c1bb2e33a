//! What models reach on people they have never seen, beside what they reach on those they have.
//!
//! | name | is |
//! |---|---|
//! | `variant`, `from` | the variant that holds users out, and the one it is derived from or `none` |
//! | `mixed` | accuracy over seeds of `from` on the validation set that mixes users, or `none` |
//! | `known`, `new` | accuracy over seeds on unseen sequences of known users, and on all of new users |
//! | `known_count`, `new_count` | how many sequences these are |
//! | `difference` | between the means of `known` and `new` |
//! | `fall` | `falls`, `rises` or `noise`: accuracy from known to new users, by the test of `claims` |
//! | `words` | the words of comparison that `fall` bears out (see `comparative`) |
//! | `users` | a list of `name`, `accuracy` over seeds |
//! | `runs` | a list of `seed`, `known`, `new`, `interval_low`, `interval_high` |
//!
//! Invariants
//! - A variant is here only if each of its runs was scored on new users.

use std::collections::BTreeMap;

use minijinja::{Value, context};

use super::claims::{Contrast, Estimate};
use super::comparative::Borne;
use super::compared::Compared;
use super::constant::HALF_LEVEL;
use super::data::pointer_token;
use super::inputs::{RunResult, VariantResult};
use super::measure::Measure;
use super::spread::Spread;
use crate::lab::metrics::HeldOut;

/// Shows every variant that holds users out to a template.
pub(super) fn new_users(variants: &[&VariantResult], views: &BTreeMap<String, Value>) -> Vec<Value> {
    variants.iter().filter_map(|variant| view(variant, variants, views)).collect()
}

fn view(
    variant: &VariantResult,
    variants: &[&VariantResult],
    views: &BTreeMap<String, Value>,
) -> Option<Value> {
    let runs: Vec<(&RunResult, &HeldOut)> =
        variant.runs.iter().map(|run| Some((run, run.metrics.held_out.as_ref()?))).collect::<Option<_>>()?;
    let (first, theirs) = runs.first()?;
    let known = Spread::over(runs.iter().map(|(run, _)| known(run)).collect())?;
    let new = Spread::over(runs.iter().map(|(run, held_out)| new(run, held_out)).collect())?;
    let known_count = first.metrics.whole.score.examples;
    let from = variants.iter().find(|other| Some(&other.name) == variant.from.as_ref());
    let mixed = from.and_then(|from| Spread::over(from.runs.iter().map(self::known).collect()));
    let count = |pointer: &str, number: u32| Measure::whole(&first.metrics_output(), pointer, number);
    let fall = fall(&known, known_count, &new, theirs.score.examples);
    Some(context! {
        variant => views[&variant.name].clone(),
        from => from.map(|from| views[&from.name].clone()),
        mixed => Spread::to_template(mixed.as_ref()),
        known_count => count("/whole/examples", known_count).to_template(),
        new_count => count("/held_out/examples", theirs.score.examples).to_template(),
        difference => Measure::difference(&known.mean, &new.mean).to_template(),
        words => {
            let words: &[&str] = match fall {
                "falls" => &["falls", "worse", "beyond noise"],
                "rises" => &["rises", "better", "beyond noise"],
                _ => &["within noise"],
            };
            Borne::to_template(words, &Compared::of(&variant.name, []))
        },
        fall => fall,
        known => Spread::to_template(Some(&known)),
        new => Spread::to_template(Some(&new)),
        users => users(&runs),
        runs => runs.iter().map(|(run, held_out)| run_view(run, held_out)).collect::<Vec<_>>(),
    })
}

/// Accuracy of the final weights on the validation set.
fn known(run: &RunResult) -> Measure {
    Measure::real(&run.metrics_output(), "/whole/accuracy", run.metrics.whole.score.accuracy)
}

fn new(run: &RunResult, held_out: &HeldOut) -> Measure {
    Measure::real(&run.metrics_output(), "/held_out/accuracy", held_out.score.accuracy)
}

/// Says whether accuracy changes from known to new users by more than noise: the same runs are on both sides, so that
/// their differences are tested.
fn fall(known: &Spread, known_count: u32, new: &Spread, new_count: u32) -> &'static str {
    let values = |spread: &Spread| spread.parts.iter().map(Measure::value).collect::<Vec<_>>();
    let (known, new) = (values(known), values(new));
    let sides = [
        Estimate::of_accuracies(&known, f64::from(known_count)),
        Estimate::of_accuracies(&new, f64::from(new_count)),
    ];
    let differences: Vec<f64> = known.iter().zip(&new).map(|(known, new)| known - new).collect();
    let sampling = sides.iter().map(Estimate::sampling).sum();
    match Contrast::of_bound(&Estimate::of(&differences, sampling), 0.0) {
        Some(contrast) if contrast.chance_above(0.0) < HALF_LEVEL => "falls",
        Some(contrast) if contrast.chance_below(0.0) < HALF_LEVEL => "rises",
        Some(_) | None => "noise",
    }
}

fn users(runs: &[(&RunResult, &HeldOut)]) -> Vec<Value> {
    let mut users: BTreeMap<&str, Vec<Measure>> = BTreeMap::new();
    for (run, held_out) in runs {
        for (name, score) in &held_out.users {
            let pointer = format!("/held_out/users/{}/accuracy", pointer_token(name));
            let accuracy = Measure::real(&run.metrics_output(), pointer, score.accuracy);
            users.entry(name).or_default().push(accuracy);
        }
    }
    let user = |(name, parts)| context! { name => name, accuracy => Spread::to_template(Spread::over(parts).as_ref()) };
    users.into_iter().map(user).collect()
}

fn run_view(run: &RunResult, held_out: &HeldOut) -> Value {
    let output = run.metrics_output();
    let end = |place: usize| {
        Measure::real(&output, format!("/held_out/interval/{place}"), held_out.interval[place]).to_template()
    };
    context! {
        seed => run.seed().to_template(),
        known => known(run).to_template(),
        new => new(run, held_out).to_template(),
        interval_low => end(0),
        interval_high => end(1),
    }
}
