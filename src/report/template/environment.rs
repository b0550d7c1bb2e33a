//! minijinja's environment for reports: names, functions, filters, and how values print.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, Output, UndefinedBehavior, Value};

use super::comparisons::ComparisonValue;
use super::failure::{failure, refused};
use super::numbers::NumberValue;
use super::ranking::RankingValue;
use super::runs::{RunList, RunsValue};
use super::settings::SettingsValue;
use super::state::ReportState;
use super::texts::escaped;
use super::{ReportInputs, blocks, calculations, claims, comparisons, ranking, stated, tables};
use crate::check::{FUNCTIONS, syntax};
use crate::selection::Selection;

/// How much work a report may be, in minijinja's fuel: about a second, and 200 MB of text.
const FUEL: u64 = 3_000_000;

/// Renders a report's templates to a text with placeholders.
pub(super) fn render(inputs: &ReportInputs, state: &Arc<ReportState>) -> Result<String, Error> {
    let environment = environment(inputs, state)?;
    environment.get_template(&inputs.template)?.render(names(inputs, state))
}

/// Gives what templates may name, beside functions: a function's name is no stage's.
fn names(inputs: &ReportInputs, state: &Arc<ReportState>) -> Value {
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    for (id, stage) in inputs.evidence.pipeline().stages.iter().enumerate() {
        if !FUNCTIONS.contains(&stage.name.as_str()) {
            let runs = Selection::of_stage(&inputs.evidence, recount_engine::spec::StageId(id));
            names.insert(stage.name.clone(), RunsValue::of(state, runs));
        }
    }
    names.insert("title".to_owned(), Value::from(inputs.title.as_str()));
    names.insert("data".to_owned(), inputs.data.value(state));
    Value::from(names)
}

fn environment<'e>(inputs: &ReportInputs, state: &Arc<ReportState>) -> Result<Environment<'e>, Error> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // What is captured or comes out of a macro is Markdown; other texts are escaped where they are printed.
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_syntax(syntax());
    // Failures carry the expression only so; what is printed does not change.
    environment.set_debug(true);
    let shared = Arc::clone(state);
    environment.set_formatter(move |out, _, value| print(&shared, out, value));
    calculations::install(&mut environment, state);
    comparisons::install(&mut environment, state);
    ranking::install(&mut environment, state);
    tables::install(&mut environment, state);
    claims::install(&mut environment, state);
    blocks::install(&mut environment, state);
    stated::install(&mut environment, state, inputs);
    let shared = Arc::clone(state);
    environment.add_function("stage", move |name: &str| {
        let id = shared.evidence.pipeline().stage(name);
        let id = id.ok_or_else(|| refused(format!("no stage is named `{name}`")))?;
        Ok::<_, Error>(RunsValue::of(&shared, Selection::of_stage(&shared.evidence, id)))
    });
    for (name, source) in &inputs.templates {
        environment.add_template_owned(name.clone(), source.text().to_owned())?;
    }
    Ok(environment)
}

fn print(state: &ReportState, out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    if state.is_stopped() {
        return Err(refused("stopped on request"));
    }
    if let Some(text) = value.as_str() {
        let text = if value.is_safe() { text.to_owned() } else { escaped(state, text) };
        return out.write_str(&text).map_err(Error::from);
    }
    let text = if let Some(number) = value.downcast_object_ref::<NumberValue>() {
        number.printed()?
    } else if value.downcast_object_ref::<RunsValue>().is_some()
        || value.downcast_object_ref::<RunList>().is_some()
    {
        return Err(failure(
            "runs of a stage can't be printed",
            "print a measure of them with a format, `.MEASURE | fixed(3)`, their `.name`, or a `table`",
        ));
    } else if value.downcast_object_ref::<ComparisonValue>().is_some() {
        return Err(failure(
            "a comparison needs words",
            "say what is printed when it is above, below, or neither: `| say(\"…\", \"…\", \"…\")`",
        ));
    } else if value.downcast_object_ref::<RankingValue>().is_some() {
        return Err(failure(
            "a ranking can't be printed",
            "print something of its `.first`, `.rivals`, `.rest` or `.incomplete`",
        ));
    } else if value.downcast_object_ref::<SettingsValue>().is_some() {
        return Err(failure("all settings can't be printed at once", "name one: `.params.NAME`"));
    } else {
        match value.kind() {
            ValueKind::Number => {
                return Err(failure(
                    format!("`{value}` is a number without a source"),
                    "cite a measure, count with `count(…)`, or say whose number it is with `| stated(\"…\")`",
                ));
            }
            ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => {
                return Err(failure(
                    "a list can't be printed",
                    "print its items one by one, or `| join(\", \")` them",
                ));
            }
            _ => escaped(state, &value.to_string()),
        }
    };
    out.write_str(&text).map_err(Error::from)
}
