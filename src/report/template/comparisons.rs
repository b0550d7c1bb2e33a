//! `compare(a, b) | say("{a} is above {b}, by {by}", "…", "…")`: the words come out of the comparison.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, ObjectRepr, Rest};
use minijinja::{Environment, Error, Value};

use super::calculations::number;
use super::failure::{failure, refused};
use super::numbers::NumberValue;
use super::placeholders::Placeholder;
use super::state::ReportState;
use super::texts::{described, markdown_of};
use crate::citation::{Format, usual_format};
use crate::quantity::{POINTS, Quantity, Relation};

/// What a comparison found.
pub(super) struct ComparisonValue {
    state: Arc<ReportState>,
    one: Arc<Quantity>,
    other: Arc<Quantity>,
    relation: Relation,
}

impl ComparisonValue {
    /// Gives the name of a side; a number that somebody wrote is called by what it says.
    fn name(&self, side: &Arc<Quantity>) -> Result<String, String> {
        match side.label.as_str() {
            "" => self.state.cite(side, side_format(side, None)),
            label => Ok(self.state.text(label)),
        }
    }

    fn gap(&self) -> Result<Arc<Quantity>, String> {
        self.state.gap(&self.one, &self.other).map(Arc::new)
    }

    /// Gives what a name in braces stands for.
    fn placeholder(&self, name: &str, format: Option<Format>) -> Result<String, String> {
        match name {
            "a" => self.name(&self.one),
            "b" => self.name(&self.other),
            "x" => self.state.cite(&self.one, side_format(&self.one, format)),
            "y" => self.state.cite(&self.other, side_format(&self.other, format)),
            "by" => {
                let gap = self.gap()?;
                let usual =
                    if gap.unit.as_deref() == Some(POINTS) { Format::Percent(1) } else { usual_format(&gap) };
                self.state.cite(&gap, format.unwrap_or(usual))
            }
            _ => Err(format!(
                "`{{{name}}}` stands for nothing: there are `{{a}}`, `{{b}}`, `{{by}}`, `{{x}}` and `{{y}}`"
            )),
        }
    }

    fn say(&self, text: &str, format: Option<Format>) -> Result<String, String> {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').ok_or_else(|| format!("`{text}` lacks a `}}`"))?;
            filled.push_str(before);
            filled.push_str(&self.placeholder(name, format)?);
            rest = after;
        }
        Ok(filled + rest)
    }
}

fn side_format(side: &Quantity, format: Option<Format>) -> Format {
    match side.spelled {
        Some(_) => Format::Spelled,
        None => format.unwrap_or_else(|| usual_format(side)),
    }
}

impl Object for ComparisonValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        Some(match name {
            "relation" => Value::from(self.relation.name()),
            "a" | "b" => match self.placeholder(name, None) {
                Ok(text) => Value::from_safe_string(text),
                Err(reason) => Value::from(refused(reason)),
            },
            "x" => NumberValue::shared(&self.state, &self.one),
            "y" => NumberValue::shared(&self.state, &self.other),
            "by" => match self.gap() {
                Ok(gap) => NumberValue::shared(&self.state, &gap),
                Err(reason) => Value::from(refused(reason)),
            },
            _ => Value::from(failure(
                format!("a comparison has no `{name}`"),
                "it has `relation`, `a`, `b`, `by`, `x` and `y`",
            )),
        })
    }

    fn render(self: &Arc<Self>, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mistake = "a comparison is in a text: give it words with `| say(…)`";
        out.write_str(&self.state.placeholder(Placeholder::Mistake(mistake.to_owned())))
    }
}

impl fmt::Debug for ComparisonValue {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ComparisonValue({} and {})", self.one.address, self.other.address)
    }
}

/// Puts `compare` and `say` into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let shared = Arc::clone(state);
    environment.add_function("compare", move |one: &Value, other: &Value| -> Result<Value, Error> {
        let (one, other) = (number("compare", one)?, number("compare", other)?);
        let (relation, _) = shared.compare(one, other).map_err(refused)?;
        let (state, one, other) = (Arc::clone(&shared), Arc::clone(one), Arc::clone(other));
        Ok(Value::from_object(ComparisonValue { state, one, other, relation }))
    });
    environment
        .add_filter("say", |value: &Value, texts: Rest<Value>, named: Kwargs| say(value, &texts, &named));
}

/// Gives the words for what a comparison found: when the first is above, below, neither; and when both are the same runs,
/// which without words of its own is as neither.
fn say(value: &Value, texts: &[Value], named: &Kwargs) -> Result<Value, Error> {
    let Some(comparison) = value.downcast_object_ref::<ComparisonValue>() else {
        let message = format!("`say` gives words to a comparison, and this is {}", described(value));
        return Err(failure(message, "compare two numbers: `compare(a, b) | say(\"…\", \"…\", \"…\")`"));
    };
    let (above, below, neither, same) = match texts {
        [above, below, neither] => (above, below, neither, neither),
        [above, below, neither, same] => (above, below, neither, same),
        others => {
            let message = format!("`say` takes three texts, found {}", others.len());
            let help =
                "one for when the first is above, one for below, one for neither; a fourth for the same runs";
            return Err(failure(message, help));
        }
    };
    let written: Option<String> = named.get("format")?;
    named.assert_all_used()?;
    let format = match written {
        None => None,
        Some(written) => {
            let format = Format::parse(&written).filter(|format| *format != Format::Spelled);
            Some(format.ok_or_else(|| {
                failure(format!("`{written}` is no format"), "write one such as `format=\"fixed(3)\"`")
            })?)
        }
    };
    // All are tried, so that a mistake in one of them is reported whatever the comparison finds.
    let texts: Vec<String> = [above, below, neither, same]
        .into_iter()
        .map(|text| comparison.say(&markdown_of(&comparison.state, text), format))
        .collect::<Result<_, _>>()
        .map_err(refused)?;
    let at = match comparison.relation {
        Relation::Higher => 0,
        Relation::Lower => 1,
        Relation::Unclear => 2,
        Relation::Same => 3,
    };
    Ok(Value::from_safe_string(texts[at].clone()))
}
