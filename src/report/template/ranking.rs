//! `best(fit, by="accuracy")`: which runs are clearly ahead of each other one.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr};
use minijinja::{Environment, Error, Value};
use recount_engine::spec::Better;

use super::failure::{failure, refused};
use super::runs::{RunList, RunsValue, selections};
use super::state::ReportState;
use crate::quantity::{Quantity, Relation, measure_at, measure_named};
use crate::selection::Selection;
use crate::statistics::{self, Direction, Repeats};

/// Runs in the order of a measure.
pub(super) struct RankingValue {
    state: Arc<ReportState>,
    first: Option<Selection>,
    rivals: Vec<Selection>,
    rest: Vec<Selection>,
    incomplete: Vec<Selection>,
}

impl Object for RankingValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let list = |all: &[Selection]| RunList::of(&self.state, all.to_vec());
        let name = key.as_str()?;
        match name {
            "first" => self.first.clone().map(|first| RunsValue::of(&self.state, first)),
            "rivals" => Some(list(&self.rivals)),
            "rest" => Some(list(&self.rest)),
            "incomplete" => Some(list(&self.incomplete)),
            _ => Some(Value::from(failure(
                format!("a ranking has no `{name}`"),
                "it has `first`, `rivals`, `rest` and `incomplete`",
            ))),
        }
    }
}

impl fmt::Debug for RankingValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "RankingValue({:?})", self.first)
    }
}

/// Reads a measure by its name, or at an address.
pub(super) fn measure(runs: &Selection, name: &str) -> Result<Quantity, String> {
    if name.contains('#') { measure_at(runs, name) } else { measure_named(runs, name) }
}

/// Puts `best` into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let shared = Arc::clone(state);
    environment.add_function("best", move |runs: &Value, named: Kwargs| -> Result<Value, Error> {
        let by: Option<String> = named.get("by")?;
        named.assert_all_used()?;
        let by = by.ok_or_else(|| {
            failure("`best` doesn't say by what", "name a measure: `best(fit, by=\"accuracy\")`")
        })?;
        rank(&shared, different(selections(runs)?), &by).map(Value::from_object)
    });
}

/// Leaves out runs that are an earlier one's under another name.
fn different(all: Vec<Selection>) -> Vec<Selection> {
    let mut known = Vec::new();
    let is_new = |runs: &Selection| {
        let keys = runs.keys();
        let is_new = keys.is_none() || !known.contains(&keys);
        known.push(keys);
        is_new
    };
    all.into_iter().filter(is_new).collect()
}

fn rank(state: &Arc<ReportState>, all: Vec<Selection>, by: &str) -> Result<RankingValue, Error> {
    let quantities: Vec<Quantity> =
        all.iter().map(|runs| measure(runs, by)).collect::<Result<_, _>>().map_err(refused)?;
    let better = quantities.first().map(|quantity| quantity.better);
    let direction = match better {
        None | Some(Some(Better::Higher)) => Direction::Higher,
        Some(Some(Better::Lower)) => Direction::Lower,
        Some(None) => {
            let help = "say it where the measure is declared: `better: higher`";
            return Err(failure(format!("nothing says which values of `{by}` are better"), help));
        }
    };
    if let Some(observed) = quantities.iter().find(|quantity| quantity.observed) {
        return Err(refused(format!("`{}` is only observed, and no comparison takes it", observed.address)));
    }
    let same_repeats = quantities.windows(2).all(|pair| pair[0].repeats == pair[1].repeats);
    let is_paired = same_repeats && quantities.iter().all(|quantity| quantity.is_paired);
    let repeats = if is_paired { Repeats::Paired } else { Repeats::Independent };
    let samples: Vec<_> = quantities.iter().map(|quantity| quantity.sample.clone()).collect();
    let mut ranking = statistics::best(&samples, direction, repeats);
    if let Some(first) = ranking.first {
        for other in ranking.rivals.iter().chain(&ranking.rest) {
            let (one, other) = (&quantities[first], &quantities[*other]);
            state.note_comparison(
                &one.address,
                &other.address,
                statistics::compare(&one.sample, &other.sample, repeats),
            );
        }
    }
    match state.forced() {
        None => {}
        Some(Relation::Higher) => ranking.rest.append(&mut ranking.rivals),
        Some(_) => ranking.rivals.append(&mut ranking.rest),
    }
    let chosen = |places: &[usize]| places.iter().map(|at| all[*at].clone()).collect();
    Ok(RankingValue {
        state: Arc::clone(state),
        first: ranking.first.map(|at| all[at].clone()),
        rivals: chosen(&ranking.rivals),
        rest: chosen(&ranking.rest),
        incomplete: chosen(&ranking.incomplete),
    })
}
