//! What a person points at → the references that are meant.
//!
//! | words | mean |
//! |---|---|
//! | `n42` | that reference |
//! | `report/week-3.md:57`, `…:57:12` | what that line prints, or that column |
//! | `report/plots/confusion.svg:100` | what that line of a figure prints |
//! | `stages/train.yaml:31`, `report/source.yaml:19` | what cites that line |
//! | `2.4.2` | that variant |
//! | `0.984`, `"98.4 %"`, `14548` | every number that is printed so |

use std::path::Path;

use crate::week3::audit::{self, AuditFile, Origin, ReferenceEntry};

use super::file_place::{FilePlace, beside, place, relative};

/// What was pointed at.
#[derive(Default)]
pub struct Selection {
    /// Indices of references.
    pub references: Vec<usize>,
    /// A variant's name.
    pub variant: Option<String>,
}

impl Selection {
    /// Says whether there is no such thing in the report.
    pub fn is_nothing(&self) -> bool {
        self.references.is_empty() && self.variant.is_none()
    }
}

/// Finds what `words` mean; `report` is the report's path relative to the project in `root`.
pub fn find(audit: &AuditFile, root: &Path, report: &str, words: &str) -> Selection {
    let words = words.trim();
    let all = |fits: &dyn Fn(&ReferenceEntry) -> bool| -> Vec<usize> {
        let entries = audit.references.iter().enumerate();
        entries.filter(|(_, reference)| fits(reference)).map(|(index, _)| index).collect()
    };
    let named = all(&|reference| reference.name == words);
    if !named.is_empty() {
        return Selection { references: named, variant: None };
    }
    if let Some(FilePlace { file, line, column }) = place(words) {
        let file = relative(root, &file);
        let figure = audit.figures.iter().find(|figure| beside(report, &figure.file) == file);
        let fits = |reference: &ReferenceEntry| {
            if file == report {
                reference.places.iter().any(|(own, begin)| {
                    let length = reference.text.chars().count();
                    *own == line && column.is_none_or(|column| (*begin..*begin + length).contains(&column))
                })
            } else if let Some(figure) = figure {
                column.is_none() && figure.lines_of(&reference.name).any(|own| own == line)
            } else {
                cites(audit, reference.source, &file, line)
            }
        };
        return Selection { references: all(&fits), variant: None };
    }
    let variant = audit.variants.iter().find(|variant| variant.name == words && !words.is_empty());
    let spelled = spelling(words);
    Selection {
        references: all(&|reference| {
            let printed = spelling(&format!("{}{}", reference.text, reference.format.unit()));
            printed == spelled || spelling(&reference.text) == spelled
        }),
        variant: variant.map(|variant| variant.name.clone()),
    }
}

/// Writes a number as one types it: without groups, and with the keyboard's minus.
fn spelling(text: &str) -> String {
    text.chars()
        .filter(|symbol| *symbol != ',' && !symbol.is_whitespace())
        .map(|symbol| if symbol == '−' { '-' } else { symbol })
        .collect()
}

/// Says whether words have the form of a number, a reference, a variant or a place, rather than that of a name.
pub fn points_into_a_report(words: &str) -> bool {
    let words = words.trim();
    let is_digit = |symbol: char| symbol.is_ascii_digit();
    let is_reference =
        words.strip_prefix('n').is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_digit));
    let number = words.trim_start_matches(['-', '−', '+', '.']);
    is_reference || number.starts_with(is_digit) || place(words).is_some()
}

/// Says whether a source, or a part of it, cites a line of a file.
fn cites(audit: &AuditFile, source: usize, file: &str, line: usize) -> bool {
    match &audit.sources[source].from {
        Origin::Parameter { variant, name, .. } => {
            let variant = audit.variants.iter().find(|entry| entry.name == *variant);
            let place = variant.and_then(|variant| variant.settings.get(name)).map(|entry| &entry.place);
            matches!(place, Some(audit::Place::File { path, line: own, .. }) if path == file && *own == line)
        }
        Origin::Quoted { line: own, .. } => audit.report.source == file && *own == line,
        Origin::Made { parts, .. } => parts.iter().any(|part| cites(audit, *part, file, line)),
        Origin::Output { .. } | Origin::Index { .. } | Origin::Seed { .. } | Origin::Constant(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelled_name_points_into_no_report() {
        for words in ["0.984", "n42", "−0.030", "-0.030", "98.4 %", "2.4.2", "report/week-3.md:57"] {
            assert!(points_into_a_report(words), "{words}");
        }
        for words in ["tran", "train[2.4.2]", "report/week-3.md", "number", "n", "n7.tx"] {
            assert!(!points_into_a_report(words), "{words}");
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_typed() {
        assert_eq!(spelling("14,548"), spelling("14548"));
        assert_eq!(spelling("−0.030"), spelling("-0.030"));
        assert_eq!(spelling("98.4 %"), spelling("98.4%"));
    }
}
