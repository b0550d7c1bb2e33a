//! What a table of results shows: what was asked for, else declared measures, else every number there is.

use std::ops::Range;

use recount_engine::address::Address;
use recount_engine::spec::{Measure, Pipeline};
use recount_engine::suggestion;
use recount_report::measure::{Objects, numbers};
use recount_report::results::{Column, StageRuns};

use crate::{CliError, print};

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
        return Ok(tables.iter().map(|stages| all(stages, objects)).collect());
    }
    let find = |column: &String| -> Vec<Option<Column>> {
        tables.iter().map(|stages| find(column, pipeline, stages)).collect()
    };
    let found: Vec<Vec<Option<Column>>> = asked.iter().map(find).collect();
    if let Some((column, _)) = asked.iter().zip(&found).find(|(_, found)| found.iter().all(Option::is_none)) {
        return Err(unknown(column, tables));
    }
    let of_table = |at: usize| found.iter().filter_map(|found| found[at].clone()).collect();
    Ok((0..tables.len()).map(of_table).collect())
}

/// Gives the column of each table that a person sorts by; `None` where a table has none.
///
/// # Errors
/// A [`CliError`] where no table has one.
pub(super) fn sorted_by(
    asked: &str,
    pipeline: &Pipeline,
    tables: &[Vec<StageRuns<'_>>],
    columns: &mut [Vec<Column>],
) -> Result<Vec<Option<usize>>, CliError> {
    let mut places = Vec::with_capacity(tables.len());
    for (stages, columns) in tables.iter().zip(columns) {
        let found = find(asked, pipeline, stages);
        places.push(found.map(|found| {
            columns.iter().position(|column| *column == found).unwrap_or_else(|| {
                columns.push(found);
                columns.len() - 1
            })
        }));
    }
    if places.iter().all(Option::is_none) {
        return Err(unknown(asked, tables));
    }
    Ok(places)
}

/// Says that there is no such column.
fn unknown(column: &str, tables: &[Vec<StageRuns<'_>>]) -> CliError {
    let measures = tables.iter().flatten().flat_map(|runs| runs.measures);
    let known = measures.map(|measure| measure.name.as_str());
    let help = suggestion::help(column, known, "a column named", "the columns are");
    let other = "a parameter is named `params.NAME`, any other number by its address, `metrics.json#/a/b`";
    let help = help.map_or(other.to_owned(), |help| format!("{help}; {other}"));
    CliError::input(format!("there is no column `{column}`\nhelp: {help}"))
}

/// Gives the declared measures of stages.
pub(super) fn declared(stages: &[StageRuns<'_>]) -> Vec<Column> {
    let of_stage = |(stage, runs): (usize, &StageRuns<'_>)| {
        let measures = runs.measures.iter().cloned();
        measures.map(|measure| Column::of_measure(stage, measure)).collect::<Vec<_>>()
    };
    stages.iter().enumerate().flat_map(of_stage).collect()
}

/// Gives the declared measures of stages; of one that declares none every number of its first run's outputs.
fn all(stages: &[StageRuns<'_>], objects: &dyn Objects) -> Vec<Column> {
    let mut columns = declared(stages);
    for (stage, runs) in stages.iter().enumerate().filter(|(_, runs)| runs.measures.is_empty()) {
        let first = runs.runs.iter().find(|run| run.left.is_some());
        let found = first.map(|run| numbers(run, objects)).unwrap_or_default();
        if let Some(more) = found.len().checked_sub(MAX_NUMBERS).filter(|more| *more > 0) {
            print::note(&format!(
                "note    `{}` has {more} more numbers: name those that you want, `-c FILE#…`",
                runs.stage
            ));
        }
        let measures = found.into_iter().take(MAX_NUMBERS).map(Measure::of_address);
        columns.extend(measures.map(|measure| Column::of_measure(stage, measure)));
    }
    columns
}

fn find(column: &str, pipeline: &Pipeline, stages: &[StageRuns<'_>]) -> Option<Column> {
    // `fit.accuracy` and `fit/metrics.json#/accuracy` name a stage, if one is called so and has what follows.
    let named = column.split_once(['.', '/']).and_then(|(stage, rest)| {
        let place = stages.iter().position(|runs| runs.stage == stage)?;
        find_in(rest, pipeline, stages, place..place + 1)
    });
    named.or_else(|| find_in(column, pipeline, stages, 0..stages.len()))
}

fn find_in(
    column: &str,
    pipeline: &Pipeline,
    stages: &[StageRuns<'_>],
    places: Range<usize>,
) -> Option<Column> {
    if let Some(name) = column.strip_prefix("params.") {
        let place = places.into_iter().find(|place| has_parameter(pipeline, stages[*place].stage, name))?;
        return Some(Column::of_parameter(place, name));
    }
    for stage in places.clone() {
        let declared = stages[stage].measures;
        if let Some(measure) = declared.iter().find(|measure| measure.name == column) {
            return Some(Column::of_measure(stage, measure.clone()));
        }
    }
    let address = Address::parse(column).ok().flatten()?;
    Some(Column::of_measure(places.start, Measure::of_address(address)))
}

/// Says whether some variant of a stage has a parameter, which may be a part of one: `optimiser.rate`.
fn has_parameter(pipeline: &Pipeline, stage: &str, name: &str) -> bool {
    let Some(id) = pipeline.stage(stage) else { return false };
    pipeline.all_settings_of_runs(id).any(|settings| settings.find(name).is_some())
}
