//! An output as a file with values, and what is wrong with it in one line.

use recount_engine::address::{DataFile, Format};
use recount_engine::diagnostic::{Diagnostic, Diagnostics, Source};

/// Reads an output as a file with values.
///
/// # Errors
/// Why it can't be read, in a few words.
pub fn read_data_file(name: &str, bytes: Vec<u8>) -> Result<DataFile, String> {
    let format = Format::of(name).ok_or_else(|| format!("`{name}` has no values that can be read"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("`{name}` is not UTF-8"))?;
    DataFile::read(&Source::file(name, text), format).map_err(|mistakes| first(&mistakes))
}

/// Gives a mistake in one line: its line and column, and what is wrong.
pub(crate) fn short(mistake: &Diagnostic) -> String {
    let place = mistake.place().filter(|place| !place.is_whole());
    match place.map(|place| place.line_and_column()) {
        Some((line, column)) => format!("line {line}, column {column}: {}", mistake.message()),
        None => mistake.message().to_owned(),
    }
}

fn first(mistakes: &Diagnostics) -> String {
    mistakes.iter().next().map_or_else(String::new, short)
}
