//! `source.yaml` → the sections of the source document, as data; what it claims is `claims`' to say.
//!
//! Invariants
//! - A figure keeps the spelling of the document, so that quoting it rounds nothing.
//! - Section numbers are unique.

use std::collections::BTreeSet;

use serde::Deserialize;

/// The source document, section by section.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceDocument {
    /// What the document is called.
    pub document: String,
    /// Its sections, in its order.
    pub sections: Vec<Section>,
}

/// A section of the source document.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its number, such as `2.4.1`.
    pub number: String,
    /// Its heading.
    pub heading: String,
    /// The variant that does what the document describes; none for a section of sections.
    pub described: Option<String>,
    /// The variant that does what the experiment's code executed, where that differs.
    pub as_run: Option<String>,
}

/// A number between 0 and 1 as the document prints it: an accuracy, or a difference of losses.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Figure {
    text: String,
    value: f64,
}

/// Why a source document cannot be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SourceError {
    /// It is no YAML, or not of this form.
    #[error("{file}{}: {message}", place(*line))]
    Syntax {
        /// The file.
        file: String,
        /// The line, from 1, where it is known.
        line: Option<usize>,
        /// What is wrong.
        message: String,
    },
    /// A section contradicts itself or another one.
    #[error("{file}: section {section}: {message}")]
    Section {
        /// The file.
        file: String,
        /// The section's number.
        section: String,
        /// What is wrong.
        message: String,
    },
}

fn place(line: Option<usize>) -> String {
    line.map_or_else(String::new, |line| format!(":{line}"))
}

impl Figure {
    /// Gives the figure as the document prints it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Gives its value.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Gives half a unit of the last decimal that the document prints.
    pub fn tolerance(&self) -> f64 {
        let decimals = self.text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        (0..decimals).fold(0.5, |unit, _| unit / 10.0)
    }
}

impl TryFrom<String> for Figure {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        match text.parse::<f64>() {
            Ok(value) if plain && (0.0..=1.0).contains(&value) => Ok(Self { text, value }),
            _ => Err(format!("`{text}` is no figure between 0 and 1; write it in quotes, such as \"0.91\"")),
        }
    }
}

impl SourceDocument {
    /// Reads a source document from `text`, which stands in `file`.
    ///
    /// # Errors
    /// [`SourceError`], with the line where the YAML is at fault and the section where its content is.
    pub fn read(file: &str, text: &str) -> Result<Self, SourceError> {
        let document: Self = serde_yaml::from_str(text).map_err(|error| SourceError::Syntax {
            file: file.to_owned(),
            line: error.location().map(|place| place.line()),
            message: error.to_string(),
        })?;
        document.check().map_err(|(section, message)| SourceError::Section {
            file: file.to_owned(),
            section,
            message,
        })?;
        Ok(document)
    }

    fn check(&self) -> Result<(), (String, String)> {
        let mut numbers = BTreeSet::new();
        for section in &self.sections {
            let fault = |message: String| Err((section.number.clone(), message));
            if !numbers.insert(&section.number) {
                return fault("its number stands twice".to_owned());
            }
            if section.described.is_none() && section.as_run.is_some() {
                return fault("it has an `as_run` but no `described` variant".to_owned());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "document: Week\nsections:\n  - number: \"1\"\n    heading: One\n";

    fn with(lines: &str) -> Result<SourceDocument, SourceError> {
        SourceDocument::read("source.yaml", &format!("{DOCUMENT}{lines}"))
    }

    #[test]
    fn a_figure_keeps_its_spelling() {
        let [long, short] =
            ["0.50", "0.9656"].map(|text| Figure::try_from(text.to_owned()).expect("a figure"));
        assert_eq!(long.text(), "0.50");
        assert!((long.tolerance() - 0.005).abs() < 1e-12);
        assert!((short.tolerance() - 0.00005).abs() < 1e-12);
        assert!(
            ["91", "NaN", "1.1", "-0.5", "9e-1"]
                .map(str::to_owned)
                .map(Figure::try_from)
                .iter()
                .all(Result::is_err)
        );
    }

    #[test]
    fn a_mistake_in_the_yaml_has_its_line() {
        let error = with("    colour: red\n").expect_err("the field is unknown");
        assert!(matches!(&error, SourceError::Syntax { line: Some(_), .. }), "{error}");
        assert!(error.to_string().starts_with("source.yaml:"), "{error}");
        assert!(error.to_string().contains("colour"), "{error}");
    }

    #[test]
    fn a_section_contradicts_neither_itself_nor_another() {
        let error = with("    as_run: a\n").expect_err("nothing is described");
        let message = "source.yaml: section 1: it has an `as_run` but no `described` variant";
        assert_eq!(error.to_string(), message);
        let error = with("  - { number: \"1\", heading: Two }\n").expect_err("the number stands twice");
        assert_eq!(error.to_string(), "source.yaml: section 1: its number stands twice");
    }
}
