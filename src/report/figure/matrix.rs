//! Matrix: a cell for each row and column, shaded by its number.
//!
//! Counts are shaded by their share of the row, so that rare classes are as legible as frequent ones; other numbers by
//! their size, positive ones blue and negative ones orange.
//!
//! Invariants
//! - An empty cell is a count of 0; a cell without a value has a cross.

use super::canvas::{Canvas, Face, Ink, Pixel};
use super::decimal::{Decimal, format_value};
use super::frame::{Chart, LINE, LegendEntry, MARGIN};
use super::palette::{BLUE, CARD, DARK, FAINT, GRID, VERMILLION};
use super::repeats::drawable;
use super::text::{BOLD, TEXT, shortened, text_width, wrapped};
use super::{Axis, NO_VALUE};
use crate::measure::FRACTION;

/// Numbers in rows and columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// What the rows are, such as `true label`.
    pub rows: String,
    /// What the columns are, such as `predicted label`.
    pub columns: String,
    /// A name for each row, from the top.
    pub row_names: Vec<String>,
    /// A name for each column, from the left.
    pub column_names: Vec<String>,
    /// The numbers: `[row][column]`; a cell that is not there, or none, has no value.
    pub cells: Vec<Vec<Option<f64>>>,
    /// What the cells are.
    pub cell: Axis,
    /// What else is to be said of the numbers, such as `summed over 3 seeds`; empty for nothing.
    pub note: String,
}

impl Matrix {
    /// Lays it out; an error says why there is nothing to draw.
    pub(super) fn chart(&self) -> Result<Box<dyn Chart + '_>, &'static str> {
        let (height, width) = (self.row_names.len(), self.column_names.len());
        if height.max(width) > MAX_CELLS_ACROSS {
            return Err("the matrix has more than 120 rows or columns");
        }
        let value = |row: usize, column: usize| drawable((*self.cells.get(row)?.get(column)?)?);
        let cells: Vec<Vec<Option<f64>>> =
            (0..height).map(|row| (0..width).map(|column| value(row, column)).collect()).collect();
        let values = || cells.iter().flatten().flatten().copied();
        if values().next().is_none() {
            return Err(NO_VALUE);
        }
        let are_counts =
            self.cell.unit.is_empty() && values().all(|value| value >= 0.0 && value.fract() == 0.0);
        let size = if height.max(width) > 20 { SMALL } else { TEXT };
        let spelled = |value: f64| spelled(value, are_counts, &self.cell.unit);
        let longest = values().map(|value| text_width(&spelled(value))).fold(0.0, f64::max);
        let names = |names: &[String]| -> Vec<String> {
            names.iter().map(|it| shortened(it, MAX_NAMES_WIDTH)).collect()
        };
        let (row_names, column_names) = (names(&self.row_names), names(&self.column_names));
        let widest = |names: &[String]| names.iter().map(|name| text_width(name)).fold(0.0, f64::max);
        // A few columns are as wide as their names, so that these need not be turned.
        let least = match width {
            0..=6 => (widest(&column_names) + 10.0).clamp(34.0, 96.0),
            7..=20 => 34.0,
            _ => 22.0,
        };
        let side = (longest * size / TEXT + 8.0).max(least);
        let are_turned = widest(&column_names) + 6.0 > side;
        let foot = if are_turned { widest(&column_names) + 10.0 } else { 22.0 };
        let has_diagonal = are_counts && height > 1 && self.row_names == self.column_names;
        Ok(Box::new(MatrixChart {
            matrix: self,
            left: MARGIN + widest(&row_names).max(24.0) + 12.0,
            row_names,
            column_names,
            cells,
            are_counts,
            size,
            side: (side, if size == SMALL { 22.0 } else { 28.0 }),
            are_turned,
            foot,
            has_diagonal,
        }))
    }
}

struct MatrixChart<'a> {
    matrix: &'a Matrix,
    row_names: Vec<String>,
    column_names: Vec<String>,
    cells: Vec<Vec<Option<f64>>>,
    are_counts: bool,
    /// The size of the numbers, in pixels.
    size: f64,
    /// The width and height of a cell, in pixels.
    side: Pixel,
    left: f64,
    are_turned: bool,
    /// The room for the columns' names, in pixels.
    foot: f64,
    /// Whether rows and columns are the same classes, so that the diagonal is what agrees.
    has_diagonal: bool,
}

/// The most rows or columns that are drawn.
const MAX_CELLS_ACROSS: usize = 120;
/// The size of numbers in a large matrix, in pixels.
const SMALL: f64 = 10.0;
/// The most room for the name of a row or column, in pixels.
const MAX_NAMES_WIDTH: f64 = 180.0;
/// The heading of the column with each row's share on the diagonal.
const DIAGONAL: &str = "on diagonal";

fn spelled(value: f64, are_counts: bool, unit: &str) -> String {
    if are_counts && value < 1e6 {
        return format!("{value:.0}");
    }
    if unit == FRACTION { format_value(value, unit) } else { Decimal::rounded(value, 3).label(false) }
}

impl MatrixChart<'_> {
    fn extent(&self) -> Pixel {
        (self.side.0 * self.column_names.len() as f64, self.side.1 * self.row_names.len() as f64)
    }

    /// The note, and what the chart itself has to say.
    fn sentences(&self) -> Vec<String> {
        let unit = match self.matrix.cell.unit.as_str() {
            "" | FRACTION => String::new(),
            unit => format!(" ({unit})"),
        };
        let mut sentences = vec![format!("{}{unit}", self.matrix.cell.label), self.matrix.note.clone()];
        if self.are_counts && self.cells.iter().flatten().any(|cell| *cell == Some(0.0)) {
            sentences.push("an empty cell is 0".to_owned());
        }
        if self.cells.iter().flatten().any(Option::is_none) {
            sentences.push("×: no value".to_owned());
        }
        sentences.retain(|sentence| !sentence.is_empty());
        vec![sentences.join("; ")]
    }

    fn paint_row(&self, canvas: &Canvas<'_>, index: usize, top: f64) {
        let row = &self.cells[index];
        let total: f64 = row.iter().flatten().sum();
        let most = match self.are_counts {
            true => total,
            false => self.cells.iter().flatten().flatten().fold(0.0, |most, value| value.abs().max(most)),
        };
        let middle = top + self.side.1 / 2.0;
        for (column, cell) in row.iter().enumerate() {
            let left = self.left + column as f64 * self.side.0;
            let at = (left + self.side.0 / 2.0, middle);
            let face = Face::PLAIN.sized(self.size).centred();
            let Some(value) = cell else {
                canvas.text("×", at, face.colored(FAINT));
                continue;
            };
            if *value == 0.0 && self.are_counts {
                continue;
            }
            let share = if most > 0.0 { (value.abs() / most).min(1.0) } else { 0.0 };
            // A single count must be seen, too, so no filled cell is as pale as an empty one.
            let depth = if self.are_counts { 0.12 + 0.88 * share } else { share };
            let color = if *value < 0.0 { VERMILLION } else { BLUE };
            canvas.fill((left, top), (left + self.side.0, top + self.side.1), color, hundredths(depth));
            let face = face.colored(if depth > 0.6 { CARD } else { DARK });
            canvas.text(&spelled(*value, self.are_counts, &self.matrix.cell.unit), at, face);
        }
        // A share of a row that lacks a cell is of nothing that is known.
        let is_whole = row.len() == self.matrix.column_names.len() && row.iter().all(Option::is_some);
        if let (true, true, Some(count)) =
            (self.has_diagonal && total > 0.0, is_whole, row.get(index).copied().flatten())
        {
            let share = permille(count, total);
            canvas.text(&share.label(true), (self.left + self.extent().0 + 10.0, middle), Face::NOTE);
        }
    }
}

/// The share of a count in a total, to a thousandth; neither 0 nor 1 for what is neither.
fn permille(count: f64, total: f64) -> Decimal {
    let share = (count / total * 1000.0).round();
    let share = if count < total { share.min(999.0) } else { share };
    let share = if count > 0.0 { share.max(1.0) } else { share };
    Decimal { digits: share as i64, power: -3 }
}

/// An opacity with two digits, so that its spelling is short.
fn hundredths(opacity: f64) -> f64 {
    (opacity * 100.0).round() / 100.0
}

impl Chart for MatrixChart<'_> {
    fn width(&self) -> f64 {
        let diagonal = if self.has_diagonal { 10.0 + text_width(DIAGONAL) * BOLD } else { 0.0 };
        let titles =
            text_width(&self.matrix.columns).max(text_width(&self.matrix.rows)) * BOLD + 2.0 * MARGIN;
        // At least wide enough for sentences that are not broken into many lines.
        (self.left + self.extent().0 + diagonal + MARGIN).max(titles.min(1200.0)).max(560.0)
    }

    fn height(&self) -> f64 {
        let title = wrapped(&self.matrix.columns, self.width() - self.left - MARGIN, BOLD);
        LINE + 8.0 + self.extent().1 + self.foot + LINE * title.len() as f64 + 8.0
    }

    fn legend(&self) -> Vec<LegendEntry<'_>> {
        Vec::new()
    }

    fn notes(&self) -> Vec<String> {
        self.sentences()
    }

    fn paint(&self, canvas: &Canvas<'_>, top: f64) {
        let room = self.left + self.extent().0 - MARGIN;
        let room = if self.has_diagonal { room } else { self.width() - 2.0 * MARGIN };
        canvas.text(&shortened(&self.matrix.rows, room / BOLD), (MARGIN, top + LINE / 2.0), Face::AXIS);
        let (left, top) = (self.left, top + LINE + 8.0);
        let (right, bottom) = (left + self.extent().0, top + self.extent().1);
        if self.has_diagonal {
            canvas.text(DIAGONAL, (right + 10.0, top - 8.0 - LINE / 2.0), Face::AXIS);
        }
        for (index, name) in self.row_names.iter().enumerate() {
            let upper = top + self.side.1 * index as f64;
            self.paint_row(canvas, index, upper);
            canvas.line((left, upper), (right, upper), Ink::new(GRID, 0.6));
            canvas.text(name, (left - 8.0, upper + self.side.1 / 2.0), Face::PLAIN.ending());
        }
        for (index, name) in self.column_names.iter().enumerate() {
            let x = left + self.side.0 * (index as f64 + 0.5);
            match self.are_turned {
                true => canvas.text(name, (x, bottom + 6.0), Face::PLAIN.ending().turned()),
                false => canvas.text(name, (x, bottom + 13.0), Face::PLAIN.centred()),
            }
        }
        canvas.outline((left, top), (right, bottom), Ink::new(FAINT, 1.0));
        let title = wrapped(&self.matrix.columns, self.width() - left - MARGIN, BOLD);
        for (index, line) in title.iter().enumerate() {
            canvas.text(line, (left, bottom + self.foot + LINE * (index as f64 + 0.5)), Face::AXIS);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Figure, Sort, draw};

    #[test]
    fn a_row_that_lacks_a_cell_has_no_share() {
        let names: Vec<String> = ["a", "b"].map(str::to_owned).to_vec();
        let matrix = Matrix {
            rows: "true".to_owned(),
            columns: "predicted".to_owned(),
            row_names: names.clone(),
            column_names: names,
            cells: vec![vec![Some(1.0), None], vec![Some(1.0), Some(3.0)]],
            cell: Axis::default(),
            note: String::new(),
        };
        let (title, description, repeat) = (String::new(), String::new(), "seed".to_owned());
        let svg = draw(&Figure { title, description, repeat, sort: Sort::Matrix(matrix) });
        let parsed = roxmltree::Document::parse(&svg).expect("it is well-formed");
        let texts = parsed.descendants().filter(|node| node.tag_name().name() == "text");
        let shares: Vec<&str> =
            texts.filter_map(|node| node.text()).filter(|text| text.contains('%')).collect();
        assert_eq!(shares.iter().map(|share| share.trim()).collect::<Vec<_>>(), ["75.0 %"]);
    }
}
