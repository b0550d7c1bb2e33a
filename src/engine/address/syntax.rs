//! An address as a text: `FILE#/json/pointer`, and `FILE#ROW/COLUMN` where the file has rows.

use std::fmt;
use std::path::Path;

use super::pointer::Pointer;
use super::row::Row;

/// A value inside a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The file, as it was written.
    pub file: String,
    /// What format it has.
    pub format: Format,
    /// In which row the value is, of a file that has rows.
    pub row: Option<Row>,
    /// Where in the file, or in the row, it is: in a table one name, the column's.
    pub pointer: Pointer,
}

/// What a file with values is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// JSON (RFC 8259), and the bare words `NaN`, `Infinity` and `-Infinity` that Python writes.
    Json,
    /// YAML, as [`crate::spec`] reads it.
    Yaml,
    /// TOML.
    Toml,
    /// Values separated by commas (RFC 4180), with the columns' names in the first line.
    Csv,
    /// The same with tabs.
    Tsv,
    /// One JSON document a line.
    JsonLines,
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The file is not of a format that has addresses.
    #[error(
        "`{file}` has no addresses: expected a name that ends in `.json`, `.yaml`, `.yml`, `.toml`, `.csv`, `.tsv`, \
         `.jsonl` or `.ndjson`"
    )]
    UnknownFormat {
        /// The file.
        file: String,
    },
    /// The pointer is no JSON pointer.
    #[error("`{pointer}` is no JSON pointer: expected `/NAME/NAME`, with `~0` or `~1` for each `~`")]
    Pointer {
        /// What was written.
        pointer: String,
    },
    /// The row is none.
    #[error(
        "`{row}` is no row: expected a number from 0, `last`, `COLUMN=VALUE`, `max COLUMN` or `min COLUMN`, \
         as in `{file}#last/COLUMN`"
    )]
    Row {
        /// The file.
        file: String,
        /// What was written.
        row: String,
    },
    /// There is no column behind the row, or more than one name.
    #[error("`{column}` is no column: expected one name, with `~1` for each `/` in it and `~0` for each `~`")]
    Column {
        /// What was written.
        column: String,
    },
}

impl Address {
    /// Reads an address; `None` where the text is the path of a file alone.
    ///
    /// # Errors
    /// An [`AddressError`].
    pub fn parse(text: &str) -> Result<Option<Self>, AddressError> {
        let Some((file, part)) = split(text) else { return Ok(None) };
        let file = file.to_owned();
        let Some(format) = Format::of(&file) else { return Err(AddressError::UnknownFormat { file }) };
        if !format.has_rows() {
            let invalid = || AddressError::Pointer { pointer: part.to_owned() };
            let pointer = Pointer::parse(part).ok_or_else(invalid)?;
            return Ok(Some(Self { file, format, row: None, pointer }));
        }
        let (row, rest) = part.split_at(part.find('/').unwrap_or(part.len()));
        let invalid = || AddressError::Row { file: file.clone(), row: row.to_owned() };
        let row = Some(Row::parse(row).ok_or_else(invalid)?);
        let pointer = match format {
            Format::JsonLines if rest.is_empty() => Some(Pointer::default()),
            _ => Pointer::parse(rest),
        };
        let pointer = match (pointer, format) {
            (Some(pointer), Format::JsonLines) => pointer,
            (Some(pointer), _) if pointer.names().len() == 1 => pointer,
            (_, Format::JsonLines) => return Err(AddressError::Pointer { pointer: rest.to_owned() }),
            _ => return Err(AddressError::Column { column: rest.trim_start_matches('/').to_owned() }),
        };
        Ok(Some(Self { file, format, row, pointer }))
    }
}

/// Splits a text into a file and the part of it that is meant.
///
/// A file's name may have a `#` in it; the part begins behind the name of a format, or with `/`.
fn split(text: &str) -> Option<(&str, &str)> {
    let known = text.match_indices('#').find(|(at, _)| Format::of(&text[..*at]).is_some());
    let at = known.map(|(at, _)| at).or_else(|| text.find("#/"))?;
    Some((&text[..at], &text[at + 1..]))
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}#", self.file)?;
        self.row.iter().try_for_each(|row| row.fmt(out))?;
        self.pointer.fmt(out)
    }
}

impl Format {
    /// Knows a format by the end of a file's name.
    pub fn of(file: &str) -> Option<Self> {
        match Path::new(file).extension()?.to_str()? {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            "csv" => Some(Self::Csv),
            "tsv" => Some(Self::Tsv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Says whether an address in such a file begins with a row.
    pub fn has_rows(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::JsonLines)
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    fn parsed(text: &str) -> Option<Address> {
        Address::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn the_path_of_a_file_is_no_address() {
        for path in ["data/a.csv", "data/a#1.csv", "notes#2", "a.json", "#", ""] {
            assert_eq!(parsed(path), None, "{path}");
        }
    }

    #[test]
    fn an_address_reads_back_as_it_was_written() {
        for text in [
            "settings.toml#/a~1b/0",
            "a#1.csv#0/loss",
            "dir#/a.json#/x",
            "log.csv#last/valid loss",
            "log.tsv#epoch=10/",
            "log.csv#model=a~1b=c/val~1acc",
            "log.csv#a~2b=c/x",
            "log.csv#max~3x=1/x",
            "log.csv#max val~1acc/epoch",
            "log.csv#min a=b/epoch",
            "log.jsonl#last/metrics/loss",
            "log.ndjson#3",
        ] {
            assert_eq!(parsed(text).map(|address| address.to_string()).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_text_that_is_no_address_is_refused_with_what_was_expected() {
        let refused = |text| Address::parse(text).expect_err(text).to_string();
        assert_data_eq!(
            refused("a.txt#/0/x"),
            str![
                "`a.txt` has no addresses: expected a name that ends in `.json`, `.yaml`, `.yml`, `.toml`, `.csv`, `.tsv`, `.jsonl` or `.ndjson`"
            ]
        );
        assert_data_eq!(
            refused("a.json#/a~2"),
            str!["`/a~2` is no JSON pointer: expected `/NAME/NAME`, with `~0` or `~1` for each `~`"]
        );
        assert_data_eq!(
            refused("a.json#last/x"),
            str!["`last/x` is no JSON pointer: expected `/NAME/NAME`, with `~0` or `~1` for each `~`"]
        );
        assert_data_eq!(
            refused("a.csv#/0/x"),
            str![
                "`` is no row: expected a number from 0, `last`, `COLUMN=VALUE`, `max COLUMN` or `min COLUMN`, as in `a.csv#last/COLUMN`"
            ]
        );
        assert_data_eq!(
            refused("a.csv#frist/x"),
            str![
                "`frist` is no row: expected a number from 0, `last`, `COLUMN=VALUE`, `max COLUMN` or `min COLUMN`, as in `a.csv#last/COLUMN`"
            ]
        );
        assert_data_eq!(
            refused("a.csv#last/val/acc"),
            str![
                "`val/acc` is no column: expected one name, with `~1` for each `/` in it and `~0` for each `~`"
            ]
        );
        assert_data_eq!(
            refused("a.csv#last"),
            str!["`` is no column: expected one name, with `~1` for each `/` in it and `~0` for each `~`"]
        );
    }
}
