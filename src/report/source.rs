//! `source.yaml` → what the source document says, as data.
//!
//! Invariants
//! - A figure keeps the spelling of the document, so that quoting it rounds nothing.
//! - Statements name variants that some section declares; anything else is a mistake with its place.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::relation::Statement;

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
    /// The accuracy that the document gives.
    pub accuracy: Option<Figures>,
    /// What the document says besides, and a comparison can check.
    #[serde(default)]
    pub statements: Vec<Statement>,
}

/// Figures of the document that belong together.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// How they belong together.
    pub form: Form,
    /// The figures; two for [`Form::Between`], one for [`Form::About`].
    pub values: Vec<Figure>,
    /// The highest single figure, where the document gives one besides.
    pub most: Option<Figure>,
}

/// How figures belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// One figure for all runs.
    About,
    /// The lowest and the highest.
    Between,
    /// One figure for each run.
    Each,
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
        let variants: BTreeSet<&String> = self
            .sections
            .iter()
            .flat_map(|section| section.described.iter().chain(&section.as_run))
            .collect();
        let mut numbers = BTreeSet::new();
        for section in &self.sections {
            let fault = |message: String| Err((section.number.clone(), message));
            if !numbers.insert(&section.number) {
                return fault("its number stands twice".to_owned());
            }
            if section.described.is_none() && (section.as_run.is_some() || section.accuracy.is_some()) {
                return fault("it has results but no `described` variant".to_owned());
            }
            if let Some(figures) = &section.accuracy {
                let right = match figures.form {
                    Form::About => figures.values.len() == 1,
                    Form::Between => {
                        matches!(&figures.values[..], [low, high] if low.value <= high.value)
                    }
                    Form::Each => !figures.values.is_empty(),
                };
                if !right {
                    return fault(
                        "its accuracy needs one value for `about`, the lower and the higher one for `between`, \
                         at least one for `each`"
                            .to_owned(),
                    );
                }
            }
            for statement in &section.statements {
                if let Some(message) = statement.fault() {
                    return fault(message);
                }
                for name in statement.than.iter().chain([&statement.variant]) {
                    if !variants.contains(name) {
                        return fault(format!("no section has the variant `{name}`"));
                    }
                }
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
        let document =
            with("    described: a\n    accuracy: { form: between, values: [\"0.50\", \"0.9656\"] }\n")
                .expect("the document is well formed");
        let figures = document.sections[0].accuracy.as_ref().expect("it has figures");
        assert_eq!(figures.values[0].text(), "0.50");
        assert!((figures.values[0].tolerance() - 0.005).abs() < 1e-12);
        assert!((figures.values[1].tolerance() - 0.00005).abs() < 1e-12);
    }

    #[test]
    fn a_mistake_in_the_yaml_has_its_line() {
        let error = with("    colour: red\n").expect_err("the field is unknown");
        assert!(matches!(&error, SourceError::Syntax { line: Some(_), .. }), "{error}");
        assert!(error.to_string().starts_with("source.yaml:"), "{error}");
        assert!(error.to_string().contains("colour"), "{error}");
    }

    #[test]
    fn a_statement_on_an_unknown_variant_is_refused() {
        let error = with("    statements: [{ relation: overfits, variant: b }]\n");
        let message = error.expect_err("no section has `b`").to_string();
        assert_eq!(message, "source.yaml: section 1: no section has the variant `b`");
    }

    #[test]
    fn figures_that_are_no_fractions_or_do_not_fit_their_form_are_refused() {
        for values in [
            "form: about, values: [\"91\"]",
            "form: about, values: [\"NaN\"]",
            "form: between, values: [\"0.9\"]",
        ] {
            assert!(with(&format!("    described: a\n    accuracy: {{ {values} }}\n")).is_err(), "{values}");
        }
    }
}
