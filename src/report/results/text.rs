//! A table as text in columns, for a terminal.

use super::layout::{Before, Layout};
use super::table::Table;

/// Formats a table, beside what it was before if that is asked for.
pub fn text(table: &Table, before: Option<&Before<'_>>) -> String {
    let layout = Layout::of(table, before);
    let rows = || std::iter::once(&layout.header).chain(&layout.rows);
    let width = |at: usize| rows().map(|row| row[at].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..layout.header.len()).map(width).collect();
    let mut text = String::new();
    for row in rows() {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                line.push_str("  ");
            }
            let room = " ".repeat(widths[at] - cell.chars().count());
            match layout.is_numeric[at] {
                true => line.extend([room.as_str(), cell]),
                false => line.extend([cell, room.as_str()]),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    for note in &layout.notes {
        text.push_str(note);
        text.push('\n');
    }
    text
}
