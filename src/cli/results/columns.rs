//! What a table of results shows: what was asked for, else declared measures, else every number there is.

use recount_engine::address::Address;
use recount_engine::spec::{Measure, Pipeline};
use recount_engine::suggestion;
use recount_report::measure::{Objects, numbers};
use recount_report::results::{Column, StageRuns};

use crate::cli::CliError;

/// The most numbers that are shown of a stage that declares none.
const MAX_NUMBERS: usize = 40;

/// Gives the columns of each table.
///
/// # Errors
/// A [`CliError`] for a column that no table can show.
pub(super) fn columns(
    asked: &[String],
    pipeline: &Pipeline,
    tables: &[Vec<StageRuns<'_>>],
    objects: &dyn Objects,
) -> Result<Vec<Vec<Column>>, CliError> {
    if asked.is_empty() {
        return Ok(tables.iter().map(|stages| all(pipeline, stages, objects)).collect());
    }
    let find = |column: &String| -> Vec<Option<Column>> {
        tables.iter().map(|stages| find(column, pipeline, stages)).collect()
    };
    let found: Vec<Vec<Option<Column>>> = asked.iter().map(find).collect();
    if let Some((column, _)) = asked.iter().zip(&found).find(|(_, found)| found.iter().all(Option::is_none)) {
        let measures = tables.iter().flatten().flat_map(|runs| measures(pipeline, runs.stage));
        let names: Vec<String> = measures.map(|measure| measure.name.clone()).collect();
        return Err(unknown(column, &names));
    }
    let of_table = |at: usize| found.iter().filter_map(|found| found[at].clone()).collect();
    Ok((0..tables.len()).map(of_table).collect())
}

/// Says that there is no such column.
pub(super) fn unknown(column: &str, known: &[String]) -> CliError {
    let known = known.iter().map(String::as_str);
    let help = suggestion::help(column, known, "a column named", "the columns are");
    let other = "a parameter is named `params.NAME`, any other number by its address, `metrics.json#/a/b`";
    let help = help.map_or(other.to_owned(), |help| format!("{help}; {other}"));
    CliError::input(format!("there is no column `{column}`\nhelp: {help}"))
}

fn measures<'p>(pipeline: &'p Pipeline, stage: &str) -> &'p [Measure] {
    pipeline.stage(stage).map_or(&[], |id| &pipeline.stages[id.0].measures)
}

/// Gives the declared measures of stages; of one that declares none every number of its first run's outputs.
fn all(pipeline: &Pipeline, stages: &[StageRuns<'_>], objects: &dyn Objects) -> Vec<Column> {
    let mut columns = Vec::new();
    for (stage, runs) in stages.iter().enumerate() {
        let declared = measures(pipeline, runs.stage);
        columns.extend(declared.iter().map(|measure| Column::of_measure(stage, measure.clone())));
        if declared.is_empty() {
            let first = runs.runs.iter().find(|run| run.left.is_some());
            let found = first.map(|run| numbers(run, objects)).unwrap_or_default();
            let measures = found.into_iter().take(MAX_NUMBERS).map(Measure::of_address);
            columns.extend(measures.map(|measure| Column::of_measure(stage, measure)));
        }
    }
    columns
}

fn find(column: &str, pipeline: &Pipeline, stages: &[StageRuns<'_>]) -> Option<Column> {
    let place = |name: &str| stages.iter().position(|runs| runs.stage == name);
    // `fit.accuracy` and `fit/metrics.json#/accuracy` name a stage; so may no file that has an address begin otherwise.
    let named = column.split_once(['.', '/']).and_then(|(stage, rest)| Some((place(stage)?, rest)));
    let (only, column) = named.map_or((None, column), |(stage, rest)| (Some(stage), rest));
    let is_meant = |stage: usize| only.is_none_or(|only| only == stage);
    if let Some(name) = column.strip_prefix("params.") {
        return Some(Column::of_parameter(only.unwrap_or(0), name));
    }
    for (stage, runs) in stages.iter().enumerate().filter(|(stage, _)| is_meant(*stage)) {
        if let Some(measure) = measures(pipeline, runs.stage).iter().find(|measure| measure.name == column) {
            return Some(Column::of_measure(stage, measure.clone()));
        }
    }
    let address = Address::parse(column).ok().flatten()?;
    Some(Column::of_measure(only.unwrap_or(0), Measure::of_address(address)))
}
