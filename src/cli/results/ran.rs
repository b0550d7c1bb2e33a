//! What the instances measured that a run of the pipeline ran; of a trial beside what is recorded.

use std::collections::BTreeSet;

use recount_engine::spec::StageId;
use recount_engine::{LOCK_FILE, Outcome, Summary, read_lock_text};
use recount_report::results::{Before, Column, StageRuns, Table, join, table, text};

use super::runs::Runs;
use crate::cli::outputs::OutputFinder;
use crate::cli::project::Project;
use crate::cli::{CliError, diff, print};

/// The most rows that are printed of one table.
const MAX_ROWS: usize = 20;

/// Prints the declared measures of what ran; with `trial` beside those that the lock names.
///
/// # Errors
/// A [`CliError`] where a record can't be read.
pub fn print_ran(project: &Project, summary: &Summary, trial: bool) -> Result<(), CliError> {
    let pipeline = &project.pipeline;
    let reports = summary.reports.iter();
    let ran: BTreeSet<&str> = reports
        .filter(|report| matches!(report.outcome, Outcome::Ran { .. } | Outcome::Shared { .. }))
        .map(|report| report.name.as_str())
        .collect();
    let declares = |id: &StageId| !pipeline.stages[id.0].measures.is_empty();
    let ids: Vec<StageId> = (0..pipeline.stages.len()).map(StageId).filter(declares).collect();
    if ids.is_empty() || ran.is_empty() {
        return Ok(());
    }
    let finder = OutputFinder::of(&project.store);
    let runs = Runs::of_summary(summary);
    let stages = ids.iter().map(|&id| with_what_ran(runs.of_stage(pipeline, id, false), &ran));
    let joined = join(stages.filter(|stage| !stage.runs.is_empty()).collect());
    let recorded = if trial { recorded(project)? } else { None };
    for stages in &joined {
        let columns = columns(stages);
        let mut now = table(stages, columns.clone(), &finder);
        let hidden = now.rows.len().saturating_sub(MAX_ROWS);
        now.rows.truncate(MAX_ROWS);
        let before: Option<Table> = recorded.as_ref().map(|recorded| {
            let ids = stages.iter().filter_map(|stage| pipeline.stage(stage.stage));
            let stages: Vec<StageRuns<'_>> = ids.map(|id| recorded.of_stage(pipeline, id, false)).collect();
            table(&stages, columns, &finder)
        });
        let before = before.as_ref().map(|table| Before { table, name: "recorded" });
        print::result(text(&now, before.as_ref()).trim_end());
        if hidden > 0 {
            print::result(&format!("and {hidden} more: `recount results` lists all"));
        }
    }
    Ok(())
}

/// Keeps the rows in which something ran.
fn with_what_ran<'p>(mut stage: StageRuns<'p>, ran: &BTreeSet<&str>) -> StageRuns<'p> {
    let row = |coordinates: &[(String, String)], repeats: &[String]| -> Vec<(String, String)> {
        coordinates.iter().filter(|(name, _)| !repeats.contains(name)).cloned().collect()
    };
    let fresh = stage.runs.iter().filter(|run| ran.contains(run.instance.as_str()));
    let rows: BTreeSet<_> = fresh.map(|run| row(&run.coordinates, &stage.repeats)).collect();
    let repeats = &stage.repeats;
    stage.runs.retain(|run| rows.contains(&row(&run.coordinates, repeats)));
    stage
}

fn columns(stages: &[StageRuns<'_>]) -> Vec<Column> {
    let of_stage = |(stage, runs): (usize, &StageRuns<'_>)| {
        let measures = runs.measures.iter().cloned();
        measures.map(|measure| Column::of_measure(stage, measure)).collect::<Vec<_>>()
    };
    stages.iter().enumerate().flat_map(of_stage).collect()
}

/// Reads the runs that the lock names; `None` without a lock.
fn recorded(project: &Project) -> Result<Option<Runs>, CliError> {
    let text = read_lock_text(project.store.project());
    let text = text.map_err(|error| CliError::failed(format!("`{LOCK_FILE}` can't be read: {error}")))?;
    let Some(text) = text else { return Ok(None) };
    let lock = diff::read(Some(text.into_bytes()), "the project")?;
    Runs::of_lock(&project.pipeline, &lock, &project.store).map(Some)
}
