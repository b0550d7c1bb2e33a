//! What `recount page` shows of results: each table a row a run, and once more over repeats.

use std::collections::BTreeSet;

use recount_engine::Lock;
use recount_engine::spec::{Pipeline, StageId};
use recount_report::html_page::PageTable;
use recount_report::results::{Cell, Column, StageRuns, Table, join, table};
use recount_report::{plot, render};

use super::columns::columns;
use super::runs::Runs;
use crate::CliError;
use crate::git::Git;
use crate::project::Project;

/// Reads what the runs that the lock names measured: of stages that declare measures; where none does, of all whose
/// outputs have numbers.
///
/// # Errors
/// A [`CliError`] where a record can't be read, or git can't be asked.
pub fn page_tables(project: &Project, git: Option<&Git>, lock: &Lock) -> Result<Vec<PageTable>, CliError> {
    let pipeline = &project.pipeline;
    let all = (0..pipeline.stages.len()).map(StageId);
    let writes_text =
        |id: &StageId| [plot::KIND, render::KIND].contains(&pipeline.stages[id.0].kind.as_str());
    let measured: Vec<StageId> = all.filter(|id| !writes_text(id)).collect();
    let declares = |id: &StageId| !pipeline.stages[id.0].measures.is_empty();
    let declaring: Vec<StageId> = measured.iter().copied().filter(declares).collect();
    let ids = if declaring.is_empty() { measured } else { declaring };
    let finder = super::finder(project, (git, None), lock)?;
    let runs = Runs::of_lock(pipeline, lock, &project.store)?;
    let joined = join(ids.iter().map(|&id| runs.of_stage(pipeline, id, true)).collect());
    let all_columns = columns(&[], pipeline, &joined, &finder)?;
    let mut tables = Vec::new();
    for (stages, measures) in joined.iter().zip(all_columns) {
        if measures.is_empty() {
            continue;
        }
        let columns: Vec<Column> = parameters(pipeline, stages).into_iter().chain(measures).collect();
        let mut of_runs = table(stages, columns.clone(), &finder);
        of_runs.notes.extend(lacking(&of_runs));
        let ids = stages.iter().filter_map(|runs| pipeline.stage(runs.stage));
        let over: Vec<StageRuns<'_>> = ids.map(|id| runs.of_stage(pipeline, id, false)).collect();
        let is_repeated = over.iter().any(|runs| !runs.repeats.is_empty());
        let over_repeats = is_repeated.then(|| table(&over, columns, &finder));
        let over_repeats = over_repeats.filter(|over| over.rows.len() < of_runs.rows.len());
        tables.push(PageTable { runs: of_runs, over_repeats });
    }
    Ok(tables)
}

/// Gives a column for each parameter; stages that share their variants share them.
fn parameters(pipeline: &Pipeline, stages: &[StageRuns<'_>]) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut owners: BTreeSet<usize> = BTreeSet::new();
    for (at, runs) in stages.iter().enumerate() {
        let Some(id) = pipeline.stage(runs.stage) else { continue };
        let owner = pipeline.stages[id.0].variants_of.unwrap_or(id);
        if !owners.insert(owner.0) {
            continue;
        }
        let variants = pipeline.variants_of(id).iter().map(|variant| Some(variant.name.as_str()));
        let settings = variants.chain([None]).map(|variant| pipeline.settings(owner, variant));
        let names: BTreeSet<String> =
            settings.flat_map(|settings| settings.parameters().into_keys()).collect();
        columns.extend(names.into_iter().map(|name| Column::of_parameter(at, name)));
    }
    columns
}

/// Says which values can't be had.
fn lacking(table: &Table) -> Option<String> {
    let unread = table.rows.iter().flat_map(|row| &row.cells).flat_map(|cell| match cell {
        Cell::Measured { unread, .. } => unread.as_slice(),
        Cell::Parameter(_) | Cell::Absent => &[],
    });
    let unread: Vec<_> = unread.collect();
    let first = unread.first()?;
    let count = unread.len();
    let plural = if count == 1 { "1 value is" } else { &format!("{count} values are") };
    Some(format!("{plural} not here, such as {}/{}: {}", first.instance, first.what, first.reason))
}
