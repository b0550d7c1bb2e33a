//! One quantity over the seeds of a variant: mean, least and most.
//!
//! | name | is |
//! |---|---|
//! | `mean`, `least`, `most` | over the seeds that have the quantity |
//! | `count`, `single` | their number; whether it is one |
//! | `negative` | whether the least is below zero, so that a dash between the ends would read as a minus |

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{Enumerator, Object};

use super::measure::Measure;

/// A quantity over seeds; never over none.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spread {
    /// Its mean.
    pub mean: Measure,
    /// Its least value.
    pub least: Measure,
    /// Its most.
    pub most: Measure,
    /// One measure for each seed that has the quantity.
    pub parts: Vec<Measure>,
}

impl Spread {
    /// Summarises `parts`; `None` without any, as when every run diverged.
    pub fn over(parts: Vec<Measure>) -> Option<Self> {
        Some(Self {
            mean: Measure::mean(parts.clone())?,
            least: Measure::least(parts.clone())?,
            most: Measure::most(parts.clone())?,
            parts,
        })
    }

    /// Hands an optional spread to a template; an absent one is `none`.
    pub fn to_template(spread: Option<&Self>) -> Value {
        spread.map_or_else(|| Value::from(()), |spread| Value::from_object(spread.clone()))
    }
}

impl Object for Spread {
    fn get_value_by_str(self: &Arc<Self>, key: &str) -> Option<Value> {
        match key {
            "mean" => Some(self.mean.to_template()),
            "least" => Some(self.least.to_template()),
            "most" => Some(self.most.to_template()),
            "count" => Some(Measure::count(self.parts.clone()).to_template()),
            "negative" => Some(Value::from(self.least.value() < 0.0)),
            "single" => Some(Value::from(self.parts.len() == 1)),
            _ => None,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.get_value_by_str(key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&["mean", "least", "most", "count", "negative", "single"])
    }
}
