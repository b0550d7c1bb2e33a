//! The report that was rendered last: what its audit file says of it, and what lies on the disk.
//!
//! pipeline, last records ──▶ audit file ──query──▶ references, held against the report's own bytes
//!
//! Invariants
//! - A place in an edited file is answered only where its text is still the one that the audit file has.
//! - An answer for an edited report says that it was edited.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::cli::{CliError, print};
use crate::week3::audit::{AuditFile, ReferenceEntry};
use recount_engine::digest::Digest;
use recount_engine::instance_name::InstanceName;
use recount_engine::spec::{Pipeline, Value};

use super::file_place::{self, FilePlace, beside};
use super::query::{self, Selection};

/// A report, and where its numbers are from.
pub struct RenderedReport {
    /// The report's path, relative to the project.
    pub report: String,
    /// The audit file's.
    pub place: String,
    /// What that says.
    pub audit: AuditFile,
    /// The report's bytes, where they can be read.
    bytes: Option<Vec<u8>>,
}

impl RenderedReport {
    /// Reads the audit file of the report that was rendered last, and that report.
    ///
    /// # Errors
    /// A [`CliError`] where there is no audit file, or none that can be read.
    pub fn read(root: &Path, pipeline: &Pipeline) -> Result<Self, CliError> {
        let places = places(pipeline);
        for place in &places {
            let text = match fs::read_to_string(root.join(place)) {
                Ok(text) => text,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    return Err(CliError::failed(format!(
                        "the audit file `{place}` can't be read: {error}\n\
                         help: `recount run` writes it again"
                    )));
                }
            };
            let audit = AuditFile::read(&text).map_err(|error| {
                CliError::failed(format!("{place}: {error}\nhelp: `recount run` writes it again"))
            })?;
            let report = beside(place, &audit.report.file);
            let bytes = fs::read(root.join(&report)).ok();
            return Ok(Self { report, place: place.clone(), audit, bytes });
        }
        if places.is_empty() {
            return Err(CliError::input(
                "there is no audit file, as no stage renders a report\n\
                 help: a report is a stage of kind `render` in pipeline.yaml",
            ));
        }
        let names: Vec<String> = places.iter().map(|place| format!("`{place}`")).collect();
        Err(CliError::input(format!(
            "there is no audit file, which would be {}\n\
             help: `recount run` renders the report and its audit",
            names.join(" or ")
        )))
    }

    /// Finds what `words` mean in the report of the project in `root`; says so where the report was edited since.
    ///
    /// # Errors
    /// A [`CliError`] for words that mean nothing in it, and for a place that holds something else by now.
    pub fn find(&self, root: &Path, words: &str) -> Result<Selection, CliError> {
        let selection = query::find(&self.audit, root, &self.report, words);
        let place = file_place::place(words)
            .map(|place| FilePlace { file: file_place::relative(root, &place.file), ..place });
        if let Some(place) = &place
            && !self.still_holds(root, place, &selection)
        {
            return Err(CliError::failed(format!(
                "`{words}` was edited since `{}` was written, so what stands there is not known\n\
                 help: `recount audit --check` says what changed; `recount run` writes the file again",
                self.place
            )));
        }
        if selection.is_nothing() {
            return Err(match &place {
                Some(place) => self.nothing_at(root, words, place),
                None => self.nothing_of(words),
            });
        }
        if self.is_edited() {
            print::note(&format!(
                "note    `{}` is not as it was written: `recount audit --check` says what changed",
                self.report
            ));
        }
        Ok(selection)
    }

    /// Says whether the report is not the one that the audit file is about.
    fn is_edited(&self) -> bool {
        self.bytes.as_ref().is_none_or(|bytes| Digest::of(bytes) != self.audit.report.sha256)
    }

    /// Says whether a place in the report or a figure still holds all that the audit file has there.
    fn still_holds(&self, root: &Path, place: &FilePlace, selection: &Selection) -> bool {
        if place.file == self.report {
            let text = self.bytes.as_deref().map(String::from_utf8_lossy).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            let stands = |index: &usize| {
                let reference = &self.audit.references[*index];
                let mut places = reference.places.iter().filter(|(line, _)| *line == place.line);
                places.all(|place| has_link(&lines, reference, *place))
            };
            return !self.is_edited()
                || !selection.references.is_empty() && selection.references.iter().all(stands);
        }
        let mut figures = self.audit.figures.iter();
        figures.find(|figure| beside(&self.report, &figure.file) == place.file).is_none_or(|figure| {
            fs::read(root.join(&place.file)).is_ok_and(|bytes| Digest::of(&bytes) == figure.sha256)
        })
    }

    /// Refuses a place without a number.
    fn nothing_at(&self, root: &Path, words: &str, place: &FilePlace) -> CliError {
        let is_ours = place.file == self.report
            || self.audit.figures.iter().any(|figure| beside(&self.report, &figure.file) == place.file);
        let text = fs::read(root.join(&place.file)).ok();
        let lines = text.map(|bytes| String::from_utf8_lossy(&bytes).lines().count());
        CliError::input(match lines {
            Some(lines) if !(1..=lines).contains(&place.line) => {
                format!("there is no `{words}`: `{}` has {} lines", place.file, lines)
            }
            Some(_) if is_ours => match place.column {
                Some(_) => format!(
                    "no number stands at `{words}`\nhelp: without the column, it is all that the line prints"
                ),
                None => format!("`{words}` prints no number that a run answers for"),
            },
            Some(_) => format!(
                "no number of `{}` is from `{words}`\n\
                 help: a line that sets what trained, or one of `{}`, is cited",
                self.report, self.audit.report.source
            ),
            None => format!("there is no file `{}`", place.file),
        })
    }

    /// Refuses words that are neither a number of the report nor a name in it.
    fn nothing_of(&self, words: &str) -> CliError {
        let variant = InstanceName::of(words).variant();
        let known = variant.filter(|name| self.audit.variants.iter().any(|variant| variant.name == *name));
        let is_run = self.audit.run_of(words).is_some();
        let help = match known {
            Some(variant) => {
                format!("`recount audit {variant}` tells all that the report has of that variant")
            }
            None if is_run => format!("`recount why {words}` says how that run stands"),
            None => format!(
                "a number is looked for as it is printed; a reference is n1 to n{}",
                self.audit.references.len()
            ),
        };
        CliError::input(match known.is_some() || is_run {
            true => format!("`{words}` is no number, but a run or a part of one\nhelp: {help}"),
            false => format!("nothing in `{}` is `{words}`\nhelp: {help}", self.report),
        })
    }
}

/// Says whether the lines of a report have a reference's link at a place of its number, which is behind the bracket.
pub fn has_link(lines: &[&str], reference: &ReferenceEntry, (line, column): (usize, usize)) -> bool {
    let line = line.checked_sub(1).and_then(|line| lines.get(line));
    line.zip(column.checked_sub(2)).is_some_and(|(line, column)| {
        let mut rest = line.char_indices().skip(column).map(|(at, _)| &line[at..]);
        rest.next().is_some_and(|rest| rest.starts_with(&reference.link()))
    })
}

/// Where the audit file may be, each place once.
pub fn places(pipeline: &Pipeline) -> Vec<String> {
    let mut places = Vec::new();
    for stage in pipeline.stages.iter().filter(|stage| stage.kind == "render") {
        if let Some(output) = stage.base.get("output").and_then(Value::as_text) {
            let stem = output.trim_end_matches(".md");
            places.extend([format!("{stem}.audit.json"), format!("{stem}.synthetic.audit.json")]);
        }
    }
    let mut seen = BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_beside_a_file_is_in_its_folder() {
        assert_eq!(beside("report/week-3.audit.json", "week-3.md"), "report/week-3.md");
        assert_eq!(beside("week-3.md", "plots/a.svg"), "plots/a.svg");
    }
}
