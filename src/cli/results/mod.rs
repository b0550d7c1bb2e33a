//! `recount results`: what the runs that `pipeline.lock` names measured, as text, Markdown, CSV or JSON.
//!
//! pipeline ──plan──▶ instances ──lock, records──▶ runs ──[`recount_report::results`]──▶ tables
//!
//! Invariants
//! - Runs are those of the lock, never what lies at a place: a trial changes nothing here.

mod columns;
mod json;
mod ran;
mod runs;

use recount_engine::Lock;
use recount_engine::spec::{self, Pipeline, StageId};
use recount_report::results::{Before, Table, csv, join, markdown, table, text};

use crate::kinds;

use super::arguments::ResultsArguments;
use super::environment::Environment;
use super::git::Git;
use super::outputs::OutputFinder;
use super::stored::Stored;
use super::{CliError, diff, print};
use columns::columns;
pub use ran::print_ran;
use runs::{Runs, chosen_stages};

/// Carries `recount results` out.
///
/// # Errors
/// A [`CliError`] for mistakes in the project's files, for an unknown stage, column or revision, and where nothing has
/// run yet.
pub fn results(args: &ResultsArguments, environment: &Environment) -> Result<(), CliError> {
    let stored = Stored::open(&args.project)?;
    let pipeline = spec::load(&stored.root, &kinds::schemas(), &[])
        .map_err(|mistakes| CliError::mistakes(&mistakes, environment.colour))?;
    let stages = chosen_stages(&pipeline, &args.stages)?;
    let git = Git::of(&stored.root, &stored.cancel)?;
    let lock = diff::read(stored.lock_text()?.map(String::into_bytes), "the project")?;
    let now = tables(args, &pipeline, &stages, &stored, (git.as_ref(), None), &lock)?;
    let before = match &args.compare {
        None => None,
        Some(revision) => {
            let git = git.as_ref().ok_or_else(diff::no_git)?;
            let side = diff::side_at(git, revision)?;
            Some(tables(args, &pipeline, &stages, &stored, (Some(git), side.commit.as_deref()), &side.lock)?)
        }
    };
    let before = |at: usize| {
        let name = args.compare.as_deref()?;
        Some(Before { table: before.as_ref()?.get(at)?, name })
    };
    if args.project.json {
        super::json::result("results", &json::results(&now, &before));
        return Ok(());
    }
    for (at, table) in now.iter().enumerate() {
        if at > 0 {
            print::result("");
        }
        if now.len() > 1 && !args.csv {
            print::result(&table.stages.join(", "));
        }
        if table.columns.is_empty() {
            print::note(&format!("note    no output of `{}` has a number", table.stages.join("`, `")));
            continue;
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

/// Reads what a lock's runs measured, in a table for stages that have the same rows.
fn tables(
    args: &ResultsArguments,
    pipeline: &Pipeline,
    stages: &[StageId],
    stored: &Stored,
    (git, commit): (Option<&Git>, Option<&str>),
    lock: &Lock,
) -> Result<Vec<Table>, CliError> {
    let mut finder = OutputFinder::of(&stored.store);
    let known: Vec<&str> = lock.lines.keys().map(String::as_str).collect();
    finder.fetch((&stored.root, git), commit, lock, &known)?;
    let runs = Runs::of_lock(pipeline, lock, &stored.store)?;
    let joined = join(stages.iter().map(|&id| runs.of_stage(pipeline, id, args.runs)).collect());
    let columns = columns(&args.column, pipeline, &joined, &finder)?;
    let tables = joined.iter().zip(columns).map(|(stages, columns)| table(stages, columns, &finder));
    let mut tables: Vec<Table> = tables.collect();
    if let Some(sort) = &args.sort {
        sort_by(&mut tables, sort)?;
    }
    Ok(tables)
}

/// Sorts the tables that have a column.
fn sort_by(tables: &mut [Table], column: &str) -> Result<(), CliError> {
    let mut known = Vec::new();
    let mut is_known = false;
    for table in tables {
        let names: Vec<String> = table.columns.iter().map(|column| column.name(&table.stages)).collect();
        let is_meant = |name: &String| name == column || name.ends_with(&format!(".{column}"));
        if let Some(at) = names.iter().position(is_meant) {
            table.sort(at);
            is_known = true;
        }
        known.extend(names);
    }
    if is_known { Ok(()) } else { Err(columns::unknown(column, &known)) }
}
