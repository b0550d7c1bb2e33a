//! What is computed of numbers and runs, `difference`, `ratio`, `count`, and the formats that print numbers.

use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, State, Value};

use super::failure::{failure, refused};
use super::numbers::NumberValue;
use super::runs::{RunList, RunsValue, selections};
use super::state::ReportState;
use super::texts::described;
use crate::citation::{Format, MAX_DECIMALS};
use crate::quantity::{Quantity, count, difference, ratio};
use crate::selection::Selection;

/// Gives the number that a function is given.
pub(super) fn number<'v>(function: &str, value: &'v Value) -> Result<&'v Arc<Quantity>, Error> {
    if let Some(number) = value.downcast_object_ref::<NumberValue>() {
        return Ok(&number.quantity);
    }
    let help = match value.as_str() {
        Some(_) if value.is_safe() => "leave the format away: it makes a text of a number",
        Some(_) => "a text is a number only as somebody's: `\"90 %\" | stated(\"the assignment\")`",
        None if value.downcast_object_ref::<RunsValue>().is_some() => {
            "name a measure of the runs, `.MEASURE`"
        }
        None => "give it a measure, such as `fit[\"svm\"].accuracy`",
    };
    Err(failure(format!("`{function}` takes a number, and this is {}", described(value)), help))
}

/// Puts the functions and filters of numbers into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let cite = |name: &'static str, format: fn(u8) -> Format, digits: Option<u8>| {
        let state = Arc::clone(state);
        move |value: &Value, written: Option<u8>| -> Result<Value, Error> {
            let digits = match (digits, written) {
                (None, None) => 0,
                (None, Some(_)) => return Err(refused(format!("`{name}` takes no digits"))),
                (Some(usual), written) => written.unwrap_or(usual),
            };
            if digits > MAX_DECIMALS {
                return Err(refused(format!("`{name}` prints at most {MAX_DECIMALS} digits")));
            }
            let quantity = number(name, value)?;
            state.cite(quantity, format(digits)).map(Value::from_safe_string).map_err(refused)
        }
    };
    environment.add_filter("fixed", cite("fixed", Format::Fixed, Some(3)));
    environment.add_filter("percent", cite("percent", Format::Percent, Some(1)));
    environment.add_filter("significant", cite("significant", Format::Significant, Some(3)));
    environment.add_filter("whole", cite("whole", |_| Format::Whole, None));
    environment.add_filter("seconds", cite("seconds", |_| Format::Seconds, None));
    let of_two = |name: &'static str,
                  compute: fn(&Arc<Quantity>, &Arc<Quantity>) -> Result<Quantity, String>| {
        let state = Arc::clone(state);
        move |one: &Value, other: &Value| -> Result<Value, Error> {
            let computed = compute(number(name, one)?, number(name, other)?).map_err(refused)?;
            Ok(NumberValue::of(&state, computed))
        }
    };
    environment.add_function("difference", of_two("difference", difference));
    environment.add_function("ratio", of_two("ratio", ratio));
    let shared = Arc::clone(state);
    environment.add_function("count", move |value: &Value| -> Result<Value, Error> {
        counted(value).map(|quantity| NumberValue::of(&shared, quantity))
    });
    // Settings are compared with constants: `run.params.layers | int > 1`.
    environment.add_filter(
        "int",
        |state: &State<'_, '_>, value: &Value, default: Option<Value>, options: Kwargs| match value
            .downcast_object_ref::<NumberValue>()
        {
            Some(number) => Ok(Value::from(plain_number(number)?.trunc() as i64)),
            None => minijinja::filters::int(state, value, default, None, options),
        },
    );
    environment.add_filter(
        "float",
        |state: &State<'_, '_>, value: &Value, default: Option<Value>, options: Kwargs| match value
            .downcast_object_ref::<NumberValue>()
        {
            Some(number) => Ok(Value::from(plain_number(number)?)),
            None => minijinja::filters::float(state, value, default, options),
        },
    );
}

fn plain_number(number: &NumberValue) -> Result<f64, Error> {
    number.quantity.number().ok_or_else(|| refused(format!("`{}` is no number", number.quantity.address)))
}

/// Counts what a value has: of runs those that differ in more than their repeats, of a list its items.
fn counted(value: &Value) -> Result<Quantity, Error> {
    let instances =
        |all: &[Selection]| all.iter().flat_map(|runs| runs.runs().map(|run| run.instance.clone())).collect();
    if let Some(runs) = value.downcast_object_ref::<RunsValue>() {
        let groups = runs.runs.groups();
        return Ok(count(runs.runs.to_string(), groups.len(), instances(&groups)));
    }
    if value.downcast_object_ref::<RunList>().is_some()
        || value.try_iter().is_ok() && value.as_str().is_none()
    {
        if let Ok(all) = selections(value) {
            let names: Vec<String> = all.iter().map(ToString::to_string).collect();
            let what = if names.is_empty() { "no runs".to_owned() } else { names.join(", ") };
            return Ok(count(what, all.len(), instances(&all)));
        }
        let items = value.len().ok_or_else(|| refused("a list without an end can't be counted"))?;
        return Ok(count(format!("{items} items of a list in the template"), items, Vec::new()));
    }
    Err(failure(
        format!("`count` takes runs or a list, and this is {}", described(value)),
        "count runs: `count(fit)`",
    ))
}
