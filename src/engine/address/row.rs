//! Which row of a table is meant: `3`, `last`, `epoch=10`, `max accuracy`, `min loss`.
//!
//! In a name or value `~1` stands for `/` and `~0` for `~`, as in a JSON pointer; in a column's name `~2` stands for `=`
//! and `~3` for a space, where they would be read otherwise.

use std::fmt;

/// The row of a table, or the line of JSON lines, that an address means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row {
    /// By its number, counted from 0 and without the line of names.
    Index(usize),
    /// The last one.
    Last,
    /// The only one that has a value in a column.
    With {
        /// The column's name.
        column: String,
        /// The value.
        value: String,
    },
    /// The one with the largest number in a column.
    Max(String),
    /// The one with the smallest number in a column.
    Min(String),
}

impl Row {
    /// Reads a row; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "last" {
            return Some(Self::Last);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().ok().map(Self::Index);
        }
        if let Some(column) = text.strip_prefix("max ") {
            return unescape(column).map(Self::Max);
        }
        if let Some(column) = text.strip_prefix("min ") {
            return unescape(column).map(Self::Min);
        }
        let (column, value) = text.split_once('=')?;
        Some(Self::With { column: unescape(column)?, value: unescape(value)? })
    }
}

impl fmt::Display for Row {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(index) => index.fmt(out),
            Self::Last => out.write_str("last"),
            Self::With { column, value } => {
                let column = escape(column).replace('=', "~2");
                let is_other = column.starts_with("max ") || column.starts_with("min ");
                let column = if is_other { column.replacen(' ', "~3", 1) } else { column };
                write!(out, "{column}={}", escape(value))
            }
            Self::Max(column) => write!(out, "max {}", escape(column)),
            Self::Min(column) => write!(out, "min {}", escape(column)),
        }
    }
}

fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescape(text: &str) -> Option<String> {
    let mut parts = text.split('~');
    let mut name = parts.next()?.to_owned();
    for part in parts {
        name.push(match part.chars().next()? {
            '0' => '~',
            '1' => '/',
            '2' => '=',
            '3' => ' ',
            _ => return None,
        });
        name.push_str(&part[1..]);
    }
    Some(name)
}
