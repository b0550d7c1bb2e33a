//! Results → the cells of a table that can be sorted, filtered and downloaded.
//!
//! Invariants
//! - A cell carries its number with all digits wherever it shows fewer.

use std::collections::BTreeSet;

use recount_engine::spec::Value;
use serde::Serialize;

use super::anchors::{Anchor, Anchors};
use super::inputs::PageTable;
use crate::measure::FRACTION;
use crate::results::{Cell, Column, Row, Shown, Table, format_mean, format_number};
use crate::statistics::Summary;

/// The most values of a coordinate that a filter lists.
const MAX_CHOICES: usize = 500;

/// A table of the page: of runs, and over their repeats.
#[derive(Debug, Serialize)]
pub(super) struct TableView {
    id: String,
    name: String,
    modes: Vec<Mode>,
    notes: Vec<String>,
}

/// One of the two sorts of rows.
#[derive(Debug, Serialize)]
struct Mode {
    id: String,
    name: &'static str,
    heads: Vec<Head>,
    /// The places of the first column of measures, and of the first one behind them.
    measures: (usize, usize),
    rows: Vec<Vec<CellView>>,
}

/// The head of a column.
#[derive(Debug, Serialize)]
struct Head {
    name: String,
    is_numeric: bool,
    /// Whether its values are all equal, in more than one row.
    is_equal: bool,
    /// Whether rows can be chosen by its values.
    is_choice: bool,
}

/// A cell.
#[derive(Debug, Default, PartialEq, Serialize)]
struct CellView {
    text: String,
    /// The number with all digits, where the text has fewer.
    value: Option<String>,
    link: Option<String>,
}

/// Lays tables out.
pub(super) fn table_views(tables: &[PageTable], anchors: &Anchors<'_>) -> Vec<TableView> {
    let views = tables.iter().enumerate().map(|(at, PageTable { runs, over_repeats })| {
        let over = over_repeats.as_ref().map(|table| (table, "over repeats", true));
        let modes = over.into_iter().chain([(runs, "each run", false)]);
        let modes = modes.enumerate().map(|(index, (table, name, is_group))| {
            let id = format!("t{at}-{index}");
            mode(id, name, table, is_group, anchors)
        });
        TableView {
            id: format!("t{at}"),
            name: runs.stages.join(", "),
            modes: modes.collect(),
            notes: runs.notes.clone(),
        }
    });
    views.collect()
}

fn mode(id: String, name: &'static str, table: &Table, is_group: bool, anchors: &Anchors<'_>) -> Mode {
    let mut columns: Vec<(Head, Vec<CellView>)> = Vec::new();
    let head = |name: String, is_numeric| Head { name, is_numeric, is_equal: false, is_choice: false };
    for (at, coordinate) in table.coordinates.iter().enumerate() {
        let is_last = at + 1 == table.coordinates.len();
        let cells: Vec<CellView> = table.rows.iter().map(|row| coordinate_cell(row, at, is_last)).collect();
        let values: BTreeSet<&String> = table.rows.iter().map(|row| &row.coordinates[at]).collect();
        let is_choice = (2..=MAX_CHOICES).contains(&values.len());
        columns.push((Head { is_choice, ..head(coordinate.clone(), false) }, cells));
    }
    if let Some((_, cells)) = columns.first_mut().filter(|_| !is_group) {
        for (cell, row) in cells.iter_mut().zip(&table.rows) {
            let Anchor { id, .. } = row.runs.first().map(|run| anchors.run(run)).unwrap_or_default();
            cell.link = id;
        }
    }
    let mut last_counts: Option<Vec<usize>> = None;
    let mut measures_first: Vec<(usize, &Column)> = table.columns.iter().enumerate().collect();
    measures_first.sort_by_key(|(_, column)| column.measure().is_none());
    for (at, column) in measures_first {
        let name = short_name(column, table);
        let Some(measure) = column.measure() else {
            let cells = table.rows.iter().map(|row| match &row.cells[at] {
                Cell::Parameter(value) => plain(value.as_ref().map(Value::to_string).unwrap_or_default()),
                Cell::Measured { .. } | Cell::Absent => CellView::default(),
            });
            columns.push((head(name, false), cells.collect()));
            continue;
        };
        let unit = measure.unit.as_deref().filter(|unit| *unit != FRACTION);
        let unit = unit.map(|unit| format!(" ({unit})")).unwrap_or_default();
        let summaries: Vec<_> =
            table.rows.iter().map(|row| row.cells[at].sample().and_then(|sample| sample.summary())).collect();
        if !is_group {
            let cells = summaries.iter().map(|summary| number(summary.map(|it| it.mean))).collect();
            columns.push((head(format!("{name}{unit}"), true), cells));
            continue;
        }
        let (means, deviations) =
            summaries.iter().map(|summary| mean_and_deviation(summary.as_ref())).unzip();
        let counts: Vec<usize> = summaries.iter().map(|summary| summary.map_or(0, |it| it.n)).collect();
        columns.push((head(format!("{name}{unit} mean"), true), means));
        columns.push((head(format!("{name}{unit} sd"), true), deviations));
        // Most often all measures have the same numbers of repeats, which are said once.
        if last_counts.as_ref() != Some(&counts) {
            let cells = counts.iter().map(|count| plain(count.to_string())).collect();
            columns.push((head(format!("{name} n"), true), cells));
            last_counts = Some(counts);
        }
    }
    let mut rows: Vec<Vec<CellView>> = table.rows.iter().map(|_| Vec::new()).collect();
    let mut heads = Vec::new();
    for (mut head, cells) in columns {
        head.is_equal = cells.len() > 1
            && cells.iter().all(|cell| cell.text == cells[0].text && cell.value == cells[0].value);
        heads.push(head);
        rows.iter_mut().zip(cells).for_each(|(row, cell)| row.push(cell));
    }
    let first = heads.iter().position(|head: &Head| head.is_numeric).unwrap_or(heads.len());
    let end = first + heads.iter().filter(|head| head.is_numeric).count();
    Mode { id, name, heads, measures: (first, end), rows }
}

/// Names a column by its measure or parameter alone, where no other column is named so.
fn short_name(column: &Column, table: &Table) -> String {
    let own = |column: &Column| match &column.shows {
        Shown::Measure(measure) => measure.name.clone(),
        Shown::Parameter(name) => name.clone(),
    };
    let name = own(column);
    let namesakes = table.columns.iter().filter(|other| own(other) == name).count();
    if namesakes == 1 && !table.coordinates.contains(&name) { name } else { column.name(&table.stages) }
}

/// Gives a coordinate of a row; at the last one of what is the same experiment as an earlier row, which that is.
fn coordinate_cell(row: &Row, at: usize, is_last: bool) -> CellView {
    let own = row.coordinates[at].clone();
    match row.same_as.as_ref().filter(|_| is_last) {
        Some(same) => CellView { text: format!("{own} = {}", same.join(" ")), value: Some(own), link: None },
        None => plain(own),
    }
}

fn plain(text: String) -> CellView {
    CellView { text, ..CellView::default() }
}

/// Gives a mean and a deviation with as many digits as they deserve.
fn mean_and_deviation(summary: Option<&Summary>) -> (CellView, CellView) {
    let Some(summary) = summary else { return Default::default() };
    let text = format_mean(summary);
    let (mean, deviation) =
        text.split_once(" ± ").unwrap_or((&text, if summary.sd.is_some() { "0" } else { "" }));
    let whole = |text: &str, value: String| CellView {
        text: text.to_owned(),
        value: (text != value).then_some(value),
        link: None,
    };
    let sd = summary.sd.map(format_number).unwrap_or_default();
    (whole(mean, summary.mean.to_string()), whole(deviation, sd))
}

fn number(value: Option<f64>) -> CellView {
    let Some(value) = value else { return CellView::default() };
    let (text, whole) = (format_number(value), value.to_string());
    let value = (text != whole).then_some(whole);
    CellView { text, value, link: None }
}
