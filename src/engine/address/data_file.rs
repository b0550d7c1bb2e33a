//! A file with values, read once: the value, the number and the table at an address, and every number that it has.

use std::borrow::Cow;
use std::sync::Arc;

use super::delimited::Delimited;
use super::json_lines::{self, Line};
use super::number::{Number, number};
use super::pointer::{Pointer, escape};
use super::row::Row;
use super::syntax::{Address, Format};
use super::table::{self, Table};
use super::{json, toml};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, Source};
use crate::yaml::{self, Content, Node, Scalar};

/// The longest text that is read, in bytes: places are numbers of 32 bits.
const MAX_BYTES: usize = u32::MAX as usize - 1;

/// A file with values.
#[derive(Debug)]
pub struct DataFile {
    source: Arc<Source>,
    values: Values,
}

#[derive(Debug)]
enum Values {
    Tree(Node),
    Lines(Vec<Line>),
    Cells(Delimited),
}

/// A number of a file, or why a value that should be one is none.
#[derive(Clone, Debug)]
pub struct AddressedNumber {
    /// Its address behind the `#`: `/test/accuracy`, `last/loss`.
    pub at: String,
    /// What it is.
    pub number: Result<Number, Diagnostic>,
}

impl DataFile {
    /// Reads a file's text.
    ///
    /// # Errors
    /// What makes the file unreadable, each with its place. A number that is not finite, and a broken line of JSON lines,
    /// leave the rest readable: they are reported where they are asked for.
    pub fn read(source: &Arc<Source>, format: Format) -> Result<Self, Diagnostics> {
        let mut mistakes = Diagnostics::default();
        let text = source.text();
        if text.len() > MAX_BYTES {
            let mistake = Diagnostic::error("values are read from files of less than 4 GiB");
            mistakes.add(mistake.at(&Place::whole(source)));
            return Err(mistakes);
        }
        let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let part = start..text.len();
        let values = match format {
            Format::Json => json::read(source, part, &mut mistakes).map(Values::Tree),
            Format::Yaml => yaml::read_data(source, part, &mut mistakes).map(Values::Tree),
            Format::Toml => toml::read(source, &mut mistakes).map(Values::Tree),
            Format::JsonLines => Some(Values::Lines(json_lines::read(source, start))),
            Format::Csv => Delimited::read(source, start, b',', &mut mistakes).map(Values::Cells),
            Format::Tsv => Delimited::read(source, start, b'\t', &mut mistakes).map(Values::Cells),
        };
        match values {
            Some(values) if mistakes.is_empty() => Ok(Self { source: Arc::clone(source), values }),
            _ => Err(mistakes),
        }
    }

    /// Finds the value at an address; an empty cell is a null.
    ///
    /// # Errors
    /// A [`Diagnostic`] where there is none, where several rows fit, or where a line that decides it can't be read.
    pub fn find(&self, address: &Address) -> Result<Cow<'_, Node>, Diagnostic> {
        let no_such_address = || {
            let message = format!("`{address}` is no address in a file of this format");
            Diagnostic::error(message).at(&self.whole())
        };
        match (&self.values, &address.row) {
            (Values::Tree(root), None) => address.pointer.find(root).map(Cow::Borrowed),
            (Values::Lines(lines), Some(Row::Index(index))) => {
                let index = table::in_range(*index, lines.len(), &self.whole())?;
                json_lines::find(&lines[index], &address.pointer).map(Cow::Borrowed)
            }
            (Values::Lines(lines), Some(Row::Last)) => {
                let index = table::last(lines.len(), &self.whole())?;
                json_lines::find(&lines[index], &address.pointer).map(Cow::Borrowed)
            }
            (Values::Lines(lines), Some(row)) => {
                let find = |row: usize| json_lines::find(&lines[row], &address.pointer).map(Cow::Borrowed);
                find_in_rows(&self.table(&Pointer::default())?, row, find)
            }
            (Values::Cells(cells), Some(row)) => {
                let table = Table::of_cells(cells);
                let [name] = address.pointer.names() else { return Err(no_such_address()) };
                let column = table.column(name)?;
                find_in_rows(&table, row, |row| {
                    Ok(table.value(row, &column).expect("each row has every cell"))
                })
            }
            (Values::Tree(_), Some(_)) | (_, None) => Err(no_such_address()),
        }
    }

    /// Finds the number at an address.
    ///
    /// # Errors
    /// As [`Self::find`], and for what is no finite number.
    pub fn number(&self, address: &Address) -> Result<Number, Diagnostic> {
        let value = self.find(address)?;
        if value.is_null() && matches!(self.values, Values::Cells(_)) {
            return Err(Diagnostic::error("expected a number, found an empty cell").at(&value.place));
        }
        number(&value)
    }

    /// Reads a table: the file as a whole, or a list of maps in it.
    ///
    /// # Errors
    /// A [`Diagnostic`] for what is none, and for the first line of JSON lines that can't be read.
    pub fn table(&self, at: &Pointer) -> Result<Table<'_>, Diagnostic> {
        match &self.values {
            Values::Cells(cells) if at.names().is_empty() => Ok(Table::of_cells(cells)),
            Values::Lines(lines) if at.names().is_empty() => {
                let rows = lines.iter().map(|line| line.as_ref().map_err(Diagnostic::clone));
                Table::of_maps(rows.collect::<Result<_, _>>()?, &self.whole())
            }
            Values::Tree(root) => {
                let node = at.find(root)?;
                let Content::List(items) = &node.content else {
                    let message =
                        format!("expected a list of maps, one for each row, found {}", node.described());
                    return Err(Diagnostic::error(message).at(&node.place));
                };
                Table::of_maps(items.iter().collect(), &node.place)
            }
            Values::Cells(_) | Values::Lines(_) => {
                let message = format!("expected a table's file alone, found `{at}` behind it");
                Err(Diagnostic::error(message).at(&self.whole()))
            }
        }
    }

    /// Gives every number, in the order of the file; of rows those of the last one, which has what a training ended with.
    ///
    /// What is not finite is among them, as a mistake; texts, truth values and nulls are not, nor is a column without a
    /// name.
    pub fn numbers(&self) -> Vec<AddressedNumber> {
        let mut found = Vec::new();
        match &self.values {
            Values::Tree(root) => collect("", root, &mut found),
            Values::Lines(lines) => match lines.last() {
                Some(Ok(root)) => collect("last", root, &mut found),
                Some(Err(mistake)) => {
                    found.push(AddressedNumber { at: "last".to_owned(), number: Err(mistake.clone()) });
                }
                None => {}
            },
            Values::Cells(cells) => {
                let Some(last) = cells.len().checked_sub(1) else { return found };
                for (index, name) in cells.columns().iter().enumerate().filter(|(_, name)| !name.is_empty()) {
                    collect(&format!("last/{}", escape(name)), &cells.cell(last, index), &mut found);
                }
            }
        }
        found
    }

    fn whole(&self) -> Place {
        Place::whole(&self.source)
    }
}

/// Finds a value in the rows that are meant; several rows have to agree on it.
fn find_in_rows<'f>(
    table: &Table<'_>,
    row: &Row,
    find: impl Fn(usize) -> Result<Cow<'f, Node>, Diagnostic>,
) -> Result<Cow<'f, Node>, Diagnostic> {
    let rows = table.select(row)?;
    let (first, others) = rows.split_first().expect("a row is meant, or it is a mistake");
    let value = find(*first)?;
    for other in others {
        if !is_same(&value, &*find(*other)?) {
            let message =
                format!("{} rows fit `{row}`, with different values: {}", rows.len(), table.lines(&rows));
            let help = "name one by its number from 0, or by a column whose values differ";
            return Err(Diagnostic::error(message).at(&value.place).help(help));
        }
    }
    Ok(value)
}

/// Says whether two values are written alike, or are the same number.
fn is_same(one: &Node, other: &Node) -> bool {
    let are_same = |(one, other): (Number, Number)| one.is_same(&other);
    one.place.text() == other.place.text() || number(one).ok().zip(number(other).ok()).is_some_and(are_same)
}

fn collect(at: &str, node: &Node, found: &mut Vec<AddressedNumber>) {
    match &node.content {
        Content::List(items) => {
            let parts = items.iter().enumerate();
            parts.for_each(|(index, item)| collect(&format!("{at}/{index}"), item, found));
        }
        Content::Map(entries) => {
            let parts = entries.iter();
            parts.for_each(|entry| collect(&format!("{at}/{}", escape(&entry.key)), &entry.value, found));
        }
        Content::Scalar(Scalar::Integer(_) | Scalar::Float(_)) => {
            found.push(AddressedNumber { at: at.to_owned(), number: number(node) });
        }
        Content::Scalar(_) => {}
    }
}
