//! A table as texts, for whoever prints it: header, rows, and what has to be said below.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::number::{format_mean, format_number};
use super::table::{Cell, Column, Row, Table};
use crate::statistics::{Comparison, Relation, Repeats, Sample, Summary, compare};

/// The most notes that are given.
const MAX_NOTES: usize = 20;

/// A table as texts.
pub(super) struct Layout {
    /// The names of the columns.
    pub header: Vec<String>,
    /// Whether each column has numbers, which end at its right edge.
    pub is_numeric: Vec<bool>,
    pub rows: Vec<Vec<String>>,
    /// What has to be said below, a line each.
    pub notes: Vec<String>,
    /// What can't be had and why, with the runs that lack it.
    lacking: BTreeMap<(String, String), BTreeSet<String>>,
}

/// What a table is compared with.
pub struct Before<'t> {
    /// The same table as it was.
    pub table: &'t Table,
    /// What that is called: a revision, or `recorded`.
    pub name: &'t str,
}

impl Layout {
    pub fn of(table: &Table, before: Option<&Before<'_>>) -> Self {
        let mut layout = Self {
            header: Vec::new(),
            is_numeric: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
            lacking: BTreeMap::new(),
        };
        let repeats = usual_repeats(table);
        for name in &table.coordinates {
            layout.column(name.clone(), false);
        }
        for column in &table.columns {
            let numeric = column.measure().is_some();
            layout.column(column.name(&table.stages) + &column.unit(), numeric);
            if let Some(before) = before.filter(|_| numeric) {
                layout.column(before.name.to_owned(), true);
                layout.column("change".to_owned(), false);
            }
        }
        let was = before.map(|before| Was::of(before.table));
        for row in &table.rows {
            layout.row(table, row, was.as_ref(), repeats);
        }
        for ((what, reason), runs) in layout.lacking.iter().take(MAX_NOTES) {
            let others = match runs.len() - 1 {
                0 => String::new(),
                1 => " and another run".to_owned(),
                others => format!(" and {others} other runs"),
            };
            let first = runs.first().expect("a run lacks it");
            layout.notes.push(format!("{first}/{what}{others}: {reason}"));
        }
        if let Some(more) = layout.lacking.len().checked_sub(MAX_NOTES).filter(|more| *more > 0) {
            layout.notes.push(format!("and {more} more values that can't be had"));
        }
        layout.notes.extend(table.notes.iter().cloned());
        if let Some(before) = before {
            let now: HashSet<&[String]> = table.rows.iter().map(|row| row.coordinates.as_slice()).collect();
            let is_gone = |row: &&Row| !now.contains(row.coordinates.as_slice());
            let gone: Vec<String> =
                before.table.rows.iter().filter(is_gone).map(|row| row.coordinates.join(" ")).collect();
            if !gone.is_empty() {
                layout.notes.push(format!("of {} there is no more: {}", before.name, gone.join(", ")));
            }
        }
        if let Some(repeats) = repeats.filter(|repeats| *repeats > 1) {
            layout.notes.insert(0, format!("mean ± standard deviation over {repeats} repeats"));
        }
        layout
    }

    fn column(&mut self, name: String, is_numeric: bool) {
        self.header.push(name);
        self.is_numeric.push(is_numeric);
    }

    fn row(&mut self, table: &Table, row: &Row, was: Option<&Was<'_>>, repeats: Option<usize>) {
        let mut texts = row.coordinates.clone();
        if let (Some(same), Some(last)) = (&row.same_as, texts.last_mut()) {
            last.push_str(&format!(" = {}", same.join(" ")));
        }
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            texts.push(shown(cell, repeats));
            if let Cell::Measured { unread, .. } = cell {
                for unread in unread {
                    let lacking = (unread.what.clone(), unread.reason.clone());
                    // What is derived lacks what its parts lack.
                    self.lacking.entry(lacking).or_default().insert(unread.instance.clone());
                }
            }
            if let Some(was) = was.filter(|_| column.measure().is_some()) {
                let old = was.cell(table, row, column);
                texts.push(old.map_or("–".to_owned(), |old| shown(old, repeats)));
                let change = old.and_then(|old| Some(change(cell.sample()?, old.sample()?, table, column)));
                texts.push(change.unwrap_or_default());
            }
        }
        self.rows.push(texts);
    }
}

/// A table as it was, to look cells up in.
struct Was<'t> {
    table: &'t Table,
    rows: HashMap<&'t [String], &'t Row>,
}

impl<'t> Was<'t> {
    fn of(table: &'t Table) -> Self {
        Self { table, rows: table.rows.iter().map(|row| (row.coordinates.as_slice(), row)).collect() }
    }

    /// Finds the cell at the same coordinates and column.
    fn cell(&self, now: &Table, row: &Row, column: &Column) -> Option<&'t Cell> {
        let name = column.name(&now.stages);
        let at = self.table.columns.iter().position(|it| it.name(&self.table.stages) == name)?;
        self.rows.get(row.coordinates.as_slice()).map(|row| &row.cells[at])
    }
}

/// Says what has become of a measure: the relation, and by how much.
fn change(new: &Sample, old: &Sample, table: &Table, column: &Column) -> String {
    if column.measure().is_some_and(|measure| measure.observed) {
        return "observed".to_owned();
    }
    if new.summary().is_none() || old.summary().is_none() {
        return String::new();
    }
    if new.values() == old.values() {
        return "same".to_owned();
    }
    let repeats = if table.is_paired(column) { Repeats::Paired } else { Repeats::Independent };
    let Comparison { relation, difference, .. } = compare(new, old, repeats);
    let by = difference.map_or(String::new(), |by| format!(" by {}", format_number(by.abs())));
    match relation {
        Relation::Higher => format!("higher{by}"),
        Relation::Lower => format!("lower{by}"),
        Relation::Same => "same".to_owned(),
        Relation::Unclear(reason) => format!("unclear: {reason}"),
    }
}

/// Shows what is in a cell; a mean says of how many repeats it is where that is not the usual number.
fn shown(cell: &Cell, repeats: Option<usize>) -> String {
    let sample = match cell {
        Cell::Parameter(value) => return value.as_ref().map_or("–".to_owned(), ToString::to_string),
        Cell::Absent => return "–".to_owned(),
        Cell::Measured { sample, .. } => sample,
    };
    let count = sample.values().len();
    match sample.summary() {
        None if count == 0 => "–".to_owned(),
        None => format!("none of {count}"),
        Some(summary @ Summary { n, missing, .. }) if missing > 0 => {
            format!("{} ({n} of {count})", format_mean(&summary))
        }
        Some(summary) if Some(count) == repeats => format_mean(&summary),
        Some(summary) => format!("{} (n = {count})", format_mean(&summary)),
    }
}

/// Gives the number of repeats that most cells have.
fn usual_repeats(table: &Table) -> Option<usize> {
    let counts = || {
        table.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| Some(cell.sample()?.values().len()))
    };
    let mut tally: Vec<(usize, usize)> = Vec::new();
    for count in counts() {
        match tally.iter_mut().find(|(known, _)| *known == count) {
            Some((_, times)) => *times += 1,
            None => tally.push((count, 1)),
        }
    }
    tally.into_iter().max_by_key(|(_, times)| *times).map(|(count, _)| count)
}
