//! Runs of a stage in a template: `fit`, `fit["svm"]`, `fit(fold=1)`, `.over()`, `.each()`, `.of()`, `.at()`, `.MEASURE`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Rest, from_args};
use minijinja::{Error, ErrorKind, State, Value};
use recount_engine::digest::Key;
use recount_engine::suggestion;

use super::failure::refused;
use super::numbers::NumberValue;
use super::settings::SettingsValue;
use super::state::ReportState;
use crate::quantity::{count, measure_at, measure_named};
use crate::selection::Selection;

/// Runs of one stage.
pub(super) struct RunsValue {
    state: Arc<ReportState>,
    pub runs: Selection,
}

impl RunsValue {
    pub fn of(state: &Arc<ReportState>, runs: Selection) -> Value {
        Value::from_object(Self { state: Arc::clone(state), runs })
    }

    fn number(&self, quantity: Result<crate::quantity::Quantity, String>) -> Value {
        match quantity {
            Ok(quantity) => NumberValue::of(&self.state, quantity),
            Err(reason) => Value::from(refused(reason)),
        }
    }

    /// Gives what a name after the dot leads to.
    fn attribute(&self, name: &str) -> Value {
        let runs = &self.runs;
        let instances = || runs.runs().map(|run| run.instance.clone()).collect();
        match name {
            "params" => return SettingsValue::of(&self.state, runs.clone()),
            "n" => return self.number(Ok(count(format!("runs of {runs}"), runs.runs().len(), instances()))),
            "distinct" => {
                let what = format!("different experiments of {runs}");
                return self.number(Ok(count(what, distinct(&runs.groups()), instances())));
            }
            "name" => return Value::from(runs.label()),
            "names" => return Value::from(listed(runs.same_experiments().iter().map(Selection::label))),
            "stage" => return Value::from(runs.stage().name.as_str()),
            _ => {}
        }
        if runs.stage().measures.iter().any(|measure| measure.name == name) {
            return self.number(measure_named(runs, name));
        }
        if let Some(value) = runs.coordinate(name) {
            return Value::from(value);
        }
        if runs.stage().each.iter().any(|axis| axis.name() == name) {
            let message =
                format!("`{runs}` has no single value of `{name}`: go through all with `.over(\"{name}\")`");
            return Value::from(refused(message));
        }
        self.number(measure_named(runs, name))
    }

    fn narrowed(&self, name: Option<&str>, value: &Value) -> Result<Selection, Error> {
        self.runs.narrow(name, &value.to_string()).map_err(refused)
    }

    fn split(&self, args: &[Value]) -> Result<Value, Error> {
        let (name,): (&str,) = from_args(args)?;
        let all = self.runs.over(name).map_err(refused)?;
        Ok(RunList::of(&self.state, all))
    }
}

impl Object for RunsValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        Some(self.attribute(key))
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match (self.narrowed(None, key), key.as_str()) {
            (Ok(runs), _) => Self::of(&self.state, runs),
            // A filter such as `map` asks for what a name after the dot leads to in the same way.
            (Err(_), Some(name)) if is_attribute(&self.runs, name) => self.attribute(name),
            (Err(error), _) => Value::from(error),
        })
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, args: &[Value]) -> Result<Value, Error> {
        let (values, named): (Rest<Value>, Kwargs) = from_args(args)?;
        let mut narrowed = self.runs.clone();
        for value in values.iter() {
            narrowed = narrowed.narrow(None, &value.to_string()).map_err(refused)?;
        }
        for name in named.args() {
            let value: Value = named.get(name)?;
            narrowed = narrowed.narrow(Some(name), &value.to_string()).map_err(refused)?;
        }
        Ok(Self::of(&self.state, narrowed))
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "over" | "each" => self.split(args),
            "of" => {
                let (name,): (&str,) = from_args(args)?;
                let pipeline = self.state.evidence.pipeline();
                let id = pipeline.stage(name).ok_or_else(|| {
                    let known = pipeline.stages.iter().map(|stage| stage.name.as_str());
                    let help = suggestion::help(name, known, "a stage named", "the stages are");
                    refused(crate::selection::with_help(format!("no stage is named `{name}`"), help))
                })?;
                Ok(Self::of(&self.state, self.runs.of(id).map_err(refused)?))
            }
            "at" => {
                let (address,): (&str,) = from_args(args)?;
                let quantity = measure_at(&self.runs, address).map_err(refused)?;
                Ok(NumberValue::of(&self.state, quantity))
            }
            _ => {
                Err(Error::new(ErrorKind::UnknownMethod, format!("`{}` has no method `{method}`", self.runs)))
            }
        }
    }

    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mistake = "runs of a stage are in a text, where a measure of them or a name is meant";
        out.write_str(&self.state.placeholder(super::placeholders::Placeholder::Mistake(mistake.to_owned())))
    }
}

impl fmt::Debug for RunsValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.runs.fmt(out)
    }
}

fn is_attribute(runs: &Selection, name: &str) -> bool {
    let stage = runs.stage();
    ["params", "n", "distinct", "name", "names", "stage"].contains(&name)
        || stage.measures.iter().any(|measure| measure.name == name)
        || stage.each.iter().any(|axis| axis.name() == name)
}

/// Counts the experiments among groups of runs: groups with equal keys are one.
pub(super) fn distinct(groups: &[Selection]) -> usize {
    let mut known: BTreeSet<Vec<Key>> = BTreeSet::new();
    groups.iter().filter(|group| group.keys().is_none_or(|keys| known.insert(keys))).count()
}

/// Lists names as a sentence does: `a`, `a and b`, `a, b and c`.
pub(super) fn listed(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [others @ .., last] => format!("{} and {last}", others.join(", ")),
    }
}

/// Several selections.
pub(super) struct RunList {
    state: Arc<ReportState>,
    pub all: Vec<Selection>,
}

impl RunList {
    pub fn of(state: &Arc<ReportState>, all: Vec<Selection>) -> Value {
        Value::from_object(Self { state: Arc::clone(state), all })
    }
}

impl Object for RunList {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        if key.as_str() == Some("names") {
            return Some(Value::from(listed(self.all.iter().map(Selection::label))));
        }
        let runs = self.all.get(key.as_usize()?)?;
        Some(RunsValue::of(&self.state, runs.clone()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.all.len())
    }
}

impl fmt::Debug for RunList {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all.fmt(out)
    }
}

/// Gives the selections that a value is: a list of runs, or of runs of one stage those that differ in nothing but their
/// repeats.
pub(super) fn selections(value: &Value) -> Result<Vec<Selection>, Error> {
    if let Some(list) = value.downcast_object_ref::<RunList>() {
        return Ok(list.all.clone());
    }
    if let Some(runs) = value.downcast_object_ref::<RunsValue>() {
        return Ok(runs.runs.groups());
    }
    let expected = || {
        refused(format!(
            "expected runs of a stage, or a list of such, found {}",
            super::texts::described(value)
        ))
    };
    let items = value.try_iter().map_err(|_| expected())?;
    items
        .map(|item| {
            item.downcast_object_ref::<RunsValue>().map(|runs| runs.runs.clone()).ok_or_else(expected)
        })
        .collect()
}
