//! Rows and columns, whatever they are written in: CSV, TSV, JSON lines, or a list of maps in JSON, YAML or TOML.
//!
//! The columns of maps are their names, in the order in which they first come; a map need not have all of them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::delimited::Delimited;
use super::number::{Number, exact_digits, number};
use super::pointer::Pointer;
use super::row::Row;
use crate::diagnostic::{Diagnostic, Place};
use crate::suggestion;
use crate::yaml::{Content, Node, Scalar};

/// Lines that a message names, at most.
const MAX_NAMED_LINES: usize = 5;

/// Rows that have values in columns.
#[derive(Debug)]
pub struct Table<'f> {
    columns: Vec<&'f str>,
    rows: Rows<'f>,
    /// Where a column that does not exist is reported.
    header: Place,
}

#[derive(Debug)]
enum Rows<'f> {
    Cells(&'f Delimited),
    Maps(Vec<&'f Node>),
}

/// A column of a [`Table`].
#[derive(Clone, Debug)]
pub struct Column {
    name: String,
    way: Way,
}

#[derive(Clone, Debug)]
enum Way {
    Cell(usize),
    Pointer(Pointer),
}

impl<'f> Table<'f> {
    pub(super) fn of_cells(cells: &'f Delimited) -> Self {
        let columns = cells.columns().iter().map(String::as_str).collect();
        Self { columns, rows: Rows::Cells(cells), header: cells.header().clone() }
    }

    /// Takes each value as a row.
    ///
    /// # Errors
    /// A [`Diagnostic`] for a value that is no map.
    pub(super) fn of_maps(rows: Vec<&'f Node>, place: &Place) -> Result<Self, Diagnostic> {
        let (mut columns, mut seen) = (Vec::new(), BTreeSet::new());
        for row in &rows {
            let Content::Map(entries) = &row.content else {
                let message =
                    format!("expected a map of names and values for each row, found {}", row.described());
                return Err(Diagnostic::error(message).at(&row.place));
            };
            columns.extend(entries.iter().map(|entry| entry.key.as_str()).filter(|key| seen.insert(*key)));
        }
        Ok(Self { columns, rows: Rows::Maps(rows), header: place.clone() })
    }

    /// Gives the columns' names.
    pub fn columns(&self) -> &[&'f str] {
        &self.columns
    }

    /// Counts the rows.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Cells(cells) => cells.len(),
            Rows::Maps(rows) => rows.len(),
        }
    }

    /// Says whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Gives the place of a row, which is below [`Self::len`].
    pub fn row_place(&self, row: usize) -> Place {
        match &self.rows {
            Rows::Cells(cells) => cells.row_place(row),
            Rows::Maps(rows) => rows[row].place.clone(),
        }
    }

    /// Finds a column by its name; in maps, `a/b` is the value `b` within the map `a`, unless a column has that name.
    ///
    /// # Errors
    /// A [`Diagnostic`] for a name that no column has.
    pub fn column(&self, name: &str) -> Result<Column, Diagnostic> {
        let index = self.columns.iter().position(|column| *column == name);
        let way = match (&self.rows, index) {
            (Rows::Cells(_), Some(index)) => Some(Way::Cell(index)),
            (Rows::Maps(_), Some(_)) => Some(Way::Pointer(Pointer::of([name]))),
            (Rows::Cells(_), None) => None,
            (Rows::Maps(rows), None) => Some(Pointer::of(name.split('/')))
                .filter(|pointer| rows.iter().any(|row| pointer.get(row).is_some()))
                .map(Way::Pointer),
        };
        let missing = || {
            let mistake = Diagnostic::error(format!("there is no column `{name}`")).at(&self.header);
            let columns = self.columns.iter().copied();
            match suggestion::help(name, columns, "a column", "the columns are") {
                Some(help) => mistake.help(help),
                None => mistake,
            }
        };
        way.map(|way| Column { name: name.to_owned(), way }).ok_or_else(missing)
    }

    /// Gives what a row, which is below [`Self::len`], has in a column, an empty cell as a null; `None` for a name that a
    /// map does not have.
    pub fn value(&self, row: usize, column: &Column) -> Option<Cow<'f, Node>> {
        match (&self.rows, &column.way) {
            (Rows::Cells(cells), Way::Cell(index)) => Some(Cow::Owned(cells.cell(row, *index))),
            (Rows::Maps(rows), Way::Pointer(pointer)) => pointer.get(rows[row]).map(Cow::Borrowed),
            _ => None,
        }
    }

    /// Gives the number that a row, which is below [`Self::len`], has in a column; `None` for nothing: an empty
    /// cell, a null, a name that a map does not have.
    ///
    /// # Errors
    /// A [`Diagnostic`] for what is no finite number.
    pub fn number(&self, row: usize, column: &Column) -> Result<Option<Number>, Diagnostic> {
        let value = self.value(row, column).filter(|value| !value.is_null());
        value.map(|value| number(&value)).transpose()
    }

    /// Finds the rows that have a value in a column: those where it is written so, else those where it is the same number.
    pub fn rows_with(&self, column: &Column, value: &str) -> Vec<usize> {
        let (mut written, mut equal) = (Vec::new(), Vec::new());
        let wanted = value.trim().parse().ok().filter(|wanted: &f64| wanted.is_finite());
        let digits = wanted.and_then(|wanted| exact_digits(wanted, value));
        let is_wanted = |found: &Number| wanted == Some(found.value) && digits == found.digits;
        for row in 0..self.len() {
            let Some(found) = self.value(row, column) else { continue };
            if text(&found) == value {
                written.push(row);
            } else if wanted.is_some() && number(&found).as_ref().is_ok_and(is_wanted) {
                equal.push(row);
            }
        }
        if written.is_empty() { equal } else { written }
    }

    /// Finds the rows that are meant: one, or several with the same largest or smallest number.
    pub(super) fn select(&self, row: &Row) -> Result<Vec<usize>, Diagnostic> {
        match row {
            Row::Index(index) => in_range(*index, self.len(), &self.header).map(|index| vec![index]),
            Row::Last => last(self.len(), &self.header).map(|index| vec![index]),
            Row::With { column, value } => self.only_row_with(&self.column(column)?, value, row),
            Row::Max(column) => self.extreme(&self.column(column)?, |one, other| one > other),
            Row::Min(column) => self.extreme(&self.column(column)?, |one, other| one < other),
        }
    }

    fn only_row_with(&self, column: &Column, value: &str, row: &Row) -> Result<Vec<usize>, Diagnostic> {
        let rows = self.rows_with(column, value);
        match rows.as_slice() {
            [_] => Ok(rows),
            [] => {
                let mistake = Diagnostic::error(format!("no row fits `{row}`")).at(&self.header);
                let values = (0..self.len()).filter_map(|row| self.value(row, column));
                let values: BTreeSet<String> =
                    values.map(|value| text(&value).to_owned()).filter(|text| !text.is_empty()).collect();
                let known = values.iter().map(String::as_str);
                let noun = format!("in `{}` the values are", column.name);
                Err(match suggestion::help(value, known, "a row with", &noun) {
                    Some(help) => mistake.help(help),
                    None => mistake,
                })
            }
            [first, ..] => {
                let message = format!("{} rows fit `{row}`: {}", rows.len(), self.lines(&rows));
                let help = "name one by its number from 0, or by a column whose values differ";
                Err(Diagnostic::error(message).at(&self.row_place(*first)).help(help))
            }
        }
    }

    /// Finds the rows whose number in a column is `before` that of every other; rows with nothing there don't count.
    fn extreme(&self, column: &Column, before: fn(f64, f64) -> bool) -> Result<Vec<usize>, Diagnostic> {
        let mut best: Option<(Number, Vec<usize>)> = None;
        for row in 0..self.len() {
            let Some(number) = self.number(row, column)? else { continue };
            match &mut best {
                Some((found, rows)) if found.value == number.value => rows.push(row),
                Some((found, _)) if !before(number.value, found.value) => {}
                _ => best = Some((number, vec![row])),
            }
        }
        let nothing = || {
            let message = format!("no row has a number in the column `{}`", column.name);
            Diagnostic::error(message).at(&self.header)
        };
        best.map(|(_, rows)| rows).ok_or_else(nothing)
    }

    /// Names the lines of rows: "lines 2, 3 and 5".
    pub(super) fn lines(&self, rows: &[usize]) -> String {
        let named = rows.iter().take(MAX_NAMED_LINES).map(|row| self.row_place(*row).line().to_string());
        let named: Vec<String> = named.collect();
        match (named.as_slice(), rows.len().saturating_sub(MAX_NAMED_LINES)) {
            ([first @ .., last], 0) => format!("lines {} and {last}", first.join(", ")),
            (named, more) => format!("lines {} and {more} more", named.join(", ")),
        }
    }
}

/// Checks the number of a row.
pub(super) fn in_range(index: usize, rows: usize, place: &Place) -> Result<usize, Diagnostic> {
    if index < rows {
        return Ok(index);
    }
    let mistake = Diagnostic::error(format!("there is no row {index}")).at(place);
    let noun = if rows == 1 { "row" } else { "rows" };
    Err(mistake.help(format!("there are {rows} {noun}, counted from 0")))
}

/// Gives the number of the last row.
pub(super) fn last(rows: usize, place: &Place) -> Result<usize, Diagnostic> {
    rows.checked_sub(1).ok_or_else(|| Diagnostic::error("there are no rows").at(place))
}

/// Gives a value as it reads: a text without quotes, anything else as it is written.
fn text(value: &Node) -> &str {
    match &value.content {
        Content::Scalar(Scalar::Text(text)) => text,
        _ => value.place.text(),
    }
}
