//! A table as texts, for whoever prints it: header, rows, and what has to be said below.

use std::collections::HashSet;

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
    /// The rows.
    pub rows: Vec<Vec<String>>,
    /// What has to be said below, a line each.
    pub notes: Vec<String>,
    /// The values that can't be had, those too that no note has room for.
    noted: HashSet<String>,
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
            noted: HashSet::new(),
        };
        let repeats = usual_repeats(table);
        for name in &table.coordinates {
            layout.column(name.clone(), false);
        }
        for column in &table.columns {
            let unit = column.measure().and_then(|it| it.unit.as_deref()).filter(|unit| *unit != "fraction");
            let name = column.name(&table.stages);
            let numeric = column.measure().is_some();
            layout.column(unit.map_or(name.clone(), |unit| format!("{name} ({unit})")), numeric);
            if let Some(before) = before.filter(|_| numeric) {
                layout.column(before.name.to_owned(), true);
                layout.column("change".to_owned(), false);
            }
        }
        for row in &table.rows {
            layout.row(table, row, before, repeats);
        }
        if let Some(more) = layout.noted.len().checked_sub(MAX_NOTES).filter(|more| *more > 0) {
            layout.notes.push(format!("and {more} more values that can't be had"));
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

    fn row(&mut self, table: &Table, row: &Row, before: Option<&Before<'_>>, repeats: Option<usize>) {
        let mut texts = row.coordinates.clone();
        if let (Some(same), Some(last)) = (&row.same_as, texts.last_mut()) {
            last.push_str(&format!(" = {}", same.join(" ")));
        }
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            texts.push(shown(cell, repeats));
            if let Cell::Measured { unread, .. } = cell {
                for note in unread.iter().map(ToString::to_string) {
                    // What is derived lacks what its parts lack.
                    if self.noted.insert(note.clone()) && self.noted.len() <= MAX_NOTES {
                        self.notes.push(note);
                    }
                }
            }
            if let Some(before) = before.filter(|_| column.measure().is_some()) {
                let old = counterpart(before.table, table, row, column);
                texts.push(old.map_or("–".to_owned(), |old| shown(old, repeats)));
                let change = old.and_then(|old| Some(change(cell.sample()?, old.sample()?, table, column)));
                texts.push(change.unwrap_or_default());
            }
        }
        self.rows.push(texts);
    }
}

/// Finds the cell of another table at the same coordinates and column.
fn counterpart<'t>(other: &'t Table, table: &Table, row: &Row, column: &Column) -> Option<&'t Cell> {
    let at = other.columns.iter().position(|it| it.name(&other.stages) == column.name(&table.stages))?;
    other.rows.iter().find(|it| it.coordinates == row.coordinates).map(|row| &row.cells[at])
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
