//! A table as text in columns, for a terminal.

use super::layout::{Before, Layout};
use super::table::Table;

/// Formats a table, beside what it was before if that is asked for.
pub fn text(table: &Table, before: Option<&Before<'_>>) -> String {
    let mut layout = Layout::of(table, before);
    for at in (0..layout.header.len()).filter(|at| layout.is_numeric[*at]) {
        align(&mut layout.rows, at);
    }
    let rows = || std::iter::once(&layout.header).chain(&layout.rows);
    let width = |at: usize| rows().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..layout.header.len()).map(width).collect();
    let mut text = String::new();
    for row in rows() {
        let cells =
            row.iter().zip(&widths).zip(&layout.is_numeric).map(|((cell, width), numeric)| match numeric {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    for note in &layout.notes {
        text.push_str(note);
        text.push('\n');
    }
    text
}

/// Puts the decimal points of a column below one another, so that its numbers can be compared by eye.
fn align(rows: &mut [Vec<String>], column: usize) {
    let before_point = |cell: &str| {
        let number = cell.split(' ').next().unwrap_or_default();
        number.split('.').next().unwrap_or_default().chars().count()
    };
    let widest = rows.iter().map(|row| before_point(&row[column])).max().unwrap_or(0);
    for row in &mut *rows {
        let room = " ".repeat(widest - before_point(&row[column]));
        row[column].insert_str(0, &room);
    }
    let width = rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    for row in rows {
        row[column] = format!("{:<width$}", row[column]);
    }
}
