//! `table(fit.over("variant"), ["params.C", "accuracy", "train.multiply_adds"], sort="accuracy")`.
//!
//! Invariants
//! - Runs that are one experiment under several names say so in their rows.
//! - What lacks a repeat is sorted behind what has all.

use std::sync::Arc;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, Value};
use recount_engine::spec::Better;

use super::failure::{failure, refused};
use super::placeholders::Placeholder;
use super::ranking::measure;
use super::runs::selections;
use super::state::ReportState;
use crate::citation::{Format, usual_format};
use crate::quantity::{FRACTION, POINTS, Quantity, setting};
use crate::selection::Selection;

/// Stands where a row has nothing.
const NOTHING: &str = "–";

/// What is in a row and a column.
enum Cell {
    Number(Arc<Quantity>),
    Text(String),
    Nothing,
}

/// Puts `table` into an environment.
pub(super) fn install(environment: &mut Environment<'_>, state: &Arc<ReportState>) {
    let shared = Arc::clone(state);
    environment.add_function(
        "table",
        move |runs: &Value, columns: Option<&Value>, named: Kwargs| -> Result<Value, Error> {
            let columns: Option<Value> = match columns {
                Some(columns) => Some(columns.clone()),
                None => named.get("columns")?,
            };
            let columns = columns.and_then(|columns| texts(&columns)).ok_or_else(|| {
                failure(
                    "`table` takes a list of columns",
                    "name them: `table(fit.over(\"variant\"), [\"params.C\", \"accuracy\"])`",
                )
            })?;
            let sort: Option<String> = named.get("sort")?;
            named.assert_all_used()?;
            table(&shared, selections(runs)?, &columns, sort.as_deref())
                .map(Value::from_safe_string)
                .map_err(refused)
        },
    );
}

fn texts(list: &Value) -> Option<Vec<String>> {
    if list.as_str().is_some() {
        return None;
    }
    list.try_iter().ok()?.map(|item| item.as_str().map(str::to_owned)).collect()
}

fn table(
    state: &ReportState,
    mut rows: Vec<Selection>,
    columns: &[String],
    sort: Option<&str>,
) -> Result<String, String> {
    if let Some(column) = sort {
        rows = sorted(rows, column)?;
    }
    let mut names: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| row.named()) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| columns.iter().map(|column| cell(row, column)).collect::<Result<_, _>>())
        .collect::<Result<_, _>>()?;
    let is_numeric = |at: usize| cells.iter().all(|row| !matches!(row[at], Cell::Text(_)));
    let mut lines = Vec::with_capacity(rows.len() + 2);
    let headers =
        columns.iter().enumerate().map(|(at, column)| header(column, cells.iter().map(|row| &row[at])));
    lines.push(
        names.iter().map(|name| state.text(name)).chain(headers.map(|header| state.text(&header))).collect(),
    );
    let rulers = (0..columns.len()).map(|at| if is_numeric(at) { "--:" } else { "---" });
    lines.push(names.iter().map(|_| "---").chain(rulers).map(str::to_owned).collect::<Vec<String>>());
    for (row, cells) in rows.iter().zip(&cells) {
        let mut line: Vec<String> = names
            .iter()
            .map(|name| row.coordinate(name).map_or(NOTHING.to_owned(), |value| state.text(value)))
            .collect();
        if let (Some(first), Some(same)) = (line.first_mut(), earlier(row, &rows)) {
            first.push_str(&format!(" = {}", state.text(&same)));
        }
        for cell in cells {
            line.push(match cell {
                Cell::Number(quantity) => state.cite(quantity, format_of(quantity))?,
                Cell::Text(text) => state.text(text),
                Cell::Nothing => NOTHING.to_owned(),
            });
        }
        lines.push(line);
    }
    let lines: Vec<String> = lines.into_iter().map(|cells| format!("| {} |\n", cells.join(" | "))).collect();
    Ok(lines.concat())
}

/// Names the first of the rows before that is the same experiment.
fn earlier(row: &Selection, rows: &[Selection]) -> Option<String> {
    let keys = row.keys()?;
    let before = rows.iter().take_while(|other| other.to_string() != row.to_string());
    before
        .filter(|other| other.stage_id() == row.stage_id())
        .find(|other| other.keys().as_ref() == Some(&keys))
        .map(Selection::label)
}

fn format_of(quantity: &Quantity) -> Format {
    if quantity.spelled.is_some() { Format::Spelled } else { usual_format(quantity) }
}

/// Gives what a column has in a row: `params.NAME`, a coordinate, a measure or an address, each also of another stage at the
/// same coordinates: `train.MEASURE`.
fn cell(row: &Selection, column: &str) -> Result<Cell, String> {
    let pipeline = row.evidence().pipeline();
    let (runs, name) = match column.split_once('.') {
        Some((stage, name))
            if stage != "params" && !column.split('#').next().unwrap_or_default().contains('/') =>
        {
            match pipeline.stage(stage) {
                Some(id) => (row.of(id)?, name),
                None => (row.clone(), column),
            }
        }
        _ => (row.clone(), column),
    };
    if let Some(name) = name.strip_prefix("params.") {
        return Ok(match setting(&runs, name)? {
            None => Cell::Nothing,
            Some(quantity) => match &quantity.spelled {
                Some(text) if !text.contains(char::is_numeric) => Cell::Text(text.clone()),
                _ => Cell::Number(Arc::new(quantity)),
            },
        });
    }
    if let Some(value) = runs.coordinate(name) {
        return Ok(Cell::Text(value.to_owned()));
    }
    measure(&runs, name).map(|quantity| Cell::Number(Arc::new(quantity)))
}

/// Gives what is above a column: the measure's name, and its unit unless that is a share's.
fn header<'c>(column: &str, mut cells: impl Iterator<Item = &'c Cell>) -> String {
    let path = column.rsplit_once('#').map_or(column, |(_, pointer)| pointer);
    let name = path.rsplit(['.', '/']).next().unwrap_or(path).replace('_', " ");
    let unit = cells.find_map(|cell| match cell {
        Cell::Number(quantity) => quantity.unit.clone(),
        Cell::Text(_) | Cell::Nothing => None,
    });
    match unit.filter(|unit| unit != FRACTION && unit != POINTS) {
        Some(unit) => format!("{name} ({unit})"),
        None => name,
    }
}

/// Puts the best first, by what the measure says is better, else the highest.
fn sorted(rows: Vec<Selection>, column: &str) -> Result<Vec<Selection>, String> {
    let mut ranked = Vec::with_capacity(rows.len());
    for row in rows {
        let rank = match cell(&row, column)? {
            Cell::Number(quantity) => {
                let is_whole = quantity.incomplete().is_none();
                let number = quantity.number().unwrap_or(f64::NEG_INFINITY);
                (is_whole, if quantity.better == Some(Better::Lower) { -number } else { number })
            }
            Cell::Text(_) | Cell::Nothing => (false, f64::NEG_INFINITY),
        };
        ranked.push((rank, row));
    }
    ranked.sort_by(|((one_whole, one), _), ((other_whole, other), _)| {
        other_whole.cmp(one_whole).then(other.total_cmp(one))
    });
    Ok(ranked.into_iter().map(|(_, row)| row).collect())
}

/// Writes the sentence on comparisons.
pub(super) fn comparisons(state: &ReportState) -> String {
    state.placeholder(Placeholder::Comparisons)
}
