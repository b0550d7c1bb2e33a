//! A number in a template, and what its dot leads to: `.mean`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Object, ObjectRepr};
use minijinja::{Error, Value};

use super::failure::{failure, refused};
use super::placeholders::Placeholder;
use super::state::ReportState;
use crate::citation::Format;
use crate::quantity::{Quantity, Statistic};

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
                "`{}` is in a text without a format: say how it is printed, `| fixed(3)`",
                self.quantity.address
            );
            self.state.placeholder(Placeholder::Mistake(mistake))
        });
        out.write_str(&text)
    }
}

impl fmt::Debug for NumberValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "NumberValue({})", self.quantity.address)
    }
}
