//! Results: what runs measured, in rows and columns.
//!
//! [`StageRuns`] ──[`join`]──▶ stages that share rows ──[`table()`]──▶ [`Table`] ──▶ text, Markdown, CSV
//!
//! | file | its duty |
//! |---|---|
//! | `rows` | runs that differ in nothing but their repeats |
//! | `table` | what is in each row and column |
//! | `number` | a mean and a deviation with as many digits as they deserve |
//! | `layout` | a table as texts, with what has to be said below it |
//! | `text`, `markdown`, `csv` | a table for people and for programs |
//!
//! Invariants
//! - A repeat that lacks a value is never left out in silence.

mod csv;
mod layout;
mod markdown;
mod number;
mod rows;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use self::csv::csv;
pub use layout::Before;
pub use markdown::markdown;
pub use number::{format_mean, format_number};
pub use rows::{Group, group};
pub use table::{Cell, Column, Row, SettingsOf, Shown, StageRuns, Table, join, table};
pub use text::text;
