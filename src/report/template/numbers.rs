//! Numbers in a template: `.mean`, `difference`, `ratio`, `count`, and the formats that print them.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Kwargs, Object, ObjectRepr};
use minijinja::{Environment, Error, State, Value};

use super::described::described;
use super::failure::{failure, refused};
use super::marks::Mark;
use super::runs::{RunList, RunsValue};
use super::state::ReportState;
use crate::citation::{Format, MAX_DECIMALS};
use crate::quantity::{Quantity, Statistic, count, difference, ratio};
use crate::selection::Selection;

/// A number, or a text of a file that is cited as a whole.
pub(super) struct NumberValue {
    state: Arc<ReportState>,
    pub quantity: Arc<Quantity>,
}

impl NumberValue {
    pub fn of(state: &Arc<ReportState>, quantity: Quantity) -> Value {
        Self::shared(state, &Arc::new(quantity))
    }

    pub fn shared(state: &Arc<ReportState>, quantity: &Arc<Quantity>) -> Value {
        Value::from_object(Self { state: Arc::clone(state), quantity: Arc::clone(quantity) })
    }

    /// Gives what is written somewhere: a text without digits needs no source.
    pub fn written(state: &Arc<ReportState>, quantity: Quantity) -> Value {
        match &quantity.spelled {
            Some(text) if !text.contains(char::is_numeric) => Value::from(text.as_str()),
            _ => Self::of(state, quantity),
        }
    }

    /// Gives what is printed without a format.
    ///
    /// # Errors
    /// Where it needs one.
    pub fn printed(&self) -> Result<String, Error> {
        match self.quantity.spelled {
            Some(_) => self.state.cite(&self.quantity, Format::Spelled).map_err(refused),
            None => Err(failure(
                format!("`{}` is printed without a format", self.quantity.address),
                "say how: `| fixed(3)`, `percent(1)`, `whole`, `significant(2)` or `seconds`",
            )),
        }
    }
}

impl Object for NumberValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        if self.quantity.sample.values().is_empty() {
            return Some(Value::from(refused(format!(
                "`{}` is no number, and has no `{name}`",
                self.quantity.address
            ))));
        }
        Some(match Statistic::named(name) {
            Some(statistic) => Self::of(&self.state, self.quantity.statistic(statistic)),
            None => Value::from(failure(
                format!("a number has no `{name}`"),
                "it has `mean`, `sd`, `min`, `max`, `median` and `n`",
            )),
        })
    }

    /// Compares by the means: for filters that sort. What is said of a difference comes from `compare`.
    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(self.quantity.number()?.total_cmp(&other.quantity.number()?))
    }

    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.printed().unwrap_or_else(|_| {
            let mistake = format!(
                "`{}` stands in a text without a format: say how it is printed, `| fixed(3)`",
                self.quantity.address
            );
            self.state.mark(Mark::Mistake(mistake))
        });
        out.write_str(&text)
    }
}

impl fmt::Debug for NumberValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "NumberValue({})", self.quantity.address)
    }
}

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
        if let Ok(all) = super::runs::selections(value) {
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
