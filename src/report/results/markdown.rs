//! A table as Markdown (GitHub's tables).

use super::layout::{Before, Layout};
use super::table::Table;

/// Formats a table, beside what it was before if that is asked for.
pub fn markdown(table: &Table, before: Option<&Before<'_>>) -> String {
    let layout = Layout::of(table, before);
    let escape = |cells: &[String]| cells.iter().map(|cell| escaped(cell)).collect::<Vec<_>>();
    let mut text = line(&escape(&layout.header));
    let ruler: Vec<String> =
        layout.is_numeric.iter().map(|numeric| if *numeric { "--:" } else { "---" }.to_owned()).collect();
    text.push_str(&line(&ruler));
    for row in &layout.rows {
        text.push_str(&line(&escape(row)));
    }
    for note in &layout.notes {
        text.push_str(&format!("\n{}\n", escaped(note)));
    }
    text
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// Takes away what Markdown gives to letters, and what would end a cell.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '#' | '&' => {
                escaped.extend(['\\', letter])
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}
