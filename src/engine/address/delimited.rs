//! CSV and TSV text → its columns' names and where each cell is.
//!
//! csv-core finds the cells; what a cell holds is read from the text when it is asked for, so a file takes eight bytes a
//! cell beside its text.
//!
//! The first line that is not empty has the columns' names, each once (one may be empty: pandas writes an index so).
//! Every other one has as many cells. Spaces around names and cells don't count; quotes are those of RFC 4180.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::yaml::{Content, Node, Scalar};

/// A text as rows of cells.
#[derive(Debug)]
pub(super) struct Delimited {
    source: Arc<Source>,
    columns: Vec<String>,
    /// The line of names.
    header: Place,
    /// The bytes of each cell, quotes included, row by row.
    cells: Vec<(u32, u32)>,
}

impl Delimited {
    /// Reads the bytes from `start` on; `None`, with the mistakes in `diagnostics`, for what is no table.
    ///
    /// The text is shorter than 4 GiB.
    pub fn read(
        source: &Arc<Source>,
        start: usize,
        delimiter: u8,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let mut records = Records::new(source, start, delimiter);
        let mistakes = diagnostics.len();
        let Some(names) = records.next_record(diagnostics) else {
            let message = "the table is empty: expected a line with the columns' names";
            diagnostics.add(Diagnostic::error(message).at(&Place::whole(source)));
            return None;
        };
        let header = records.place(&names);
        let columns = column_names(source, &names, diagnostics);
        let mut cells = Vec::new();
        while let Some(record) = records.next_record(diagnostics) {
            if record.len() == columns.len() {
                cells.extend_from_slice(&record);
                continue;
            }
            diagnostics.add_with(|| {
                let noun = if record.len() == 1 { "cell" } else { "cells" };
                let message = format!("expected {} cells, found {} {noun}", columns.len(), record.len());
                let help = format!(
                    "line {} names the columns; a cell with a separator in it needs quotes",
                    header.line()
                );
                Diagnostic::error(message).at(&records.place(&record)).help(help)
            });
        }
        let is_table = diagnostics.len() == mistakes;
        is_table.then(|| Self { source: Arc::clone(source), columns, header, cells })
    }

    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Gives the place of the columns' names.
    pub fn header(&self) -> &Place {
        &self.header
    }

    /// Counts the rows.
    pub fn len(&self) -> usize {
        self.cells.len() / self.columns.len()
    }

    pub fn row_place(&self, row: usize) -> Place {
        let first = row * self.columns.len();
        let (start, end) = (self.cells[first].0, self.cells[first + self.columns.len() - 1].1);
        Place::new(&self.source, start as usize..end as usize)
    }

    /// Gives what a cell is: nothing, a number or a text; its place is without quotes.
    pub fn cell(&self, row: usize, column: usize) -> Node {
        let (start, end) = self.cells[row * self.columns.len() + column];
        let (span, text) = content(self.source.text(), start as usize..end as usize);
        Node { content: Content::Scalar(scalar(&text)), place: Place::new(&self.source, span) }
    }
}

/// Gives what is in a cell's quotes, if it has some: where it is written, and what it reads.
fn content(text: &str, span: Range<usize>) -> (Range<usize>, Cow<'_, str>) {
    let written = &text[span.clone()];
    match written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) if quoted.contains('"') => (span, quoted.replace("\"\"", "\"").into()),
        Some(quoted) => (span.start + 1..span.end - 1, quoted.into()),
        None => (span, written.into()),
    }
}

fn scalar(text: &str) -> Scalar {
    let number = text.trim();
    if number.is_empty() {
        return Scalar::Null;
    }
    match (number.parse(), number.parse()) {
        (Ok(whole), _) => Scalar::Integer(whole),
        (_, Ok(number)) => Scalar::Float(number),
        _ => Scalar::Text(text.to_owned()),
    }
}

fn column_names(source: &Arc<Source>, cells: &[(u32, u32)], diagnostics: &mut Diagnostics) -> Vec<String> {
    let mut names = BTreeSet::new();
    for &(start, end) in cells {
        let span = start as usize..end as usize;
        let place = Place::new(source, span.clone());
        let name = content(source.text(), span).1;
        if !names.insert(name.clone()) {
            let message = format!("two columns are named `{name}`");
            diagnostics.add(Diagnostic::error(message).at(&place).help("give each a name of its own"));
        }
    }
    let name =
        |&(start, end): &(u32, u32)| content(source.text(), start as usize..end as usize).1.into_owned();
    cells.iter().map(name).collect()
}

/// The records of a text, one after the other.
struct Records<'s> {
    source: &'s Arc<Source>,
    reader: Reader,
    delimiter: u8,
    /// Up to where the text is read, in bytes.
    at: usize,
    /// Where csv-core copies cells to; of interest is only where they end.
    copy: [u8; 1024],
}

impl<'s> Records<'s> {
    fn new(source: &'s Arc<Source>, start: usize, delimiter: u8) -> Self {
        let reader = ReaderBuilder::new().delimiter(delimiter).build();
        Self { source, reader, delimiter, at: start, copy: [0; 1024] }
    }

    /// Gives the cells of the next line that is not empty.
    fn next_record(&mut self, diagnostics: &mut Diagnostics) -> Option<Vec<(u32, u32)>> {
        let text = self.source.text();
        let (mut cells, mut start) = (Vec::new(), self.at);
        loop {
            let (result, read, _) = self.reader.read_field(&text.as_bytes()[self.at..], &mut self.copy);
            self.at += read;
            match result {
                ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
                ReadFieldResult::Field { record_end } => {
                    let is_first = cells.is_empty();
                    let cell = self.trimmed(start..self.at, is_first, record_end);
                    check_quotes(self.source, cell.clone(), diagnostics);
                    let offset = |at| u32::try_from(at).expect("the text is shorter than 4 GiB");
                    cells.push((offset(cell.start), offset(cell.end)));
                    start = self.at;
                    if record_end {
                        return Some(cells);
                    }
                }
                ReadFieldResult::End => return None,
            }
        }
    }

    /// Takes away what separates a cell from others, and the spaces around it.
    fn trimmed(&self, span: Range<usize>, is_first: bool, is_last: bool) -> Range<usize> {
        let is_end = |byte: u8| byte == b'\n' || byte == b'\r';
        let bytes = self.source.text().as_bytes();
        let Range { mut start, mut end } = span;
        // Empty lines come with the cell that follows them.
        while is_first && start < end && is_end(bytes[start]) {
            start += 1;
        }
        if start < end && if is_last { is_end(bytes[end - 1]) } else { bytes[end - 1] == self.delimiter } {
            end -= 1;
        }
        while start < end && bytes[end - 1] == b' ' {
            end -= 1;
        }
        while start < end && bytes[start] == b' ' {
            start += 1;
        }
        start..end
    }

    fn place(&self, cells: &[(u32, u32)]) -> Place {
        let start = cells.first().map_or(0, |cell| cell.0);
        let end = cells.last().map_or(start, |cell| cell.1);
        Place::new(self.source, start as usize..end as usize)
    }
}

/// Reports quotes that other readers of CSV may take otherwise.
fn check_quotes(source: &Arc<Source>, cell: Range<usize>, diagnostics: &mut Diagnostics) {
    let Some(rest) = source.text()[cell.clone()].strip_prefix('"') else { return };
    let mistake = match rest.strip_suffix('"') {
        Some(quoted) if !quoted.replace("\"\"", "").contains('"') => return,
        _ if rest.replace("\"\"", "").contains('"') => {
            Diagnostic::error("there is something behind the quotes of this cell")
                .help("a quote in a quoted cell is written twice: `\"\"`")
        }
        _ => Diagnostic::error("this quote is never closed").help("close it, or take it away"),
    };
    diagnostics.add(mistake.at(&Place::new(source, cell)));
}
