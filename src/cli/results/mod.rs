//! `recount results`: what the runs that `pipeline.lock` names measured, as text, Markdown, CSV or JSON.
//!
//! pipeline ──plan──▶ instances ──lock, records──▶ runs ──[`recount_report::results`]──▶ tables
//!
//! Invariants
//! - Runs are those of the lock, never what is at a place: a trial changes nothing here.

mod columns;
mod json;
mod of_page;
mod ran;
mod runs;
mod stale;

use recount_engine::Lock;
use recount_report::results::{Before, StageRuns, Table, csv, join, markdown, table, text};

use super::arguments::{ResultsArguments, SettingArguments};
use super::environment::Environment;
use super::git::Git;
use super::outputs::OutputFinder;
use super::project::Project;
use super::{CliError, diff, print};
use columns::columns;
pub use of_page::page_tables;
pub use ran::print_ran;
use runs::{Runs, chosen_stages};

/// Carries `recount results` out.
///
/// # Errors
/// A [`CliError`] for mistakes in the project's files, for an unknown stage, column or revision, and where nothing has
/// run yet.
pub fn results(args: &ResultsArguments, environment: &Environment) -> Result<(), CliError> {
    let settings = SettingArguments { project: args.project.clone(), ..SettingArguments::default() };
    let project = Project::open(&settings, environment)?;
    let pipeline = &project.pipeline;
    let ids = chosen_stages(pipeline, &args.stages)?;
    let git = Git::of(&project.root, &project.cancel)?;
    let lock = diff::lock_of(&project.store)?;
    let finder = finder(&project, (git.as_ref(), None), &lock)?;
    let runs = Runs::of_lock(pipeline, &lock, &project.store)?;
    let joined = join(ids.iter().map(|&id| runs.of_stage(pipeline, id, args.runs)).collect());
    let mut columns = columns(&args.column, pipeline, &joined, &finder)?;
    let sorted = args.sort.as_ref().map(|sort| columns::sorted_by(sort, pipeline, &joined, &mut columns));
    let sorted = sorted.transpose()?;
    let mut tables: Vec<Table> = joined
        .iter()
        .zip(&columns)
        .map(|(stages, columns)| table(stages, columns.clone(), &finder))
        .collect();
    for (table, place) in tables.iter_mut().zip(sorted.iter().flatten()) {
        place.iter().for_each(|place| table.sort(*place));
    }
    let stale = stale::notes(&project, &settings, environment, &lock, &ids)?;
    for table in &mut tables {
        let of_table = stale.iter().filter(|(stage, _)| table.stages.contains(stage));
        table.notes.extend(of_table.map(|(_, note)| note.clone()));
    }
    let before = args.compare.as_ref().map(|revision| {
        let git = git.as_ref().ok_or_else(diff::no_git)?;
        let side = diff::side_at(git, revision)?;
        let finder = self::finder(&project, (Some(git), side.commit.as_deref()), &side.lock)?;
        let runs = Runs::of_lines(pipeline, &side.lock, &project.store)?;
        let tables = joined.iter().zip(&columns).map(|(stages, columns)| {
            let ids = stages.iter().filter_map(|stage| pipeline.stage(stage.stage));
            let stages: Vec<StageRuns<'_>> = ids.map(|id| runs.of_stage(pipeline, id, args.runs)).collect();
            table(&stages, columns.clone(), &finder)
        });
        Ok::<Vec<Table>, CliError>(tables.collect())
    });
    let before = before.transpose()?;
    let before = |at: usize| {
        let name = args.compare.as_deref()?;
        Some(Before { table: before.as_ref()?.get(at)?, name })
    };
    print_tables(args, &tables, &before)
}

/// Finds the outputs that a lock names.
fn finder<'p>(
    project: &'p Project,
    (git, commit): (Option<&Git>, Option<&str>),
    lock: &Lock,
) -> Result<OutputFinder<'p>, CliError> {
    let mut finder = OutputFinder::of(&project.store);
    let known: Vec<&str> = lock.lines.keys().map(String::as_str).collect();
    finder.fetch((&project.root, git), commit, lock, &known, Some(&project.pipeline))?;
    Ok(finder)
}

fn print_tables<'t>(
    args: &ResultsArguments,
    tables: &[Table],
    before: &dyn Fn(usize) -> Option<Before<'t>>,
) -> Result<(), CliError> {
    if args.project.json {
        super::json::result("results", &json::results(tables, before));
        return Ok(());
    }
    if args.csv && tables.len() > 1 {
        let names: Vec<String> = tables.iter().map(|table| table.stages.join(" ")).collect();
        return Err(CliError::input(format!(
            "these are {} tables, and CSV has one\nhelp: name the stages of one: `recount results {} --csv`",
            tables.len(),
            names.first().map(String::as_str).unwrap_or_default()
        )));
    }
    for (at, table) in tables.iter().enumerate() {
        if table.columns.is_empty() {
            print::note(&format!("note    no output of `{}` has a number", table.stages.join("`, `")));
            continue;
        }
        if at > 0 {
            print::result("");
        }
        if tables.len() > 1 {
            print::result(&table.stages.join(", "));
        }
        let formatted = match (args.csv, args.md) {
            (true, _) => csv(table),
            (_, true) => markdown(table, before(at).as_ref()),
            _ => text(table, before(at).as_ref()),
        };
        print::result(formatted.trim_end());
    }
    Ok(())
}
