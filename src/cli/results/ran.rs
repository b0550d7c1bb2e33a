//! What the instances measured that a run of the pipeline ran; of a trial beside what is recorded.

use std::collections::{BTreeMap, BTreeSet};

use recount_engine::spec::StageId;
use recount_engine::{LOCK_FILE, Lock, Outcome, Report, Summary};
use recount_report::results::{Before, StageRuns, Table, join, table, text};

use super::columns::declared;
use super::runs::Runs;
use super::stale;
use crate::arguments::RunArguments;
use crate::environment::Environment;
use crate::outputs::OutputFinder;
use crate::project::Project;
use crate::{CliError, diff, print};

/// The most rows that are printed of one table.
const MAX_ROWS: usize = 20;

/// Prints the declared measures of what ran; of a trial beside those that the lock names.
///
/// # Errors
/// A [`CliError`] where a record can't be read.
pub fn print_ran(
    project: &Project,
    summary: &Summary,
    args: &RunArguments,
    environment: &Environment,
) -> Result<(), CliError> {
    let pipeline = &project.pipeline;
    let trial = !args.settings.set.is_empty();
    let recorded = if trial { locked(project)? } else { None };
    // Of a trial it is what differs from the lock, also where it has been tried before.
    let is_shown = |report: &&Report| match &recorded {
        Some(lock) => {
            report.key.is_some() && lock.lines.get(&report.name).map(|locked| locked.key) != report.key
        }
        None => matches!(report.outcome, Outcome::Ran { .. } | Outcome::Shared { .. }),
    };
    let ran: BTreeSet<&str> =
        summary.reports.iter().filter(is_shown).map(|report| report.name.as_str()).collect();
    let declares = |id: &StageId| !pipeline.stages[id.0].measures.is_empty();
    let ids: Vec<StageId> = (0..pipeline.stages.len()).map(StageId).filter(declares).collect();
    if ids.is_empty() || ran.is_empty() {
        return Ok(());
    }
    let finder = OutputFinder::of(&project.store);
    // After a run of a target the lock has the rest of each row; a trial, and a run on stand-in data, has what it ran alone.
    let rest = if trial || project.stand_in.is_some() { None } else { locked(project)? };
    // Of a run that brought not everything up to date the lock has older results, too.
    let is_mixed = !args.targets.is_empty() || !summary.is_complete();
    let older = match rest.as_ref().filter(|_| is_mixed) {
        Some(lock) => stale::notes(project, &args.settings, environment, lock, &ids)?,
        None => BTreeMap::new(),
    };
    let runs = match rest {
        Some(lock) => Runs::of_lock(pipeline, &lock, &project.store)?,
        None => Runs::of_summary(summary),
    };
    let stages = ids.iter().map(|&id| with_what_ran(runs.of_stage(pipeline, id, false), &ran));
    let joined = join(stages.filter(|stage| !stage.runs.is_empty()).collect());
    let recorded = recorded.map(|lock| Runs::of_lock(pipeline, &lock, &project.store)).transpose()?;
    for stages in &joined {
        if joined.len() > 1 {
            let names: Vec<&str> = stages.iter().map(|stage| stage.stage).collect();
            print::result(&names.join(", "));
        }
        let columns = declared(stages);
        let mut now = table(stages, columns.clone(), &finder);
        let of_table = older.iter().filter(|(stage, _)| now.stages.contains(stage));
        now.notes.extend(of_table.map(|(_, note)| note.clone()));
        let hidden = now.rows.len().saturating_sub(MAX_ROWS);
        now.rows.truncate(MAX_ROWS);
        let tried: BTreeSet<&str> =
            stages.iter().flat_map(|it| &it.runs).map(|run| run.instance.as_str()).collect();
        let before: Option<Table> = recorded.as_ref().map(|recorded| {
            let ids = stages.iter().filter_map(|stage| pipeline.stage(stage.stage));
            let stages: Vec<StageRuns<'_>> = ids
                .map(|id| {
                    let mut stage = recorded.of_stage(pipeline, id, false);
                    // Of a trial of one repeat the same one is beside it.
                    stage.runs.retain(|run| tried.contains(run.instance.as_str()));
                    stage
                })
                .collect();
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

/// Reads the project's lock; `None` where there is none.
fn locked(project: &Project) -> Result<Option<Lock>, CliError> {
    match project.store.project().entry(LOCK_FILE) {
        Ok(Some(_)) => diff::lock_of(&project.store).map(Some),
        _ => Ok(None),
    }
}
