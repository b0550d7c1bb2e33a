//! Files and lines that a person names, and those beside a report.

use std::path::Path;

/// A line of a file, or a column of it; both from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilePlace {
    /// The file.
    pub file: String,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: Option<usize>,
}

/// Reads `FILE:LINE` or `FILE:LINE:COLUMN`.
pub fn place(words: &str) -> Option<FilePlace> {
    let words = words.trim();
    let (rest, last) = words.rsplit_once(':')?;
    let last: usize = last.parse().ok()?;
    match rest.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?))) {
        Some((file, line)) => Some(FilePlace { file: file.to_owned(), line, column: Some(last) }),
        None => Some(FilePlace { file: rest.to_owned(), line: last, column: None }),
    }
}

/// Gives a file's path relative to the project, where it is in there.
pub fn relative(root: &Path, file: &str) -> String {
    let inside = Path::new(file).canonicalize().ok().and_then(|path| {
        let root = root.canonicalize().ok()?;
        Some(path.strip_prefix(root).ok()?.to_string_lossy().into_owned())
    });
    inside.unwrap_or_else(|| file.strip_prefix("./").unwrap_or(file).to_owned())
}

/// Gives the path of a file that is beside another one, or below its folder.
pub fn beside(place: &str, file: &str) -> String {
    place.rsplit_once('/').map_or_else(|| file.to_owned(), |(folder, _)| format!("{folder}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_with_and_without_a_column() {
        let at = |column| Some(FilePlace { file: "report/week-3.md".to_owned(), line: 57, column });
        assert_eq!(place("report/week-3.md:57"), at(None));
        assert_eq!(place("report/week-3.md:57:12"), at(Some(12)));
        assert_eq!(place("0.984"), None);
        assert_eq!(place("2.4.2:x"), None);
    }
}
